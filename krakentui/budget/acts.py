"""What one word of the executions stream shows to have been spent on its pair's engine counter.

The stream shows every accepted act of the account, ours and others': adds (`pending_new`), amends
(`amended`), removals (`canceled`). Fills, refills and the exchange's own restatements cost nothing.
"""

from msgspec import Struct, structs

from krakentui.budget.costs import add_cost, amend_cost, cancel_all_cost, cancel_cost, removal_cost
from krakentui.budget.interval import Interval
from krakentui.model.order import Order, OrderPatch

BY_ENGINE = frozenset({"Post only order"})
"""Reasons of a removal that nobody asked for: it costs nothing beyond the add."""
ASKED = "User requested"
REPLACED = "Order replaced"
"""How an edit names itself on the old websocket (as of 2026-06)."""


class Act(Struct, frozen=True):
    """What somebody's act has cost."""

    cost: Interval
    batch: bool = False
    """It may be part of a batch, which passes over the ceiling."""


def age_from(order: Order | None) -> tuple[int | None, int | None]:
    """Tell the earliest and the latest instant from which an order's age counts; None = not known."""
    if order is None:
        return None, None
    low = order.opened_ns if order.counts_from_low_ns is None else order.counts_from_low_ns
    return low, order.counts_from_high_ns


def order_cost(order: Order, wall_ns: int | None) -> Interval:
    """Tell what a cancel of this order costs now; `wall_ns` is the exchange's clock, None = not known."""
    return cancel_cost(None, None, 0) if wall_ns is None else cancel_cost(*age_from(order), wall_ns)


def undated(order: Order) -> Order:
    """Give the order without an age: it has none while the exchange's clock is not known."""
    return structs.replace(order, opened_ns=None, counts_from_low_ns=None, counts_from_high_ns=None)


def foreign_act(patch: OrderPatch, order: Order | None, *, at_once: bool = False) -> Act | None:
    """Tell what an act that was not ours has cost; `order` is as believed before. None = nothing.

    With `at_once` a removal may be the doing of a mass cancel of ours.
    """
    low_ns, high_ns = age_from(order)
    match patch.exec_type:
        case "pending_new":
            return Act(add_cost(batch=None))
        case "new" if order is None:
            return Act(add_cost(batch=None))
        case "amended":
            if patch.said_ns is None:
                return Act(amend_cost(None, None, 0))
            if (
                order is not None
                and order.suspected_ns is not None
                and patch.said_ns <= order.hidden_until_ns
            ):
                high_ns = max(low_ns or 0, order.suspected_ns) or None  # REST told of this very amend before
            return Act(amend_cost(low_ns, high_ns, patch.said_ns))
        case "canceled" if patch.reason not in BY_ENGINE:
            cost = _removal(patch, low_ns, high_ns)
            return Act(cancel_all_cost(cost) if at_once else cost, batch=True)
    return None


def own_cancel(patch: OrderPatch, order: Order | None, *, at_once: bool = False) -> Interval:
    """Tell what a cancel of ours has cost, now that the stream shows when it happened.

    With `at_once` it was, or may have been, part of a mass cancel, which may cost nothing.
    """
    low_ns, high_ns = age_from(order)
    cost = cancel_cost(None, None, 0)
    if patch.said_ns is not None:
        cost = cancel_cost(low_ns, high_ns, patch.said_ns)
    return Interval(0, cost.high) if at_once else cost


def _removal(patch: OrderPatch, low_ns: int | None, high_ns: int | None) -> Interval:
    if patch.said_ns is None:
        return removal_cost(None, None, 0)
    cost = removal_cost(low_ns, high_ns, patch.said_ns)
    # A dead man's switch that went off costs as cancels do by the text of 2023 and nothing by that of 2026.
    return cost if patch.reason in {ASKED, REPLACED} else Interval(0, cost.high)
