"""What a market did before the start: synthetic, seeded, ending exactly at the opening price.

Tiers, newest first, each at the resolution that some interval's 720 rows need: minutes for the last
24 h (a bridge between the price a day ago and the opening, its last part as single prints), minutes
before that, quarters of an hour, hours, days. Each tier continues backwards from the one after it
and is made when first asked for, so a start costs nothing.
"""

import random
from collections.abc import Callable, Iterator
from functools import cached_property
from itertools import accumulate
from operator import mul
from typing import NamedTuple

from krakentui.simulator.candles import Candle
from krakentui.simulator.opening import Opening
from krakentui.simulator.tables import Pair

DAY = 1440
"""Minutes."""
PRINTS_KEPT = 1000
MINUTE_US = 60_000_000
CHUNK = 0xFFFF
WIDE_CHUNK = 0xFFF_FFFF
SIDES = ("buy", "sell")
ORD_TYPES = ("limit",) * 5 + ("market",) * 3
TIERS = ((1, 3 * DAY, 60), (15, 16 * DAY, 60), (60, 130 * DAY, DAY), (DAY, 1100 * DAY, DAY))
"""Resolution, reach back from the start, alignment of the far end; all in minutes."""


class Printed(NamedTuple):
    """One synthetic print."""

    t_us: int
    price: int
    qty: int
    side: str
    ord_type: str


class NoHistory:
    """The past of a market that opens at the start."""

    def __init__(self) -> None:
        self.day: list[Candle] = []
        self.prints: list[Printed] = []

    def candles_since(self, minute: int) -> Iterator[Candle]:
        """Give no candle: nothing has been printed."""
        del minute
        return iter(())


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

    def kept(self) -> dict[str, object]:
        """Give what a snapshot keeps: what has been made is made again."""
        return {name: value for name, value in vars(self).items() if name != "_last_day"} | {"_tiers": {}}

    @property
    def day(self) -> list[Candle]:
        """The minutes of the last 24 h, oldest first; its open and close are the opening's figures."""
        return self._last_day[0]

    @property
    def prints(self) -> list[Printed]:
        """The last prints before the start, oldest first; they add up to their minutes."""
        return self._last_day[1]

    @cached_property
    def _last_day(self) -> tuple[list[Candle], list[Printed]]:
        day = self._bridge()
        rng = self._rng("history/prints")
        found: list[list[Printed]] = []
        total = 0
        for candle in reversed(day):
            found.append(_prints_of(candle, rng))
            total += candle.count
            if total >= PRINTS_KEPT:
                break
        return day, [row for rows in reversed(found) for row in rows][-PRINTS_KEPT:]

    def _bridge(self) -> list[Candle]:
        rng = self._rng("history/day")
        walked = [0.0, *accumulate(_normals(rng, DAY))]
        first, last = self._opening.day_before, self._opening.price
        scale = self._sigma * last
        drift = (last - first - scale * walked[DAY]) / DAY
        path = [max(1, round(first + drift * i + scale * walked[i])) for i in range(DAY + 1)]
        begin = self._start - DAY
        return self._candles(rng, begin, path, 1)

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
        floor, ceiling = self._opening.price / 8, self._opening.price * 3
        count = (after.minute - begin) // size
        path = [after.open]
        for step in _normals(rng, count):
            path.append(max(1, round(min(ceiling, max(floor, path[-1] * (1 + sigma * step))))))
        path.reverse()
        return self._candles(rng, begin, path, size)

    def _candles(self, rng: random.Random, begin: int, path: list[int], size: int) -> list[Candle]:
        """Make the candles between the points of a path; a start waits for some, so they are cheap."""
        bits_of = rng.getrandbits
        sigma = self._sigma * size**0.5
        reach = 0.6 * sigma / CHUNK
        fewest, spread = 0.4 * self._trades_a_minute * size, 1.2 * self._trades_a_minute * size / CHUNK
        qty = self._opening.mean_qty
        found = []
        for index in range(len(path) - 1):
            opened, close = path[index], path[index + 1]
            bits = bits_of(64)
            count = 2 + int(fewest + spread * (bits & CHUNK))
            high, low = (opened, close) if opened > close else (close, opened)
            if count > 3:
                high += int(reach * high * (bits >> 16 & CHUNK))
                low -= int(reach * low * (bits >> 32 & CHUNK))
            volume = count + int(count * qty * (0.5 + (bits >> 48) / CHUNK))
            cost = (opened + close) * volume // 2
            found.append(Candle(begin + index * size, opened, high, low, close, volume, cost, count))
        return found


def _normals(rng: random.Random, count: int) -> Iterator[float]:
    """Draw normal steps, each from one draw of 64 bits: a day of minutes has to be cheap."""
    for _ in range(count):
        bits = rng.getrandbits(64)
        total = (bits & CHUNK) + (bits >> 16 & CHUNK) + (bits >> 32 & CHUNK) + (bits >> 48)
        yield (total / CHUNK - 2.0) * 1.7320508


def _prints_of(candle: Candle, rng: random.Random) -> list[Printed]:
    """Make prints that add up to a candle, and set its cost to theirs."""
    count, low, width = candle.count, candle.low, candle.high - candle.low + 1
    draws = [rng.getrandbits(80) for _ in range(count)]
    prices = [low + ((bits & CHUNK) * width >> 16) for bits in draws]
    if count > 3:
        high_at = 1 + (draws[0] >> 48 & CHUNK) * (count - 2) // (CHUNK + 1)
        prices[high_at] = candle.high
        prices[high_at + 1 if high_at + 2 < count else high_at - 1] = low
    prices[0], prices[-1] = candle.open, candle.close
    weights = [2_000 + (bits >> 16 & CHUNK) ** 3 // CHUNK**2 for bits in draws]
    spare, heap = candle.volume - count, sum(weights)
    sizes = [1 + spare * weight // heap for weight in weights]
    sizes[-1] += candle.volume - sum(sizes)
    begin_us = candle.minute * MINUTE_US
    instants = sorted(
        [begin_us + (bits >> 32 & WIDE_CHUNK) * MINUTE_US // (WIDE_CHUNK + 1) for bits in draws]
    )
    candle.cost = sum(map(mul, prices, sizes))
    return [
        Printed(at, price, qty, SIDES[bits >> 79], ORD_TYPES[bits >> 76 & 7])
        for at, price, qty, bits in zip(instants, prices, sizes, draws, strict=True)
    ]
