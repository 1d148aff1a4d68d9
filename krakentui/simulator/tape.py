"""The tape of one market: every print, and the minute candles they make.

All figures of a market (last, candles, 24 h figures) come from here and nowhere else. What lies
before the start is synthetic and made when first asked for (`history.py`); the tape joins the two.
"""

import random
from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from krakentui.simulator.candles import Candle, grouped, merged
from krakentui.simulator.history import History, NoHistory, Printed
from krakentui.simulator.opening import Opening
from krakentui.simulator.stretch import Figures, Stretch
from krakentui.simulator.tables import Pair

MINUTE_US = 60_000_000
DAY_MINUTES = 1440
TRADES_KEPT = 1000
MINUTES_KEPT = 4_500
"""Live minutes kept one by one (three days and a reserve); older ones are merged into hours."""


@dataclass(frozen=True, slots=True)
class MarketTrade:
    """One print of a market."""

    symbol: str
    price: int
    qty: int
    side: str
    """The taker's side, buy or sell."""
    trade_id: int
    t_us: int
    ord_type: str
    """The taker's order type, limit or market."""


class Tape:
    """What a market has printed."""

    def __init__(
        self, pair: Pair, opening: Opening, start_us: int, rng: Callable[[str], random.Random]
    ) -> None:
        self.pair = pair
        self.opening = opening
        self.start_minute = start_us // MINUTE_US
        self.last = opening.price
        self.last_qty = max(1, int(opening.mean_qty))
        self.first_id = 1_000_000 + int(rng("ids").random() * 100_000_000)
        self.next_id = self.first_id
        self.minutes: list[Candle] = []
        """Minutes with prints since the start, oldest first."""
        self.hours: list[Candle] = []
        """Hours that have left `minutes`."""
        self._recent: deque[MarketTrade] = deque(maxlen=TRADES_KEPT)
        self._rng = rng
        self._day = Stretch(self.candles_since)
        self._today = Stretch(self.candles_since)

    @cached_property
    def history(self) -> History | NoHistory:
        """What was before the start."""
        if self.pair.is_listing:
            return NoHistory()
        return History(self.pair, self.opening, self.start_minute, self._rng)

    def add(self, side: str, price: int, qty: int, ord_type: str, t_us: int) -> MarketTrade:
        """Write one print."""
        trade = MarketTrade(self.pair.symbol, price, qty, side, self.next_id, t_us, ord_type)
        self.next_id += 1
        self.last = price
        self.last_qty = qty
        self._recent.append(trade)
        minute = t_us // MINUTE_US
        if self.minutes and self.minutes[-1].minute == minute:
            self.minutes[-1].take(price, qty)
        else:
            self.minutes.append(Candle.of_print(minute, price, qty))
            if len(self.minutes) > MINUTES_KEPT:
                self._condense()
        return trade

    def trades(self, count: int, *, after_ns: int = -1) -> list[MarketTrade]:
        """List prints, oldest first: the last ones, or the first ones after an instant."""
        live = [trade for trade in self._recent if ns_of(trade) > after_ns]
        if len(live) < count and len(self._recent) < TRADES_KEPT:
            old = [self._old(index, row) for index, row in enumerate(self.history.prints)]
            live = [trade for trade in old if ns_of(trade) > after_ns] + live
        return live[:count] if after_ns >= 0 else live[-count:]

    def last_day(self, now_us: int) -> Figures:
        """Give the figures of the last 24 h."""
        now = now_us // MINUTE_US
        return self._day.figures(now - DAY_MINUTES, now, self._running(now), self.last)

    def today(self, now_us: int) -> Figures:
        """Give the figures since 00:00 UTC."""
        now = now_us // MINUTE_US
        midnight = now // DAY_MINUTES * DAY_MINUTES
        return self._today.figures(midnight, now, self._running(now), self.last)

    def _running(self, minute: int) -> Candle | None:
        return self.minutes[-1] if self.minutes and self.minutes[-1].minute == minute else None

    def candles_since(self, minute: int) -> Iterator[Candle]:
        """Give candles of one minute (hours, where older) from a minute on, oldest first."""
        if minute < self.start_minute:
            yield from self.history.candles_since(minute)
        yield from (hour for hour in self.hours if hour.minute >= minute)
        yield from islice(self.minutes, bisect_left(self.minutes, minute, key=lambda c: c.minute), None)

    def series(self, interval: int, count: int, now_us: int) -> list[Candle]:
        """Give the last candles of an interval, the running one last; empty stretches are flat."""
        running = now_us // MINUTE_US // interval * interval
        first = running - (count - 1) * interval
        rows: list[Candle] = []
        for candle in grouped(self.candles_since(first), interval):
            while rows and rows[-1].minute + interval < candle.minute:
                rows.append(Candle.flat(rows[-1].minute + interval, rows[-1].close))
            rows.append(candle)
        if not rows:
            rows.append(Candle.flat(first, self.last))
        while rows[-1].minute < running:
            rows.append(Candle.flat(rows[-1].minute + interval, rows[-1].close))
        return rows[-count:]

    def _condense(self) -> None:
        hour = self.minutes[0].minute // 60
        end = bisect_left(self.minutes, (hour + 1) * 60, key=lambda c: c.minute)
        self.hours.append(merged(self.minutes[:end], hour * 60))
        del self.minutes[:end]

    def _old(self, index: int, row: Printed) -> MarketTrade:
        trade_id = self.first_id - len(self.history.prints) + index
        return MarketTrade(self.pair.symbol, row.price, row.qty, row.side, trade_id, row.t_us, row.ord_type)


def ns_of(trade: MarketTrade) -> int:
    """Give the instant of a print in nanoseconds; below the microsecond the id decides."""
    return trade.t_us * 1000 + trade.trade_id * 7 % 1000
