"""The action log of a session against the exchange: every act, what it cost, how it ended."""

import asyncio
import fcntl
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from krakentui.engine.actionfile import FILE, verify
from krakentui.model.action import Entry
from krakentui.simulator import Options
from krakentui.state.view import Question, SwitchQuestion
from tests.whole.faults import inject
from tests.whole.lockstep import Lockstep, lockstep

pytestmark = pytest.mark.anyio
QUIET = Options(manual=True, quiet=True)
STEPS = {"asked", "sent", "answered", "outcome"}
TICK_S = 0.01
MASS_END = ("cancel_all", "outcome")


def logged(folder: Path) -> list[Entry]:
    told = list(verify(folder))
    assert all(isinstance(one, Entry) for one in told), told
    return [one for one in told if isinstance(one, Entry)]


def a_young_order(both: Lockstep) -> str:
    order = {"pair": "ADA/USD", "side": "buy", "qty": "600", "price": "0.01"}
    told = both.exchange.command("account", {"key": "alice", "order": order})
    ids = told["orders"]
    assert isinstance(ids, list)
    return str(ids[0])


async def cancel_everything(both: Lockstep) -> None:
    question = both.session.ask_cancel_all(new_too=True)
    assert isinstance(question, Question)
    assert both.session.confirm(question) is None
    await both.run(1)


async def leave(stack: AsyncExitStack, both: Lockstep, then: Callable[[], None]) -> None:
    """Close the client while time passes; once its log is written by nobody else any more, do something."""

    async def pass_time() -> None:
        while any(task.get_name() == "action log" for task in asyncio.all_tasks()):
            await both.clock.advance(TICK_S)
        then()
        while True:
            await both.clock.advance(TICK_S)

    passing = asyncio.create_task(pass_time())
    await stack.aclose()
    passing.cancel()
    await asyncio.wait([passing])


async def test_a_cancel_is_logged_step_by_step_with_what_it_cost(tmp_path: Path) -> None:
    async with lockstep(QUIET, state_dir=tmp_path) as both:
        order = a_young_order(both)
        await both.until(lambda: order in both.rows(), 3)
        both.confirm(order)
        await both.until(lambda: both.outcomes().get(order) == "cancelled", 5)
        await both.run(1)
        entries = logged(tmp_path)
    steps = {entry.step: entry for entry in entries if entry.order == order}
    assert list(steps)[:2] == ["asked", "sent"]
    assert set(list(steps)[2:]) == {"answered", "outcome"}  # the stream may speak before the answer
    asked, outcome = steps["asked"], steps["outcome"]
    assert (asked.program, asked.venue, asked.account) == ("monitor", "simulator", "alice")
    assert (asked.cost_low, asked.cost_high) == ("8", "8")
    assert (outcome.outcome, outcome.cost_low, outcome.cost_high) == ("cancelled", "8", "8")
    assert outcome.request == asked.request
    assert outcome.filled == "0.00000000"  # never 0E-8


async def test_a_refusal_is_logged_with_the_words_of_the_exchange(tmp_path: Path) -> None:
    async with lockstep(QUIET, state_dir=tmp_path) as both:
        order = min(both.true_orders())
        inject(both, "error", match={"method": "cancel_order"}, errors=["EOrder:Rate limit exceeded"])
        both.confirm(order)
        await both.until(lambda: both.outcomes().get(order) == "refused", 5)
        await both.run(1)
        steps = {entry.step: entry for entry in logged(tmp_path)}
    assert steps["answered"].answer == "EOrder:Rate limit exceeded"
    assert steps["outcome"].outcome == "refused"
    assert steps["outcome"].cost_low is None


async def test_what_was_confirmed_is_logged_even_if_the_program_ends_at_once(tmp_path: Path) -> None:
    async with lockstep(QUIET, state_dir=tmp_path) as both:
        order = min(both.true_orders())
        both.confirm(order)
    assert [entry.step for entry in logged(tmp_path)][:2] == ["asked", "sent"]
    assert logged(tmp_path)[0].order == order


async def test_the_dead_mans_switch_is_logged_but_not_each_renewal(tmp_path: Path) -> None:
    async with lockstep(QUIET, state_dir=tmp_path) as both:
        for seconds in (60, 0):
            question = both.session.ask_switch()
            assert isinstance(question, SwitchQuestion)
            both.session.set_switch(question, seconds)
            await both.run(90 if seconds else 3)
        entries = logged(tmp_path)
    assert [(entry.act, entry.step, entry.what) for entry in entries] == [
        ("dead_man", "asked", "armed for 60 s"),
        ("dead_man", "answered", ""),
        ("dead_man", "asked", "disarmed"),
        ("dead_man", "answered", ""),
    ]


