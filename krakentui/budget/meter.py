"""A counter together with what may still land on it.

An act of ours lands on the exchange's counter at some moment between sending and the word that it is
done. Until then its cost is in the air. Landing later leaves a counter higher, so `high` takes the cost
undrained as long as it is in the air and lets it drain only from the last moment at which it can have
landed; `low` lets it drain from the sending on and leaves it out while it is in the air. Both are exact
bounds, because the drain never pulls two counters apart.

The same holds for acts of others that the exchange refused and nobody shows us: each act of theirs that
we see permits one such, at any time in the next 300 s, so one point hangs in the air for so long.

What the stream shows happened a little earlier. Seen late by at most d, a counter reads too high by at
most d times the drain, however many acts there were: `late` is taken off the low end once.
"""

from collections.abc import Callable

from msgspec import Struct, structs

from krakentui.budget.counter import Counter
from krakentui.budget.flow import Flow
from krakentui.budget.interval import Interval
from krakentui.model.clock import SECOND
from krakentui.model.limit import POINT

Change = Callable[[Counter], Counter]


class Airborne(Struct, frozen=True):
    """A cost that may land at any moment until `latest_ns`."""

    name: str
    low: int
    high: int
    latest_ns: int


class Meter(Struct, frozen=True, kw_only=True):
    """One limit counter of the exchange, and all that bears on it."""

    counter: Counter
    """`low` with what is in the air, `high` without."""
    known: Counter
    """The same, had nothing happened before our start or while we could not see."""
    others: Counter
    """What programs other than ours have put there and was seen."""
    full: int
    """Where it stands at most when nothing is known: the ceiling, of the widest tier there may be."""
    air: tuple[Airborne, ...] = ()
    """Acts of ours."""
    hidden: tuple[Airborne, ...] = ()
    """Refused acts of others that may have happened, the first to expire first, one entry a second."""
    hidden_high: int = 0
    """What all of these cost together."""
    late: int = 0
    foreign_ns: int | None = None
    """Steady time of the last sign of another program."""
    flow: Flow | None = None
    """Use that nobody shows, betrayed by a refusal."""

    @classmethod
    def unknown(cls, counter: Counter, full: int, late_ns: int = 0) -> "Meter":
        """Start with a counter that may stand anywhere up to its ceiling."""
        empty = structs.replace(counter, low=0, high=0, lag=0, owed=0, beat=None)
        start = empty.at_least(full, counter.at_ns)
        late = late_ns * counter.drain_low_per_ns
        return cls(counter=start, known=empty, others=empty, full=full, late=late)

    @classmethod
    def empty(cls, counter: Counter) -> "Meter":
        """Start with a counter that stands at zero."""
        clear = structs.replace(counter, low=0, high=0, lag=0, owed=0, beat=None)
        return cls(counter=clear, known=clear, others=clear, full=counter.ceiling)

    def at(self, t_ns: int) -> "Meter":
        """Return the meter at a later moment; what can no longer be in the air has landed in time."""
        if self.flow is not None and t_ns >= self.flow.ends_ns:
            return self.at(self.flow.ends_ns - 1).flowing(None).at(t_ns)
        if not (self.hidden and self.hidden[0].latest_ns <= t_ns) and not _due(self.air, t_ns):
            return self if t_ns <= self.counter.at_ns else self.each(lambda counter: counter.at(t_ns))
        due, hidden = _due(self.air, t_ns), _due(self.hidden, t_ns)
        meter = structs.replace(
            self,
            air=tuple(one for one in self.air if one.latest_ns > t_ns),
            hidden=self.hidden[len(hidden) :],
            hidden_high=self.hidden_high - sum(one.high for one in hidden),
        )
        for one in sorted((*due, *hidden), key=_latest):
            meter = _landed(meter, one, foreign=one in hidden)
        return meter.each(lambda counter: counter.at(t_ns))

    @property
    def room(self) -> int:
        """What surely still counts of acts that the exchange counts only up to the ceiling."""
        return max(0, self.counter.ceiling - self.counter.low)

    def shown(self, t_ns: int) -> Counter:
        """Return the interval that surely holds the exchange's own figure now."""
        now = self.at(t_ns)
        return _with_air(now, now.counter)

    def shown_known(self, t_ns: int) -> Counter:
        """Return the interval as it would be, had nothing happened before our start or unseen."""
        now = self.at(t_ns)
        return _with_air(now, now.known)

    def shown_others(self, t_ns: int) -> Interval:
        """Return what other programs hold of the counter."""
        now = self.at(t_ns)
        return Interval(max(0, now.others.low - now.late), now.others.high + now.hidden_high)

    def seen(self, t_ns: int) -> Interval:
        """Return what the acts that were seen make alone, what is in the air included."""
        now = self.at(t_ns)
        shown = _with_air(now, now.counter)
        return Interval(shown.low, shown.high - now.hidden_high)

    def fits_at(self, cost: int, t_ns: int) -> int | None:
        """Tell the first moment at which a cost surely fits, if nothing else happens; None = never."""
        now = self.at(t_ns)
        fits_ns = now.fits_with_flow(cost)
        if now.flow is None or (fits_ns is not None and fits_ns < now.flow.ends_ns):
            return fits_ns
        return now.at(now.flow.ends_ns).fits_at(cost, now.flow.ends_ns)

    def fits_with_flow(self, cost: int) -> int | None:
        """Tell the same, should what nobody shows go on for ever."""
        shown = _with_air(self, self.counter)
        if shown.surely_fits(cost, shown.at_ns):
            return shown.at_ns
        counter, air = self.counter, shown.high - self.counter.high
        for one in sorted((*self.air, *self.hidden), key=_latest):
            found = counter.fits_at(cost + air, counter.at_ns)
            if found is not None and found < one.latest_ns:
                return found
            counter = counter.spend(0, one.high, one.latest_ns)
            air -= one.high
        return counter.fits_at(cost + (0 if self.flow is None else self.flow.slack), counter.at_ns)

    def spent(self, cost: Interval, t_ns: int) -> "Meter":
        """Count an act of ours that landed just now."""
        now = self.at(t_ns).each(lambda counter: counter.spend(cost.low, cost.high, t_ns), others=False)
        return now.counted(cost.low, cost.high)

    def sent(self, name: str, cost: Interval, t_ns: int, latest_ns: int) -> "Meter":
        """Count an act of ours that is on its way; its low end counts from now on."""
        now = self.at(t_ns).each(lambda counter: counter.spend(cost.low, 0, t_ns), others=False)
        if now.flow is not None:
            now = structs.replace(now, flow=now.flow.sent(t_ns))
        return structs.replace(now, air=(*now.air, Airborne(name, cost.low, cost.high, latest_ns)))

    def has(self, name: str) -> bool:
        """Tell whether an act of ours of this name is in the air."""
        return any(one.name == name for one in self.air)

    def settled(self, name: str, t_ns: int, cost: Interval | None = None, *, batch: bool = False) -> "Meter":
        """Let an act of ours land now, at the cost it was sent with or at what it turned out to cost.

        It may be part of a `batch`, which passes over the ceiling.
        """
        now = self.at(t_ns)
        flight = next((one for one in now.air if one.name == name), None)
        if flight is None:
            return now
        now = structs.replace(now, air=tuple(one for one in now.air if one is not flight))
        high, more = (flight.high, 0) if cost is None else (cost.high, cost.low - flight.low)
        more, owed = now.counter.surely_counts(more) if batch else (more, 0)
        now = now.counted(flight.low + more, high)
        return now.each(
            lambda counter: counter.spend(max(more, -counter.low), high, t_ns, owed=owed, batch=batch),
            others=False,
        )

    def lost(self, name: str, t_ns: int) -> "Meter":
        """Give up waiting for the word on an act of ours: it may never have arrived, or may yet arrive."""
        now = self.at(t_ns)
        flight = next((one for one in now.air if one.name == name), None)
        if flight is None:
            return now
        low = -min(flight.low, now.counter.low)
        now = now.each(lambda counter: counter.spend(max(low, -counter.low), 0, t_ns), others=False)
        doubted = structs.replace(flight, low=0)
        return structs.replace(now, air=tuple(doubted if one is flight else one for one in now.air))

    def redeemed(self, mark: str, units: int, t_ns: int) -> "Meter":
        """Take an act that was seen for one that was booked ahead under this mark."""
        now, left = self.at(t_ns), units
        air = []
        for one in now.air:
            taken = min(left, one.high) if one.name.startswith(mark) else 0
            left -= taken
            if taken < one.high or not taken:
                air.append(structs.replace(one, high=one.high - taken))
        return structs.replace(now, air=tuple(air))

    def runs_late(self, late_ns: int, t_ns: int) -> "Meter":
        """Take note of how late the next act is seen; what was seen later before counts until it drained."""
        now = self.at(t_ns)
        late = late_ns * now.counter.drain_low_per_ns
        return structs.replace(now, late=max(late, now.late) if now.counter.low else late)

    def foreign(self, cost: Interval, t_ns: int, *, batch: bool, hidden_ns: int) -> "Meter":
        """Count an act of somebody else, and the refused act that it permits for so long.

        It may be part of a `batch`, which passes over the ceiling, as any cancel may be.
        """
        now = self.at(t_ns)
        low, owed = now.counter.surely_counts(cost.low) if batch else (cost.low, 0)
        now = now.each(lambda counter: counter.spend(low, cost.high, t_ns, owed=owed, batch=batch))
        now = structs.replace(now.counted(low, cost.high), foreign_ns=t_ns)
        if now.flow is not None and not batch:  # it was let through
            now = now.flowing(now.flow.passed(now.full + cost.high, cost.high, t_ns))
        if not hidden_ns:
            return now
        latest_ns = -(-(t_ns + hidden_ns) // SECOND) * SECOND
        return _permitted(now, Airborne("", 0, POINT, latest_ns))

    def refused(self, name: str, cost: int, t_ns: int, *, by_others: bool) -> "Meter":
        """Learn from a refusal for this limit; the refused act itself may count or not.

        Where what is known explains it, what is in the air is part of what filled the counter. Else that
        may still come on top.
        """
        now = self.at(t_ns)
        flight = next((one for one in now.air if one.name == name), None)
        counted = cost if flight is None else flight.low
        now = now.settled(name, t_ns)
        before, aloft = now.counter, now.hidden_high + sum(one.high for one in now.air)
        most = before.high + aloft + (cost if flight is None else 0)
        top = now.full + cost - (aloft if most > before.ceiling else 0)

        def learn(counter: Counter) -> Counter:
            uncounted = structs.replace(counter, low=max(0, counter.low - counted))
            return uncounted.refused(cost, t_ns, top)

        now = now.each(learn, others=False)
        now = structs.replace(now, known=now.known.not_above(now.counter))
        if now.flow is not None:
            now = now.flowing(now.flow.refused(before.ceiling, cost, t_ns))
        if not by_others:
            return now
        if now.flow is None and most + before.drain_high_per_ns * SECOND < before.ceiling:
            now = now.flowing(Flow.begun(before, cost, now.full + cost, t_ns))
        others = now.others.at_least(now.counter.high - max(0, before.low - counted), t_ns)
        least = max(others.low, now.counter.low - before.high)
        return structs.replace(now, others=structs.replace(others, low=least), foreign_ns=t_ns)

    def reported(self, units: int, now_within: Interval, t_ns: int, *, proven: bool = False) -> "Meter":
        """Take the exchange's own figure; what others were refused before is in it.

        Args:
            units: The figure, as it was when it was sent.
            now_within: What it may have come to by now, ours on their way left out.
            t_ns: Steady time.
            proven: Figures have shown that others are not refused unseen; else they may yet be.
        """
        now = self.at(t_ns)
        if proven:
            now = structs.replace(now, hidden=(), hidden_high=0)
        flying = sum(one.low for one in now.air)
        told = now.counter.reported(units, t_ns)
        told = structs.replace(told, low=max(0, now_within.low) + flying, high=now_within.high)
        return structs.replace(now, counter=told, known=told)

    def gap(self, t_ns: int) -> "Meter":
        """Admit that anything may have happened unseen, up to the ceiling."""
        now = self.at(t_ns)
        return structs.replace(now, counter=now.counter.at_least(now.full, t_ns))

    def used_elsewhere(self, t_ns: int, *, lasting: bool) -> "Meter":
        """Admit that somebody else spent, and, where it is `lasting`, that he may go on unseen."""
        now = structs.replace(self.gap(t_ns), foreign_ns=t_ns)
        if not lasting:
            return now
        if now.flow is not None:
            return structs.replace(now, flow=structs.replace(now.flow, sign_ns=t_ns))
        span = now.shown(t_ns)
        return now.flowing(Flow.seen(now.counter, span.low, span.high, t_ns))

    def passed(self, cost: int, t_ns: int) -> "Meter":
        """Learn from a call that was let through: the counter was within the ceiling."""
        now = self.at(t_ns)
        now = now.each(lambda counter: counter.at_most(now.full + cost, t_ns), others=False)
        return now if now.flow is None else now.flowing(now.flow.passed(now.full + cost, cost, t_ns))

    def flowing(self, flow: Flow | None) -> "Meter":
        """Go by another view of what nobody shows: the high end drains by what it leaves."""
        before = self.flow
        drain = flow.left if flow is not None else (before.drain_slow if before is not None else None)
        if drain is None:
            return self
        slack = (0 if before is None else before.slack) - (0 if flow is None else flow.slack)

        def change(counter: Counter) -> Counter:
            high = counter.high + max(0, slack)
            return structs.replace(counter, high=high, drain_high_per_ns=drain)

        return structs.replace(self, flow=flow, counter=change(self.counter), known=change(self.known))

    def counted(self, low: int, high: int) -> "Meter":
        """Note what was spent and seen, so that it is not taken for unseen use."""
        return self if self.flow is None else structs.replace(self, flow=self.flow.spent(low, high))

    def timed(self, ahead_ns: int, doubt_ns: int, t_ns: int) -> "Meter":
        """Learn when the drain's steps come."""
        return self.at(t_ns).each(lambda counter: counter.timed(ahead_ns, doubt_ns, t_ns))

    def slept(self, t_ns: int) -> "Meter":
        """Admit that more time may have passed than our clock shows: the low end may be zero."""
        return self.at(t_ns).each(lambda counter: structs.replace(counter.untimed(t_ns), low=0, owed=0))

    def retuned(self, like: Counter, full: int, t_ns: int) -> "Meter":
        """Take another ceiling and drain.

        What was not known before our start was at most the old `full`. With a greater one the counter may
        stand higher by the difference; with a smaller one, by no more than that above what is known.
        """
        now = self.at(t_ns)
        if full >= now.full:
            counter = now.counter.at_least(now.counter.high + full - now.full, t_ns)
        else:
            counter = now.counter.at_most(now.known.high + full, t_ns)
        late_ns = now.late // now.counter.drain_low_per_ns
        moved = structs.replace(now, counter=counter, full=full, late=late_ns * like.drain_low_per_ns)
        moved = moved.each(lambda counter: _like(counter, like))
        if moved.flow is None:
            return moved
        span = _with_air(moved, moved.counter)
        return moved.flowing(moved.flow.drained(like).anew(span.low, span.high, t_ns))

    def each(self, change: Change, *, others: bool = True) -> "Meter":
        """Change the counters alike; `others` = what others hold changes too."""
        return structs.replace(
            self,
            counter=change(self.counter),
            known=change(self.known),
            others=change(self.others) if others else self.others.at(self.counter.at_ns),
        )


def _latest(one: Airborne) -> int:
    return one.latest_ns


def _with_air(meter: Meter, counter: Counter) -> Counter:
    low, high = counter.low - meter.late, counter.high + meter.hidden_high
    if meter.flow is not None:
        high += meter.flow.slack
    for one in meter.air:
        low, high = low - one.low, high + one.high
    return structs.replace(counter, low=max(0, low), high=high).rounded()


def _due(flights: tuple[Airborne, ...], t_ns: int) -> tuple[Airborne, ...]:
    return tuple(one for one in flights if one.latest_ns <= t_ns)


def _landed(meter: Meter, one: Airborne, *, foreign: bool) -> Meter:
    def land(counter: Counter) -> Counter:
        return counter.spend(0, one.high, one.latest_ns)

    return meter.each(lambda counter: counter.at(one.latest_ns)).each(land, others=foreign)


def _permitted(meter: Meter, more: Airborne) -> Meter:
    """Hang up one more refused act of others; those of the same second are one entry."""
    last = meter.hidden[-1] if meter.hidden else None
    if last is None or last.latest_ns < more.latest_ns:
        hidden = (*meter.hidden, more)
    else:
        hidden = (*meter.hidden[:-1], structs.replace(last, high=last.high + more.high))
    return structs.replace(meter, hidden=hidden, hidden_high=meter.hidden_high + more.high)


def _like(counter: Counter, like: Counter) -> Counter:
    return structs.replace(
        counter,
        ceiling=like.ceiling,
        drain_low_per_ns=like.drain_low_per_ns,
        drain_high_per_ns=like.drain_high_per_ns,
        step=like.step,
        caps=like.caps,
        grain=like.grain,
        lag=like.step,
    )
