"""A meter brought forward through acts that are planned, at the price of one counter.

An act whose answer comes soon makes the ledger withhold one more step of drain (`budget.counter`); one
that stays in the air does not. Whenever the answers come, high and withheld drain together are never
above what they are here, because an act that lands later leaves them higher. So from the first planned
act on that sum is the high end.
"""

import heapq
from collections.abc import Iterable
from typing import NamedTuple

from krakentui.budget.meter import Meter


class Send(NamedTuple):
    """A planned act, in units; it may be in the air until `latest_ns`."""

    at_ns: int
    low: int
    high: int
    latest_ns: int
    capped: bool
    """It counts only up to the ceiling."""


class _Flight(NamedTuple):
    latest_ns: int
    low: int
    high: int
    planned: bool


class Walk:
    """One meter on its way forward in time."""

    def __init__(self, meter: Meter, sends: Iterable[Send], least_high: int = 0) -> None:
        """Begin where the meter stands; unseen acts may have brought it to `least_high` at any time."""
        self._counter = meter.counter
        self._late = meter.late
        self._least = least_high
        self._sends = sorted(sends, reverse=True)
        self._flights = [_Flight(one.latest_ns, one.low, one.high, planned=False) for one in meter.air]
        self._flights += [_Flight(one.latest_ns, 0, one.high, planned=False) for one in meter.hidden]
        heapq.heapify(self._flights)
        self._air_low = sum(one.low for one in self._flights)
        self._air_high = sum(one.high for one in self._flights)
        self._flying = 0
        """Planned acts in the air."""
        self._any_sent = False

    def to(self, t_ns: int) -> tuple[int, int]:
        """Go on to a later moment and tell both ends there, in units."""
        while self._next_is_due(t_ns):
            if self._sends and not (self._flights and self._flights[0].latest_ns <= self._sends[-1].at_ns):
                self._send(self._sends.pop())
            else:
                self._land(heapq.heappop(self._flights))
        if self._counter.high or self._counter.lag:
            self._counter = self._counter.at(t_ns)
        high = max(self._high(), self._least) + self._air_high
        return max(0, self._counter.low - self._late - self._air_low), high

    def _next_is_due(self, t_ns: int) -> bool:
        if self._sends and self._sends[-1].at_ns <= t_ns:
            return True
        return bool(self._flights) and self._flights[0].latest_ns <= t_ns

    def _high(self) -> int:
        counter = self._counter
        if not self._any_sent:
            return counter.high
        withheld = counter.high + counter.lag
        return max(withheld, counter.step) if self._flying else withheld

    def _send(self, send: Send) -> None:
        counter = self._counter.at(send.at_ns)
        low, owed = counter.surely_counts(send.low) if send.capped else (send.low, 0)
        self._counter = counter.spend(low, 0, send.at_ns, owed=owed)
        self._air_low, self._air_high = self._air_low + low, self._air_high + send.high
        heapq.heappush(self._flights, _Flight(send.latest_ns, low, send.high, planned=True))
        self._flying += 1
        self._any_sent = True

    def _land(self, flight: _Flight) -> None:
        self._counter = self._counter.spend(0, flight.high, flight.latest_ns)
        self._air_low, self._air_high = self._air_low - flight.low, self._air_high - flight.high
        self._flying -= flight.planned
