"""Points of a pair that scripts ask for: when they are granted, and what a booking does to the count."""

import asyncio
from collections.abc import Awaitable
from pathlib import Path

import pytest

from krakentui.budget.ledger import Ledger
from krakentui.engine.link import LinkLost
from krakentui.engine.points import Granted, NotYet, Points, Wish
from krakentui.model.booking import PointsBooked
from krakentui.model.clock import SECOND
from krakentui.model.event import Happening
from krakentui.model.limit import POINT, units
from krakentui.model.symbol import Names
from krakentui.wire import broker as say
from tests.budget.acts import BTC, a_ledger, snapshot, stream, told
from tests.engine.test_link import a_follower, a_stranger
from tests.engine.test_sharing import Table, gauge
from tests.support.clock import ManualClock, settle

PAIRS = Names(pairs={"BTC/USD": "BTC/USD", "XBTUSD": "BTC/USD", "XBT/USD": "BTC/USD"})


@pytest.fixture
def table(tmp_path: Path) -> Table:
    return Table(tmp_path)


class Shop:
    """A ledger that hears what is booked, and scripts that ask."""

    def __init__(self, names: Names = PAIRS, ledger: Ledger | None = None) -> None:
        self.clock = ManualClock(mono_ns=0)
        self.ledger = ledger or a_ledger(hidden_s=0)
        self.points = Points("alice", lambda: self.ledger, lambda: names, self.clock, self.tell)

    def tell(self, event: Happening) -> None:
        self.ledger = self.ledger.apply(event, self.clock.mono_ns(), {})

    def wants(
        self, points: int | str, pair: str = "BTC/USD", *, waits: bool = True, books: bool = True
    ) -> Granted | NotYet:
        return self.points.ask(Wish(pair=pair, units=units(points), waits=waits, books=books), "a script")

    def high(self, at_s: float = 0, pair: str = "BTC/USD") -> float:
        return self.ledger.engine_at(pair, round(at_s * SECOND)).high / POINT


def a_booking(points: int, name: str = "1") -> PointsBooked:
    return PointsBooked(scope=BTC, units=units(points), name=name, program="a script")


# --- what a booking does to the count -------------------------------------------------------------


def test_booked_points_count_at_once_and_leave_the_low_end_alone() -> None:
    counter = told(a_ledger(), 0, a_booking(8)).engine_at("BTC/USD", 0)
    assert (counter.low, counter.high) == (0, units(8))
    assert told(a_ledger(), 0, a_booking(8)).engine_at("ETH/USD", 0).high == 0


def test_the_acts_that_were_booked_for_count_once() -> None:
    ledger = told(a_ledger(hidden_s=0), 0, a_booking(3))
    for number in range(3):
        ledger = told(ledger, 0, stream(f"O{number}", "pending_new", 0, pair="BTC/USD"))
        assert ledger.engine_at("BTC/USD", 0).high == units(3)
    assert told(ledger, 0, stream("O4", "pending_new", 0, pair="BTC/USD")).engine_at(
        "BTC/USD", 0
    ).high == units(4)


def test_acts_on_another_pair_redeem_nothing() -> None:
    ledger = told(a_ledger(hidden_s=0), 0, a_booking(3), stream("O1", "pending_new", 0, pair="ETH/USD"))
    assert ledger.engine_at("BTC/USD", 0).high == units(3)


def test_an_act_redeems_the_oldest_booking_first_and_the_next_with_the_rest() -> None:
    ledger = told(a_ledger(hidden_s=0), 0, a_booking(1, "1"), a_booking(8, "2"))
    ledger = told(ledger, 0, *(stream(f"O{n}", "pending_new", 0, pair="BTC/USD") for n in range(4)))
    assert [flight.high for flight in ledger.engine["BTC/USD"].air] == [units(5)]
    assert ledger.engine_at("BTC/USD", 0).high == units(9)


def test_booked_points_that_nobody_was_seen_to_spend_count_as_spent() -> None:
    ledger = told(a_ledger(), 0, a_booking(8))
    assert ledger.engine_at("BTC/USD", 9 * SECOND).high == units(8)
    assert ledger.engine_at("BTC/USD", 11 * SECOND).high == units(8) - units("2.34") + units("2.34")  # a step
    assert ledger.engine_at("BTC/USD", 20 * SECOND).high == 0


# --- what is granted ------------------------------------------------------------------------------


def test_points_that_fit_are_granted_and_booked() -> None:
    shop = Shop()
    assert shop.wants(100) == Granted(pair="BTC/USD", low=0, high=units(100), ceiling=units(125))
    assert shop.high() == 100


def test_two_scripts_do_not_get_the_same_points() -> None:
    shop = Shop()
    assert isinstance(shop.wants(100), Granted)
    wait = shop.wants(100)
    assert isinstance(wait, NotYet)
    assert wait.until_ns is not None
    assert wait.why == "100 points may not fit on BTC/USD yet."
    assert shop.high() == 100, "what does not fit is not booked"


def test_who_only_asks_books_nothing() -> None:
    shop = Shop()
    assert isinstance(shop.wants(100, books=False), Granted)
    assert shop.high() == 0


def test_who_spends_does_not_wait() -> None:
    shop = Shop()
    for _ in range(2):
        assert isinstance(shop.wants(100, waits=False), Granted)
    assert shop.high() == 200


