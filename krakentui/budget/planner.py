"""How to cancel a set of orders: what each way costs, where it leaves every pair, which way is taken.

One by one, a cancel that passes the ceiling may be refused (spot trading rate-limit guide, 2026-05): the
cheapest go first, so that as many as possible pass. A batch is taken whatever it costs; whether it counts
beyond the ceiling is told only by the text of 2021 and 2023 (it does not), so its end holds both readings.
A mass cancel, which names no order, is taken likewise; what others place meanwhile costs more than is told.
Ages pass: what does not fit now fits a little later, because the counter drains and orders get cheaper.
"""

from bisect import bisect_left
from collections.abc import Sequence
from fractions import Fraction

from msgspec import Struct, structs

from krakentui.budget.acts import age_from, order_cost, undated
from krakentui.budget.costs import cancel_all_cost, steps
from krakentui.budget.forecast import Frees, frees
from krakentui.budget.interval import Interval, total
from krakentui.budget.ledger import Ledger
from krakentui.budget.route import AT_ONCE, BATCHES, Roads, Route, choose, choose_at_once
from krakentui.model.clock import SECOND
from krakentui.model.limit import POINT, PairScope
from krakentui.model.order import Order

FIT_PATIENCE_NS = 60 * SECOND
"""A wait of no more than this is told when it makes everything fit."""
SAVE_PATIENCE_NS = 15 * SECOND
"""A wait of no more than this is told for what it saves."""
WORTH = 8
"""A saving is told from one part in so many of the cost on."""
READING_NS = 2 * SECOND
"""To read of a wait takes so long: it counts as part of it."""
TIGHT = Fraction(3, 4)
"""Points are worth saving where a pair's counter may stand so high afterwards."""


class Way(Struct, frozen=True, kw_only=True):
    """What one way of cancelling does to a pair's counter, in units."""

    cost: Interval
    end: Interval
    """Where the counter stands then."""
    fits: bool
    """It surely stays within the ceiling."""
    new_orders: Frees
    """When an add fits afterwards."""


class PairPlan(Struct, frozen=True, kw_only=True):
    """The cancels of one pair."""

    pair: str
    orders: int
    cost: Interval
    """The sum of the orders' own costs."""
    used: Interval
    ceiling: int
    top: int
    """So high the counter may stand after an act that passes: the ceiling, or just below it."""
    single: Way
    """One by one, at once, the cheapest first."""
    passes: tuple[int, int]
    """How many of these surely pass, and how many may."""
    batch: Way
    all: Way
    """A cancel of everything on the exchange, had the account no other orders on this pair."""
    fits_at_ns: int | None
    """Steady time at which the whole surely fits, drained and aged by then; None = nobody knows."""

    @property
    def fits(self) -> bool:
        """The whole surely fits now."""
        return self.used.high + self.cost.high <= self.top

    @property
    def overflows(self) -> bool:
        """The whole surely does not fit."""
        return self.used.low + self.cost.low > self.top


class Wait(Struct, frozen=True, kw_only=True):
    """What a little patience brings."""

    in_ns: int
    cost: Interval
    """What the whole costs then."""
    saves: int
    """Of what it may cost, in units."""
    fits: bool
    """Then it surely fits, and now it may not."""


class CancelPlan(Struct, frozen=True, kw_only=True):
    """How a set of orders is cancelled."""

    ids: tuple[str, ...]
    """The cheapest first."""
    cost: Interval
    pairs: tuple[PairPlan, ...]
    nameless: int
    """Orders whose pair is still being asked for."""
    fits: bool
    """Everything surely fits now."""
    route: Route
    why: str
    """A clause; empty where the way is the usual one."""
    wait: Wait | None

    def way(self, pair: PairPlan) -> Way:
        """Tell what the chosen route does to a pair."""
        if self.route in AT_ONCE:
            return pair.all
        return pair.batch if self.route in BATCHES else pair.single


