"""Counters that rise with use and drain with time, exactly: the referee's arithmetic.

A counter keeps what happened (when, how much) and answers by replaying it; no float is ever carried
along. Inside, a point is a whole number of grains, so many that a microsecond drains whole grains;
outside, values are rationals. Three ways to drain:

- `Continuous`: rate times time, never below zero.
- `WholePoints`: one whole point at each full step, counted from the moment the counter left zero.
- `EachSecond`: continuous, but looked at only at full seconds; what came since counts in full.

The stepped kinds never stand below the continuous one with the same rate, nor more than one step above.
"""

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from krakentui.simulator.rules import SECOND_US

Edge = Literal[">", ">="]


@dataclass(slots=True)
class Continuous:
    """A counter that drains all the time."""

    rate: Fraction
    """Points a second."""
    events: list[tuple[int, int]] = field(default_factory=list)
    """Time and grains of each rise since the counter last stood at zero."""

    @property
    def grain(self) -> int:
        """How many grains make a point: a microsecond drains `rate.numerator` of them; halves exist."""
        return self.rate.denominator * SECOND_US * 2

    def replay(self, t_us: int) -> int:
        """Play all that happened up to this moment; the result is in grains."""
        value, last_us, per_us = 0, 0, self.rate.numerator * 2
        for when_us, amount in self.events:
            if when_us > t_us:
                break
            value = max(0, value - per_us * (when_us - last_us)) + amount
            last_us = when_us
        return max(0, value - per_us * (t_us - last_us))

    def value(self, t_us: int) -> Fraction:
        """Say where the counter stands."""
        return Fraction(self.replay(t_us), self.grain)

    def add(self, amount: Fraction | int, t_us: int) -> None:
        """Let the counter rise; times never run backwards."""
        if self.replay(t_us) == 0:
            self.events.clear()
        grains = amount * self.grain
        if grains.denominator != 1:
            raise ValueError(f"{amount} points are no whole number of grains")
        if grains:
            self.events.append((t_us, int(grains)))

    def next_drop_us(self, t_us: int) -> int:
        """Say when the value is next lower than now, at the latest."""
        return t_us + 1


@dataclass(slots=True)
class WholePoints(Continuous):
    """A counter that loses one point each full step after it left zero."""

    step_us: int = SECOND_US

    def replay(self, t_us: int) -> int:
        """Play all that happened up to this moment; the result is in grains."""
        value, anchor_us, steps = 0, 0, 0
        for when_us, amount in [*self.events, (t_us, 0)]:
            if when_us > t_us:
                break
            due = (when_us - anchor_us) // self.step_us
            value = max(0, value - (due - steps) * self.grain)
            steps = due
            if value == 0:
                anchor_us, steps = when_us, 0
            value += amount
        return value

    def next_drop_us(self, t_us: int) -> int:
        """Say when the next step is due."""
        anchor_us = self.events[0][0] if self.events else t_us
        return t_us + self.step_us - (t_us - anchor_us) % self.step_us


@dataclass(slots=True)
class EachSecond(Continuous):
    """A counter that is brought up to date at full seconds only."""

    def replay(self, t_us: int) -> int:
        """Play up to the last full second, then count what came since without drain."""
        tick_us = t_us - t_us % SECOND_US
        since = sum(amount for when_us, amount in self.events if tick_us < when_us <= t_us)
        # A slotted dataclass is a new class: super() without arguments would look for the old one.
        return Continuous.replay(self, tick_us) + since

    def next_drop_us(self, t_us: int) -> int:
        """Say when the next full second is."""
        return t_us - t_us % SECOND_US + SECOND_US


@dataclass(slots=True)
class Gauge:
    """A counter with its ceiling and the rule for the edge."""

    counter: Continuous
    maximum: int
    edge: Edge = ">"

    def used(self, t_us: int) -> Fraction:
        """Say where the counter stands."""
        return self.counter.value(t_us)

    def fits(self, cost: Fraction | int, t_us: int) -> bool:
        """Say whether so much more stays within the ceiling."""
        after = self.used(t_us) + cost
        return after <= self.maximum if self.edge == ">" else after < self.maximum

    def add(self, cost: Fraction | int, t_us: int) -> None:
        """Count so much more."""
        self.counter.add(cost, t_us)

    def add_up_to(self, cost: Fraction | int, top: Fraction | int, t_us: int) -> None:
        """Count so much more, but not beyond the top; what stands above stays."""
        room = max(Fraction(0), top - self.used(t_us))
        self.counter.add(min(Fraction(cost), room), t_us)

    def free_at_us(self, cost: Fraction | int, t_us: int) -> int | None:
        """Say from when so much more fits if nothing else happens; None = never."""
        if self.fits(cost, t_us):
            return t_us
        if (cost > self.maximum) if self.edge == ">" else (cost >= self.maximum):
            return None
        early = t_us
        span = max(1, self.counter.next_drop_us(t_us) - t_us)
        while not self.fits(cost, early + span):
            early, span = early + span, span * 2
        late = early + span
        while late - early > 1:
            middle = (early + late) // 2
            early, late = (early, middle) if self.fits(cost, middle) else (middle, late)
        return late
