"""What an act on an order adds to its pair's engine counter, by the order's age.

The age runs from the order's creation **or last amend**, on the exchange's clock (spot trading
rate-limit guide, 2026-05-27). We know the start of that age as an interval, and the clock only up to a
measured offset: the high cost takes the youngest age and one second less, the low cost the oldest.
"""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from krakentui.budget.interval import Interval
from krakentui.model.clock import SECOND
from krakentui.model.limit import POINT, units

Rungs = Sequence[tuple[int, int]]

CANCEL: Rungs = ((5, 8), (10, 6), (15, 5), (45, 4), (90, 2), (300, 1))
"""Points of a cancel below each age in seconds; from the last on it is free."""
AMEND: Rungs = ((5, 3), (10, 2), (15, 1))
"""Age part of an amend."""
EDIT: Rungs = ((5, 6), (10, 5), (15, 4), (45, 2), (90, 1))
"""Age part of an edit."""
FIXED = 1
"""Points of an add, and fixed part of an amend and of an edit; it counts even when the act is refused."""
YOUNGER_NS = SECOND
"""By so much an order may be younger to the exchange than we think."""


class CostStep(Struct, frozen=True):
    """The next fall of a cost: what it is then, and in how long."""

    cost: int
    in_ns: int


def add_cost(orders: int = 1, *, batch: bool | None = False) -> Interval:
    """Tell the cost of adding orders one by one or in a batch, which is half; None = either."""
    full, half = units(orders * FIXED), units(orders * FIXED) // 2
    return Interval(full if batch is False else half, half if batch else full)


def cancel_cost(from_low_ns: int | None, from_high_ns: int | None, now_ns: int) -> Interval:
    """Tell the cost of a cancel; the age counts from an instant in [from_low_ns, from_high_ns]."""
    return _by_age(CANCEL, 0, from_low_ns, from_high_ns, now_ns)


def cancel_all_cost(orders: Interval, pairs: int = 1) -> Interval:
    """Tell what a cancel of everything costs on pairs whose orders cost this much one by one.

    The same sum by the official REST text of 2021 and 2023, one point more or instead by the exchange's
    own Rust client (2026-08), nothing named on the pages of 2026.
    """
    return Interval(0, orders.high + pairs * FIXED * POINT)


def amend_cost(from_low_ns: int | None, from_high_ns: int | None, now_ns: int) -> Interval:
    """Tell the cost of an amend."""
    return _by_age(AMEND, FIXED, from_low_ns, from_high_ns, now_ns)


def edit_cost(from_low_ns: int | None, from_high_ns: int | None, now_ns: int) -> Interval:
    """Tell the cost of an edit (cancel and replace in one act)."""
    return _by_age(EDIT, FIXED, from_low_ns, from_high_ns, now_ns)


def removal_cost(from_low_ns: int | None, from_high_ns: int | None, now_ns: int) -> Interval:
    """Tell what an order that somebody else removed has cost: a cancel, or the age part of an edit.

    An edit shows as a cancel of the old id and an add of a new one; its fixed point is in that add.
    """
    edited = _by_age(EDIT, 0, from_low_ns, from_high_ns, now_ns)
    return Interval(edited.low, cancel_cost(from_low_ns, from_high_ns, now_ns).high)


def steps(from_high_ns: int | None, now_ns: int) -> Iterator[CostStep]:
    """List all coming falls of the cancel's high cost; none where the age is not known."""
    if from_high_ns is None:
        return
    start = from_high_ns + YOUNGER_NS
    for i, (below_s, _) in enumerate(CANCEL):
        due_ns = start + below_s * SECOND
        if due_ns > now_ns:
            after = CANCEL[i + 1][1] if i + 1 < len(CANCEL) else 0
            yield CostStep(after * POINT, due_ns - now_ns)


def next_step(from_high_ns: int | None, now_ns: int) -> CostStep | None:
    """Tell when the cancel's high cost falls next, and to what; None = it does not, or nobody knows."""
    return next(steps(from_high_ns, now_ns), None)


def free_in(from_high_ns: int | None, now_ns: int) -> int | None:
    """Tell in how long a cancel surely costs nothing; None = the age is not known."""
    if from_high_ns is None:
        return None
    return max(0, from_high_ns + YOUNGER_NS + CANCEL[-1][0] * SECOND - now_ns)


def cheap_in(from_high_ns: int | None, now_ns: int, most: int) -> int | None:
    """Tell in how long a cancel surely costs no more than `most` units; None = the age is not known."""
    if from_high_ns is None:
        return None
    if cancel_cost(from_high_ns, from_high_ns, now_ns).high <= most:
        return 0
    return next((step.in_ns for step in steps(from_high_ns, now_ns) if step.cost <= most), None)


def rung(rungs: Rungs, age_ns: int) -> int:
    """Tell the points of an age, which is never below zero."""
    for below_s, points in rungs:
        if age_ns < below_s * SECOND:
            return points
    return 0


def _by_age(
    rungs: Rungs, fixed: int, from_low_ns: int | None, from_high_ns: int | None, now_ns: int
) -> Interval:
    low = 0 if from_low_ns is None else rung(rungs, now_ns - from_low_ns)
    high = rungs[0][1] if from_high_ns is None else rung(rungs, now_ns - from_high_ns - YOUNGER_NS)
    return Interval((fixed + low) * POINT, (fixed + max(low, high)) * POINT)
