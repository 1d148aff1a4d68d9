"""One limit counter, as the interval that surely holds the exchange's own figure.

The true counter X rises with each call and drains with time, but how it drains is documented only as
a rate. Two readings exist: a steady drain Y, and whole steps of height s. For a drain in steps,
whatever its phase, X <= Y + s: between two steps the steady drain gains at most s, and each step takes
it back. So `high` may stand up to one step above Y. It need not do so at once: a counter that has just
left zero stands at exactly what was spent, and only its next s of drain may be late. `lag` is that
part of the drain which `high` still has to withhold; spending from below one step fills it up again,
because the step that is due may already have been used up at zero.

X itself may be seen: a refusal, a figure of the exchange, a cap at the ceiling tell of it. Then the next
step may be due at once and take it down to Y, so `low` owes the drain of one step from the next moment on.
"""

from typing import Self

from msgspec import Struct, structs

from krakentui.budget.beat import MOST_DOUBT_NS, Beat


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
    caps: bool | None = None
    """What passes over the ceiling counts only up to it; None = perhaps."""
    grain: int = 1
    """The exchange's figure is a whole multiple of so much."""
    owed: int = 0
    """Drain that `low` takes from the next moment on."""
    beat: Beat | None = None
    """When the drain's steps come, where that is known; then neither `lag` nor `owed` is needed."""

    def at(self, t_ns: int) -> Self:
        """Return the counter as it stands at a later moment; an earlier one changes nothing."""
        if t_ns <= self.at_ns:
            return self
        if self.beat is not None:
            low, beat = self.beat.moved_low(self.low, self.drain_low_per_ns, self.at_ns, t_ns)
            high, beat = beat.moved_high(self.high, self.drain_high_per_ns, self.at_ns, t_ns)
            return structs.replace(self, low=low, high=high, at_ns=t_ns, beat=beat)
        gone = t_ns - self.at_ns
        drained = self.drain_high_per_ns * gone
        return structs.replace(
            self,
            low=max(0, self.low - self.owed - self.drain_low_per_ns * gone),
            high=max(0, self.high - max(0, drained - self.lag)),
            lag=max(0, self.lag - drained),
            owed=0,
            at_ns=t_ns,
        )

    def timed(self, ahead_ns: int, doubt_ns: int, t_ns: int) -> Self:
        """Learn when the steps come: at the full seconds of a clock that is known up to a doubt."""
        if not self.step or doubt_ns > MOST_DOUBT_NS:
            return self.untimed(t_ns)
        now = self.at(t_ns)
        if now.beat is not None:
            steady = now.high - now.beat.withheld(t_ns)
            beat = now.beat.retimed(ahead_ns, doubt_ns, self.drain_high_per_ns, t_ns)
            return structs.replace(now, high=steady + beat.withheld(t_ns), beat=beat)
        return structs.replace(now, beat=Beat(ahead_ns, doubt_ns, low=min(now.low, now.owed)), owed=0)

    def untimed(self, t_ns: int) -> Self:
        """Forget when the steps come: one may be due, or just over."""
        now = self.at(t_ns)
        if now.beat is None:
            return now
        return structs.replace(now, beat=None, owed=now.beat.low, lag=now.step)

    def spend(self, low: int, high: int, t_ns: int, *, owed: int = 0, batch: bool = False) -> Self:
        """Count an act that cost at least `low` and at most `high`.

        Args:
            low: In units, as `surely_counts` tells for a batch.
            high: In units.
            t_ns: Steady time.
            owed: So much of `low` is owed from the next moment on.
            batch: It passes over the ceiling.
        """
        now = self.at(t_ns)
        if batch and now.caps and now.high + high > now.ceiling:
            # The exchange's figure may stand there; what the steps withhold of it may be the least there is.
            high = max(0, now.ceiling - now.high)
            now = structs.replace(now, lag=now.step).withholding(0 if now.beat is None else now.beat.low)
        lag = max(now.lag, now.step - now.high) if high else now.lag
        spent = structs.replace(now, low=now.low + low, high=now.high + high, lag=lag)
        return spent.owing(owed) if owed else spent

    def owing(self, owed: int) -> Self:
        """Let the low end owe so much, or as much as may have drained since the last step."""
        if self.beat is None:
            return structs.replace(self, owed=max(self.owed, owed))
        least = self.drain_low_per_ns * self.beat.longest_ns(self.at_ns)
        owed = max(self.beat.low, min(owed, self.low, least))
        return structs.replace(self, beat=structs.replace(self.beat, low=owed))

    def surely_counts(self, low: int) -> tuple[int, int]:
        """Tell how much of a batch's cost surely counts, and what of that is owed at once.

        It may count only up to the ceiling. The exchange then adds what is missing to the counter as it
        stands, of which a step may be due.
        """
        if self.caps is False:
            return low, 0
        counts = min(low, max(0, self.ceiling - self.low))
        return counts, min(counts, max(0, self.low + counts - (self.ceiling - self.step)))

    def refused(self, cost: int, t_ns: int, high: int | None = None) -> Self:
        """Learn from a refusal of a call of this cost: it would have passed the ceiling, and may count.

        Whatever happened unseen brought the counter to `high` at most; None = a call beyond the ceiling. It
        may be below `low` where acts that are not in this counter yet are what filled it.
        """
        now = self.at(t_ns)
        more = max(0, self.ceiling - cost - now.low)
        risen = structs.replace(now, low=now.low + more).owing(min(more, now.step))
        return risen.at_least(self.ceiling + cost if high is None else high, t_ns)

    def at_least(self, high: int, t_ns: int) -> Self:
        """Raise `high` to this figure: what happened unseen may have brought it there."""
        now = self.at(t_ns)
        if high <= now.high:
            return now
        return structs.replace(now, high=high, lag=now.step).withholding(0)

    def at_most(self, high: int, t_ns: int) -> Self:
        """Lower `high` to this figure: a call that passed proves that the counter was not above it.

        What was known before goes on to hold: `high` is never later above what it would have been.
        """
        now = self.at(t_ns)
        if high >= now.high:
            return now
        lag = min(now.step, now.high + now.lag - high)
        withheld = 0 if now.beat is None else max(0, now.beat.withheld(t_ns) - (now.high - high))
        return structs.replace(now, low=min(now.low, high), high=high, lag=lag).withholding(withheld)

    def not_above(self, other: Self) -> Self:
        """Take the high end of another counter of the same moment where that is lower."""
        if self.high + self.lag <= other.high + other.lag:
            return self
        beat = self.beat
        if beat is not None and other.beat is not None:
            beat = structs.replace(beat, before=other.beat.before, since=other.beat.since)
        return structs.replace(self, high=other.high, lag=other.lag, beat=beat)

    def reported(self, units: int, t_ns: int) -> Self:
        """Take the exchange's own figure: it wins over our count."""
        told = structs.replace(self.at(t_ns), low=units, high=units, lag=self.step).withholding(0)
        return told.owing(self.step)

    def withholding(self, withheld: int) -> Self:
        """Let the high end withhold no more than so much where the steps are timed."""
        if self.beat is None:
            return self
        withheld = min(withheld, self.beat.withheld(self.at_ns))
        return structs.replace(self, beat=structs.replace(self.beat, before=0, since=withheld))

    def rounded(self) -> Self:
        """Round both ends inward to figures that the exchange's may be."""
        low, high = -(-self.low // self.grain) * self.grain, self.high // self.grain * self.grain
        return structs.replace(self, low=low, high=high) if low <= high else self

    def surely_fits(self, cost: int, t_ns: int) -> bool:
        """Tell whether a call of this cost stays within the ceiling, whatever the doubt."""
        return self.at(t_ns).high <= self._most(cost)

    def may_fit(self, cost: int, t_ns: int) -> bool:
        """Tell whether a call of this cost could stay within the ceiling, at best."""
        return self.at(t_ns).low + cost <= self.ceiling

    def fits_at(self, cost: int, t_ns: int) -> int | None:
        """Tell the first moment from `t_ns` on at which the cost surely fits; None = never."""
        now, most = self.at(t_ns), self._most(cost)
        if now.high <= most:
            return max(t_ns, self.at_ns)
        if most < 0 or not self.drain_high_per_ns:
            return None
        return now.falls_to(most)

    def may_fit_at(self, cost: int, t_ns: int) -> int | None:
        """Tell before which moment the cost cannot fit, whatever the doubt; None = it never can."""
        now = self.at(t_ns)
        if now.low + cost <= self.ceiling:
            return max(t_ns, self.at_ns)
        if cost > self.ceiling or not self.drain_low_per_ns:
            return None
        return now.may_fall_to(self.ceiling - cost)

    def empty_at(self, t_ns: int) -> tuple[int, int]:
        """Tell before which moment the counter cannot be empty, and when it surely is; it has to drain."""
        now = self.at(t_ns)
        return now.may_fall_to(0) if now.low else now.at_ns, now.falls_to(0) if now.high else now.at_ns

    def falls_to(self, most: int) -> int:
        """Tell when the high end, now above this figure, is first down to it."""
        if self.beat is not None:
            return self.beat.falls_to(most, self.high, self.drain_high_per_ns, self.at_ns)
        return self.at_ns - (-(self.high - most + self.lag) // self.drain_high_per_ns)

    def may_fall_to(self, least: int) -> int:
        """Tell before which moment the low end, now above this figure, is not down to it."""
        owed = self.owed if self.beat is None else self.beat.low
        return self.at_ns + max(1, -(-(self.low - owed - least) // self.drain_low_per_ns))

    def _most(self, cost: int) -> int:
        """Tell how high the counter may stand for a call of this cost to fit."""
        return (self.ceiling - cost) // self.grain * self.grain + (self.grain - 1)
