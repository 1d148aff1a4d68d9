"""What a set of cancels costs, whether it fits, how it goes, and how many would fit at all.

The exchange accepts a batch cancel that drives the counter over the ceiling; a single cancel may be
refused there (spot trading rate-limit guide, 2026-05). So one order that may not fit goes as a REST batch
of one where REST is free, and many go as batches.
"""

from collections.abc import Iterable, Sequence
from typing import Literal

from msgspec import Struct

from krakentui.budget.acts import age_from
from krakentui.budget.costs import cancel_cost
from krakentui.budget.interval import Interval, total
from krakentui.budget.ledger import Ledger
from krakentui.budget.words import amount, duration, figure
from krakentui.model.order import Order

Route = Literal["socket", "socket batch", "rest", "rest batch", "none"]

ROUTE_WORDS: dict[Route, str] = {
    "socket": "over the websocket",
    "socket batch": "over the websocket, as a batch",
    "rest": "over REST",
    "rest batch": "over REST, as a batch",
    "none": "not at all: neither the websocket nor REST is open",
}


class PairPrice(Struct, frozen=True, kw_only=True):
    """What the cancels of one pair add to its engine counter."""

    pair: str | None
    orders: int
    cost: Interval
    fits: bool
    """Surely within the ceiling now."""
    fits_at_ns: int | None
    """Steady time at which it surely fits; None = never as a whole."""
    warning: str | None


class Price(Struct, frozen=True, kw_only=True):
    """What a set of cancels costs as a whole."""

    cost: Interval
    pairs: tuple[PairPrice, ...]
    fits: bool
    route: Route
    warnings: tuple[str, ...]

    @property
    def words(self) -> str:
        """The route in words."""
        return ROUTE_WORDS[self.route]


def order_cost(order: Order, wall_ns: int) -> Interval:
    """Tell what a cancel of this order costs now; `wall_ns` is the exchange's clock."""
    return cancel_cost(*age_from(order), wall_ns)


def price(
    orders: Sequence[Order],
    ledger: Ledger,
    t_ns: int,
    wall_ns: int,
    *,
    socket_open: bool,
    rest_open: bool = True,
) -> Price:
    """Price the cancel of these orders.

    Args:
        orders: What would be cancelled.
        ledger: The counters.
        t_ns: Steady time.
        wall_ns: Now, on the exchange's clock.
        socket_open: The private websocket can take a cancel.
        rest_open: The key may cancel over REST and REST is reachable.
    """
    pairs = tuple(
        _pair_price(pair, [one for one in orders if one.pair == pair], ledger, t_ns, wall_ns)
        for pair in dict.fromkeys(order.pair for order in orders)
    )
    fits = all(one.fits for one in pairs)
    rest_open = rest_open and ledger.locked(t_ns) is None
    route = _route(len(orders), fits, socket_open, rest_open, rest_open and _rest_is_free(ledger, t_ns))
    warnings = tuple(one.warning for one in pairs if one.warning is not None)
    return Price(
        cost=total(one.cost for one in pairs), pairs=pairs, fits=fits, route=route, warnings=warnings
    )


def affordable(orders: Iterable[Order], ledger: Ledger, t_ns: int, wall_ns: int) -> int:
    """Count the orders that surely can be cancelled now one by one, the cheapest first."""
    costs: dict[str, list[int]] = {}
    for order in orders:
        if order.pair is not None:
            costs.setdefault(order.pair, []).append(order_cost(order, wall_ns).high)
    count = 0
    for pair, prices in costs.items():
        counter = ledger.engine_at(pair, t_ns)
        used = counter.high
        for cost in sorted(prices):
            used += cost
            if used > counter.ceiling:
                break
            count += 1
    return count


def _pair_price(
    pair: str | None, orders: Sequence[Order], ledger: Ledger, t_ns: int, wall_ns: int
) -> PairPrice:
    cost = total(order_cost(order, wall_ns) for order in orders)
    if pair is None:
        warning = "The pair of an order is still being asked for: whether its cancel fits is not known."
        return PairPrice(
            pair=None, orders=len(orders), cost=cost, fits=False, fits_at_ns=None, warning=warning
        )
    counter = ledger.engine_at(pair, t_ns)
    if counter.surely_fits(cost.high, t_ns):
        return PairPrice(pair=pair, orders=len(orders), cost=cost, fits=True, fits_at_ns=t_ns, warning=None)
    fits_at_ns = ledger.engine_fits_at(pair, cost.high, t_ns)
    wait = (
        "It never fits as a whole."
        if fits_at_ns is None
        else f"It surely fits in {duration(fits_at_ns - t_ns)}."
    )
    sure = "does not fit" if counter.low + cost.low > counter.ceiling else "may not fit"
    warning = (
        f"{pair}: this costs {amount(cost.low, cost.high)} points and {sure}, with"
        f" {amount(counter.low, counter.high)} of {figure(counter.ceiling)} in use. {wait}"
    )
    return PairPrice(
        pair=pair, orders=len(orders), cost=cost, fits=False, fits_at_ns=fits_at_ns, warning=warning
    )


def _route(count: int, fits: bool, socket_open: bool, rest_open: bool, rest_free: bool) -> Route:
    """Choose by design: socket first; a single that may not fit as a REST batch where REST is free."""
    if count == 1 and not fits and rest_free:
        return "rest batch"
    if socket_open:
        return "socket" if count == 1 else "socket batch"
    if rest_open:
        return "rest" if count == 1 and fits else "rest batch"
    return "none"


def _rest_is_free(ledger: Ledger, t_ns: int) -> bool:
    """A call that may cost a point surely fits, and nobody asked for a pause."""
    most = ledger.rest_cost("CancelOrderBatch").high
    return ledger.held("rest", t_ns) is None and ledger.rest_at(t_ns).surely_fits(most, t_ns)
