"""The dead man's switch in doubt: what may be armed unasked is disarmed, what is unknown is said."""

import random
from pathlib import Path

import pytest
from msgspec import structs

from krakentui.engine.actionfile import verify
from krakentui.engine.host import Host
from krakentui.model.action import Entry
from krakentui.model.clock import SECOND
from tests.whole.faults import clear, inject
from tests.whole.lockstep import Lockstep, lockstep
from tests.whole.test_switch import LOST, QUIET, SWITCHES, armed, left_armed, phase, truly_armed

pytestmark = pytest.mark.anyio
HEARD = {"effect": "after", "as": "silence"}


async def emptied(both: Lockstep) -> None:
    """Leave no order that could prove that it fired."""
    both.confirm(*both.true_orders())
    await both.run(5)
    assert not both.true_orders()


def said(both: Lockstep) -> list[str]:
    return [line.text for line in both.session.journal() if "dead man's switch" in line.text.lower()]


def logged(folder: Path) -> list[str | None]:
    entries = [one for one in verify(folder) if isinstance(one, Entry)]
    return [one.outcome for one in entries if one.act == "dead_man" and one.step == "outcome"]


async def test_renewals_that_arrive_without_an_answer_let_nobody_say_that_it_fired(tmp_path: Path) -> None:
    async with lockstep(QUIET, warm_s=15, state_dir=tmp_path) as both:
        await armed(both)
        orders = set(both.true_orders())
        inject(both, "drop_answer", match=SWITCHES, **HEARD)
        await both.run(150)
        assert not truly_armed(both)
        assert set(both.true_orders()) == orders
        assert not any("has fired" in text for text in said(both))
        assert any("may have moved it. It is being disarmed" in text for text in said(both))
        assert set(logged(tmp_path)) == {"unknown"}


async def test_once_it_is_off_it_is_said_that_only_the_orders_tell_whether_it_fired() -> None:
    async with lockstep(QUIET, warm_s=15) as both:
        await emptied(both)
        await armed(both)
        inject(both, "drop_answer", match=SWITCHES, **LOST)
        await both.until(lambda: phase(both) == "disarming", 90)
        clear(both)
        await both.until(lambda: phase(both) == "fired", 10)
        assert "it is off, and whether it fired before is told by the orders alone" in said(both)[-1]
        await both.run(90)
        assert not truly_armed(both)


async def test_orders_that_it_cancelled_are_the_proof_and_what_may_arm_it_anew_is_disarmed(
    tmp_path: Path,
) -> None:
    async with lockstep(QUIET, warm_s=15, state_dir=tmp_path) as both:
        await armed(both)
        inject(both, "drop_answer", match=SWITCHES, **LOST)
        await both.until(lambda: not truly_armed(both), 90)
        calls = len(both.verdicts())
        clear(both)
        await both.run(10)
        assert phase(both) == "fired"
        assert any(text.startswith("The dead man's switch has fired") for text in said(both))
        assert any("cancel_all_orders_after" in str(call["what"]) for call in both.verdicts()[calls:])
        assert not truly_armed(both)
        assert logged(tmp_path) == ["fired"]


async def test_what_an_earlier_run_left_only_passes_and_its_note_is_not_removed(tmp_path: Path) -> None:
    """Another machine may renew it: nobody here knows that it fired."""
    async with lockstep(QUIET) as both:
        settings, clock = structs.replace(both.session._settings, state_dir=tmp_path), both.clock
        note = await left_armed(both, settings)
        written = note.read_bytes()
        async with Host(settings, clock, random.Random(3)) as second:
            late = Lockstep(both.exchange, second, clock)
            await emptied(late)
            await late.until(lambda: phase(late) == "fired", 90)
            assert "unless another program renewed it" in said(late)[-1]
            assert not any("has fired" in text for text in said(late))
        assert note.read_bytes() == written
        assert logged(tmp_path) == []


@pytest.mark.parametrize("steady", [False, True])
@pytest.mark.parametrize("between_s", [0, 0.25, 0.5, 0.75])
async def test_a_machine_that_slept_past_its_moment_does_not_arm_it_anew(
    between_s: float, *, steady: bool
) -> None:
    """The socket survives, a renewal is due, and the session has not noticed yet.

    Args:
        between_s: How the looks of the switch lie between those at the clocks.
        steady: The steady clock goes on in the sleep.
    """
    async with lockstep(QUIET, warm_s=15) as both:
        await emptied(both)
        await both.run(between_s)
        await armed(both)
        await both.run(19.25)
        if steady:
            both.clock._move(both.clock.mono_ns() + 65 * SECOND)
        else:
            both.clock.step_wall(65)
        await both.exchange.advance(65)
        assert not truly_armed(both)
        for _ in range(40):
            await both.run(0.25)
            assert not truly_armed(both)
        assert phase(both) == "fired"
