"""What sockets spend, as events: attempts to open one, messages written to it."""

from krakentui.model.event import CallRefused, CallSettled, CallSpent
from krakentui.model.limit import POINT, ConnectionScope, IpScope
from krakentui.net.talk import Role
from krakentui.wire.spot.requests import Outgoing


def attempted(role: Role, number: int) -> CallSpent:
    """Count an attempt to open a socket; it may be lost on the way."""
    return CallSpent(
        name="connections",
        scope=IpScope(),
        low=0,
        high=POINT,
        what=f"{role} websocket",
        lane="socket",
        ticket=number,
    )


def landed(number: int) -> CallSettled:
    """The exchange answered an attempt."""
    return CallSettled(name="connections", scope=IpScope(), ticket=number, answered=True)


def written(scope: ConnectionScope, out: Outgoing, *, urgent: bool) -> CallSpent:
    """Count a message; how fast the exchange forgets it is not known, so it may count nothing."""
    return CallSpent(
        name="messages",
        scope=scope,
        low=0,
        high=POINT,
        what=f"{out.method} {out.channel}".strip(),
        lane="cancel" if urgent else "socket",
        ticket=out.req_id,
    )


def answered(scope: ConnectionScope, req_id: int) -> CallSettled:
    """A message was answered, so it has arrived."""
    return CallSettled(name="messages", scope=scope, ticket=req_id, answered=True)


def too_fast(scope: ConnectionScope, code: str, req_id: int | None, *, expected: bool) -> CallRefused:
    """A message was refused because there were too many."""
    return CallRefused(
        name="messages", scope=scope, cost=POINT, code=code, expected=expected, ticket=req_id or 0
    )
