"""Public REST about markets: Ticker, OHLC, Depth, Trades, Spread.

Ticker, Depth, Trades and Spread write prices with at least five decimals, OHLC with the pair's own
(recorded replies of 2025-11 and 2026-09).
"""

from typing import TYPE_CHECKING

from krakentui.simulator.book import Side
from krakentui.simulator.candles import INTERVALS, Candle
from krakentui.simulator.clock import SECOND_US
from krakentui.simulator.jsontext import Raw, digits
from krakentui.simulator.market import Market
from krakentui.simulator.surface import HttpReply, failure, result
from krakentui.simulator.tables import Pair
from krakentui.simulator.tape import MarketTrade, ns_of

if TYPE_CHECKING:
    from krakentui.simulator.world import World

WIDE_PLACES = 5
ROWS_MAX = 720
DEPTH_MAX = 500
TRADES_MAX = 1000
ARGUMENTS = "EGeneral:Invalid arguments"
UNKNOWN_PAIR = "EQuery:Unknown asset pair"
NANOSECONDS_FROM = 10**14
"""A `since` above this is nanoseconds, below it seconds."""


def key_of(pair: Pair, spelling: str | None, found: dict[str, str]) -> str:
    """Tell under which key a pair is answered: its id, or the stream's name if asked by that."""
    if spelling == pair.symbol or found.get("assetVersion") == "1":
        return pair.symbol
    return pair.rest_id


def pairs_named(world: "World", found: dict[str, str]) -> list[tuple[str | None, Pair]] | None:
    """List the pairs that a request names (all, if none), or None if one name is unknown."""
    if "pair" not in found:
        return [(None, pair) for pair in sorted(world.pairs.values(), key=lambda pair: pair.rest_id)]
    named: list[tuple[str | None, Pair]] = []
    for spelling in found["pair"].split(","):
        pair = world.find_pair(spelling.strip())
        if pair is None:
            return None
        named.append((spelling.strip(), pair))
    return named


def ticker(world: "World", found: dict[str, str]) -> HttpReply:
    """Answer Ticker: one, several or all pairs."""
    named = pairs_named(world, found)
    if named is None:
        return failure(UNKNOWN_PAIR)
    return result(
        {key_of(pair, name, found): _ticker_row(world.markets[pair.symbol]) for name, pair in named}
    )


def _ticker_row(market: Market) -> dict[str, object]:
    pair = market.pair
    now_us = market.clock.now_us()
    day, today = market.tape.last_day(now_us), market.tape.today(now_us)
    book = market.book

    def price(units: int) -> str:
        return _wide(pair, units)

    def qty(units: int) -> str:
        return digits(units, pair.qty_places)

    return {
        "a": _top(pair, book.asks),
        "b": _top(pair, book.bids),
        "c": [price(market.last), qty(market.tape.last_qty)],
        "v": [qty(today.volume), qty(day.volume)],
        "p": [price(today.vwap), price(day.vwap)],
        "t": [today.count, day.count],
        "l": [price(today.low), price(day.low)],
        "h": [price(today.high), price(day.high)],
        "o": price(today.open),
    }


