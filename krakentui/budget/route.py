"""Which way a cancel goes, and why.

The exchange accepts a batch cancel that drives the counter over the ceiling; a single cancel may be
refused there (spot trading rate-limit guide, 2026-05). So one order that may not fit goes as a REST batch
of one where REST is free, and many go as batches. A batch's answer counts orders and names none: a key that
learns of an order's end in no other way cancels one by one.
"""

from typing import Literal

from msgspec import Struct

Route = Literal["socket", "socket batch", "socket all", "rest", "rest batch", "rest all", "none"]

ROUTE_WORDS: dict[Route, str] = {
    "socket": "over the websocket",
    "socket batch": "over the websocket, as a batch",
    "socket all": "over the websocket, everything at once",
    "rest": "over REST",
    "rest batch": "over REST, as a batch",
    "rest all": "over REST, everything at once",
    "none": "not at all: neither the websocket nor REST is open",
}
BATCHES = frozenset({"socket batch", "rest batch"})
AT_ONCE = frozenset({"socket all", "rest all"})
"""Ways of a mass cancel, which names no order."""

_TAKEN = "taken even over the ceiling"
_SINGLE = {
    True: "REST may have no room for a batch, so it may be refused",
    False: "REST is not there for a batch, so it may be refused",
}
_ALONE = "a batch's answer would not name what it ended"


class Roads(Struct, frozen=True, kw_only=True):
    """What can take a cancel now."""

    socket_open: bool
    """The private websocket."""
    rest_open: bool = True
    """The key may cancel over REST and REST is reachable."""
    rest_free: bool = True
    """A REST call that may cost a point surely fits, too."""
    batch_names: bool = True
    """What a batch ended can be told afterwards."""


def choose(count: int, roads: Roads, *, fits: bool) -> tuple[Route, str]:
    """Choose by design, with the reason where the choice is not the usual one; `fits` = surely."""
    if count == 1 and not fits and roads.rest_open and roads.rest_free and roads.batch_names:
        return "rest batch", _TAKEN
    if roads.socket_open:
        if count > 1:
            return "socket batch", "" if fits else _TAKEN
        return "socket", "" if fits else _SINGLE[roads.rest_open]
    if not roads.rest_open:
        return "none", ""
    if not roads.batch_names:
        return "rest", _ALONE if count > 1 else ""
    if count == 1 and fits:
        return "rest", ""
    return "rest batch", "" if fits else _TAKEN


def choose_at_once(roads: Roads) -> Route:
    """Choose for a mass cancel: it is taken whatever it costs, so only what is open counts."""
    if roads.socket_open:
        return "socket all"
    return "rest all" if roads.rest_open else "none"
