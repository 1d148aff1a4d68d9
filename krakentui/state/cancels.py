"""The life of a cancel: asked, sent, and one outcome, told only on evidence.

    asked ── sent ── accepted ──┐
      │        ├──── missing ───┤  the exchange says how the order ended: cancelled, filled, gone
      │        ├──── unknown ───┤
      │        │        └── left   given up: open for late evidence, no longer in flight
      │        └ refused
      └ not_sent

A batch that was refused as a whole is unknown order by order; one that is then seen to be open was refused.
Whose cancel ended an order is only certain where the answer to this request names it, alone or with all of
its batch: without such an answer, or after one that left it open, nobody's doing is claimed.
An answer "success" only means that the exchange took the request; the order's own end decides. Only where
the key can learn of no order's end, the exchange's count of one cancelled order stands for it. An answer
"unknown order" means that somebody was faster: how it ended is asked for. An order that ended before such
an answer, or before a refusal, somebody else cancelled, unless another request of this program may have.
"""

from collections.abc import Mapping
from typing import Final, Literal

from msgspec import Struct, structs

from krakentui.model.order import Order, Outcome

Phase = Literal["asked", "sent", "accepted", "missing", "unknown", "left", "ended"]
Signal = Literal[
    "sent", "accepted", "counted", "missing", "refused", "unanswered", "not_sent", "given_up", "still_open"
]

TRANSITIONS: Final[Mapping[tuple[Phase, Signal], Phase]] = {
    ("asked", "sent"): "sent",
    ("asked", "not_sent"): "ended",
    ("asked", "refused"): "ended",
    ("asked", "accepted"): "accepted",
    ("asked", "missing"): "missing",
    ("asked", "unanswered"): "unknown",
    ("asked", "given_up"): "ended",
    ("sent", "accepted"): "accepted",
    ("sent", "counted"): "ended",
    ("sent", "missing"): "missing",
    ("sent", "refused"): "ended",
    ("sent", "unanswered"): "unknown",
    ("sent", "not_sent"): "unknown",  # bytes were written: nothing proves that they did not arrive
    ("asked", "still_open"): "ended",
    ("sent", "given_up"): "left",
    ("sent", "still_open"): "left",
    ("accepted", "unanswered"): "unknown",
    ("accepted", "given_up"): "left",
    ("accepted", "still_open"): "left",
    ("missing", "unanswered"): "missing",
    ("missing", "given_up"): "ended",
    ("missing", "still_open"): "left",  # it was called unknown, and is listed all the same
    ("unknown", "accepted"): "accepted",
    ("unknown", "missing"): "missing",
    ("unknown", "refused"): "ended",
    ("unknown", "given_up"): "left",
    ("unknown", "still_open"): "left",
    ("left", "accepted"): "left",
    ("left", "missing"): "missing",
}
"""What a signal does in a phase; a pair that is not here changes nothing."""

ENDINGS: Final = frozenset({"cancelled", "filled", "gone"})
"""Outcomes after which the order is not open any more."""
_DOUBTS: Final[Mapping[Signal, bool]] = {
    "accepted": False,
    "unanswered": True,
    "not_sent": True,
    "still_open": True,
}
"""What a signal says of whose cancel it will have been."""
_WRITTEN: Final = frozenset({"sent", "accepted", "counted", "missing", "refused", "unanswered"})
_DENIED: Final = frozenset({"missing", "refused"})
"""Answers after which the request has not ended its order."""
_FIRST: Final = "someone else cancelled it first"
_LOST = ("unknown order", "invalid order")
_NOT_OURS = ("post only", "cancelallordersafter", "insufficient", "liquid", "replaced", "expire", "market")
"""Reasons of a cancel that no cancel request brings about."""


