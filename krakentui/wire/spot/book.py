"""One order book: levels as text says them, kept in order, proved by a checksum.

Rules (websocket reference, 3.2 and 4, confirmed by replaying recordings): quantity 0 removes a level, the
removal of a level that is not there is ignored; all entries of a message are applied in their order, so
that the last word on a price wins; then both sides are cut to the subscribed depth, because no removal is
ever sent for a level that leaves the window; then the CRC-32 of the ten best asks and bids is compared.
A book of fewer than ten levels is legal.
"""

from bisect import bisect_left
from collections.abc import Iterable
from decimal import Decimal
from zlib import crc32

from krakentui.model.market import Level

CHECKED_LEVELS = 10
"""Levels of each side that the checksum covers, whatever the depth."""


class Book:
    """The book of one pair, as deep as it was subscribed."""

    def __init__(self, symbol: str, depth: int, price_places: int, qty_places: int) -> None:
        """Start empty; the places are the pair's precisions, which the checksum is written with."""
        self.symbol = symbol
        self.depth = depth
        self._bids = _Side(depth, best_is_last=True)
        self._asks = _Side(depth, best_is_last=False)
        self.set_places(price_places, qty_places)

    @property
    def bids(self) -> tuple[Level, ...]:
        """The bids, best first."""
        return tuple(reversed(self._bids.levels))

    @property
    def asks(self) -> tuple[Level, ...]:
        """The asks, best first."""
        return tuple(self._asks.levels)

    @property
    def places(self) -> tuple[int, int]:
        """The decimals of price and quantity."""
        return self._places

    def set_places(self, price_places: int, qty_places: int) -> None:
        """Correct the precisions of the pair."""
        self._places = (price_places, qty_places)
        self._formats = (f".{price_places}f", f".{qty_places}f")
        for side in (self._bids, self._asks):
            side.digits = [self._digits(level) for level in side.levels]

    def apply(self, bids: Iterable[Level], asks: Iterable[Level], *, snapshot: bool) -> None:
        """Apply one message; a snapshot replaces what was there."""
        for side, levels in ((self._bids, bids), (self._asks, asks)):
            if snapshot:
                side.clear()
            for level in levels:
                if level.qty:
                    side.put(level, self._digits(level))
                else:
                    side.remove(level.price)
            side.truncate()

    def checksum(self) -> int:
        """Tell the CRC-32 of the ten best asks, then the ten best bids."""
        asks = self._asks.digits[:CHECKED_LEVELS]
        bids = self._bids.digits[: -CHECKED_LEVELS - 1 : -1]
        return crc32("".join((*asks, *bids)).encode())

    def _digits(self, level: Level) -> str:
        """Write a level as the checksum wants it: fixed decimals, no point, no leading zeros."""
        price_format, qty_format = self._formats
        price = format(level.price, price_format).replace(".", "").lstrip("0")
        return price + format(level.qty, qty_format).replace(".", "").lstrip("0")


class _Side:
    """One side: three parallel lists in rising order of price."""

    def __init__(self, depth: int, *, best_is_last: bool) -> None:
        self._depth = depth
        self._best_is_last = best_is_last
        self._prices: list[Decimal] = []
        self.levels: list[Level] = []
        self.digits: list[str] = []

    def clear(self) -> None:
        for column in (self._prices, self.levels, self.digits):
            column.clear()

    def put(self, level: Level, digits: str) -> None:
        at = bisect_left(self._prices, level.price)
        if at < len(self._prices) and self._prices[at] == level.price:
            self.levels[at], self.digits[at] = level, digits
            return
        self._prices.insert(at, level.price)
        self.levels.insert(at, level)
        self.digits.insert(at, digits)

    def remove(self, price: Decimal) -> None:
        at = bisect_left(self._prices, price)
        if at < len(self._prices) and self._prices[at] == price:
            for column in (self._prices, self.levels, self.digits):
                del column[at]

    def truncate(self) -> None:
        over = len(self._prices) - self._depth
        if over > 0:
            gone = slice(0, over) if self._best_is_last else slice(self._depth, None)
            for column in (self._prices, self.levels, self.digits):
                del column[gone]
