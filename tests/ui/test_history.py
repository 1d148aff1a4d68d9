"""The history screen: nothing is read unasked, its cost stands above, rows are filtered and exported."""

from collections.abc import Sequence
from decimal import Decimal

import pytest
from msgspec import structs

from krakentui.model.history import FeeRow, FeesTold, HistoryKind, LedgerEntry, Past, PastTrade
from krakentui.model.order import OrderPatch
from krakentui.ui.screens.history import HistoryScreen
from tests.support.clock import WALL_START
from tests.ui.kept import same_as_grid
from tests.ui.opening import NARROW, WIDE, opened
from tests.ui.views import FakeFace, a_history

pytestmark = pytest.mark.anyio
MINUTE = 60 * 10**9
LONG_NAME = "krakentui-simulator-a-long-account-closed-orders-20270310T090000Z"


def a_trade(number: int, pair: str = "BTC/USD") -> PastTrade:
    return PastTrade(
        id=f"TAAAAA-BBBBB-{number:06}",
        order_id=f"OAAAAA-BBBBB-{number:06}",
        pair=pair,
        side="buy" if number % 2 else "sell",
        type="limit",
        price=Decimal("64000.1"),
        qty=Decimal("0.015"),
        cost=Decimal("960.0015"),
        fee=Decimal("2.4"),
        maker=bool(number % 2),
        at_ns=WALL_START - number * MINUTE,
    )


def an_entry(number: int) -> LedgerEntry:
    return LedgerEntry(
        id=f"LAAAAA-BBBBB-{number:06}",
        ref_id=f"TAAAAA-BBBBB-{number:06}",
        at_ns=WALL_START - number * MINUTE,
        type="trade",
        subtype="",
        asset="BTC" if number % 2 else "USD",
        amount=Decimal("-0.015"),
        fee=Decimal("0.0024"),
        balance=Decimal("1.31583"),
    )


def an_order(number: int) -> OrderPatch:
    return OrderPatch(
        id=f"OAAAAA-BBBBB-{number:06}",
        status="filled" if number % 2 else "canceled",
        pair="BTC/USD",
        side="buy",
        type="limit",
        limit_price=Decimal("64000.1"),
        filled=Decimal("0.015") if number % 2 else Decimal(0),
        average=Decimal("63990.5") if number % 2 else None,
        fee=Decimal("2.4") if number % 2 else Decimal(0),
        reason=None if number % 2 else "User requested",
        said_ns=WALL_START - number * MINUTE,
    )


def full() -> FakeFace:
    face = FakeFace()
    face.histories = {
        "orders": a_history("orders", *map(an_order, range(12))),
        "trades": a_history("trades", *map(a_trade, range(9)), a_trade(9, "ETH/USD")),
        "ledger": a_history("ledger", *map(an_entry, range(10))),
    }
    return face


async def test_opening_it_reads_nothing_and_says_what_reading_costs() -> None:
    async with opened() as screen:
        await screen.press("H")
        assert isinstance(screen.app.screen, HistoryScreen)
        assert screen.face.pages == []
        assert "up to 4 REST points; 2–5 of 20 used" in screen.text()
        assert "Nothing was read yet" in screen.text()


async def test_enter_reads_the_next_page_and_r_the_newest_again() -> None:
    async with opened(full()) as screen:
        await screen.press("H", "enter", "tab", "r", "f")
        assert screen.face.pages == [("orders", False), ("trades", True), ("fees", True)]


async def test_words_narrow_the_rows_and_escape_shows_all_again() -> None:
    async with opened(full()) as screen:
        await screen.press("H", "tab", "slash", *"eth buy", "enter")
        assert "1 of 10 shown" in screen.text()
        await screen.press("escape")
        assert isinstance(screen.app.screen, HistoryScreen)
        assert "10 rows" in screen.text()
        await screen.press("escape")
        assert not isinstance(screen.app.screen, HistoryScreen)


async def test_worth_and_fee_name_their_currency() -> None:
    face = FakeFace()
    trades = a_trade(1), a_trade(2, "BTC/EUR"), structs.replace(a_trade(3), fee_asset="BTC")
    face.histories = {
        "orders": a_history("orders", an_order(1)),
        "trades": a_history("trades", *trades),
        "ledger": a_history("ledger"),
    }
    async with opened(face) as screen:
        await screen.press("H")
        assert " 2.4000 USD " in screen.text()
        await screen.press("tab")
        rows = [" ".join(row.split()) for row in screen.lines() if "2027-03-10" in row]
        told = ("960.00 USD 2.4000 USD", "960.00 EUR 2.4000 EUR", "960.00 USD 2.4000 BTC")
        assert [money in row for money, row in zip(told, rows, strict=True)] == [True] * 3


async def test_the_fees_of_every_pair_are_told() -> None:
    face = full()
    pairs = [f"P{number}/USD" for number in range(9)]
    rows = tuple(
        FeeRow(pair=pair, taker=None, maker=None, next_taker=None, next_volume=None) for pair in pairs
    )
    fees = FeesTold(account="alice", currency="USD", volume=Decimal(58066), rows=rows)
    face.histories["orders"] = a_history("orders", an_order(1), fees=fees)
    async with opened(face, size=NARROW) as screen:
        await screen.press("H")
        assert [pair for pair in pairs if pair not in screen.text()] == []


async def test_what_is_shown_is_exported() -> None:
    async with opened(full()) as screen:
        await screen.press("H", "tab", "slash", *"eth", "enter", "e")
        ((kind, rows),) = screen.face.exported
        assert kind == "trades"
        assert [row.id for row in rows] == ["TAAAAA-BBBBB-000009"]
        assert "1 rows written." in screen.text()


class ExportingFace(FakeFace):
    def export(self, kind: HistoryKind, rows: Sequence[Past]) -> str:
        return f"12 rows written to /a/folder:\n{LONG_NAME}.csv\n{LONG_NAME}.json"


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_the_name_of_a_file_is_never_broken(size: tuple[int, int]) -> None:
    async with opened(ExportingFace(), size=size) as screen:
        await screen.press("H", "e")
        text = screen.text()
        assert "12 rows written to /a/folder:" in text
        assert f" {LONG_NAME}.csv " in text
        assert f" {LONG_NAME}.json " in text


async def test_privacy_hides_amounts_and_ids() -> None:
    async with opened(full()) as screen:
        await screen.press("p", "H", "tab")
        assert "960.00" not in screen.text()
        assert "TAAAAA" not in screen.text()


async def test_the_fees_stand_above_the_rows() -> None:
    face = full()
    row = FeeRow(
        pair="BTC/USD", taker=Decimal("0.2400"), maker=Decimal("0.1400"), next_taker=None, next_volume=None
    )
    fees = FeesTold(account="alice", currency="USD", volume=Decimal(58066), rows=(row,))
    face.histories["orders"] = a_history("orders", an_order(1), fees=fees)
    async with opened(face) as screen:
        await screen.press("H")
        assert "30-day volume 58,066.00 USD; maker/taker BTC/USD 0.14%/0.24%" in screen.text()


@pytest.mark.parametrize(("name", "size"), [("wide", WIDE), ("narrow", NARROW)])
@pytest.mark.parametrize(("kind", "tabs"), [("orders", 0), ("trades", 1), ("ledger", 2)])
async def test_each_kind_at_both_sizes(kind: str, tabs: int, name: str, size: tuple[int, int]) -> None:
    async with opened(full(), size=size) as screen:
        await screen.press("H", *["tab"] * tabs)
        same_as_grid(f"history-{kind}-{name}", screen.lines())
