"""How the counters go on from here, with the polls that are planned and the rate of the last minute."""

from collections.abc import Iterable

from krakentui.budget.forecast import BURN_NS, SPAN_NS, STEPS, Curve, Planned, forecast
from krakentui.model.limit import KeyScope
from krakentui.model.poll import PollAhead
from krakentui.state.state import State


def curves(state: State, t_ns: int, *, span_ns: int = SPAN_NS, steps: int = STEPS) -> tuple[Curve, ...]:
    """Draw every counter that drains and is in use, and the trading counters of pairs with open orders."""
    return forecast(
        state.ledger,
        planned(state),
        t_ns,
        span_ns=span_ns,
        steps=steps,
        pairs={order.pair for order in state.orders.values() if order.pair},
        spent=state.spending.lately(t_ns, BURN_NS),
    )


def planned(state: State) -> tuple[Planned, ...]:
    """List the polls of the key that come in the next minutes if nothing else happens."""
    if state.key is None or state.plan is None:
        return ()
    return to_planned(state.plan.ahead, KeyScope(state.key))


def to_planned(polls: Iterable[PollAhead], scope: KeyScope) -> tuple[Planned, ...]:
    """Give polls to the forecast as what they take from the key's counter."""
    return tuple(
        Planned(at_ns=one.at_ns, name="rest", scope=scope, cost=one.high, least=one.low, what=one.what)
        for one in polls
    )
