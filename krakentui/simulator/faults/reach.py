"""Whether a fault's match can ever be met: a slip must not become a fault that never strikes.

What a subject may look like is known by its surface: a REST call has a path and an HTTP method, but no
channel, symbol or connection; a websocket frame has the path of its socket and a method of its own.
A kind strikes on the surfaces of the places that it interferes at, or on those that it names; of a kind that
does something by itself when it begins, and names none, nothing is said.
"""

from collections.abc import Callable
from fnmatch import fnmatchcase

from krakentui.simulator.faults.base import Fault
from krakentui.simulator.faults.spec import FIELDS, SURFACES, Match
from krakentui.simulator.faults.wire import PATHS

REST = "spot-rest"
SOCKETS = tuple(surface for surface in SURFACES if surface != REST)
HTTP_METHODS = ("GET", "POST")
_AT_SOCKETS = ("outgoing", "hears", "door", "accepted")


def barrier(name: str, kind: type[Fault], match: Match) -> str:
    """Say why a fault of this kind and match can never strike; empty = it can."""
    there = surfaces_of(kind)
    left = [one for one in there if _fits(kind, match, one, "surface")]
    if not left:
        return f"{name} strikes {', '.join(there)} alone: with that surface it never strikes"
    if any(all(_fits(kind, match, one, field) for field in FIELDS) for one in left):
        return ""
    for field in FIELDS:
        if not any(_fits(kind, match, one, field) for one in left):
            what = ", ".join(match.names(field))[:80]
            return f"{name} never strikes with that match: on {', '.join(left)} no {field} is {what}"
    return f"{name} never strikes with that match: nothing on {', '.join(left)} fits all of it"


def surfaces_of(kind: type[Fault]) -> tuple[str, ...]:
    """List where a kind of fault can strike."""
    if kind.surfaces or _overrides(kind, "begin"):
        return kind.surfaces or SURFACES
    rest = (REST,) if _overrides(kind, "around") else ()
    return rest + (SOCKETS if any(_overrides(kind, place) for place in _AT_SOCKETS) else ())


def _overrides(kind: type[Fault], place: str) -> bool:
    return getattr(kind, place) is not getattr(Fault, place)


def _fits(kind: type[Fault], match: Match, surface: str, field: str) -> bool:
    """Say whether one field of a match can hold on a surface."""
    wanted = match.names(field)
    if not wanted or field in {"key", "peer"} or (_overrides(kind, "begin") and field != "surface"):
        return True
    if field == "surface":
        return surface in wanted
    holds = _on_rest(kind, field) if surface == REST else _on_socket(kind, surface, field)
    return any((one == "*" and field != "symbol") or holds(one) for one in wanted)


def _on_rest(kind: type[Fault], field: str) -> Callable[[str], bool]:
    match field:
        case "path" if kind.methods:
            paths = [f"/0/private/{name}" for name in kind.methods]
            return lambda wanted: any(fnmatchcase(path, wanted) for path in paths)
        case "path":
            return lambda wanted: wanted.startswith(("/0", "*", "?", "["))
        case "method":
            return lambda wanted: wanted in HTTP_METHODS
        case "connection":
            return lambda wanted: wanted == "0"
    return lambda _wanted: False


def _on_socket(kind: type[Fault], surface: str, field: str) -> Callable[[str], bool]:
    match field:
        case "path":
            return lambda wanted: fnmatchcase(PATHS[surface.removeprefix("spot-ws-")], wanted)
        case "method" if kind.methods:
            return lambda wanted: wanted in kind.methods
        case "method":
            return lambda wanted: wanted not in HTTP_METHODS
        case "channel" | "symbol" if kind.methods:
            return lambda _wanted: False
    return lambda _wanted: True
