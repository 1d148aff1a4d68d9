"""When to ask how a cancel ended: pure, from what is believed of the request.

A request whose answer was lost is asked for at once, then after 2, 5 and 10 s. One that was taken is, too,
where no stream is to tell of the order's end; else it gets 5 s for that. One that the exchange has queued is
asked for on and on. One that becomes unknown only later is asked for anew. An order that all these queries
and a live stream hold for open was not reached, and may be cancelled again. Else only polls tell; when a
minute has gone, longer than REST may lag, the request is given up as unknown.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

from msgspec import Struct, structs

from krakentui.model.clock import SECOND
from krakentui.state.cancels import CancelRequest

STEPS_NS = (0, 2 * SECOND, 5 * SECOND, 10 * SECOND)
QUEUED_NS = (*STEPS_NS, 20 * SECOND, 30 * SECOND, 45 * SECOND, 60 * SECOND)
GRACE_NS = 5 * SECOND
GIVE_UP_NS = 75 * SECOND
"""REST may lag the stream by 60 s; a query and a poll after that have told whatever they can."""
GIVE_UP_OPEN_NS = 15 * SECOND
"""All queries and a live stream say that it is still open: the request was lost, and may be repeated."""
GIVE_UP_MISSING_NS = 20 * SECOND
"""The exchange knows no such order: when queries do not tell more, nothing will."""


class Chase(Struct, frozen=True):
    """How far the asking about one request has come."""

    request: int
    since_ns: int
    asked: int = 0
    steps: Sequence[int] = STEPS_NS
    in_doubt: bool = True
    """It was unknown, or missing, when the asking began."""

    def due_ns(self) -> int | None:
        """Tell when to ask next; None = no more."""
        return self.since_ns + self.steps[self.asked] if self.asked < len(self.steps) else None

    def again(self) -> "Chase":
        """Note that it was asked for."""
        return structs.replace(self, asked=self.asked + 1)


def pursued(
    requests: Iterable[CancelRequest],
    known: Mapping[str, Chase],
    streamed: Callable[[CancelRequest], bool],
) -> dict[str, Chase]:
    """Bring the chases up to date with the requests; `streamed` = the stream is to tell how it ends."""
    chases: dict[str, Chase] = {}
    for request in requests:
        if not request.in_flight or request.phase not in {"accepted", "missing", "unknown"}:
            continue
        before, in_doubt = known.get(request.order_id), request.phase != "accepted"
        same = before is not None and before.request == request.request
        waits = not in_doubt and streamed(request)
        if before is not None and same and (before.in_doubt or not in_doubt):
            sooner_ns = before.since_ns if waits or before.asked else min(before.since_ns, request.moved_ns)
            chases[request.order_id] = structs.replace(before, since_ns=sooner_ns)
            continue
        steps = QUEUED_NS if request.pending and not in_doubt else STEPS_NS
        since_ns = request.moved_ns + (GRACE_NS if waits else 0)
        chases[request.order_id] = Chase(request.request, since_ns, steps=steps, in_doubt=in_doubt)
    return chases


def due(chases: Mapping[str, Chase], t_ns: int) -> list[str]:
    """List the orders to ask for now."""
    return [
        order_id
        for order_id, chase in chases.items()
        if (due_ns := chase.due_ns()) is not None and due_ns <= t_ns
    ]


def hopeless(chase: Chase, request: CancelRequest, t_ns: int, *, is_open: bool = False) -> bool:
    """Tell whether all that can be done has been done; `is_open` = a live stream holds it for open."""
    lost = is_open and not request.pending  # what is queued is open by right
    if lost and chase.asked >= len(STEPS_NS) and t_ns - chase.since_ns >= GIVE_UP_OPEN_NS:
        return True
    limit_ns = GIVE_UP_MISSING_NS if request.phase == "missing" else GIVE_UP_NS
    return t_ns - chase.since_ns >= limit_ns
