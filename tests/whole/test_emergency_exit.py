"""What `krakentui cancel` tells in the end, whatever happens around it."""

import asyncio
import json

import pytest

from krakentui.commands import running
from krakentui.commands.cancel import cancel
from krakentui.commands.parser import parse
from krakentui.model.event import Happening, Noted, OrderPatched
from krakentui.state.journal import MAX_LINES
from tests.whole.faults import inject, struck, watched
from tests.whole.lockstep import Lockstep

pytestmark = pytest.mark.anyio


def two(both: Lockstep) -> tuple[str, str]:
    first, second = sorted(one for one, order in both.true_orders().items() if order["type"] == "limit")[:2]
    return first, second


async def stopped(both: Lockstep, *words: str) -> int:
    """Begin a cancel of two orders, one of which the exchange leaves open, and stop it as a signal does."""
    number = inject(both, "partial_batch", when={"times": 1})
    task = asyncio.create_task(cancel(both.session, parse(["cancel", *words])))
    await both.run(3)
    assert struck(both, number) == 1
    task.cancel("130")
    with pytest.raises(asyncio.CancelledError) as caught:
        await task
    return running.code_of(caught.value)


async def test_at_a_signal_the_outcomes_that_are_known_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    async with watched(quiet=True, warm_s=20) as both:
        meant = two(both)
        assert await stopped(both, *meant, "--yes") == 130
        (kept,) = set(meant) & set(both.true_orders())
        shown = capsys.readouterr()
        assert shown.out.startswith("cancelled  Cancelled: ")
        assert len(shown.out.splitlines()) == 1
        assert (
            shown.err.splitlines()[-1]
            == f"krakentui: Not confirmed by the exchange yet: the cancel of {kept}."
        )


async def test_at_a_signal_json_has_every_order(capsys: pytest.CaptureFixture[str]) -> None:
    async with watched(quiet=True, warm_s=20) as both:
        meant = two(both)
        await stopped(both, *meant, "--yes", "--json")
        told = json.loads(capsys.readouterr().out)
        open_still = both.true_orders()
        assert {row["id"]: row["outcome"] for row in told["orders"]} == {
            one: "unknown" if one in open_still else "cancelled" for one in meant
        }
        assert told["exit"] == 130


async def test_however_much_happens_at_once_no_outcome_is_missed(capsys: pytest.CaptureFixture[str]) -> None:
    async with watched(quiet=True, warm_s=20) as both:

        def flood(event: Happening, _: int) -> None:
            if isinstance(event, OrderPatched) and event.patch.status == "canceled":
                for line in range(MAX_LINES):
                    both.session.tell(Noted(kind="notice", text=f"Line {line}.", level="info"))

        both.session.listen(flood)
        task = asyncio.create_task(cancel(both.session, parse(["cancel", two(both)[0], "--yes"])))
        await both.run(40)
        assert await task == 0
        assert capsys.readouterr().out.startswith("cancelled  Cancelled: ")
