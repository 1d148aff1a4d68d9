"""What has been: closed orders, trades, ledger entries, and the fees that the volume earns.

Each kind comes in pages of at most 50, newest first (REST reference 4.3, 4.4).
"""

from decimal import Decimal
from typing import Literal

from msgspec import Struct

from krakentui.model.event import Happening
from krakentui.model.order import OrderPatch

HistoryKind = Literal["orders", "trades", "ledger"]
PAGE = 50
"""Rows of a full page."""


class PastTrade(Struct, frozen=True, kw_only=True):
    """One fill of one of our orders."""

    id: str
    order_id: str
    pair: str | None
    side: str | None
    type: str | None
    """Of the order; None = not told."""
    price: Decimal
    qty: Decimal
    cost: Decimal | None
    fee: Decimal | None
    maker: bool | None
    at_ns: int
    """The exchange's clock."""
    fee_asset: str | None = None
    """What the fee was taken in, where that is told; pages count it in the pair's quote currency."""


class LedgerEntry(Struct, frozen=True, kw_only=True):
    """One movement of one asset."""

    id: str
    ref_id: str
    """Shared by both legs of a trade."""
    at_ns: int
    type: str
    subtype: str
    asset: str
    amount: Decimal
    fee: Decimal | None
    balance: Decimal | None
    """After it."""


Past = OrderPatch | PastTrade | LedgerEntry


class FeeRow(Struct, frozen=True, kw_only=True):
    """What a pair's trades cost now, in percent."""

    pair: str
    taker: Decimal | None
    maker: Decimal | None
    next_taker: Decimal | None
    next_volume: Decimal | None
    """Volume of 30 days from which the next taker fee counts."""


class HistoryAsked(Happening, frozen=True, kw_only=True):
    """A page is on its way."""

    account: str
    kind: HistoryKind
    again: bool
    """The newest page once more, not the next older one."""


class HistoryCame(Happening, frozen=True, kw_only=True):
    """A page came; `rows` are as the exchange listed them."""

    account: str
    kind: HistoryKind
    rows: tuple[Past, ...]


class HistoryFailed(Happening, frozen=True, kw_only=True):
    """A page did not come; `why` is a sentence."""

    account: str
    kind: HistoryKind
    why: str


class FeesTold(Happening, frozen=True, kw_only=True):
    """The volume of 30 days and the fees that go with it."""

    account: str
    currency: str
    volume: Decimal
    rows: tuple[FeeRow, ...]


def quote_of(pair: str | None) -> str | None:
    """Tell in what a pair's costs are counted."""
    return pair.rpartition("/")[2] if pair and "/" in pair else None


def fee_asset_of(row: PastTrade) -> str | None:
    """Tell what the fee of a trade is counted in; None = there is no fee, or it is not known."""
    return None if row.fee is None else row.fee_asset or quote_of(row.pair)


def instant_of(row: Past) -> int:
    """Tell when a row happened, by the exchange's clock: an order when it was closed."""
    return (row.said_ns or row.opened_ns or 0) if isinstance(row, OrderPatch) else row.at_ns