def test_points_fit_at_the_moment_that_was_told() -> None:
    shop = Shop(
        ledger=told(
            a_ledger(hidden_s=0), 0, *(stream(f"O{n}", "pending_new", 0, pair="BTC/USD") for n in range(60))
        )
    )
    wait = shop.wants(100)
    assert isinstance(wait, NotYet)
    assert wait.until_ns is not None
    shop.clock._move(wait.until_ns - 1)
    assert isinstance(shop.wants(100), NotYet)
    shop.clock._move(wait.until_ns)
    assert isinstance(shop.wants(100), Granted)


def test_more_than_the_ceiling_never_fits() -> None:
    wait = Shop().wants(126)
    assert wait == NotYet(until_ns=None, why="126 points can never fit on BTC/USD: its ceiling is 125.")


def test_more_than_the_ceiling_is_not_booked_at_once() -> None:
    shop = Shop()
    wait = shop.wants(126, waits=False)
    assert isinstance(wait, NotYet)
    assert wait.until_ns is None
    assert wait.why.startswith("126 points cannot be spent on BTC/USD at once: its ceiling is 125.")
    assert shop.high() == 0
    assert isinstance(shop.wants(125, waits=False), Granted)


def test_while_nobody_sees_the_acts_nothing_surely_fits() -> None:
    shop = Shop(ledger=Ledger.start(0, BTC.account, "alice", assume_tier="pro"))
    for second in (0, 1_000):
        shop.clock._move(second * SECOND)
        wait = shop.wants(1)
        assert isinstance(wait, NotYet)
        assert "Nobody sees yet what is done on BTC/USD" in wait.why
    shop.tell(snapshot())
    shop.clock._move(1_100 * SECOND)
    assert isinstance(shop.wants(1), Granted)


@pytest.mark.parametrize("typed", ["BTC/USD", "btc/usd", "XBTUSD", "xbt/usd"])
def test_a_pair_goes_by_any_of_its_names(typed: str) -> None:
    granted = Shop().wants(1, typed)
    assert isinstance(granted, Granted)
    assert granted.pair == "BTC/USD"


def test_a_pair_that_does_not_exist_is_told_from_one_that_is_full() -> None:
    wait = Shop().wants(1, "FOO/BAR")
    assert isinstance(wait, NotYet)
    assert wait.no_pair
    assert "no pair FOO/BAR" in wait.why


def test_a_pair_that_may_be_two_is_told_with_both() -> None:
    wait = Shop(Names(pairs={one: one for one in ("AB/CUSD", "ABC/USD")})).wants(1, "abcusd")
    assert isinstance(wait, NotYet)
    assert wait.no_pair
    assert wait.why == "abcusd may be AB/CUSD or ABC/USD: write the one that is meant."


@pytest.mark.parametrize("typed", ["/usd", "btc/", "/"])
def test_half_a_pair_is_never_taken_as_it_was_typed(typed: str) -> None:
    wait = Shop(Names()).wants(1, typed)
    assert isinstance(wait, NotYet)
    assert wait.why == f"The exchange has not told its names of pairs: write {typed} like BTC/USD."


def test_before_the_exchange_has_told_its_pairs_a_pair_is_taken_as_it_was_typed() -> None:
    granted, unclear = Shop(Names()).wants(1, "xbt/usd"), Shop(Names()).wants(1, "XBTUSD")
    assert isinstance(granted, Granted)
    assert granted.pair == "BTC/USD"
    assert isinstance(unclear, NotYet)
    assert unclear.no_pair


# --- through the owner ----------------------------------------------------------------------------


def a_wish(points: int, *, waits: bool = True) -> Wish:
    return Wish(pair="BTC/USD", units=units(points), waits=waits, books=True)


@pytest.mark.anyio
async def test_what_a_script_books_with_the_owner_is_in_everybodys_gauge(table: Table) -> None:
    async with table.sitting("monitor") as owner:
        await table.beat(90)
        async with table.sitting("stream") as follower:
            link = table.seats[-1].link
            assert link is not None
            granted = await link.book(a_wish(100))
            assert isinstance(granted, Granted)
            assert isinstance(await link.book(a_wish(100)), NotYet)
            await table.beat(1)
            for scene in (owner, follower):
                assert gauge(scene, "engine").high >= 100
            assert gauge(owner, "engine") == gauge(follower, "engine")


@pytest.mark.anyio
async def test_an_owner_that_does_not_answer_is_not_waited_for(table: Table) -> None:
    async with a_follower(table) as (_owner, _follower):
        link = table.seats[-1].link
        assert link is not None
        async with asyncio.TaskGroup() as group:
            task = group.create_task(_lost(link.book(a_wish(1))))
            await table.beat(2)
            assert task.done()
        assert task.result()


@pytest.mark.anyio
async def test_an_owner_that_goes_ends_the_wait(table: Table) -> None:
    async with a_follower(table) as (owner, _follower):
        link = table.seats[-1].link
        assert link is not None
        async with asyncio.TaskGroup() as group:
            task = group.create_task(_lost(link.book(a_wish(1))))
            await settle(30)
            owner.end()
            await settle(60)
            assert task.done()
        assert task.result()


async def _lost(work: Awaitable[object]) -> bool:
    try:
        await work
    except LinkLost:
        return True
    return False


@pytest.mark.parametrize("amount", [0, -POINT, 1_001 * POINT, 1 << 62])
@pytest.mark.anyio
async def test_a_program_that_books_what_no_pair_has_is_left(amount: int, table: Table) -> None:
    async with a_stranger(table) as (owner, stranger):
        before = owner.session.state.ledger
        stranger.says(say.Book(1, "BTC/USD", amount, waits=False, books=True))
        await settle(80)
        assert isinstance(stranger.heard[-1], say.Sorry)
        assert owner.session.state.ledger is before
