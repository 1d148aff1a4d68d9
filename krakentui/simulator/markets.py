"""Every market by symbol, each built when it is first looked at.

A market of the table is built and set in motion at the start. A listing made for `--pairs` is built
when somebody first asks for it and sleeps until somebody watches it or has an order there: so 1,450
pairs cost no more than those that are used. What a market does depends on its own seeded streams
alone, never on when the others were built.
"""

import random
from collections.abc import Callable, Iterator
from functools import partial

from krakentui.simulator.clock import SimClock
from krakentui.simulator.market import Market, SeededStreams
from krakentui.simulator.mid import Ratio, Walk
from krakentui.simulator.opening import openings
from krakentui.simulator.tables import Pair

OnOpen = Callable[[Market], None]


class Markets:
    """The markets of a world: all of them by symbol, and those that have been built so far."""

    def __init__(self, pairs: dict[str, Pair], clock: SimClock, rng: SeededStreams) -> None:
        self._pairs = pairs
        self._clock = clock
        self._rng = rng
        self._openings = openings(pairs)
        self._built: dict[str, Market] = {}
        self._on_open: list[OnOpen] = []
        for symbol, pair in sorted(pairs.items(), key=lambda item: item[1].opening is None):
            if not pair.is_listing:
                self._built[symbol] = self._open(symbol)

    def __getitem__(self, symbol: str) -> Market:
        """Find a market; a listing that nobody has asked for before is built."""
        market = self._built.get(symbol)
        if market is None:
            market = self._built[symbol] = self._open(symbol)
            for tell in self._on_open:
                tell(market)
        return market

    def __contains__(self, symbol: object) -> bool:
        """Say whether there is such a market, built or not."""
        return symbol in self._pairs

    def __iter__(self) -> Iterator[str]:
        """Name the markets that have been built."""
        return iter(tuple(self._built))

    def get(self, symbol: str) -> Market | None:
        """Find a market; None = there is none."""
        return self[symbol] if symbol in self._pairs else None

    def values(self) -> tuple[Market, ...]:
        """List the markets that have been built."""
        return tuple(self._built.values())

    def each(self, tell: OnOpen) -> None:
        """Tell of every market that has been built, and of every one that will be."""
        self._on_open.append(tell)
        for market in self.values():
            tell(market)

    def start(self) -> None:
        """Set the markets of the table in motion."""
        for market in self.values():
            market.start()

    def _open(self, symbol: str) -> Market:
        pair, opening, streams = self._pairs[symbol], self._openings[symbol], partial(self._stream, symbol)
        fair = (
            Walk(streams("mid"), opening.price, pair.volatility_pct)
            if pair.opening is not None
            else Ratio(self._implied(pair), opening.price)
        )
        return Market(pair, opening, self._clock, streams, fair)

    def _stream(self, symbol: str, purpose: str) -> random.Random:
        return self._rng(f"{symbol}/{purpose}")

    def _implied(self, pair: Pair) -> Callable[[], float]:
        base = self[f"{pair.base.name}/USD"].flow.fair
        if pair.quote.name == "USD":
            return partial(price_of, base)
        return partial(ratio_of, base, self[f"{pair.quote.name}/USD"].flow.fair)


def price_of(base: Walk | Ratio) -> float:
    """Give the fair price of a market."""
    return base.price


def ratio_of(base: Walk | Ratio, quote: Walk | Ratio) -> float:
    """Give the fair price of one market in units of another's."""
    return base.price / quote.price
