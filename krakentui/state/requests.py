"""Our cancel requests by order, at most one in flight for each."""

from collections.abc import Container, Mapping
from types import MappingProxyType
from typing import Final

from msgspec import Struct, structs

from krakentui.model.clock import SECOND
from krakentui.model.event import CancelAsked, CancelUnanswered
from krakentui.model.order import Order
from krakentui.state.cancels import CancelRequest, Signal, follow, settle, vanish
from krakentui.state.orders import TRACE_NS

KEPT_NS: Final = 600 * SECOND
"""How long a settled request is remembered for a late answer, and its order's last outcome."""


class Tally(Struct, frozen=True):
    """A batch of which the exchange took some, not told which."""

    taken: int
    among: int
    ids: tuple[str, ...]

    def is_doubtful(self, by_order: Mapping[str, CancelRequest], number: int) -> bool:
        """Tell whether more of its orders ended, or may have, than it took: some are not its doing."""
        same = [by_order[one] for one in self.ids if one in by_order and by_order[one].request == number]
        spared = sum(one.spared or one.outcome in {"filled", "gone"} for one in same)
        return self.among - spared > self.taken


class Requests:
    """What was asked of the exchange, and how it went."""

    def __init__(self) -> None:
        self._by_order: dict[str, CancelRequest] = {}
        self._tallies: dict[int, Tally] = {}

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

    def ask(
        self, event: CancelAsked, t_ns: int, order: Order | None, *, rival: bool = False
    ) -> CancelRequest | None:
        """Begin a request; None while another one of the same order is in flight.

        `rival` = a mass cancel is under way.
        """
        if self.in_flight(event.order_id):
            return None
        before = self._by_order.pop(event.order_id, None)  # so that the newest stands last
        request = CancelRequest(
            account=event.account,
            order_id=event.order_id,
            request=event.request,
            route=event.route,
            phase="asked",
            asked_ns=t_ns,
            moved_ns=t_ns,
            order=order,
            rival=rival or (before is not None and before.phase == "left"),
        )
        self._by_order[event.order_id] = request
        return self.end(order, t_ns) or request if order is not None and order.is_done else request

    def take_along(
        self, order: Order, number: int, route: str, t_ns: int, *, doubt: bool, rival: bool
    ) -> CancelRequest:
        """Note that a mass cancel has ended an order that it did not name, or may have.

        `rival` = another mass cancel is under way.
        """
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
            doubt=doubt,
            rival=rival,
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
        self._weigh(number)
        return before, self._by_order[order_id]

    def note_batch(self, event: CancelUnanswered) -> None:
        """Note what the whole batch was answered that this request went with."""
        before, number = self._by_order.get(event.order_id), event.request
        if before is None or before.request != number:
            return
        if event.code:
            self._by_order[event.order_id] = structs.replace(before, batch_code=event.code)
        if event.partly is not None and number not in self._tallies:
            ids = tuple(one.order_id for one in self._by_order.values() if one.request == number)
            self._tallies[number] = Tally(*event.partly, ids)

    def doubt(self, number: int) -> tuple[CancelRequest, ...]:
        """Note that what ends of the orders of this request may be somebody else's doing.

        Returns those that were claimed before.
        """
        mine = [one for one in self._by_order.values() if one.request == number and not one.doubt]
        doubted = tuple(structs.replace(one, doubt=True) for one in mine)
        self._by_order |= {one.order_id: one for one in doubted}
        return tuple(one for one in doubted if one.outcome == "cancelled")

    def refuse(self, number: int, t_ns: int) -> tuple[CancelRequest, ...]:
        """Note that this request was refused as a whole; returns those now told otherwise."""
        mine = (
            one for one in self._by_order.values() if one.request == number and one.outcome == "cancelled"
        )
        moved = tuple((one, follow(one, "refused", t_ns)) for one in mine)
        self._by_order |= {after.order_id: after for _, after in moved}
        return tuple(
            after for one, after in moved if (after.outcome, after.doubt) != (one.outcome, one.doubt)
        )

    def rival(self, number: int) -> None:
        """Note that this mass cancel has gone, which may be faster than any other request in flight."""
        for order_id in self.unsettled():
            one = self._by_order[order_id]
            if one.request != number:
                self._by_order[order_id] = structs.replace(one, rival=True)

    def _weigh(self, number: int) -> None:
        """Lift the doubt of a batch that was taken in part once no order too many can be its doing."""
        tally = self._tallies.get(number)
        if tally is None or tally.is_doubtful(self._by_order, number):
            return
        for order_id in tally.ids:
            one = self._by_order.get(order_id)
            if one is not None and one.request == number and not one.spared:
                self._by_order[order_id] = structs.replace(one, doubt=False)

    def end(self, order: Order | None, t_ns: int) -> CancelRequest | None:
        """Settle the request by how its order ended; None when there was nothing left to settle."""
        before = self._by_order.get(order.id) if order is not None else None
        if before is None or order is None:
            return None
        self._by_order[order.id] = settle(before, order, t_ns)
        self._weigh(before.request)
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
        kept = {request.request for request in self._by_order.values()} if self._tallies else set()
        self._tallies = {number: tally for number, tally in self._tallies.items() if number in kept}
