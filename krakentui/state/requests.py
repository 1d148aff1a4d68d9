"""Our cancel requests by order, at most one in flight for each."""

from collections.abc import Container, Mapping
from types import MappingProxyType
from typing import Final

from msgspec import structs

from krakentui.model.clock import SECOND
from krakentui.model.event import CancelAsked
from krakentui.model.order import Order
from krakentui.state.cancels import CancelRequest, Signal, follow, settle, vanish
from krakentui.state.orders import TRACE_NS

KEPT_NS: Final = 600 * SECOND
"""How long a settled request is remembered for a late answer, and its order's last outcome."""


class Requests:
    """What was asked of the exchange, and how it went."""

    def __init__(self) -> None:
        self._by_order: dict[str, CancelRequest] = {}

    @property
    def all(self) -> Mapping[str, CancelRequest]:
        """The latest request of each order."""
        return MappingProxyType(self._by_order)

    def get(self, order_id: str) -> CancelRequest | None:
        """Return the latest request of an order."""
        return self._by_order.get(order_id)

    def in_flight(self, order_id: str) -> bool:
        """Tell whether a cancel of this order is under way."""
        request = self._by_order.get(order_id)
        return request is not None and request.in_flight

    def unsettled(self) -> tuple[str, ...]:
        """List the orders whose cancel is under way, in the order of asking."""
        return tuple(order_id for order_id, request in self._by_order.items() if request.in_flight)

    def ask(self, event: CancelAsked, t_ns: int, order: Order | None) -> CancelRequest | None:
        """Begin a request; None while another one of the same order is in flight."""
        if self.in_flight(event.order_id):
            return None
        self._by_order.pop(event.order_id, None)  # so that the newest stands last
        request = CancelRequest(
            account=event.account,
            order_id=event.order_id,
            request=event.request,
            route=event.route,
            phase="asked",
            asked_ns=t_ns,
            moved_ns=t_ns,
            order=order,
        )
        self._by_order[event.order_id] = request
        return self.end(order, t_ns) or request if order is not None and order.is_done else request

    def take_along(self, order: Order, number: int, route: str, t_ns: int) -> CancelRequest:
        """Note that a mass cancel has ended an order that it did not name."""
        self._by_order.pop(order.id, None)
        request = CancelRequest(
            account=order.account,
            order_id=order.id,
            request=number,
            route=route,
            phase="sent",
            asked_ns=t_ns,
            moved_ns=t_ns,
            sent=True,
            along=True,
        )
        self._by_order[order.id] = settled = settle(request, order, t_ns)
        return settled

    def signal(
        self, order_id: str, number: int, signal: Signal, t_ns: int, why: str = "", *, pending: bool = False
    ) -> tuple[CancelRequest, CancelRequest] | None:
        """Follow a request; returns it before and after, None for a request that is not the latest."""
        before = self._by_order.get(order_id)
        if before is None or before.request != number:
            return None
        after = follow(before, signal, t_ns, why)
        if pending and after.phase == "accepted":
            after = structs.replace(after, pending=True)
        self._by_order[order_id] = after
        return before, after

    def note_batch(self, order_id: str, number: int, code: str) -> None:
        """Note what the whole batch was answered that this request went with."""
        before = self._by_order.get(order_id)
        if code and before is not None and before.request == number:
            self._by_order[order_id] = structs.replace(before, batch_code=code)

    def end(self, order: Order | None, t_ns: int) -> CancelRequest | None:
        """Settle the request by how its order ended; None when there was nothing left to settle."""
        before = self._by_order.get(order.id) if order is not None else None
        if before is None or order is None:
            return None
        self._by_order[order.id] = settle(before, order, t_ns)
        return None if before.phase == "ended" else self._by_order[order.id]

    def vanished(self, order: Order, t_ns: int) -> CancelRequest | None:
        """Note that the order is no longer listed; returns the request if that ended it."""
        before = self._by_order.get(order.id)
        if before is None or not before.in_flight:
            return None
        after = vanish(before, t_ns)
        self._by_order[order.id] = after
        return after if after.phase == "ended" else None

    def shown(self, t_ns: int) -> tuple[CancelRequest, ...]:
        """List the settled requests whose outcome is still on the screen."""
        return tuple(
            request
            for request in self._by_order.values()
            if not request.in_flight and t_ns - request.moved_ns <= TRACE_NS
        )

    def forget(self, t_ns: int, needed: Container[str]) -> None:
        """Drop settled requests of orders that nobody needs any more."""
        for order_id in list(self._by_order):
            request = self._by_order[order_id]
            old = t_ns - request.moved_ns > KEPT_NS
            if old and not request.in_flight and order_id not in needed:
                del self._by_order[order_id]
