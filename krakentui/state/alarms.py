"""Warnings at three quarters and nine tenths of a limit: one line of the journal for each crossing.

A limit that was warned of has to fall well below the mark before it is warned of again, so that a counter
which trembles there does not fill the journal. Counters rise by events and fall by time: each is looked at
before and after the event that moved it. What may have been spent before our start, or unseen, warns of
nothing: it is not known and only shrinks.
"""

from collections import Counter as Tally
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Final

from krakentui.budget.forecast import frees
from krakentui.budget.gauges import HOT, WARM
from krakentui.budget.ledger import Ledger
from krakentui.budget.meter import Meter
from krakentui.budget.words import amount, duration, figure
from krakentui.model.limit import POINT, KeyScope, LimitName, PairScope, Scope
from krakentui.model.order import Order
from krakentui.state.journal import Journal

MARKS: Final = (WARM, HOT)
AGAIN: Final = (Fraction(13, 20), Fraction(4, 5))
"""A mark counts again once the limit was below this."""
FRESH: Final = 8 * POINT
"""The cancel of an order that was just made."""

Limit = tuple[LimitName, Scope]


class Alarms:
    """Which marks of which limits were told of."""

    def __init__(self, journal: Journal) -> None:
        """Begin with none."""
        self._journal = journal
        self._told: dict[Limit, int] = {}

    def moved(self, before: Ledger, after: Ledger, t_ns: int) -> None:
        """Look at every counter that an event moved."""
        if before is after:
            return
        for limit, old, new in _moved(before, after):
            ceiling = new.counter.ceiling
            if (
                limit not in self._told
                and _at_most(new) * AGAIN[0].denominator < ceiling * AGAIN[0].numerator
            ):
                continue  # most of the time: well below every mark
            self._fell(limit, _share(old, t_ns))
            mark = self._rose(limit, _share(new, t_ns))
            if mark is not None:
                shown = new.shown(t_ns)
                most = min(shown.high, new.at(t_ns).shown_known(t_ns).high)
                known = ", as far as known" if most < shown.high else ""
                used = f"{amount(min(shown.low, most), most)} of {figure(ceiling)} points are in use{known}"
                sure = Fraction(shown.low, ceiling) >= MARKS[mark]
                self._note(
                    after.label(*limit), mark, f"{used}. {_what_next(after, limit, t_ns)}", t_ns, sure=sure
                )

    def counted(self, ledger: Ledger, orders: Iterable[Order], t_ns: int) -> None:
        """Look at how many orders are open on each pair; how many may be hangs on tier or settings."""
        belief = ledger.belief
        if ledger.account is None or (belief.tier is None and belief.counting.open_orders is None):
            return
        most = ledger.belief.rules.open_orders
        counts = Tally(order.pair for order in orders if order.pair)
        watched = {
            scope.pair for name, scope in self._told if name == "open_orders" and isinstance(scope, PairScope)
        }
        for pair in sorted(counts.keys() | watched):
            limit: Limit = ("open_orders", PairScope(ledger.account, pair))
            share = Fraction(counts[pair], most)
            self._fell(limit, share)
            mark = self._rose(limit, share)
            if mark is not None:
                left = most - counts[pair]
                text = (
                    f"{counts[pair]} of {most}. {'No other fits' if left <= 0 else f'{left} more fit'} there."
                )
                self._note(ledger.label(*limit), mark, text, t_ns)

    def _fell(self, limit: Limit, share: Fraction) -> None:
        """Let marks count again that the limit is well below."""
        told = self._told.get(limit, 0)
        while told and share < AGAIN[told - 1]:
            told -= 1
        if told:
            self._told[limit] = told
        else:
            self._told.pop(limit, None)

    def _rose(self, limit: Limit, share: Fraction) -> int | None:
        """Tell which mark the limit has newly come to; None = none."""
        reached = sum(share >= mark for mark in MARKS)
        if reached <= self._told.get(limit, 0):
            return None
        self._told[limit] = reached
        return reached - 1

    def _note(self, name: str, mark: int, text: str, t_ns: int, *, sure: bool = True) -> None:
        percent = MARKS[mark] * 100
        level = "bad" if mark else "warn"
        stands = "at" if sure else "may be at"
        self._journal.note("limit", f"{name} {stands} {percent} %: {text}", level, t_ns)


def _moved(before: Ledger, after: Ledger) -> Iterator[tuple[Limit, Meter, Meter]]:
    for was, books in zip(before.by_key(), after.by_key(), strict=True):
        if was.rest is not books.rest:
            yield ("rest", KeyScope(books.key or "")), was.rest, books.rest
    if before.engine is not after.engine and after.account is not None:
        for pair, meter in after.engine.items():
            old = before.engine.get(pair, before.elsewhere)
            if old is not meter:
                yield ("engine", PairScope(after.account, pair)), old, meter


def _at_most(meter: Meter) -> int:
    """Tell quickly where what is known stands at most; it only falls until the next event."""
    return meter.known.high + meter.hidden_high + sum(one.high for one in meter.air)


def _share(meter: Meter, t_ns: int) -> Fraction:
    """Tell how full a counter may be by what is known."""
    now = meter.at(t_ns)
    return Fraction(min(now.shown(t_ns).high, now.shown_known(t_ns).high), now.counter.ceiling)


def _what_next(ledger: Ledger, limit: Limit, t_ns: int) -> str:
    if limit[0] == "rest":
        free = frees(ledger, *limit, POINT + ledger.reserve, t_ns)
        if free is None or not free.sure_in_ns:
            return "Polls come less often."
        return f"The next poll surely fits in {duration(free.sure_in_ns)}."
    free = frees(ledger, *limit, FRESH, t_ns)
    if free is None or free.sure_in_ns is None:
        return "A fresh cancel does not fit."
    when = "fits now" if not free.sure_in_ns else f"surely fits in {duration(free.sure_in_ns)}"
    return f"The cancel of a fresh order (8 points) {when}."
