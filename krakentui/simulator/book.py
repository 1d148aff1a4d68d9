"""One order book: two sorted sides of integer levels, and the checksum over its top.

A side keeps its prices as keys that rise from the best level to the worst (bids are negated), so
that both sides share one piece of code.
"""

from bisect import bisect_left, insort
from zlib import crc32

CHECKED_LEVELS = 10
"""The checksum covers the ten best levels of each side, whatever the depth."""


class Side:
    """The levels of one side, best first."""

    __slots__ = ("keys", "name", "qty", "sign", "touched_us")

    def __init__(self, name: str) -> None:
        self.name = name
        """`bids` or `asks`."""
        self.sign = 1 if name == "asks" else -1
        self.keys: list[int] = []
        """Price times sign: rises from best to worst."""
        self.qty: dict[int, int] = {}
        """Quantity by price."""
        self.touched_us: dict[int, int] = {}
        """Instant of the last change by price."""

    @property
    def best(self) -> int:
        """Best price; 0 where nobody bids. Asks never run out, prices have no ceiling."""
        return self.keys[0] * self.sign if self.keys else 0

    def put(self, price: int, qty: int, t_us: int) -> None:
        """Set a level; 0 removes it."""
        key = price * self.sign
        if qty <= 0:
            if self.qty.pop(price, None) is not None:
                del self.keys[bisect_left(self.keys, key)]
                del self.touched_us[price]
            return
        if price not in self.qty:
            insort(self.keys, key)
        self.qty[price] = qty
        self.touched_us[price] = t_us

    def levels(self, depth: int) -> list[tuple[int, int]]:
        """List the best (price, quantity) levels."""
        sign, qty = self.sign, self.qty
        return [(key * sign, qty[key * sign]) for key in self.keys[:depth]]

    def cut(self, depth: int) -> None:
        """Drop what lies beyond a depth, as everybody does who subscribed that depth."""
        for key in self.keys[depth:]:
            price = key * self.sign
            del self.qty[price], self.touched_us[price]
        del self.keys[depth:]

    def edge(self, depth: int) -> int | None:
        """Tell the key of the worst level within a depth; None while there are fewer levels."""
        return self.keys[depth - 1] if len(self.keys) >= depth else None

    def between(self, after: int, upto: int) -> list[int]:
        """List the prices whose keys lie in (after, upto]."""
        low, high = bisect_left(self.keys, after + 1), bisect_left(self.keys, upto + 1)
        return [key * self.sign for key in self.keys[low:high]]


class Book:
    """Both sides and their checksum."""

    __slots__ = ("_checksum", "asks", "bids")

    def __init__(self) -> None:
        self.bids = Side("bids")
        self.asks = Side("asks")
        self._checksum: int | None = None

    def put(self, side: Side, price: int, qty: int, t_us: int) -> None:
        """Set a level of one side; 0 removes it."""
        side.put(price, qty, t_us)
        self._checksum = None

    def cut(self, depth: int) -> None:
        """Drop what lies beyond a depth on either side."""
        self.bids.cut(depth)
        self.asks.cut(depth)
        self._checksum = None

    def checksum(self) -> int:
        """Give the CRC-32 of the top: asks, then bids, digits without points and leading zeros.

        A price in smallest units is already its digits without point and leading zeros.
        """
        if self._checksum is None:
            text = "".join(
                [f"{price}{qty}" for price, qty in self.asks.levels(CHECKED_LEVELS)]
                + [f"{price}{qty}" for price, qty in self.bids.levels(CHECKED_LEVELS)]
            )
            self._checksum = crc32(text.encode())
        return self._checksum
