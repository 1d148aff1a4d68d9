"""What one word about an order, or one step of ours, says: short entries of its timeline."""

from collections.abc import Iterator
from decimal import Decimal

from krakentui.model.event import (
    CancelAnswered,
    CancelAsked,
    CancelGivenUp,
    CancelNotSent,
    CancelSent,
    CancelStep,
    CancelUnanswered,
)
from krakentui.model.order import Fill, Order, OrderPatch, Source
from krakentui.state.words import trimmed

_STREAMED = {
    "pending_new": "being placed",
    "new": "open",
    "trade": "traded",
    "canceled": "cancelled",
    "restated": "changed by the exchange",
    "status": "changed",
    "iceberg_refill": "the iceberg shows its next slice",
}
_STATUSES = {
    "new": "open",
    "partially_filled": "part filled",
    "canceled": "cancelled",
    "pending_new": "being placed",
}


def word(patch: OrderPatch, source: Source, before: Order | None, after: Order | None, *, whole: bool) -> str:
    """Say what a frame or reply told.

    Args:
        patch: What it said.
        source: Who said it.
        before: The belief until then, where the word changed it.
        after: The belief since.
        whole: It is part of the stream's snapshot.
    """
    status = _STATUSES.get(patch.status or "", patch.status or "open")
    if source == "stream" and not whole:
        head = _STREAMED.get(patch.exec_type or "", patch.exec_type or status)
    else:
        head = {"stream": "in the snapshot", "poll": "in the list", "query": "asked by id"}[source]
        head = f"{head}: {status}"
    reason = f" ({patch.reason})" if patch.reason else ""
    changed = ", ".join(_differences(before, after)) if before is not None and after is not None else ""
    return f"{head}{reason}{': ' if changed else ''}{changed}"


def _differences(before: Order, after: Order) -> Iterator[str]:
    pairs: list[tuple[str, Decimal | None, Decimal | None]] = [
        ("quantity", before.qty, after.qty),
        ("price", before.limit_price, after.limit_price),
        (
            "trigger",
            before.trigger.price if before.trigger else None,
            after.trigger.price if after.trigger else None,
        ),
        ("filled", before.filled, after.filled),
    ]
    for name, old, new in pairs:
        if new is not None and old is not None and new != old:
            yield f"{name} {trimmed(old)} → {trimmed(new)}"
    if before.trigger is not None and after.trigger is not None:
        old_status, new_status = before.trigger.status, after.trigger.status
        if old_status != new_status:
            yield f"trigger {new_status}"


def execution(fill: Fill) -> str:
    """Say what traded."""
    return f"filled {trimmed(fill.qty)} @ {trimmed(fill.price)}"


def step(event: CancelStep) -> str:
    """Say what a cancel of ours did."""
    match event:
        case CancelAsked():
            return f"cancel asked for, {event.route}"
        case CancelSent():
            return "cancel sent"
        case CancelAnswered(ok=True, how="queued"):
            return "the exchange took the cancel and closes the order later"
        case CancelAnswered(ok=True):
            return "the exchange took the cancel"
        case CancelAnswered():
            return f"the exchange says {event.code}"
        case CancelUnanswered():
            return f"cancel unanswered: {event.why.rstrip('.')}"
        case CancelNotSent():
            return f"cancel not sent: {event.why.rstrip('.')}"
        case CancelGivenUp():
            return f"cancel left as {event.outcome}: {event.why.rstrip('.')}"
    return "cancel goes on"
