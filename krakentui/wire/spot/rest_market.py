"""Public REST results -> events: assets, pairs, tickers, candles, the state of the exchange."""

from collections.abc import Callable
from decimal import Decimal

from msgspec import Raw, Struct, convert, json

from krakentui.model.event import (
    CandlesSeen,
    Happening,
    InstrumentsSeen,
    SystemSeen,
    TickerSeen,
    Unknown,
)
from krakentui.model.market import Candle, Ticker
from krakentui.model.number import bounded
from krakentui.model.symbol import AssetInfo, Names, PairInfo, wsname_symbol
from krakentui.model.text import clean
from krakentui.wire.spot.envelope import Asked, garbled, nonsense, read_table
from krakentui.wire.spot.frames import MaintenanceRow, Whole
from krakentui.wire.spot.market import maintenance, places, sane
from krakentui.wire.spot.salvage import UNREADABLE, fit, plain
from krakentui.wire.spot.times import SECOND

DARK_POOL = ".d"
"""Ending of the altnames of pairs without a visible market (2021 list)."""

_Bar = tuple[Whole, Decimal, Decimal, Decimal, Decimal, Decimal, Decimal, Whole]


class _AssetRow(Struct, frozen=True):
    altname: str
    decimals: Whole
    display_decimals: Whole | None = None
    status: str | None = None


class _PairRow(Struct, frozen=True):
    altname: str
    base: str
    quote: str
    pair_decimals: Whole
    lot_decimals: Whole
    cost_decimals: Whole | None = None
    wsname: str | None = None
    status: str | None = None
    tick_size: Decimal | None = None
    ordermin: Decimal | None = None
    costmin: Decimal | None = None


class _TickerRow(Struct, frozen=True):
    """Best ask, best bid, last trade; volume, vwap, low, high of [today, 24 hours]."""

    a: list[Decimal] | None = None
    b: list[Decimal] | None = None
    c: list[Decimal] | None = None
    v: list[Decimal] | None = None
    p: list[Decimal] | None = None
    l: list[Decimal] | None = None  # noqa: E741 - the exchange's name
    h: list[Decimal] | None = None


class _SystemRow(Struct, frozen=True):
    status: str
    upcoming_maintenance: list[MaintenanceRow] | None = None


class _TimeRow(Struct, frozen=True):
    unixtime: Whole


def assets(raw: Raw, asked: Asked) -> list[Happening]:
    """Read `Assets`."""
    infos, trouble = read_table(raw, _AssetRow, _asset, asked)
    return [InstrumentsSeen(assets=tuple(infos)), *trouble]


def pairs(raw: Raw, asked: Asked) -> list[Happening]:
    """Read `AssetPairs`: the join of pair ids, altnames and the stream's symbols."""
    infos, trouble = read_table(raw, _PairRow, _pair_with(asked.names), asked)
    return [InstrumentsSeen(pairs=tuple(infos)), *trouble]


def tickers(raw: Raw, asked: Asked) -> list[Happening]:
    """Read `Ticker`: keyed by pair id, whatever spelling was asked for."""

    def make(key: str, row: _TickerRow) -> Happening:
        symbol = asked.names.pair(key)
        if symbol is None:
            return Unknown(where="Ticker", what=clean(key))
        return TickerSeen(ticker=_ticker(symbol, row), source="poll")

    seen, trouble = read_table(raw, _TickerRow, make, asked)
    return [*seen, *trouble]


def candles(raw: Raw, asked: Asked, interval_min: int) -> list[Happening]:
    """Read `OHLC`: the rows of one pair, the last one still forming.

    Raises:
        Broken: it is no object of rows.
    """
    tables = plain(raw)
    if not isinstance(tables, dict):
        raise nonsense(asked)
    events: list[Happening] = []
    lost: list[str] = []
    for key, rows in tables.items():
        if key == "last":
            continue
        symbol = asked.names.pair(str(key))
        if symbol is None:
            events.append(Unknown(where="OHLC", what=clean(str(key))))
        elif isinstance(rows, list):
            bars = [bar for row in rows if (bar := _bar(row, symbol, interval_min, lost)) is not None]
            found = CandlesSeen(symbol=symbol, interval_min=interval_min, candles=tuple(bars), snapshot=True)
            events.append(found)
        else:
            raise nonsense(asked)
    return [*events, *garbled(asked, lost)]


def system(raw: Raw, asked: Asked) -> list[Happening]:
    """Read `SystemStatus`.

    Raises:
        Broken: it names no status.
    """
    lost: list[str] = []
    row = fit(plain(raw), _SystemRow, "SystemStatus", lost)
    if row is None:
        raise nonsense(asked)
    seen = SystemSeen(system=clean(row.status), maintenance=maintenance(row.upcoming_maintenance))
    return [seen, *garbled(asked, lost)]


def server_time(raw: Raw) -> int:
    """Read `Time` as nanoseconds; it is cut to the second.

    Raises:
        Any of `UNREADABLE`.
    """
    return json.decode(raw, type=_TimeRow).unixtime * SECOND


def _asset(key: str, row: _AssetRow) -> AssetInfo:
    shown = row.decimals if row.display_decimals is None else row.display_decimals
    return AssetInfo(
        asset=Names().asset(clean(row.altname)),
        places=places(row.decimals),
        display_places=places(shown),
        status=clean(row.status or "enabled"),
        rest_id=clean(key),
        altname=clean(row.altname),
    )


def _pair_with(names: Names) -> Callable[[str, _PairRow], PairInfo | None]:
    def make(key: str, row: _PairRow) -> PairInfo | None:
        if row.altname.endswith(DARK_POOL):
            return None
        symbol = (
            wsname_symbol(row.wsname) if row.wsname else f"{names.asset(row.base)}/{names.asset(row.quote)}"
        )
        base, _, quote = clean(symbol).partition("/")
        if not base or not quote:
            raise ValueError("a pair without two names")
        cost = row.pair_decimals if row.cost_decimals is None else row.cost_decimals
        return PairInfo(
            symbol=f"{base}/{quote}",
            base=base,
            quote=quote,
            price_places=places(row.pair_decimals),
            qty_places=places(row.lot_decimals),
            cost_places=places(cost),
            status=clean(row.status or "online"),
            price_step=sane(row.tick_size),
            qty_min=sane(row.ordermin),
            cost_min=sane(row.costmin),
            rest_id=clean(key),
            altname=clean(row.altname),
        )

    return make


def _ticker(symbol: str, row: _TickerRow) -> Ticker:
    return Ticker(
        symbol=symbol,
        bid=_at(row.b, 0),
        bid_qty=_at(row.b, 2),
        ask=_at(row.a, 0),
        ask_qty=_at(row.a, 2),
        last=_at(row.c, 0),
        volume=_at(row.v, 1),
        vwap=_at(row.p, 1),
        low=_at(row.l, 1),
        high=_at(row.h, 1),
    )  # `o` is today's open, not that of 24 hours ago: no change is told


def _at(values: list[Decimal] | None, index: int) -> Decimal | None:
    return sane(values[index]) if values is not None and index < len(values) else None


def _bar(row: object, symbol: str, interval_min: int, lost: list[str]) -> Candle | None:
    try:
        begin_s, opened, high, low, close, vwap, volume, count = convert(row, _Bar)
        return Candle(
            symbol=symbol,
            interval_min=interval_min,
            begin_ns=begin_s * SECOND,
            open=bounded(opened),
            high=bounded(high),
            low=bounded(low),
            close=bounded(close),
            volume=bounded(volume),
            vwap=bounded(vwap),
            trades=count,
        )
    except UNREADABLE:
        lost.append("candle")
        return None
