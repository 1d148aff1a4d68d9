"""Durations, limits and figures in the words of the screen."""

from krakentui.model.clock import SECOND
from krakentui.model.limit import IpScope, LimitName, PairScope, Scope, points
from krakentui.model.number import points_text

_LABELS: dict[LimitName, str] = {
    "rest": "REST calls",
    "public_rest": "Public calls",
    "connections": "Our connections",
    "messages": "Messages",
}
_PAIR_LABELS: dict[LimitName, str] = {
    "engine": "trading",
    "open_orders": "open orders",
    "scheduled_orders": "scheduled orders",
}


def duration(span_ns: int) -> str:
    """Write a span rounded up to whole seconds: `8 s`, `2 min 5 s`, `1 h 3 min`."""
    seconds = max(0, -(-span_ns // SECOND))
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    if minutes:
        return f"{minutes} min {seconds} s" if seconds else f"{minutes} min"
    return f"{seconds} s"


def label(name: LimitName, scope: Scope) -> str:
    """Name a limit: `REST calls`, `BTC/USD trading`."""
    if isinstance(scope, PairScope) and name in _PAIR_LABELS:
        return f"{scope.pair} {_PAIR_LABELS[name]}"
    if isinstance(scope, IpScope) and scope.pair:
        return f"Public calls {scope.pair}"
    return _LABELS.get(name, name)


def amount(low: int, high: int) -> str:
    """Write an interval in points, rounded outward: `7.5`, `7.5 to 8.25`."""
    least, most = points_text(points(low), up=False), points_text(points(high), up=True)
    return least if low == high else f"{least} to {most}"


def figure(units: int) -> str:
    """Write a figure in points."""
    return points_text(points(units), up=True)


def signed(units: int) -> str:
    """Write a difference in points, with its sign: `+2.5`, `-0.4`, `0`; cut towards 0."""
    text = points_text(points(abs(units)), up=False)
    return text if not units else f"{'+' if units > 0 else '-'}{text}"
