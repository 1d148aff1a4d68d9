"""Public channels: each turns one market's acts into frames, written once for all who subscribed.

A channel listens to its market only while somebody listens to it, so unsubscribed markets cost
nothing here. `public_frames` writes what they tell.
"""

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from krakentui.simulator import public_frames
from krakentui.simulator.book import Side
from krakentui.simulator.candles import Candle
from krakentui.simulator.instants import iso_ns
from krakentui.simulator.market import Market
from krakentui.simulator.tape import MINUTE_US, MarketTrade
from krakentui.simulator.tickers import TickerText
from krakentui.simulator.ws_talk import Talk

if TYPE_CHECKING:
    from krakentui.simulator.world import World

TRADES_IN_SNAPSHOT = 50
CANDLES_IN_SNAPSHOT = 10
"""Candles with prints; both known captures fit it (one minute 2024, five minutes on a thin pair 2023)."""
CANDLES_SEARCHED = 120
Key = tuple[str, str, int | str]
"""Channel, symbol, and what tells two subscriptions of them apart: depth, interval, trigger."""


class Feed(ABC):
    """One channel of one market, and who has subscribed it."""

    def __init__(self, market: Market) -> None:
        self.market = market
        self.talks: dict[int, Talk] = {}

    @abstractmethod
    def attach(self) -> None:
        """Begin to listen to the market."""

    @abstractmethod
    def detach(self) -> None:
        """Stop listening to the market."""

    @abstractmethod
    def snapshot(self) -> str:
        """Write the frame that a new subscriber begins with."""

    def send(self, frame: str) -> None:
        """Send one frame to every subscriber."""
        for talk in tuple(self.talks.values()):
            talk.send_data(frame)


class ActFeed(Feed, ABC):
    """A channel that is told once for each act of the market, with the prints of that act."""

    def attach(self) -> None:
        """Begin to listen to the market."""
        self.market.on_settled.append(self.settled)

    def detach(self) -> None:
        """Stop listening to the market."""
        self.market.on_settled.remove(self.settled)

    @abstractmethod
    def settled(self, prints: list[MarketTrade]) -> None:
        """Take note that the market did something."""


class BookFeed(Feed):
    """Levels down to a depth, each frame with the checksum of the top."""

    def __init__(self, market: Market, depth: int) -> None:
        super().__init__(market)
        self.depth = depth
        self._edges: dict[str, int | None] = {}
        """Key of the worst level that subscribers hold, None while they hold all."""

    def attach(self) -> None:
        """Begin to listen to the market's batches of levels."""
        self.market.ensure_depth(self.depth)
        book = self.market.book
        self._edges = {side.name: side.edge(self.depth) for side in (book.bids, book.asks)}
        self.market.on_book.append(self._changed)

    def detach(self) -> None:
        """Stop listening to the market."""
        self.market.on_book.remove(self._changed)

    def snapshot(self) -> str:
        """Write all levels down to the depth."""
        book = self.market.book
        bids, asks = (self._lines(side.levels(self.depth)) for side in (book.bids, book.asks))
        return self._frame("snapshot", bids, asks)

    def _changed(self, side: Side, levels: dict[int, int]) -> None:
        """Tell a batch: what left or changed within the depth, and what came into it.

        Levels that a better one pushed out of the depth are not mentioned: subscribers truncate.
        """
        sign = side.sign
        old, new = self._edges[side.name], side.edge(self.depth)
        self._edges[side.name] = new
        told = [
            (price, qty)
            for price, qty in levels.items()
            if ((old is None or price * sign <= old) if qty == 0 else (new is None or price * sign <= new))
        ]
        if old is not None and side.keys and (new is None or new > old):
            upto = side.keys[-1] if new is None else new
            told += [(price, side.qty[price]) for price in side.between(old, upto) if price not in levels]
        if told:
            lines = self._lines(told)
            self.send(self._frame("update", lines, "") if sign < 0 else self._frame("update", "", lines))

    def _lines(self, levels: list[tuple[int, int]]) -> str:
        return public_frames.levels(self.market.pair, levels)

    def _frame(self, kind: str, bids: str, asks: str) -> str:
        market = self.market
        checksum, now_us = market.book.checksum(), market.clock.now_us()
        return public_frames.book(market.pair, kind, bids, asks, checksum, now_us)


