"""One market: its book, its prints, and the acts that change them.

Every act (an event of the market's own flow, a taker order of ours, a script) changes the book in
one-sided batches, each told to `on_book` at once, so that a book feed is right after every frame.
Then `settle` tells `on_settled` once, for tickers and trade frames, and `on_trade` for each print.
Whoever trades in reaction to a print is served after it, never inside it.
"""

import random
from collections.abc import Callable

from krakentui.simulator.book import Book, Side
from krakentui.simulator.clock import SimClock
from krakentui.simulator.flow import Flow
from krakentui.simulator.mid import Ratio, Walk
from krakentui.simulator.opening import Opening
from krakentui.simulator.quotes import Quotes
from krakentui.simulator.tables import Pair
from krakentui.simulator.tape import MarketTrade, Tape

LOWEST = 2
"""A scripted price leaves room for a bid below."""
SeededStreams = Callable[[str], random.Random]


class Market:
    """The book and the prints of one pair."""

    def __init__(
        self, pair: Pair, opening: Opening, clock: SimClock, rng: SeededStreams, fair: Walk | Ratio
    ) -> None:
        self.pair = pair
        self.clock = clock
        self.book = Book()
        self.tape = Tape(pair, opening, clock.now_us(), rng)
        self.on_trade: list[Callable[[MarketTrade], None]] = []
        """Told of every print, after the act that made it."""
        self.on_book: list[Callable[[Side, dict[int, int]], None]] = []
        """Told of every one-sided batch of levels, price to new quantity, 0 for gone."""
        self.on_settled: list[Callable[[list[MarketTrade]], None]] = []
        """Told once an act with its prints, before `on_trade`."""
        self.quotes = Quotes()
        self._prints: list[MarketTrade] = []
        self._settling = False
        self._moves = False
        self.flow = Flow(self, fair, rng)

    def start(self) -> None:
        """Begin to move, if it never did."""
        if not self._moves:
            self._moves = True
            self.flow.start()

    def wake(self) -> None:
        """Begin to move if it is a listing that sleeps; the table's markets move from the start or never."""
        if self.pair.is_listing:
            self.start()

    @property
    def best_bid(self) -> int:
        """Highest bid, in price units."""
        return self.book.bids.best

    @property
    def best_ask(self) -> int:
        """Lowest ask, in price units."""
        return self.book.asks.best

    @property
    def last(self) -> int:
        """Price of the last print."""
        return self.tape.last

    @property
    def index_price(self) -> int:
        """The fair price that index triggers look at."""
        return max(1, round(self.flow.fair.price))

    def queue_ahead(self, side: str, price: int) -> int:
        """Tell the volume that rests at a price on the side of a buy or sell order."""
        resting = self.book.bids if side == "buy" else self.book.asks
        return resting.qty.get(price, 0)

    def ensure_depth(self, levels: int) -> None:
        """Keep at least that many levels on each side from now on."""
        self.flow.ensure_depth(levels)

    def take(self, side: str, qty: int, limit_price: int | None = None) -> list[tuple[int, int]]:
        """Let a taker order consume levels, and print its trades.

        Returns:
            The fills in order, (price, quantity); fewer than asked where the limit or the book ends.
        """
        fills = self.consume(side, qty, limit_price, "market" if limit_price is None else "limit")
        self.flow.replenish()
        self.settle()
        return fills

    def set_price(self, price: int) -> None:
        """Go to a price by script: bid one tick below, ask one above, and one print at it."""
        price = max(LOWEST, price)
        self.flow.move_to(price)
        self.printed("buy" if price >= self.last else "sell", price, self.flow.typical_qty(), "limit")
        self.settle()

    def trade(self, side: str, price: int, qty: int) -> None:
        """Print one trade by script; levels that it passes over are gone."""
        for resting in (self.book.asks, self.book.bids):
            passed = {
                p: 0
                for key in resting.keys
                if (p := key * resting.sign) * resting.sign < price * resting.sign
            }
            if price in resting.qty:
                passed[price] = max(0, resting.qty[price] - qty)
            if passed:
                self.change(resting, passed)
        self.printed(side, price, qty, "limit")
        self.flow.replenish()
        self.settle()

    def freeze(self, frozen: bool) -> None:
        """Stop or resume the market's own flow; scripts and takers still act."""
        self._moves = True
        self.flow.freeze(frozen)

    # the acts' own tools

    def change(self, side: Side, levels: dict[int, int]) -> None:
        """Set levels of one side and tell the book feeds."""
        t_us = self.clock.now_us()
        for price, qty in levels.items():
            self.book.put(side, price, qty, t_us)
        for listener in self.on_book:
            listener(side, levels)

    def consume(self, side: str, qty: int, limit_price: int | None, ord_type: str) -> list[tuple[int, int]]:
        """Take levels from the best on, print each, and tell the book feeds once."""
        resting = self.book.asks if side == "buy" else self.book.bids
        sign = resting.sign
        fills: list[tuple[int, int]] = []
        levels: dict[int, int] = {}
        for key in resting.keys:
            price = key * sign
            if qty <= 0 or (limit_price is not None and key > limit_price * sign):
                break
            there = resting.qty[price]
            taken = min(there, qty)
            qty -= taken
            levels[price] = there - taken
            fills.append((price, taken))
        if levels:
            self.change(resting, levels)
        for price, taken in fills:
            self.printed(side, price, taken, ord_type)
        return fills

    def printed(self, side: str, price: int, qty: int, ord_type: str) -> None:
        """Write one trade on the tape."""
        self._prints.append(self.tape.add(side, price, qty, ord_type, self.clock.now_us()))

    def settle(self) -> None:
        """Tell everyone what the act did, and then what was done in reaction to it."""
        if self._settling:
            return
        self._settling = True
        self.quotes.note(self.clock.now_us(), self.best_bid, self.best_ask)
        try:
            while True:
                prints, self._prints = self._prints, []
                for tell_settled in self.on_settled:
                    tell_settled(prints)
                for trade in prints:
                    for tell_trade in self.on_trade:
                        tell_trade(trade)
                if not self._prints:
                    break
        finally:
            self._settling = False
