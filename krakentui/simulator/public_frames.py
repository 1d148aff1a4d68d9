"""What the public channels write: keys in their recorded order, numbers with the pair's decimals.

Recorded: book, trade, ticker, candles (2024-05 to 2026-09).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from krakentui.simulator.candles import Candle
from krakentui.simulator.instants import iso_ns, iso_us
from krakentui.simulator.jsontext import digits
from krakentui.simulator.tables import Pair
from krakentui.simulator.tape import MINUTE_US, MarketTrade


@dataclass(frozen=True, slots=True)
class Quote:
    """What a ticker tells, in the pair's units: the top of the book and the figures of 24 h."""

    bid: int
    bid_qty: int
    ask: int
    ask_qty: int
    last: int
    volume: int
    vwap: int
    low: int
    high: int
    opened: int
    """The price 24 h ago, which the change is measured from."""
    count: int
    """Trades in 24 h."""


def levels(pair: Pair, side: Iterable[tuple[int, int]]) -> str:
    """Write levels, each a price and a quantity."""
    p, q = pair.price_places, pair.qty_places
    return ",".join([f'{{"price":{digits(price, p)},"qty":{digits(qty, q)}}}' for price, qty in side])


def book(pair: Pair, kind: str, bids: str, asks: str, checksum: int, t_us: int) -> str:
    """Write a frame of the book channel from the levels of both sides."""
    return (
        f'{{"channel":"book","type":"{kind}","data":[{{"symbol":"{pair.symbol}",'
        f'"bids":[{bids}],"asks":[{asks}],"checksum":{checksum},'
        f'"timestamp":"{iso_us(t_us)}"}}]}}'
    )


def trades(pair: Pair, kind: str, prints: Iterable[MarketTrade]) -> str:
    """Write a frame of the trade channel."""
    lines = ",".join([_trade(pair, trade) for trade in prints])
    return f'{{"channel":"trade","type":"{kind}","data":[{lines}]}}'


def _trade(pair: Pair, trade: MarketTrade) -> str:
    return (
        f'{{"symbol":"{trade.symbol}","side":"{trade.side}",'
        f'"price":{digits(trade.price, pair.price_places)},"qty":{digits(trade.qty, pair.qty_places)},'
        f'"ord_type":"{trade.ord_type}","trade_id":{trade.trade_id},'
        f'"timestamp":"{iso_us(trade.t_us)}"}}'
    )


def ticker(kind: str, entry: str) -> str:
    """Write a frame of the ticker channel."""
    return f'{{"channel":"ticker","type":"{kind}","data":[{entry}]}}'


def ticker_entry(pair: Pair, quote: Quote, t_us: int) -> str:
    """Write what a ticker tells, in the recorded order of keys (frame of 2026-09)."""
    p, q = pair.price_places, pair.qty_places
    change = quote.last - quote.opened
    percent = digits(hundredths_of_percent(change, quote.opened), 2)
    return (
        f'{{"symbol":"{pair.symbol}","bid":{digits(quote.bid, p)},"bid_qty":{digits(quote.bid_qty, q)},'
        f'"ask":{digits(quote.ask, p)},"ask_qty":{digits(quote.ask_qty, q)},"last":{digits(quote.last, p)},'
        f'"volume":{digits(quote.volume, q)},"vwap":{digits(quote.vwap, p)},'
        f'"low":{digits(quote.low, p)},"high":{digits(quote.high, p)},'
        f'"change":{digits(change, p)},"change_pct":{percent},'
        f'"trades":{quote.count},"timestamp":"{iso_us(t_us)}"}}'
    )


def hundredths_of_percent(change: int, before: int) -> int:
    """Give a change in units of 0.01 %, rounded half away from zero."""
    size = (abs(change) * 20_000 + before) // (2 * before)
    return size if change >= 0 else -size


def candles(pair: Pair, kind: str, interval: int, rows: Iterable[Candle], stamp: str) -> str:
    """Write a frame of the ohlc channel; its stamp has nine decimals."""
    lines = ",".join([_candle(pair, interval, row) for row in rows])
    return f'{{"channel":"ohlc","type":"{kind}","timestamp":"{stamp}","data":[{lines}]}}'


def _candle(pair: Pair, interval: int, candle: Candle) -> str:
    p = pair.price_places
    begin_us = candle.minute * MINUTE_US
    return (
        f'{{"symbol":"{pair.symbol}","open":{digits(candle.open, p)},"high":{digits(candle.high, p)},'
        f'"low":{digits(candle.low, p)},"close":{digits(candle.close, p)},"trades":{candle.count},'
        f'"volume":{digits(candle.volume, pair.qty_places)},"vwap":{digits(candle.vwap, p)},'
        f'"interval_begin":"{iso_ns(begin_us)}","interval":{interval},'
        f'"timestamp":"{iso_us(begin_us + interval * MINUTE_US)}"}}'
    )
