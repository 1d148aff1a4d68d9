"""The guided trial against the simulated exchange: the test is the user who places and cancels elsewhere."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from krakentui.budget.findings import findings
from krakentui.commands import calibration
from krakentui.commands.limits_calibrate import Guide
from krakentui.commands.parser import Given
from krakentui.simulator import Options
from tests.whole.lockstep import Lockstep, lockstep

PAIR, OTHER = "XRP/USD", "ADA/USD"
PRICE = {PAIR: "1", OTHER: "0.5"}
QTY = {PAIR: "23.75", OTHER: "51.5"}


class Trial:
    """One trial: the exchange, the guide, and the hands of the user."""

    def __init__(self, both: Lockstep, guide: Guide, said: list[str], task: asyncio.Task[int]) -> None:
        self.both = both
        self.guide = guide
        self.said = said
        self.task = task

    def act(self, **what: object) -> list[str]:
        told: Any = self.both.exchange.command("account", {"as": "other", **what})
        return list(told["orders"])

    def place(self, pair: str = PAIR) -> str:
        order = {"pair": pair, "side": "buy", "type": "limit", "qty": QTY[pair], "price": PRICE[pair]}
        return self.act(order=order)[0]

    async def wait(self, seconds: float) -> None:
        await self.both.cross()
        await self.both.run(seconds, 0.1)

    async def whole(self, *, second_pair: bool = False, fill: bool = False) -> None:
        """Do all that is asked for."""
        first = self.place()
        if second_pair:
            self.place(OTHER)
        await self.wait(0.2)
        second = self.place()
        await self.wait(2.8)
        self.act(cancel={"id": first})
        await self.wait(5)
        self.act(amend={"id": second, "qty": "27.25"})
        await self.wait(9)
        if fill:
            self.act(fill={"id": second, "qty": "5"})
        await self.wait(3)
        self.act(cancel={"id": second})
        await self.wait(4)

    def found(self) -> dict[str, str]:
        told = findings(self.guide.trial, self.guide.decay)
        return {one.point: one.answer if one.settled else f"not settled: {one.answer}" for one in told}

    def report(self) -> str:
        return calibration.report(
            self.guide.trial, venue="simulator", tier="intermediate", decay=self.guide.decay, wall_ns=0
        )


@asynccontextmanager
async def a_trial(
    options: Options | None = None,
    *,
    pair: str = PAIR,
    seconds: float | None = None,
    **knobs: object,
) -> AsyncIterator[Trial]:
    options = options or Options(manual=True, quiet=True)
    async with lockstep(options, audit=True, warm_s=2) as both:
        both.exchange.command("ratecount", dict(knobs))
        said: list[str] = []
        guide = Guide(both.session, said.append)
        both.session.listen(guide.heard)
        task = asyncio.get_running_loop().create_task(guide.walk(Given(pair=pair, seconds=seconds), 1.0))
        await both.run(8)
        trial = Trial(both, guide, said, task)
        try:
            yield trial
        finally:
            task.cancel()


@pytest.mark.anyio
async def test_the_whole_trial_settles_what_it_can_and_ends_by_itself() -> None:
    async with a_trial() as trial:
        await trial.whole(second_pair=True)
        assert trial.task.done()
        assert trial.task.result() == 0
        assert trial.found() == {
            "How the counter is written": "as text, the first was 1.00",
            "Its fraction": "with its decimals",
            "How it drains": "steadily",
            "The points of the act itself": "are in it",
            "Below zero": "it stops at zero",
            "Both when an order is new and when it is open": "pending 3 of 3, open 3 of 3 carried it",
            "In fills": "not settled: a fill was not seen",
            "In the snapshot": "2 of 2 carried it",
            "A counter for each pair": "yes",
            "On the new websocket too": "no, none of its 9 updates carried it",
            "A single cancel above the ceiling, and the cost of cancelling everything there": (
                "not settled: not tried on purpose: it takes a burst of a whole ceiling"
            ),
        }


@pytest.mark.anyio
async def test_each_step_is_asked_for_when_its_time_has_come() -> None:
    async with a_trial() as trial:
        await trial.whole()
        asked = [line.removeprefix("-> ") for line in trial.said if line.startswith("-> ")]
        assert [line.split(".")[0] for line in asked] == [
            "Place A1, and A2 0",
            "A1 is there",
            "A1 and A2 are there",
            "A1 is gone",
            "A2 is amended",
            "The snapshot is there",
        ]


@pytest.mark.anyio
async def test_each_update_is_said_as_it_comes() -> None:
    async with a_trial() as trial:
        await trial.whole()
        lines = [line for line in trial.said if line.lstrip().startswith("+")]
        assert any("A2 pending   old websocket: 1.53 as text" in line for line in lines)
        assert any("A1 canceled  new websocket: no counter" in line for line in lines)


@pytest.mark.anyio
async def test_the_report_shows_every_act_and_names_no_order_and_no_amount() -> None:
    async with a_trial() as trial:
        ids = {*trial.both.true_orders()}
        await trial.whole()
        report = trial.report()
        assert "redacted" in report.splitlines()[0]
        assert "ceilings: old websocket 125, new websocket 125" in report
        rows = [line.split() for line in report.splitlines() if line.startswith(("A1", "A2"))]
        assert [(row[0], row[1], row[3], row[-1]) for row in rows] == [
            ("A1", "pending", "1.00", "1"),
            ("A1", "open", "1.00", "1"),
            ("A2", "pending", "1.53", "1.53"),
            ("A2", "open", "1.53", "1.53"),
            ("A1", "canceled", "8.00", "8"),
            ("A2", "amended", "3.00", "3"),
            ("A2", "canceled", "5.00", "5"),
        ]
        ids |= {str(one) for one in trial.guide.trial.orders}
        assert not [one for one in (*ids, "alice", "23.75", "27.25", "51.5") if one in report]


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("kind", "written"),
    [("string", "as text, the first was 1.00"), ("float", "as a number with decimals, the first was 1.00")],
)
async def test_both_ways_to_write_decimals_are_told_apart(kind: str, written: str) -> None:
    async with a_trial(kind=kind) as trial:
        await trial.whole()
        assert trial.found()["How the counter is written"] == written
        assert trial.found()["How it drains"] == "steadily"


@pytest.mark.anyio
async def test_whole_numbers_leave_open_what_they_cannot_tell() -> None:
    async with a_trial(kind="int") as trial:
        await trial.whole()
        found = trial.found()
        assert found["How the counter is written"] == "as a whole number, the first was 1"
        assert found["How it drains"].startswith("not settled: steadily or in steps")
        assert found["The points of the act itself"] == "are in it"
        assert found["Below zero"] == "it stops at zero"


@pytest.mark.anyio
async def test_a_counter_that_never_comes_leaves_everything_open_but_the_stream() -> None:
    async with a_trial(present=False) as trial:
        await trial.whole()
        assert trial.task.done()
        settled = [point for point, answer in trial.found().items() if not answer.startswith("not settled")]
        assert settled == [
            "Both when an order is new and when it is open",
            "In the snapshot",
            "On the new websocket too",
        ]
        assert trial.found()["In the snapshot"] == "0 of 1 carried it"


@pytest.mark.anyio
@pytest.mark.parametrize("told", [True, False])
async def test_snapshots_and_fills_are_looked_at(told: bool) -> None:
    async with a_trial(snapshot=told, fills=told) as trial:
        await trial.whole(fill=True)
        count = "1" if told else "0"
        assert trial.found()["In the snapshot"] == f"{count} of 1 carried it"
        assert trial.found()["In fills"] == f"{count} of 1 carried it"


@pytest.mark.anyio
async def test_a_stream_that_tells_the_counter_too_is_found_out() -> None:
    async with a_trial(Options(manual=True, quiet=True, rules="lenient")) as trial:
        await trial.whole()
        assert trial.found()["On the new websocket too"] == (
            "yes, as `ratecount`, with the same figure in 7 of 7 updates"
        )


@pytest.mark.anyio
async def test_steps_look_like_a_rounded_drain_and_that_is_said() -> None:
    async with a_trial(Options(manual=True, quiet=True, rules="strict")) as trial:
        await trial.whole()
        assert trial.found()["How it drains"].startswith("not settled: steadily or in steps, each second")
        assert trial.found()["The points of the act itself"] == "are in it"


@pytest.mark.anyio
async def test_another_hand_on_the_pair_is_noticed() -> None:
    async with a_trial() as trial:
        older = next(one for one, order in trial.both.true_orders().items() if order["pair"] == PAIR)
        first = trial.place()
        await trial.wait(0.2)
        trial.act(cancel={"id": older})
        second = trial.place()
        await trial.wait(2.8)
        trial.act(cancel={"id": first})
        await trial.wait(5)
        trial.act(cancel={"id": second})
        await trial.wait(3)
        assert trial.guide.trial.disturbed


@pytest.mark.anyio
async def test_an_order_on_another_pair_does_not_begin_a_trial_of_a_chosen_one() -> None:
    async with a_trial(pair="XRPUSD") as trial:
        trial.place(OTHER)
        await trial.wait(1)
        assert trial.guide.trial.orders == {}
        trial.place(PAIR)
        await trial.wait(1)
        assert [*trial.guide.trial.orders.values()] == ["A1"]


@pytest.mark.anyio
async def test_it_says_which_orders_it_takes_for_those_of_the_trial() -> None:
    async with a_trial() as trial:
        assert (
            "The next new orders on XRP/USD are taken for A1 and A2, whoever places them." in trial.said[-2]
        )
        trial.place()
        await trial.wait(1)
        told = [line for line in trial.said if "is taken to be" in line]
        assert told == ["A1 is taken to be: buy 23.75 XRP/USD at 1.00000."]


@pytest.mark.anyio
async def test_what_is_known_can_be_told_at_any_moment() -> None:
    async with a_trial() as trial:
        assert "No order of the trial was seen." in trial.report()
        trial.place()
        await trial.wait(1)
        assert not trial.task.done()
        assert "as text, the first was 1.00" in trial.report()
        assert "not settled (no order was placed on a second pair)" in trial.report()


@pytest.mark.anyio
async def test_it_gives_up_when_the_time_is_over() -> None:
    async with a_trial(seconds=20) as trial:
        trial.place()
        await trial.wait(13)
        assert trial.task.result() == 1
        assert trial.said[-1] == "The time is over before the trial is."


@pytest.mark.anyio
async def test_nothing_is_ever_placed_or_cancelled_by_us() -> None:
    async with a_trial() as trial:
        await trial.whole()
        ours = [
            str(row["what"]).removeprefix("/0/private/")
            for row in trial.both.verdicts()
            if str(row["surface"]).startswith("spot-ws") or "Order" in str(row["what"])
        ]
        assert {what.split()[0] for what in ours} <= {"subscribe", "ping", "OpenOrders", "QueryOrders"}