def _top(pair: Pair, side: Side) -> list[str]:
    lots = max(1, -(-side.qty.get(side.best, 0) // pair.qty_unit))
    return [_wide(pair, side.best), str(lots), f"{lots}.000"]


def _wide(pair: Pair, units: int) -> str:
    places = max(WIDE_PLACES, pair.price_places)
    return digits(units * 10 ** (places - pair.price_places), places)


def ohlc(world: "World", found: dict[str, str]) -> HttpReply:
    """Answer OHLC: up to 720 candles, the running one last."""
    interval = _integer(found.get("interval", "1"))
    since = _integer(found.get("since", "0"))
    if "pair" not in found or interval not in INTERVALS or since is None:
        return failure(ARGUMENTS)
    pair = world.find_pair(found["pair"])
    if pair is None:
        return failure(UNKNOWN_PAIR)
    rows = world.markets[pair.symbol].tape.series(interval, ROWS_MAX, world.clock.now_us())
    shown = [_candle_row(pair, row) for row in rows if row.minute * 60 > since]
    last = (rows[-2] if len(rows) > 1 else rows[-1]).minute * 60
    return result({key_of(pair, found["pair"], found): shown, "last": last})


def _candle_row(pair: Pair, candle: Candle) -> list[object]:
    p = pair.price_places
    prices = [digits(units, p) for units in (candle.open, candle.high, candle.low, candle.close)]
    vwap = digits(candle.vwap, p) if candle.count else "0.0"
    return [candle.minute * 60, *prices, vwap, digits(candle.volume, pair.qty_places), candle.count]


def depth(world: "World", found: dict[str, str]) -> HttpReply:
    """Answer Depth: the best levels with the second of their last change."""
    count = _integer(found.get("count", "100"))
    if "pair" not in found or count is None or not 1 <= count <= DEPTH_MAX:
        return failure(ARGUMENTS)
    pair = world.find_pair(found["pair"])
    if pair is None:
        return failure(UNKNOWN_PAIR)
    market = world.markets[pair.symbol]
    market.ensure_depth(count)
    book = market.book
    sides = {side.name: _level_rows(pair, side, count) for side in (book.asks, book.bids)}
    return result({key_of(pair, found["pair"], found): sides})


def _level_rows(pair: Pair, side: Side, count: int) -> list[list[object]]:
    thousandths = 1000
    rows: list[list[object]] = []
    for price, qty in side.levels(count):
        volume = max(1, qty * thousandths // pair.qty_unit)
        rows.append([_wide(pair, price), digits(volume, 3), side.touched_us[price] // SECOND_US])
    return rows


def trades(world: "World", found: dict[str, str]) -> HttpReply:
    """Answer Trades: the last ones, or those after an instant; `last` pages on."""
    count = _integer(found.get("count", str(TRADES_MAX)))
    since = _integer(found.get("since", "-1").partition(".")[0])
    if "pair" not in found or count is None or not 1 <= count <= TRADES_MAX or since is None:
        return failure(ARGUMENTS)
    pair = world.find_pair(found["pair"])
    if pair is None:
        return failure(UNKNOWN_PAIR)
    after_ns = since if since >= NANOSECONDS_FROM or since < 0 else since * 1_000_000_000
    rows = world.markets[pair.symbol].tape.trades(count, after_ns=after_ns)
    last_ns = ns_of(rows[-1]) if rows else max(after_ns, 0)
    shown = [_trade_row(pair, row) for row in rows]
    return result({key_of(pair, found["pair"], found): shown, "last": str(last_ns)})


def _trade_row(pair: Pair, trade: MarketTrade) -> list[object]:
    seconds, below_ns = divmod(ns_of(trade), 1_000_000_000)
    return [
        _wide(pair, trade.price),
        digits(trade.qty, pair.qty_places),
        Raw(f"{seconds}.{below_ns // 100:07d}"),
        trade.side[0],
        trade.ord_type[0],
        "",
        trade.trade_id,
    ]


def spread(world: "World", found: dict[str, str]) -> HttpReply:
    """Answer Spread: the last changes of the best prices; `since` is read by nobody, as recorded."""
    if "pair" not in found:
        return failure(ARGUMENTS)
    pair = world.find_pair(found["pair"])
    if pair is None:
        return failure(UNKNOWN_PAIR)
    market = world.markets[pair.symbol]
    market.quotes.note(world.clock.now_us(), market.best_bid, market.best_ask)
    rows: list[list[object]] = [
        [second, _wide(pair, bid), _wide(pair, ask)] for second, bid, ask in market.quotes.rows()
    ]
    return result({key_of(pair, found["pair"], found): rows, "last": rows[-1][0]})


def _integer(text: str) -> int | None:
    try:
        return int(text)
    except ValueError:
        return None