def plan(
    orders: Sequence[Order],
    ledger: Ledger,
    t_ns: int,
    wall_ns: int | None,
    *,
    socket_open: bool,
    rest_open: bool = True,
    batch_names: bool = True,
    at_once: bool = False,
) -> CancelPlan:
    """Plan the cancel of these orders.

    Args:
        orders: What would be cancelled.
        ledger: The counters.
        t_ns: Steady time.
        wall_ns: Now, on the exchange's clock; None = not known.
        socket_open: The private websocket can take a cancel.
        rest_open: The key may cancel over REST and REST is reachable.
        batch_names: What a batch ended can be told afterwards.
        at_once: A mass cancel, which takes whatever is open besides.
    """
    if wall_ns is None:
        orders, wall_ns = [undated(order) for order in orders], 0
    seen = _seen(ledger, t_ns)
    by_pair: dict[str | None, list[Order]] = {}
    for order in orders:
        by_pair.setdefault(order.pair, []).append(order)
    pairs = tuple(
        _pair(pair, some, seen, t_ns, wall_ns) for pair, some in by_pair.items() if pair is not None
    )
    nameless = by_pair.get(None, [])
    costs = {order.id: order_cost(order, wall_ns) for order in orders}
    fits = not nameless and all(one.fits for one in pairs)
    roads = Roads(
        socket_open=socket_open,
        rest_open=rest_open and ledger.locked(t_ns) is None,
        rest_free=_rest_is_free(ledger, t_ns),
        batch_names=batch_names,
    )
    route, why = (choose_at_once(roads), "") if at_once else choose(len(orders), roads, fits=fits)
    cost = total(costs.values())
    return CancelPlan(
        ids=tuple(sorted(costs, key=lambda one: (costs[one].high, costs[one].low))),
        cost=cancel_all_cost(cost, len(by_pair)) if at_once else cost,
        pairs=pairs,
        nameless=len(nameless),
        fits=fits,
        route=route,
        why=why,
        wait=_wait(orders, pairs, t_ns, wall_ns, fits=fits, knows=not nameless),
    )


def _seen(ledger: Ledger, t_ns: int) -> Ledger:
    """Take the counters as they may stand now, and as if no more happened unseen from here on."""
    if ledger.sees_acts:
        return ledger
    return structs.replace(ledger.with_every_engine(lambda meter: meter.gap(t_ns)), sees_acts=True)


def _rest_is_free(ledger: Ledger, t_ns: int) -> bool:
    """A call that may cost a point surely fits, and nobody asked for a pause."""
    most = ledger.rest_cost("CancelOrderBatch").high
    return ledger.held("rest", t_ns) is None and ledger.rest_at(t_ns).surely_fits(most, t_ns)


def _pair(pair: str, orders: Sequence[Order], ledger: Ledger, t_ns: int, wall_ns: int) -> PairPlan:
    counter = ledger.engine_at(pair, t_ns)
    costs = sorted((order_cost(order, wall_ns) for order in orders), key=lambda cost: cost.high)
    cost = total(costs)
    top = counter.ceiling - ledger.short
    least = _passing([one.high for one in costs], counter.high, top)
    most = _passing(sorted(one.low for one in costs), counter.low, top)
    most = max(least, most)

    def way(cost: Interval, least: int) -> Way:
        """Spend it; where the counter stands at its low end now, it adds at least so much."""
        spent = Interval(least, cost.high)
        after = ledger.with_engine(pair, lambda meter: meter.spent(spent, t_ns))
        end = after.engine_at(pair, t_ns)
        again = frees(after, "engine", PairScope(ledger.account or "", pair), POINT, t_ns)
        if again is None:
            raise RuntimeError("a pair's counter drains")
        return Way(
            cost=cost,
            end=Interval(end.low, end.high),
            fits=end.high <= top,
            new_orders=again,
        )

    sure_room, room = (max(0, counter.ceiling - used) for used in (counter.high, counter.low))
    passing = total(costs[:least]).low
    return PairPlan(
        pair=pair,
        orders=len(orders),
        cost=cost,
        used=Interval(counter.low, counter.high),
        ceiling=counter.ceiling,
        top=top,
        single=way(Interval(passing, cost.high), passing),
        passes=(least, most),
        batch=way(Interval(min(cost.low, sure_room), cost.high), min(cost.low, room)),
        all=way(cancel_all_cost(cost), 0),
        fits_at_ns=_fits_at(pair, orders, cost.high, ledger, t_ns, wall_ns),
    )


