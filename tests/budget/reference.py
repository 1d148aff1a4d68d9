"""The exchange's counters, written a second time for the tests: exact, slow, from the documentation."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from krakentui.model.clock import SECOND

Drain = Literal["steady", "steps from zero", "steps of a ticker", "looked at each second"]


@dataclass
class TrueCounter:
    """One counter as the exchange keeps it. Times are nanoseconds and never run backwards."""

    drain: Drain
    rate: Fraction
    step: Fraction = Fraction(1)
    phase_ns: int = 0
    value: Fraction = Fraction(0)
    """As it drains; of a counter that is looked at each second, the steady one behind it."""
    at_ns: int = 0
    at_tick: Fraction = Fraction(0)
    since_tick: Fraction = Fraction(0)

    @property
    def period_ns(self) -> int:
        period = self.step / self.rate * SECOND
        assert period.denominator == 1
        return period.numerator

    def at(self, t_ns: int) -> Fraction:
        assert t_ns >= self.at_ns
        match self.drain:
            case "steady":
                self.value = self._drained(t_ns)
            case "steps of a ticker" | "steps from zero":
                ticks = (t_ns - self.phase_ns) // self.period_ns
                ticks -= (self.at_ns - self.phase_ns) // self.period_ns
                self.value = max(Fraction(0), self.value - ticks * self.step)
            case "looked at each second":
                tick_ns = t_ns - t_ns % SECOND
                if self.at_ns < tick_ns:
                    self.at_tick, self.since_tick = self._drained(tick_ns), Fraction(0)
                self.value = self._drained(t_ns)
                self.at_ns = t_ns
                return self.at_tick + self.since_tick
        self.at_ns = t_ns
        return self.value

    def add(self, cost: Fraction | int, t_ns: int) -> None:
        self.at(t_ns)
        if self.drain == "steps from zero" and not self.value:
            self.phase_ns = t_ns % self.period_ns
        self.value += cost
        self.since_tick += cost

    def _drained(self, t_ns: int) -> Fraction:
        return max(Fraction(0), self.value - self.rate * (t_ns - self.at_ns) / SECOND)
