"""Candles: what a stretch of time printed, and how fine ones make coarse ones."""

from collections.abc import Iterable, Sequence
from operator import attrgetter

INTERVALS = (1, 5, 15, 30, 60, 240, 1440, 10080, 21600)
"""Minutes, as REST OHLC and the ohlc channel offer them."""


class Candle:
    """Open, high, low, close, volume of one stretch; it grows while prints come."""

    __slots__ = ("close", "cost", "count", "high", "low", "minute", "open", "volume")

    def __init__(
        self, minute: int, opened: int, high: int, low: int, close: int, volume: int, cost: int, count: int
    ) -> None:
        self.minute = minute
        """First minute of the stretch, counted from 1970."""
        self.open = opened
        self.high = high
        self.low = low
        self.close = close
        self.volume = volume
        """In quantity units."""
        self.cost = cost
        """Sum of price units times quantity units."""
        self.count = count

    @classmethod
    def of_print(cls, minute: int, price: int, qty: int) -> "Candle":
        """Begin a stretch with its first print."""
        return cls(minute, price, price, price, price, qty, price * qty, 1)

    @classmethod
    def flat(cls, minute: int, price: int) -> "Candle":
        """Make a stretch without prints."""
        return cls(minute, price, price, price, price, 0, 0, 0)

    def copy(self) -> "Candle":
        """Make an equal candle that grows on its own."""
        return Candle(
            self.minute, self.open, self.high, self.low, self.close, self.volume, self.cost, self.count
        )

    def take(self, price: int, qty: int) -> None:
        """Add a print."""
        self.high = max(self.high, price)
        self.low = min(self.low, price)
        self.close = price
        self.volume += qty
        self.cost += price * qty
        self.count += 1

    def absorbed(self, later: "Candle") -> "Candle":
        """Add a later stretch, and give this one."""
        self.high = max(self.high, later.high)
        self.low = min(self.low, later.low)
        self.close = later.close
        self.volume += later.volume
        self.cost += later.cost
        self.count += later.count
        return self

    @property
    def vwap(self) -> int:
        """Average price by volume, in price units; 0 without prints."""
        return (2 * self.cost + self.volume) // (2 * self.volume) if self.volume else 0


def summed(candles: Sequence[Candle]) -> Candle:
    """Merge many candles in time order, a column at a time."""
    first, last = candles[0], candles[-1]
    return Candle(
        first.minute,
        first.open,
        max(map(attrgetter("high"), candles)),
        min(map(attrgetter("low"), candles)),
        last.close,
        sum(map(attrgetter("volume"), candles)),
        sum(map(attrgetter("cost"), candles)),
        sum(map(attrgetter("count"), candles)),
    )


def merged(candles: Sequence[Candle], minute: int) -> Candle:
    """Merge candles in time order into one that begins at a minute."""
    whole = candles[0].copy()
    whole.minute = minute
    for later in candles[1:]:
        whole.absorbed(later)
    return whole


def grouped(candles: Iterable[Candle], interval: int) -> list[Candle]:
    """Merge candles in time order into candles of an interval; empty stretches are left out."""
    found: list[Candle] = []
    for candle in candles:
        minute = candle.minute // interval * interval
        if found and found[-1].minute == minute:
            found[-1].absorbed(candle)
        else:
            found.append(merged([candle], minute))
    return found