def _passing(costs: Sequence[int], used: int, top: int) -> int:
    """Count how many of these, the cheapest first, pass one after the other."""
    for count, cost in enumerate(costs):
        used += cost
        if used > top:
            return count
    return len(costs)


def _falls(orders: Sequence[Order], cost: int, wall_ns: int) -> list[tuple[int, int]]:
    """List what the whole costs at most from now on: in how long, and from then on how much."""
    drops: dict[int, int] = {}
    for order in orders:
        before = order_cost(order, wall_ns).high
        for step in steps(age_from(order)[1], wall_ns):
            drops[step.in_ns] = drops.get(step.in_ns, 0) + before - step.cost
            before = step.cost
    falls = [(0, cost)]
    for in_ns in sorted(drops):
        cost -= drops[in_ns]
        falls.append((in_ns, cost))
    return falls


def _fits_at(
    pair: str, orders: Sequence[Order], cost: int, ledger: Ledger, t_ns: int, wall_ns: int
) -> int | None:
    """Tell when the whole surely fits: the counter only drains and the cost only falls."""
    falls = _falls(orders, cost, wall_ns)

    def fits(fall: tuple[int, int]) -> bool:
        at_ns = t_ns + fall[0]
        return ledger.engine_at(pair, at_ns).surely_fits(fall[1] + ledger.short, at_ns)

    first = bisect_left(falls, True, key=fits)  # noqa: FBT003 - what is looked for
    if not first:
        return t_ns
    in_ns, before = falls[first - 1]
    drained_ns = ledger.engine_fits_at(pair, before + ledger.short, t_ns + in_ns)
    if first == len(falls):
        return drained_ns
    aged_ns = t_ns + falls[first][0]
    return aged_ns if drained_ns is None else min(aged_ns, drained_ns)


def _wait(
    orders: Sequence[Order],
    pairs: Sequence[PairPlan],
    t_ns: int,
    wall_ns: int,
    *,
    fits: bool,
    knows: bool,
) -> Wait | None:
    """Tell of a wait that makes everything fit, else of the one that saves most for its length.

    Where much is free afterwards there is nothing to wait for.
    """
    now = total(order_cost(order, wall_ns) for order in orders)

    def after(in_ns: int, *, fits: bool) -> Wait:
        then = total(order_cost(order, wall_ns + in_ns) for order in orders)
        return Wait(in_ns=in_ns, cost=then, saves=now.high - then.high, fits=fits)

    moments = [one.fits_at_ns for one in pairs]
    if not fits and knows and None not in moments:
        in_ns = max((at_ns - t_ns for at_ns in moments if at_ns is not None), default=0)
        if in_ns <= FIT_PATIENCE_NS:
            return after(in_ns, fits=True)
    if not any(one.single.end.high >= one.ceiling * TIGHT for one in pairs):
        return None
    falls = [(in_ns, now.high - cost) for in_ns, cost in _falls(orders, now.high, wall_ns)[1:]]
    soon = [fall for fall in falls if fall[0] <= SAVE_PATIENCE_NS and fall[1] * WORTH >= now.high > 0]
    if not soon:
        return None
    in_ns, _ = max(soon, key=lambda fall: (fall[1] / (fall[0] + READING_NS), -fall[0]))
    return after(in_ns, fits=False)
