"""One limit counter, as the interval that surely holds the exchange's own figure.

The true counter X rises with each call and drains with time, but how it drains is documented only as
a rate. Two readings exist: a steady drain Y, and whole steps of height s. For a drain in steps,
whatever its phase, X <= Y + s: between two steps the steady drain gains at most s, and each step takes
it back. So `high` may stand up to one step above Y. It need not do so at once: a counter that has just
left zero stands at exactly what was spent, and only its next s of drain may be late. `lag` is that
part of the drain which `high` still has to withhold; spending from below one step fills it up again,
because the step that is due may already have been used up at zero.
"""

from typing import Self

from msgspec import Struct, structs


class Counter(Struct, frozen=True):
    """A limit counter as the interval that surely holds the exchange's own figure."""

    low: int
    high: int
    at_ns: int
    ceiling: int
    drain_low_per_ns: int
    """Rounded up, applied to `low`."""
    drain_high_per_ns: int
    """Rounded down, applied to `high`."""
    step: int = 0
    """How far a drain in whole steps may be behind; 0 = the drain is known to be steady."""
    lag: int = 0
    """Drain that `high` still withholds."""

    def at(self, t_ns: int) -> Self:
        """Return the counter as it stands at a later moment; an earlier one changes nothing."""
        if t_ns <= self.at_ns:
            return self
        gone = t_ns - self.at_ns
        drained = self.drain_high_per_ns * gone
        return structs.replace(
            self,
            low=max(0, self.low - self.drain_low_per_ns * gone),
            high=max(0, self.high - max(0, drained - self.lag)),
            lag=max(0, self.lag - drained),
            at_ns=t_ns,
        )

    def spend(self, low: int, high: int, t_ns: int) -> Self:
        """Count an act that cost at least `low` and at most `high`."""
        now = self.at(t_ns)
        lag = max(now.lag, now.step - now.high) if high else now.lag
        return structs.replace(now, low=now.low + low, high=now.high + high, lag=lag)

    def refused(self, cost: int, t_ns: int) -> Self:
        """Learn from a refusal of a call of this cost: it would have passed the ceiling, and may count."""
        now = self.at(t_ns)
        return structs.replace(now, low=max(now.low, self.ceiling - cost)).at_least(self.ceiling + cost, t_ns)

    def at_least(self, high: int, t_ns: int) -> Self:
        """Raise `high` to this figure: what happened unseen may have brought it there."""
        now = self.at(t_ns)
        if high <= now.high:
            return now
        return structs.replace(now, high=high, lag=now.step)

    def at_most(self, high: int, t_ns: int) -> Self:
        """Lower `high` to this figure: a call that passed proves that the counter was not above it.

        What was known before goes on to hold: `high` is never later above what it would have been.
        """
        now = self.at(t_ns)
        if high >= now.high:
            return now
        lag = min(now.step, now.high + now.lag - high)
        return structs.replace(now, low=min(now.low, high), high=high, lag=lag)

    def reported(self, units: int, t_ns: int) -> Self:
        """Take the exchange's own figure: it wins over our count."""
        return structs.replace(self.at(t_ns), low=units, high=units, lag=self.step)

    def surely_fits(self, cost: int, t_ns: int) -> bool:
        """Tell whether a call of this cost stays within the ceiling, whatever the doubt."""
        return self.at(t_ns).high + cost <= self.ceiling

    def may_fit(self, cost: int, t_ns: int) -> bool:
        """Tell whether a call of this cost could stay within the ceiling, at best."""
        return self.at(t_ns).low + cost <= self.ceiling

    def fits_at(self, cost: int, t_ns: int) -> int | None:
        """Tell the first moment from `t_ns` on at which the cost surely fits; None = never."""
        now = self.at(t_ns)
        excess = now.high + cost - self.ceiling
        if excess <= 0:
            return max(t_ns, self.at_ns)
        if cost > self.ceiling or not self.drain_high_per_ns:
            return None
        return now.at_ns - (-(excess + now.lag) // self.drain_high_per_ns)

    def may_fit_at(self, cost: int, t_ns: int) -> int | None:
        """Tell before which moment the cost cannot fit, whatever the doubt; None = it never can."""
        now = self.at(t_ns)
        excess = now.low + cost - self.ceiling
        if excess <= 0:
            return max(t_ns, self.at_ns)
        if cost > self.ceiling or not self.drain_low_per_ns:
            return None
        return now.at_ns - (-excess // self.drain_low_per_ns)

    def empty_at(self, t_ns: int) -> tuple[int, int]:
        """Tell before which moment the counter cannot be empty, and when it surely is; it has to drain."""
        now = self.at(t_ns)
        best_ns = now.at_ns - (-now.low // self.drain_low_per_ns)
        return best_ns, now.at_ns - (-(now.high + now.lag) // self.drain_high_per_ns if now.high else 0)
