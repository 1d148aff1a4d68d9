"""Recorded prints, tickers and candles, read into whole numbers and written by the exchange's own writers."""

from collections.abc import Mapping
from typing import Any

from krakentui.simulator import public_frames
from krakentui.simulator.candles import Candle
from krakentui.simulator.instants import parse_iso
from krakentui.simulator.mirror.books import exact
from krakentui.simulator.tables import Pair
from krakentui.simulator.tape import MINUTE_US, MarketTrade

Given = Mapping[str, Any]
"""A recorded frame or entry, numbers as text."""
Pairs = Mapping[str, Pair]


def trades(pairs: Pairs, document: Given) -> str:
    """Write prints again."""
    rows = document["data"]
    pair = pairs[rows[0]["symbol"]]
    return public_frames.trades(pair, document["type"], [_trade(pair, row) for row in rows])


def _trade(pair: Pair, row: Given) -> MarketTrade:
    return MarketTrade(
        symbol=row["symbol"],
        price=exact(row["price"], pair.price_places),
        qty=exact(row["qty"], pair.qty_places),
        side=row["side"],
        trade_id=int(row["trade_id"]),
        t_us=parse_iso(row["timestamp"]),
        ord_type=row["ord_type"],
    )


def ticker(pairs: Pairs, document: Given) -> str:
    """Write a ticker again; its change in percent is worked out anew."""
    (row,) = document["data"]
    pair = pairs[row["symbol"]]
    p, q = pair.price_places, pair.qty_places
    last = exact(row["last"], p)
    quote = public_frames.Quote(
        bid=exact(row["bid"], p),
        bid_qty=exact(row["bid_qty"], q),
        ask=exact(row["ask"], p),
        ask_qty=exact(row["ask_qty"], q),
        last=last,
        volume=exact(row["volume"], q),
        vwap=exact(row["vwap"], p),
        low=exact(row["low"], p),
        high=exact(row["high"], p),
        opened=last - exact(row["change"], p),
        count=int(row["trades"]),
    )
    entry = public_frames.ticker_entry(pair, quote, parse_iso(row["timestamp"]))
    return public_frames.ticker(document["type"], entry)


def candles(pairs: Pairs, document: Given) -> str:
    """Write candles again; when each ends is worked out anew."""
    rows = document["data"]
    pair, interval = pairs[rows[0]["symbol"]], int(rows[0]["interval"])
    told = [_candle(pair, row) for row in rows]
    return public_frames.candles(pair, document["type"], interval, told, document["timestamp"])


def _candle(pair: Pair, row: Given) -> Candle:
    p = pair.price_places
    opened, high, low, close, vwap = (
        exact(row[name], p) for name in ("open", "high", "low", "close", "vwap")
    )
    volume, minute = exact(row["volume"], pair.qty_places), parse_iso(row["interval_begin"]) // MINUTE_US
    return Candle(minute, opened, high, low, close, volume, vwap * volume, int(row["trades"]))
