"""The open orders as a view, and for some seconds the traces of those that have just ended.

An order that a cancel of ours ended stays among the rows with its outcome, for scripts too; one that
ended otherwise is a trace, which only a screen shows. Neither is open, and neither can be cancelled.
"""

from collections.abc import Iterator

from msgspec import Struct

from krakentui.model.order import Order
from krakentui.state import words
from krakentui.state.arrangement import place
from krakentui.state.cancels import ENDINGS
from krakentui.state.rows import engines, order_row
from krakentui.state.state import State
from krakentui.state.view import OrderRow, OrdersView


class _Ended(Struct, frozen=True, kw_only=True):
    """An order that is not open any more but still on the screen."""

    order: Order
    trace: str
    """How it ended; empty where only our cancel was given up and nobody knows more."""
    ours: bool
    """Our own cancel is settled by it."""


def orders(state: State, t_ns: int) -> OrdersView:
    """List the open orders by pair, dearest first, and those that have just ended."""
    ended = {one.order.id: one for one in _just_ended(state, t_ns)}
    open_or_ours = [*state.orders.values(), *(one.order for one in ended.values() if one.ours)]
    named = [order for order in open_or_ours if _is_named(state, order)]
    engine = engines(state, t_ns)

    def row(order: Order) -> OrderRow:
        known = ended.get(order.id)
        return order_row(state, order, t_ns, engine, known.trace if known is not None else "")

    theirs = [one.order for one in ended.values() if not one.ours and _is_named(state, one.order)]
    return OrdersView(
        rows=tuple(sorted(map(row, named), key=place)),
        traces=tuple(sorted(map(row, theirs), key=place)),
        known=state.desk.table.listed and (bool(named) or not open_or_ours),
        denied=None if state.desk.table.listed else _denied(state),
        whole=state.desk.table.authoritative or (False if state.expects_stream else None),
    )


def _is_named(state: State, order: Order) -> bool:
    """Tell whether its pair can be shown: REST's own names wait until they are joined with the stream's."""
    return order.pair is not None or bool(state.pairs)


def _just_ended(state: State, t_ns: int) -> Iterator[_Ended]:
    """Collect the orders whose end is still on the screen."""
    table, settled = state.desk.table, {one.order_id: one for one in state.desk.requests.shown(t_ns)}
    for order_id, request in settled.items():
        order = table.ended(order_id) or request.order
        if order is None or order_id in state.orders:
            continue
        if request.outcome in ENDINGS:
            yield _Ended(order=order, trace=words.trace(order, state.pairs, request), ours=True)
        elif not order.is_done:
            yield _Ended(order=order, trace="", ours=True)
    for order in table.just_ended(t_ns):
        asked = settled.get(order.id)
        if asked is None or (asked.outcome not in ENDINGS and order.is_done):
            yield _Ended(
                order=order, trace=words.trace(order, state.pairs, recorded=state.is_recorded), ours=False
            )


def _denied(state: State) -> str | None:
    if state.key is None:
        return None
    lacks = state.key_info is not None and not state.key_info.may_watch_orders
    if lacks or "OpenOrders" in state.denied:
        return "This key may not list open orders (it lacks query-open-trades)."
    return None
