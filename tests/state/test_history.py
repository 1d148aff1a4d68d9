"""Pages of history: joined without doubles and holes, whatever arrives between two of them."""

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from krakentui.model.event import FillSeen
from krakentui.model.history import (
    PAGE,
    HistoryAsked,
    HistoryCame,
    HistoryFailed,
    LedgerEntry,
    Past,
    PastTrade,
)
from krakentui.model.order import Fill
from krakentui.state.history import History
from tests.support.builders import ACCOUNT


def a_row(number: int, at_ns: int) -> LedgerEntry:
    return LedgerEntry(
        id=f"L{number:05}",
        ref_id="T1",
        at_ns=at_ns,
        type="trade",
        subtype="",
        asset="BTC",
        amount=Decimal(1),
        fee=None,
        balance=None,
    )


class Exchange:
    """Lists rows as REST does: newest first, 50 a page, up to and with an instant."""

    def __init__(self, *at: int) -> None:
        self.rows: list[LedgerEntry] = []
        for one in at:
            self.add(one)

    def add(self, at_ns: int) -> None:
        self.rows.append(a_row(len(self.rows), at_ns))

    def page(self, end_ns: int | None, skip: int) -> tuple[Past, ...]:
        listed = sorted(self.rows, key=lambda row: (-row.at_ns, row.id))
        fits = [row for row in listed if end_ns is None or row.at_ns <= end_ns]
        return tuple(fits[skip : skip + PAGE])


def ask(history: History, exchange: Exchange, *, again: bool = False) -> None:
    shelf = history.shelves["ledger"]
    history.take(HistoryAsked(account=ACCOUNT, kind="ledger", again=again))
    page = exchange.page(None if again else shelf.oldest_ns, 0 if again else shelf.skip)
    history.take(HistoryCame(account=ACCOUNT, kind="ledger", rows=page))


def ids(history: History) -> list[str]:
    return [row.id for row in history.shelves["ledger"].rows]


def read_all(history: History, exchange: Exchange) -> None:
    for _ in range(100):
        if history.shelves["ledger"].complete:
            return
        ask(history, exchange)
    raise AssertionError("it never ends")


@given(st.lists(st.integers(1, 40), max_size=300), st.lists(st.integers(41, 60), max_size=120))
@settings(max_examples=60)
def test_all_pages_give_every_row_once_though_rows_arrive_meanwhile(old: list[int], new: list[int]) -> None:
    exchange, history = Exchange(*old), History(ACCOUNT)
    ask(history, exchange)
    for at_ns in new:
        exchange.add(at_ns)
    read_all(history, exchange)
    told = ids(history)
    assert len(told) == len(set(told))
    assert {row.id for row in exchange.rows if row.at_ns <= 40} <= set(told)


def test_a_whole_page_of_one_instant_is_passed_over() -> None:
    exchange, history = Exchange(*[7] * 170, 3), History(ACCOUNT)
    read_all(history, exchange)
    assert len(ids(history)) == 171


def test_the_newest_page_again_joins_what_is_known() -> None:
    exchange, history = Exchange(*range(1, 121)), History(ACCOUNT)
    ask(history, exchange)
    exchange.add(200)
    ask(history, exchange, again=True)
    assert len(ids(history)) == 51
    read_all(history, exchange)
    assert len(ids(history)) == 121


def test_rows_beyond_a_hole_are_not_shown_as_if_nothing_lay_between() -> None:
    exchange, history = Exchange(*range(1, 121)), History(ACCOUNT)
    read_all(history, exchange)
    for at_ns in range(200, 300):
        exchange.add(at_ns)
    ask(history, exchange, again=True)
    assert len(ids(history)) == PAGE
    assert not history.shelves["ledger"].complete
    read_all(history, exchange)
    assert len(ids(history)) == 220


def test_a_page_that_did_not_come_changes_no_row_and_says_why() -> None:
    exchange, history = Exchange(1, 2), History(ACCOUNT)
    ask(history, exchange)
    history.take(HistoryAsked(account=ACCOUNT, kind="ledger", again=True))
    history.take(HistoryFailed(account=ACCOUNT, kind="ledger", why="No answer."))
    shelf = history.shelves["ledger"]
    assert (len(shelf.rows), shelf.asking, shelf.why) == (2, False, "No answer.")


def a_fill(exec_id: str, at_ns: int, **told: object) -> FillSeen:
    fill = Fill(
        account=ACCOUNT,
        exec_id=exec_id,
        order_id="O1",
        pair="BTC/USD",
        side="buy",
        price=Decimal(1),
        qty=Decimal(1),
        cost=None,
        exchange_ns=at_ns,
        is_history=False,
    )
    return FillSeen(fill=structs.replace(fill, **told))


def test_what_the_stream_tells_of_a_fill_stands_in_its_row() -> None:
    history = History(ACCOUNT)
    history.take(a_fill("T1", 5, type="limit", maker=True, fees=(("BTC", Decimal("0.01")),)))
    (row,) = history.trades()
    assert (row.type, row.maker, row.fee, row.fee_asset) == ("limit", True, Decimal("0.01"), "BTC")


def test_a_fee_in_two_assets_is_not_told_as_one() -> None:
    history = History(ACCOUNT)
    history.take(a_fill("T1", 5, fees=(("BTC", Decimal("0.01")), ("USD", Decimal(1)))))
    (row,) = history.trades()
    assert (row.fee, row.fee_asset) == (None, None)


def test_fills_of_the_stream_cost_nothing_and_are_there_once() -> None:
    history = History(ACCOUNT)
    history.take(a_fill("T1", 5))
    history.take(a_fill("T1", 5))
    history.take(a_fill("T2", 6))
    listed = PastTrade(
        id="T1",
        order_id="O1",
        pair="BTC/USD",
        side="buy",
        type="limit",
        price=Decimal(1),
        qty=Decimal(1),
        cost=Decimal(1),
        fee=Decimal("0.1"),
        maker=True,
        at_ns=5,
    )
    history.take(HistoryCame(account=ACCOUNT, kind="trades", rows=(listed,)))
    assert [(row.id, row.maker) for row in history.trades()] == [("T2", None), ("T1", True)]
