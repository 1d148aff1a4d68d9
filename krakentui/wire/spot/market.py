"""Frames of the public channels -> market events. Pure; a row that makes no sense raises."""

from collections.abc import Iterable
from decimal import Decimal
from itertools import groupby

from krakentui.model.event import (
    CandlesSeen,
    Happening,
    InstrumentsSeen,
    SystemSeen,
    TickerSeen,
    TradesSeen,
)
from krakentui.model.market import Candle, Maintenance, Ticker, Trade
from krakentui.model.number import bounded
from krakentui.model.symbol import AssetInfo, PairInfo
from krakentui.model.text import clean
from krakentui.wire.spot.frames import (
    AssetRow,
    CandleRow,
    Instruments,
    MaintenanceRow,
    PairRow,
    StatusRow,
    TickerRow,
    TradeRow,
)
from krakentui.wire.spot.times import instant, rfc3339_ns

DEPTHS = (10, 25, 100, 500, 1000)
"""Depths that `book` can be subscribed at."""
MAX_PLACES = 30
"""Decimals beyond which a precision is nonsense (the longest seen is 10)."""


def sane(number: Decimal | None) -> Decimal | None:
    """Return the number, checked; None stays None.

    Raises:
        BadNumber: it is not finite or absurdly long.
    """
    return None if number is None else bounded(number)


def tidy(text: str | None) -> str | None:
    """Return the text made harmless; None stays None."""
    return None if text is None else clean(text)


def system(rows: Iterable[StatusRow]) -> list[Happening]:
    """Read `status`."""
    return [
        SystemSeen(system=clean(row.system), maintenance=maintenance(row.upcoming_maintenance))
        for row in rows
    ]


def maintenance(rows: Iterable[MaintenanceRow] | None) -> tuple[Maintenance, ...] | None:
    """Read the list of announced maintenance; None = not told."""
    if rows is None:
        return None
    return tuple(
        Maintenance(
            title=clean(row.title or ""),
            starts_ns=instant(row.expected_start_utc),
            ends_ns=instant(row.expected_end_utc),
            cancel_before_ns=instant(row.cancel_before_utc),
            services=tuple(clean(service) for service in row.affected_services or ()),
            advice=clean(row.recommended_action or ""),
        )
        for row in rows
    )


def tickers(rows: Iterable[TickerRow]) -> list[Happening]:
    """Read `ticker`."""
    return [
        TickerSeen(
            ticker=Ticker(
                symbol=clean(row.symbol),
                bid=sane(row.bid),
                bid_qty=sane(row.bid_qty),
                ask=sane(row.ask),
                ask_qty=sane(row.ask_qty),
                last=sane(row.last),
                volume=sane(row.volume),
                vwap=sane(row.vwap),
                low=sane(row.low),
                high=sane(row.high),
                change=sane(row.change),
                change_pct=sane(row.change_pct),
                exchange_ns=instant(row.timestamp),
            )
        )
        for row in rows
    ]


def trades(rows: Iterable[TradeRow], *, snapshot: bool) -> list[Happening]:
    """Read `trade`: one event for each run of one pair.

    Raises:
        ValueError: an instant or a number makes no sense.
    """
    read = (
        Trade(
            symbol=clean(row.symbol),
            side=clean(row.side),
            price=bounded(row.price),
            qty=bounded(row.qty),
            trade_id=row.trade_id,
            exchange_ns=rfc3339_ns(row.timestamp),
        )
        for row in rows
    )
    return [
        TradesSeen(symbol=symbol, trades=tuple(run), snapshot=snapshot)
        for symbol, run in groupby(read, key=lambda trade: trade.symbol)
    ]


def candles(rows: Iterable[CandleRow], *, snapshot: bool) -> list[Happening]:
    """Read `ohlc`: one event for each run of one pair and interval.

    Raises:
        ValueError: an instant or a number makes no sense.
    """
    read = (
        Candle(
            symbol=clean(row.symbol),
            interval_min=row.interval,
            begin_ns=rfc3339_ns(row.interval_begin),
            open=bounded(row.open),
            high=bounded(row.high),
            low=bounded(row.low),
            close=bounded(row.close),
            volume=bounded(row.volume),
            vwap=sane(row.vwap),
            trades=int(sane(row.trades) or 0),
        )
        for row in rows
    )
    return [
        CandlesSeen(symbol=symbol, interval_min=interval, candles=tuple(run), snapshot=snapshot)
        for (symbol, interval), run in groupby(read, key=lambda bar: (bar.symbol, bar.interval_min))
    ]


def instruments(data: Instruments) -> list[Happening]:
    """Read `instrument`.

    Raises:
        ValueError: a number or a precision makes no sense.
    """
    return [
        InstrumentsSeen(
            assets=tuple(_asset(row) for row in data.assets or ()),
            pairs=tuple(_pair(row) for row in data.pairs or ()),
        )
    ]


def places(count: int) -> int:
    """Return a number of decimals, checked.

    Raises:
        ValueError: it is negative or absurd.
    """
    if not 0 <= count <= MAX_PLACES:
        raise ValueError(f"{count} decimals")
    return count


def _asset(row: AssetRow) -> AssetInfo:
    shown = row.precision if row.precision_display is None else row.precision_display
    return AssetInfo(
        asset=clean(row.id),
        places=places(row.precision),
        display_places=places(shown),
        status=clean(row.status or "enabled"),
    )


def _pair(row: PairRow) -> PairInfo:
    cost = row.price_precision if row.cost_precision is None else row.cost_precision
    return PairInfo(
        symbol=clean(row.symbol),
        base=clean(row.base),
        quote=clean(row.quote),
        price_places=places(row.price_precision),
        qty_places=places(row.qty_precision),
        cost_places=places(cost),
        status=clean(row.status or "online"),
        price_step=sane(row.price_increment),
        qty_min=sane(row.qty_min),
        cost_min=sane(row.cost_min),
    )
