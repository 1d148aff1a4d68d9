"""What a market shows: best prices, trades, candles, book levels, the state of the exchange."""

from decimal import Decimal

from msgspec import Struct


class Ticker(Struct, frozen=True, kw_only=True):
    """The best prices of one pair and its last 24 hours. None = not told."""

    symbol: str
    bid: Decimal | None = None
    bid_qty: Decimal | None = None
    ask: Decimal | None = None
    ask_qty: Decimal | None = None
    last: Decimal | None = None
    volume: Decimal | None = None
    vwap: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    change: Decimal | None = None
    change_pct: Decimal | None = None
    exchange_ns: int | None = None
    """When the exchange says this was true (wall time), where it says so."""


class Trade(Struct, frozen=True, kw_only=True):
    """One public trade; `side` is the taker's."""

    symbol: str
    side: str
    price: Decimal
    qty: Decimal
    trade_id: int
    exchange_ns: int


class Candle(Struct, frozen=True, kw_only=True):
    """One bar; it is final when a later one has begun."""

    symbol: str
    interval_min: int
    begin_ns: int
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal
    vwap: Decimal | None = None
    trades: int = 0


class Level(Struct, frozen=True):
    """One price of a book."""

    price: Decimal
    qty: Decimal


class Maintenance(Struct, frozen=True, kw_only=True):
    """One announced maintenance (`upcoming_maintenance` of `status`), texts already cleaned."""

    title: str
    starts_ns: int | None = None
    ends_ns: int | None = None
    cancel_before_ns: int | None = None
    services: tuple[str, ...] = ()
    advice: str = ""
