"""What came of cancels that were confirmed together, order by order: it goes on being told as they settle."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final, Literal

from msgspec import Struct

from krakentui.model.order import Order
from krakentui.state import words
from krakentui.state.cancels import CancelRequest, Phase
from krakentui.state.groups import Group, Mass
from krakentui.state.rows import price_places, qty_places, shown_price
from krakentui.state.state import State
from krakentui.state.words import trigger_price

ResultState = Literal[
    "planned",
    "waits",
    "sent",
    "taken",
    "closing",
    "asking",
    "cancelled",
    "filled",
    "gone",
    "refused",
    "unknown",
    "not_sent",
]
"""To go when it is cheap enough, on its way, taken but not ended yet, queued by the exchange, being asked
for; then the outcomes."""
_OPEN: Final[Mapping[Phase, ResultState]] = {
    "asked": "waits",
    "sent": "sent",
    "accepted": "taken",
    "missing": "asking",
    "unknown": "asking",
}
OPEN: Final = frozenset({"planned", "waits", "sent", "taken", "closing", "asking"})
BEFORE: Final = "it ended before anything was sent"
DROPPED: Final = "it waits no longer"


class ResultRow(Struct, frozen=True, kw_only=True):
    """What came of one order."""

    id: str
    pair: str | None = None
    side: str | None = None
    type: str | None = None
    price: Decimal | None = None
    """Limit price, or trigger price where there is no limit."""
    price_text: str | None = None
    trigger: Decimal | None = None
    price_places: int
    qty: Decimal | None = None
    filled: Decimal | None = None
    """What of it has traded, as far as is known."""
    qty_places: int
    state: ResultState
    why: str = ""
    """A clause: whose doing it was, what the exchange says, what is being done."""
    text: str = ""
    """What came of it, as a sentence; empty while that is open."""
    along: bool = False
    """A mass cancel took it along: it was not known when that went."""

    @property
    def is_open(self) -> bool:
        """Tell whether its outcome is still to come."""
        return self.state in OPEN


class ResultsView(Struct, frozen=True, kw_only=True):
    """What came of one group."""

    number: int
    """Of the question that was answered."""
    rows: tuple[ResultRow, ...]
    """In the order of the question, those taken along last: rows never move."""
    settled: bool
    mass: Mass | None = None
    """It went as a mass cancel."""


def results(state: State) -> tuple[ResultsView, ...]:
    """Tell of the cancels confirmed last, and of earlier ones that are not settled; newest first."""
    return tuple(_view(state, group) for group in state.desk.groups.shown(state.cancels))


def _view(state: State, group: Group) -> ResultsView:
    requests = {request.order_id: request for request in group.requests(state.cancels)}
    closed = {order.id: order for order in group.closed}
    return ResultsView(
        number=group.number,
        rows=tuple(
            _row(state, group, order_id, requests.get(order_id), closed.get(order_id))
            for order_id in group.all_ids
        ),
        settled=group.is_settled(state.cancels),
        mass=group.mass,
    )


def _row(
    state: State, group: Group, order_id: str, request: CancelRequest | None, closed: Order | None
) -> ResultRow:
    last = None if request is None else request.order
    order = state.orders.get(order_id) or last or closed or state.desk.table.find(order_id)
    came, why = _came(request, closed) if request or not group.later else _planned(state, group, order_id)
    text = _sentence(state, order_id, request, order) if request or not group.later else ""
    info = state.pairs.get("" if order is None else order.pair or "")
    if order is None:
        return ResultRow(
            id=order_id,
            price_places=price_places(info),
            qty_places=qty_places(info),
            state=came,
            why=why,
            text=text,
        )
    return ResultRow(
        id=order_id,
        pair=order.pair or order.raw_pair,
        side=order.side,
        type=order.type,
        price=shown_price(order),
        price_text=order.price_text,
        trigger=trigger_price(order),
        price_places=price_places(info),
        qty=order.qty,
        filled=order.filled,
        qty_places=qty_places(info),
        state=came,
        why=why,
        text=text,
        along=request is not None and request.along,
    )


def _sentence(state: State, order_id: str, request: CancelRequest | None, order: Order | None) -> str:
    if request is not None:
        return "" if request.outcome is None else words.outcome(request, order, state.pairs)[0]
    if order is None or not order.is_done:
        return f"{order_id} was no longer open when its turn came: nothing was sent."
    return words.closed(order, state.pairs)


def _planned(state: State, group: Group, order_id: str) -> tuple[ResultState, str]:
    """Tell how a cancel stands that has not gone yet."""
    ended = state.desk.table.ended(order_id)
    if ended is not None:
        return _came(None, ended)
    if order_id not in group.dropped:
        return "planned", ""
    return ("not_sent", DROPPED) if order_id in state.orders else _came(None, None)


def _came(request: CancelRequest | None, closed: Order | None) -> tuple[ResultState, str]:
    """Tell how one cancel stands, and why."""
    if request is None:
        return ("filled" if closed is not None and closed.status == "filled" else "gone"), BEFORE
    if request.outcome == "cancelled":
        return request.outcome, words.DOUBT if request.doubt else ""
    if request.outcome is not None:
        return request.outcome, "" if request.outcome == "filled" else request.why
    if request.phase == "accepted" and request.pending:
        return "closing", ""
    return _OPEN.get(request.phase, "asking"), request.why
