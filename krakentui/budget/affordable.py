"""How many of the open orders can be cancelled now, one by one: the young, dear ones and the old ones."""

from collections.abc import Iterable

from msgspec import Struct

from krakentui.budget.acts import order_cost
from krakentui.budget.ledger import Ledger
from krakentui.model.limit import POINT
from krakentui.model.order import Order

FRESH_FROM = 4 * POINT
"""An order is fresh while its cancel may cost so much: younger than 45 s, since it was made or amended."""


class Affordable(Struct, frozen=True, kw_only=True):
    """How many surely fit now, of how many; orders whose pair is not known are promised nothing."""

    fresh: int
    fresh_of: int
    old: int
    old_of: int

    @property
    def now(self) -> int:
        """How many in all."""
        return self.fresh + self.old


def affordable(orders: Iterable[Order], ledger: Ledger, t_ns: int, wall_ns: int | None) -> Affordable:
    """Count the orders that surely can be cancelled now within all ceilings, the cheapest first."""
    costs: dict[str | None, list[int]] = {}
    for order in orders:
        costs.setdefault(order.pair, []).append(order_cost(order, wall_ns).high)
    fitting: list[int] = []
    for pair, prices in costs.items():
        if pair is not None:
            counter = ledger.engine_at(pair, t_ns)
            used = counter.high
            for cost in sorted(prices):
                used += cost
                if used > counter.ceiling - ledger.short:
                    break
                fitting.append(cost)
    fresh_of = sum(cost >= FRESH_FROM for prices in costs.values() for cost in prices)
    fresh = sum(cost >= FRESH_FROM for cost in fitting)
    every = sum(map(len, costs.values()))
    return Affordable(fresh=fresh, fresh_of=fresh_of, old=len(fitting) - fresh, old_of=every - fresh_of)
