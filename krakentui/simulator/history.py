"""What a market did before the start: synthetic, seeded, ending exactly at the opening price.

Tiers, newest first, each at the resolution that some interval's 720 rows need: minutes for the last
24 h (a bridge between the price a day ago and the opening, its last part as single prints), minutes
before that, quarters of an hour, hours, days. Each tier continues backwards from the one after it
and is made when first asked for, so a start costs nothing.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from krakentui.simulator.candles import Candle
from krakentui.simulator.mid import normal
from krakentui.simulator.opening import Opening
from krakentui.simulator.tables import Pair

DAY = 1440
"""Minutes."""
PRINTS_KEPT = 1000
TIERS = ((1, 3 * DAY, 60), (15, 16 * DAY, 60), (60, 130 * DAY, DAY), (DAY, 1100 * DAY, DAY))
"""Resolution, reach back from the start, alignment of the far end; all in minutes."""


@dataclass(frozen=True, slots=True)
class Printed:
    """One synthetic print."""

    t_us: int
    price: int
    qty: int
    side: str
    ord_type: str


class History:
    """The synthetic past of one market."""

    def __init__(
        self, pair: Pair, opening: Opening, start_minute: int, rng: Callable[[str], random.Random]
    ) -> None:
        self._opening = opening
        self._start = start_minute
        self._rng = rng
        self._sigma = pair.volatility_pct / 100 / DAY**0.5
        """Move of one minute."""
        self._trades_a_minute = opening.trades_a_minute
        self._tiers: dict[int, list[Candle]] = {}

    @cached_property
    def day(self) -> list[Candle]:
        """The minutes of the last 24 h, oldest first; its open and close are the opening's figures."""
        rng = self._rng("history/day")
        walked = [0.0]
        for _ in range(DAY):
            walked.append(walked[-1] + normal(rng))
        first, last = self._opening.day_before, self._opening.price
        scale = self._sigma * last
        path = [
            max(1, round(first + (last - first) * i / DAY + scale * (walked[i] - walked[DAY] * i / DAY)))
            for i in range(DAY + 1)
        ]
        begin = self._start - DAY
        return [self._candle(rng, begin + i, path[i], path[i + 1], 1) for i in range(DAY)]

    @cached_property
    def prints(self) -> list[Printed]:
        """The last prints before the start, oldest first; they add up to their minutes."""
        rng = self._rng("history/prints")
        found: list[list[Printed]] = []
        total = 0
        for candle in reversed(self.day):
            found.append(_prints_of(candle, rng))
            total += candle.count
            if total >= PRINTS_KEPT:
                break
        return [row for rows in reversed(found) for row in rows][-PRINTS_KEPT:]

    def candles_since(self, minute: int) -> Iterator[Candle]:
        """Give candles from a minute on, oldest first, each at its tier's resolution."""
        begin = self._start - DAY
        needed = []
        for index, (_, reach, align) in enumerate(TIERS):
            if minute >= begin:
                break
            needed.append(index)
            begin = (self._start - reach) // align * align
        for index in reversed(needed):
            yield from (candle for candle in self._tier(index) if candle.minute >= minute)
        yield from (candle for candle in self.day if candle.minute >= minute)

    def _tier(self, index: int) -> list[Candle]:
        if index not in self._tiers:
            size, reach, align = TIERS[index]
            after = self.day if index == 0 else self._tier(index - 1)
            begin = (self._start - reach) // align * align
            self._tiers[index] = self._walk_back(size, begin, after[0])
        return self._tiers[index]

    def _walk_back(self, size: int, begin: int, after: Candle) -> list[Candle]:
        rng = self._rng(f"history/{size}/{begin - self._start}")
        sigma = self._sigma * size**0.5
        close, floor, ceiling = after.open, self._opening.price / 8, self._opening.price * 3
        found = []
        for minute in range(after.minute - size, begin - 1, -size):
            opened = close * (1 + sigma * normal(rng))
            opened = max(1, round(min(ceiling, max(floor, opened))))
            found.append(self._candle(rng, minute, opened, close, size))
            close = opened
        found.reverse()
        return found

    def _candle(self, rng: random.Random, minute: int, opened: int, close: int, size: int) -> Candle:
        count = int(self._trades_a_minute * size * (0.4 + 1.2 * rng.random())) + 1
        if count == 1:
            opened = close
        high, low = (opened, close) if opened > close else (close, opened)
        if count > 3:
            reach = 0.6 * self._sigma * size**0.5 * close
            high += int(reach * rng.random())
            low = max(1, low - int(reach * rng.random()))
        volume = int(count * self._opening.mean_qty * (0.5 + rng.random())) + count
        typical = (opened + high + low + close) * volume // 4
        return Candle(minute, opened, high, low, close, volume, typical, count)


def _prints_of(candle: Candle, rng: random.Random) -> list[Printed]:
    """Make prints that add up to a candle, and set its cost to theirs."""
    count = candle.count
    prices = [candle.low + int(rng.random() * (candle.high - candle.low + 1)) for _ in range(count)]
    if count > 3:
        high_at = 1 + int(rng.random() * (count - 2))
        prices[high_at] = candle.high
        prices[high_at + 1 if high_at + 2 < count else 1] = candle.low
    prices[0], prices[-1] = candle.open, candle.close
    weights = [0.05 + rng.random() ** 3 for _ in range(count)]
    spare, heap = candle.volume - count, sum(weights)
    sizes = [1 + int(spare * weight / heap) for weight in weights]
    sizes[-1] += candle.volume - sum(sizes)
    instants = sorted(int(rng.random() * 60_000_000) for _ in range(count))
    candle.cost = sum(price * qty for price, qty in zip(prices, sizes, strict=True))
    begin_us = candle.minute * 60_000_000
    return [
        Printed(
            begin_us + at,
            price,
            qty,
            "buy" if rng.random() < 0.5 else "sell",
            "limit" if rng.random() < 0.6 else "market",
        )
        for at, price, qty in zip(instants, prices, sizes, strict=True)
    ]