class CancelRequest(Struct, frozen=True, kw_only=True):
    """One request to cancel one order."""

    account: str
    order_id: str
    request: int
    route: str
    phase: Phase
    asked_ns: int
    moved_ns: int
    """Steady time of the last change of phase."""
    sent: bool = False
    """Its bytes were written, or may have been."""
    outcome: Outcome | None = None
    why: str = ""
    order: Order | None = None
    """The order as it was last known."""
    pending: bool = False
    """The exchange has queued it: the order ends later."""
    batch_code: str = ""
    """What the exchange answered to the whole batch: a refusal of this one, once it is seen to be open."""
    along: bool = False
    """A mass cancel took the order, which nobody here knew when it went."""
    doubt: bool = False
    """A cancel that ended its order may as well be somebody else's."""
    rival: bool = False
    """Another request of this program may have ended its order."""
    spared: bool = False
    """Its order was seen open after all that was asked: it was not reached."""

    @property
    def in_flight(self) -> bool:
        """Tell whether its outcome is still open and being worked on."""
        return self.phase not in {"ended", "left"}

    @property
    def wants_evidence(self) -> bool:
        """Tell whether how the order ended has to be asked for."""
        return self.phase in {"missing", "unknown"}


def answer_signal(code: str, *, ok: bool, counted: bool = False) -> Signal:
    """Read an answer of the exchange: taken, counted as done, unknown to it, or refused."""
    if ok:
        return "counted" if counted else "accepted"
    return "missing" if any(word in code.casefold() for word in _LOST) else "refused"


def follow(request: CancelRequest, signal: Signal, t_ns: int, why: str = "") -> CancelRequest:
    """Return the request after a signal about it."""
    doubt = _DOUBTS.get(signal, request.doubt)
    if doubt != request.doubt and not (signal == "not_sent" and request.phase == "asked"):
        request = structs.replace(request, doubt=doubt)
    if signal in _DENIED and request.phase == "ended" and request.outcome == "cancelled":
        if request.rival:
            return structs.replace(request, doubt=True, moved_ns=t_ns)
        # The order's end came before our answer, and our answer says that it was not our doing.
        return structs.replace(request, outcome="gone", why=_FIRST, moved_ns=t_ns)
    phase = TRANSITIONS.get((request.phase, signal))
    if phase is None:
        return request
    if signal == "still_open" and phase == "left" and request.batch_code:
        why = f"the exchange says {request.batch_code}"
        return structs.replace(request, phase="ended", outcome="refused", why=why, moved_ns=t_ns)
    return structs.replace(
        request,
        phase=phase,
        outcome=_outcome(request, signal, phase),
        why=why or request.why,
        moved_ns=t_ns,
        sent=request.sent or signal in _WRITTEN,
        spared=request.spared or signal == "still_open",
    )


def _outcome(request: CancelRequest, signal: Signal, phase: Phase) -> Outcome | None:
    if phase == "left":
        return "unknown"
    if phase != "ended":
        return None
    if signal == "refused":
        return "refused"
    if signal == "counted":
        return "cancelled"
    return "gone" if request.phase == "missing" else "not_sent"


def settle(request: CancelRequest, order: Order, t_ns: int) -> CancelRequest:
    """Return the request after the exchange said how the order ended."""
    if request.phase == "ended":
        return structs.replace(request, order=order)
    outcome, why = _verdict(request, order)
    doubt = request.doubt or request.phase == "missing"
    return structs.replace(
        request, phase="ended", outcome=outcome, why=why, order=order, moved_ns=t_ns, doubt=doubt
    )


def is_by_request(order: Order) -> bool:
    """Tell whether an order ended because some program, ours or another, asked for its cancel."""
    reason = (order.reason or "").casefold()
    return order.status == "canceled" and not any(word in reason for word in _NOT_OURS)


def vanish(request: CancelRequest, t_ns: int) -> CancelRequest:
    """Return the request after the order left the exchange's list without a word on how it ended."""
    if request.phase == "asked":
        why = "it was no longer open when its turn came"
        return structs.replace(request, phase="ended", outcome="gone", why=why, moved_ns=t_ns)
    if request.phase in {"sent", "accepted"}:
        why = "the order is no longer listed: asking the exchange how it ended"
        return structs.replace(request, phase="unknown", why=why, moved_ns=t_ns)
    return request


def _verdict(request: CancelRequest, order: Order) -> tuple[Outcome, str]:
    reason = order.reason or ""
    if order.status == "filled":
        return "filled", "it filled first"
    if order.status == "expired":
        return "gone", reason or "it expired"
    if not request.sent:
        return "gone", "someone else cancelled it before our request left"
    if request.phase == "missing" and not request.rival:
        return "gone", _FIRST
    return ("cancelled" if is_by_request(order) else "gone"), reason
