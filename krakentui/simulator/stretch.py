"""Figures of a stretch of time that ends now, summed from minute candles.

Closed minutes are summed once a minute, the running one on reading.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from krakentui.simulator.candles import Candle, summed

CandlesSince = Callable[[int], Iterable[Candle]]


@dataclass(frozen=True)
class Figures:
    """What a stretch of time printed, in smallest units."""

    open: int
    high: int
    low: int
    volume: int
    vwap: int
    count: int


class Stretch:
    """The figures since a minute, remembered as far as they cannot change any more."""

    def __init__(self, candles_since: CandlesSince) -> None:
        self._candles_since = candles_since
        self._summed = (-1, -1)
        self._closed: Candle | None = None

    def figures(self, since: int, now: int, running: Candle | None, last: int) -> Figures:
        """Give the figures from one minute to another, the running minute's candle included.

        Args:
            since: first minute.
            now: the running minute.
            running: its candle, if it has prints.
            last: the price that stands where the stretch has no prints.
        """
        if self._summed != (since, now):
            self._summed = (since, now)
            self._closed = self._sum(since, now)
        whole = self._closed
        if running is not None:
            whole = _joined(whole, running)
        if whole is None:
            return Figures(last, last, last, 0, last, 0)
        return Figures(whole.open, whole.high, whole.low, whole.volume, whole.vwap, whole.count)

    def _sum(self, since: int, until: int) -> Candle | None:
        closed = [candle for candle in self._candles_since(since) if candle.minute < until]
        return summed(closed) if closed else None


def _joined(earlier: Candle | None, later: Candle) -> Candle:
    if earlier is None:
        return later.copy()
    return earlier.copy().absorbed(later)
