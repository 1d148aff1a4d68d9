"""The exchange's rate calculator: what a row of acts on one pair does to its trading counter.

The counter starts at zero and nobody else spends from it. Ages are taken as said: the exchange's own.
Nothing happens between two acts unless a pause is put there. An act that does not fit is refused, and then
it may count or not; a batch cancel is taken all the same and may count only up to the ceiling
(`budget.planner`).
"""

from collections.abc import Sequence
from typing import Literal, get_args

from msgspec import Struct

from krakentui.budget.belief import Belief
from krakentui.budget.costs import AMEND, CANCEL, EDIT, FIXED, Rungs, add_cost, rung
from krakentui.budget.counter import Counter
from krakentui.budget.interval import NOTHING, Interval, total
from krakentui.model.limit import POINT, Tier

Op = Literal["add", "amend", "edit", "cancel", "batch-add", "batch-cancel"]
OPS: tuple[Op, ...] = get_args(Op)
BATCHES: dict[Op, tuple[int, int]] = {"batch-add": (2, 15), "batch-cancel": (1, 50)}
"""How many orders one request takes (websocket v2 and REST reference)."""
BY_AGE: dict[Op, tuple[Rungs, int]] = {
    "amend": (AMEND, FIXED),
    "edit": (EDIT, FIXED),
    "cancel": (CANCEL, 0),
    "batch-cancel": (CANCEL, 0),
}
"""What hangs on the order's age, and the fixed part beside it."""


class Act(Struct, frozen=True):
    """One kind of act, so many times at once; of a batch, so many orders."""

    op: Op
    count: int = 1
    age_ns: int | None = None
    """Since the order was made or last amended; None = not said, so any."""


class Pause(Struct, frozen=True):
    """Time that passes before the next act."""

    span_ns: int


Step = Act | Pause


class Row(Struct, frozen=True, kw_only=True):
    """One step, and where the counter stands after it, in units."""

    step: Step
    at_ns: int
    """When it is done, since the first one."""
    cost: Interval
    used: Interval
    requests: int
    passes: tuple[int, int]
    """How many of the requests surely pass, and how many may."""


class Reckoned(Struct, frozen=True, kw_only=True):
    """What becomes of all steps; spans count from the last one on, at best and surely."""

    ceiling: int
    rows: tuple[Row, ...]
    cost: Interval
    used: Interval
    most: int
    """The highest that the counter may have come."""
    free_in_ns: tuple[int, int]
    """Until one more act fits."""
    zero_in_ns: tuple[int, int]
    """Until the counter is empty."""

    @property
    def passes(self) -> bool | None:
        """Tell whether every request passes; None = perhaps."""
        if all(row.passes[0] == row.requests for row in self.rows):
            return True
        return None if all(row.passes[1] == row.requests for row in self.rows) else False


def reckon(tier: Tier, steps: Sequence[Step]) -> Reckoned:
    """Work through the steps.

    Raises:
        RuntimeError: one act does not fit into an empty counter; there is no such tier.
    """
    counter = Belief(assumed=tier).engine_counter(0)
    now_ns = most = 0
    rows = []
    for step in steps:
        if isinstance(step, Pause):
            now_ns += step.span_ns
            counter, passed, requests, cost = counter.at(now_ns), (0, 0), 0, NOTHING
        else:
            cost = act_cost(step)
            requests = 1 if step.op in BATCHES else step.count
            counter, passed = _done(counter, step, cost)
        most = max(most, counter.high)
        used = Interval(counter.low, counter.high)
        rows.append(Row(step=step, at_ns=now_ns, cost=cost, used=used, requests=requests, passes=passed))
    best_ns, sure_ns = counter.may_fit_at(POINT, now_ns), counter.fits_at(POINT, now_ns)
    if best_ns is None or sure_ns is None:
        raise RuntimeError("one act fits into an empty counter")
    zero_ns = counter.empty_at(now_ns)
    return Reckoned(
        ceiling=counter.ceiling,
        rows=tuple(rows),
        cost=total(row.cost for row in rows),
        used=Interval(counter.low, counter.high),
        most=most,
        free_in_ns=(best_ns - now_ns, sure_ns - now_ns),
        zero_in_ns=(zero_ns[0] - now_ns, zero_ns[1] - now_ns),
    )


def act_cost(act: Act) -> Interval:
    """Tell what an act costs, all its orders together."""
    by_age = BY_AGE.get(act.op)
    if by_age is None:
        return add_cost(act.count, batch=act.op == "batch-add")
    rungs, fixed = by_age
    if act.age_ns is None:
        low, high = 0, rungs[0][1]
    else:
        low = high = rung(rungs, act.age_ns)
    return Interval((fixed + low) * act.count * POINT, (fixed + high) * act.count * POINT)


def _done(counter: Counter, act: Act, cost: Interval) -> tuple[Counter, tuple[int, int]]:
    if act.op == "batch-cancel":
        room = max(0, counter.ceiling - counter.low)
        return counter.spend(min(cost.low, room), cost.high, counter.at_ns), (1, 1)
    if act.op == "batch-add":
        return _tried(counter, cost)
    one = Interval(cost.low // act.count, cost.high // act.count)
    least = most = 0
    for _ in range(act.count):
        counter, (sure, perhaps) = _tried(counter, one)
        least, most = least + sure, most + perhaps
    return counter, (least, most)


def _tried(counter: Counter, cost: Interval) -> tuple[Counter, tuple[int, int]]:
    """Try one request; where it is refused, the counter stood so high that it did not fit."""
    if counter.high + cost.high <= counter.ceiling:
        return counter.spend(cost.low, cost.high, counter.at_ns), (1, 1)
    if counter.low + cost.low > counter.ceiling:
        return counter.spend(0, cost.high, counter.at_ns), (0, 0)
    least = min(counter.low + cost.low, max(counter.low, counter.ceiling - cost.high))
    return counter.spend(least - counter.low, cost.high, counter.at_ns), (0, 1)
