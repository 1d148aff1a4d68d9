"""When is everything there that this key may see? Pure reading of a session's views."""

from krakentui.engine.face import Face
from krakentui.state.filters import is_joined

PATIENCE_S = 10.0
"""How long `snapshot`, `limits` and `cancel` wait for what is permitted."""


def missing(face: Face, t_ns: int) -> tuple[str, ...]:
    """Name what has not come yet, in words; empty = all that is permitted is there."""
    status = face.status(t_ns)
    absent = []
    if any(row.age_ns is None for row in face.markets(t_ns)):
        absent.append("prices")
    if status.key is not None:
        balances, orders = face.balances(t_ns), face.orders(t_ns)
        if not balances.known and balances.denied is None:
            absent.append("balances")
        if not orders.known and orders.denied is None:
            absent.append("orders")
        if not all(map(is_joined, orders.rows)):
            absent.append("details of orders")
    if status.system is None:
        absent.append("the exchange's state")
    return tuple(absent)


def why_missing(face: Face, absent: tuple[str, ...], waited_s: float = PATIENCE_S) -> str:
    """Say in one sentence what is missing after so many seconds, and what the session says of it."""
    reasons = [line.text for line in face.journal() if line.level == "bad"]
    if not reasons:
        feeds = face.status(face.clock.mono_ns()).feeds
        reasons = [f"{feed.role} feed: {feed.why}" for feed in feeds if feed.state != "live" and feed.why]
    reason = f" {reasons[-1].rstrip('.')}." if reasons else ""
    return f"Not there within {waited_s:.0f} s: {', '.join(absent)}.{reason}"