async def test_a_mass_cancel_is_logged_itself_and_for_every_order(tmp_path: Path) -> None:
    async with lockstep(QUIET, state_dir=tmp_path) as both:
        before = set(both.true_orders())
        question = both.session.ask_cancel_all(new_too=True)
        assert isinstance(question, Question)
        both.session.confirm(question)
        await both.run(8)
        entries = logged(tmp_path)
    whole = [entry for entry in entries if entry.act == "cancel_all"]
    count = len(before)
    assert [(entry.step, entry.what or entry.answer) for entry in whole[:3]] == [
        ("asked", "over the websocket, everything at once"),
        ("sent", ""),
        ("answered", f"count {count}"),
    ]
    assert [(entry.step, entry.outcome) for entry in whole[3:]] == [("outcome", "cancelled")]
    assert whole[3].what.endswith(f"it ended {count}, and {count} were seen to end.")
    ends = {entry.order: entry.outcome for entry in entries if entry.order and entry.step == "outcome"}
    assert ends == dict.fromkeys(before, "cancelled")
    assert {entry.request for entry in entries} == {whole[0].request}


async def test_every_cancel_of_everything_has_its_outcome_in_the_log(tmp_path: Path) -> None:
    """The second goes while the first is answered but not over."""
    async with lockstep(QUIET, state_dir=tmp_path) as both:
        await cancel_everything(both)
        await cancel_everything(both)
        await both.run(30)
    whole = [entry for entry in logged(tmp_path) if entry.act == "cancel_all"]
    asked = [entry.request for entry in whole if entry.step == "asked"]
    assert len(asked) == 2
    assert [entry.request for entry in whole if entry.step == "outcome"] == asked


async def test_one_that_is_refused_leaves_the_one_before_its_outcome(tmp_path: Path) -> None:
    async with lockstep(QUIET, state_dir=tmp_path) as both:
        await cancel_everything(both)
        await both.until(lambda: not both.session.unsettled(), 2)
        inject(both, "error", match={"method": "cancel_all"}, errors=["EOrder:Rate limit exceeded"])
        await cancel_everything(both)
        await both.run(30)
    outcomes = [entry.outcome for entry in logged(tmp_path) if (entry.act, entry.step) == MASS_END]
    assert outcomes == ["refused", "cancelled"]


async def test_where_the_log_cannot_be_written_there_is_one_notice_and_the_cancel_goes(
    tmp_path: Path,
) -> None:
    (tmp_path / FILE).mkdir()
    async with lockstep(QUIET, state_dir=tmp_path) as both:
        first, second = sorted(both.true_orders())[:2]
        for order in (first, second):
            both.confirm(order)
            await both.until(lambda order=order: both.outcomes().get(order) == "cancelled", 5)  # type: ignore[misc]
            await both.run(1)
        assert not {first, second} & set(both.true_orders())
        notices = [line.text for line in both.session.journal() if "action log" in line.text]
    assert len(notices) == 1
    assert "cancels go on without" in notices[0]
    assert both.host.last_words == (
        f"The action log {tmp_path / FILE} lacks up to 8 entries of this run: Is a directory.",
    )


async def test_who_holds_the_log_while_we_close_gets_a_moment_to_let_go(tmp_path: Path) -> None:
    (tmp_path / FILE).touch()
    with (tmp_path / FILE).open("rb") as held:
        async with AsyncExitStack() as stack:
            both = await stack.enter_async_context(lockstep(QUIET, state_dir=tmp_path))
            fcntl.flock(held, fcntl.LOCK_EX)
            order = min(both.true_orders())
            both.confirm(order)
            await both.until(lambda: both.outcomes().get(order) == "cancelled", 5)
            await leave(stack, both, lambda: fcntl.flock(held, fcntl.LOCK_UN))
    assert {entry.step for entry in logged(tmp_path) if entry.order} == STEPS
    assert both.host.last_words == ()


async def test_what_a_log_lacks_that_is_held_to_the_end_is_said(tmp_path: Path) -> None:
    (tmp_path / FILE).touch()
    with (tmp_path / FILE).open("rb") as held:
        async with AsyncExitStack() as stack:
            both = await stack.enter_async_context(lockstep(QUIET, state_dir=tmp_path))
            fcntl.flock(held, fcntl.LOCK_EX)
            both.confirm(min(both.true_orders()))
            await both.run(3)
            await leave(stack, both, lambda: None)
    assert both.host.last_words == (
        f"The action log {tmp_path / FILE} lacks up to 4 entries of this run: another program held it.",
    )


async def test_a_cancel_that_this_program_did_not_see_settle_is_logged_as_unknown(tmp_path: Path) -> None:
    """F33d: whoever opens the log looks for just this one."""
    async with lockstep(QUIET, state_dir=tmp_path) as both:
        inject(both, "drop_answer", match={"method": "cancel_order"}, **{"effect": "before", "as": "silence"})
        order = min(both.true_orders())
        both.confirm(order)
        await both.run(7)
        assert both.outcomes() == {}
    last = logged(tmp_path)[-1]
    assert (last.order, last.step, last.outcome) == (order, "outcome", "unknown")
    assert last.what == "this program ended before it was settled"


async def test_a_cancel_of_everything_that_was_not_seen_to_end_is_logged_as_unknown(tmp_path: Path) -> None:
    async with lockstep(QUIET, state_dir=tmp_path) as both:
        inject(both, "drop_answer", match={"method": "cancel_all"}, **{"effect": "before", "as": "silence"})
        await cancel_everything(both)
        await both.run(7)
    (whole,) = [one for one in logged(tmp_path) if one.act == "cancel_all" and one.step == "outcome"]
    assert whole.outcome == "unknown"