class TickerFeed(ActFeed):
    """Top of book and 24 h figures, on every trade or on every change of the top."""

    def __init__(self, market: Market, trigger: str) -> None:
        super().__init__(market)
        self._on_top = trigger == "bbo"
        self._text = TickerText(market)
        self._told: tuple[int, ...] = ()

    def attach(self) -> None:
        """Begin to listen to the market."""
        super().attach()
        self._told = self._top()

    def settled(self, prints: list[MarketTrade]) -> None:
        """Tell a trade, or a changed top."""
        if self._on_top:
            top = self._top()
            moved, self._told = top != self._told, top
            if moved or prints:
                self.send(self._frame("update"))
        elif prints:
            self.send(self._frame("update"))

    def snapshot(self) -> str:
        """Write the ticker as of now."""
        return self._frame("snapshot")

    def _top(self) -> tuple[int, ...]:
        bids, asks = self.market.book.bids, self.market.book.asks
        bid, ask = bids.best, asks.best
        return (bid, bids.qty.get(bid, 0), ask, asks.qty[ask])

    def _frame(self, kind: str) -> str:
        return public_frames.ticker(kind, self._text.entry())


class TradeFeed(ActFeed):
    """Every print; the prints of one taker share a frame."""

    def settled(self, prints: list[MarketTrade]) -> None:
        """Tell the prints of an act."""
        if prints:
            self.send(self._frame("update", prints))

    def snapshot(self) -> str:
        """Write the last prints, oldest first."""
        return self._frame("snapshot", self.market.tape.trades(TRADES_IN_SNAPSHOT))

    def _frame(self, kind: str, trades: list[MarketTrade]) -> str:
        return public_frames.trades(self.market.pair, kind, trades)


class OhlcFeed(ActFeed):
    """The running candle of an interval, told on trades only."""

    def __init__(self, market: Market, interval: int) -> None:
        super().__init__(market)
        self._interval = interval
        self._running = Candle.flat(0, market.last)

    def attach(self) -> None:
        """Begin to listen to the market, from its running candle on."""
        super().attach()
        self._running = self.market.tape.series(self._interval, 1, self.market.clock.now_us())[-1].copy()

    def settled(self, prints: list[MarketTrade]) -> None:
        """Add an act's prints to the running candle and tell it."""
        for trade in prints:
            minute = trade.t_us // MINUTE_US // self._interval * self._interval
            if minute != self._running.minute or not self._running.count:
                self._running = Candle.of_print(minute, trade.price, trade.qty)
            else:
                self._running.take(trade.price, trade.qty)
        if prints:
            self.send(self._frame("update", [self._running]))

    def snapshot(self) -> str:
        """Write the last candles that have prints, oldest first."""
        rows = self.market.tape.series(self._interval, CANDLES_SEARCHED, self.market.clock.now_us())
        return self._frame("snapshot", [row for row in rows if row.count][-CANDLES_IN_SNAPSHOT:])

    def _frame(self, kind: str, candles: list[Candle]) -> str:
        stamp = iso_ns(self.market.clock.now_us(), 359)
        return public_frames.candles(self.market.pair, kind, self._interval, candles, stamp)


class Feeds:
    """All public channels of markets that somebody has subscribed."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._feeds: dict[Key, Feed] = {}

    def join(self, key: Key, talk: Talk) -> Feed:
        """Subscribe a conversation to a channel of a market."""
        feed = self._feeds.get(key)
        if feed is None:
            feed = self._feeds[key] = _make(key, self._world.markets[key[1]])
            feed.market.wake()
            feed.attach()
        feed.talks[talk.socket.number] = talk
        return feed

    def leave(self, key: Key, talk: Talk) -> None:
        """End a conversation's subscription; nobody left, nothing to listen to."""
        feed = self._feeds[key]
        feed.talks.pop(talk.socket.number, None)
        if not feed.talks:
            feed.detach()
            del self._feeds[key]


def _make(key: Key, market: Market) -> Feed:
    channel, _, variant = key
    if channel == "book":
        return BookFeed(market, int(variant))
    if channel == "ticker":
        return TickerFeed(market, str(variant))
    if channel == "ohlc":
        return OhlcFeed(market, int(variant))
    return TradeFeed(market)
