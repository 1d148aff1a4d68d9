"""What each way of cancelling would do to each pair, as a view: figures in points, spans from now on."""

from fractions import Fraction
from typing import Literal

from msgspec import Struct

from krakentui.budget.planner import CancelPlan, PairPlan, Way
from krakentui.budget.route import AT_ONCE, BATCHES, Route
from krakentui.model.limit import points

WayName = Literal["one by one", "as a batch", "everything at once"]


class WayView(Struct, frozen=True, kw_only=True):
    """One way of cancelling a pair's orders."""

    name: WayName
    chosen: bool
    cost_low: Fraction
    cost_high: Fraction
    end_low: Fraction
    """Where the counter stands then."""
    end_high: Fraction
    fits: bool
    """It surely stays within the ceiling."""
    new_best_ns: int | None
    """Until a new order fits afterwards, at best; None = none does."""
    new_sure_ns: int | None


class HasteView(Struct, frozen=True, kw_only=True):
    """How the same cancels go where nothing is asked and the private websocket is not waited for."""

    route: str
    name: WayName
    rest_low: Fraction
    """What its calls add to the key's REST counter."""
    rest_high: Fraction


class PairView(Struct, frozen=True, kw_only=True):
    """The cancels of one pair."""

    pair: str
    orders: int
    used_low: Fraction
    used_high: Fraction
    max: Fraction
    pass_low: int
    """How many surely pass one by one, the cheapest first."""
    pass_high: int
    ways: tuple[WayView, ...]


def pair_views(planned: CancelPlan) -> tuple[PairView, ...]:
    """Tell of every pair of a plan."""
    name = way_name(planned.route)
    return tuple(_pair(one, name) for one in planned.pairs)


def way_name(route: Route) -> WayName:
    """Tell which way of cancelling a route is."""
    if route in BATCHES:
        return "as a batch"
    return "everything at once" if route in AT_ONCE else "one by one"


def _pair(one: PairPlan, chosen: WayName) -> PairView:
    return PairView(
        pair=one.pair,
        orders=one.orders,
        used_low=points(one.used.low),
        used_high=points(one.used.high),
        max=points(one.ceiling),
        pass_low=one.passes[0],
        pass_high=one.passes[1],
        ways=(
            _way("one by one", one.single, chosen),
            _way("as a batch", one.batch, chosen),
            _way("everything at once", one.all, chosen),
        ),
    )


def _way(name: WayName, way: Way, chosen: WayName) -> WayView:
    return WayView(
        name=name,
        chosen=name == chosen,
        cost_low=points(way.cost.low),
        cost_high=points(way.cost.high),
        end_low=points(way.end.low),
        end_high=points(way.end.high),
        fits=way.fits,
        new_best_ns=way.new_orders.best_in_ns,
        new_sure_ns=way.new_orders.sure_in_ns,
    )
