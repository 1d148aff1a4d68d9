"""Reading what `krakentui --record` wrote: frames and bodies, in both directions, each with its time."""

from collections.abc import Sequence
from typing import Any

from krakentui.simulator.mirror.frame import Params, frame_of, is_whole
from krakentui.simulator.mirror.lines import Line, check, connections_of, json_of, objects_of, rising
from krakentui.simulator.mirror.recording import BadRecording, Frame, Recording, Reply
from krakentui.simulator.surface import HttpRequest, parameters

NS_OF_US = 1_000
FIRST_US, LAST_US = 946_684_800_000_000, 4_102_444_800_000_000
"""The years 2000 and 2100: a recording of another century is none."""
OWN = frozenset({"nonce", "otp", "token"})
"""Parameters that belong to a caller, not to what is asked."""
SIDES = ("public", "private")


def recorded(head: dict[str, Any], lines: Sequence[Line], name: str) -> Recording:
    """Read the lines behind the first one.

    Raises:
        BadRecording: they are no recording.
    """
    if head.get("v") != 1:
        raise BadRecording("it was recorded by another version of this program")
    wall_ns = head.get("wall_ns")
    start_us = wall_ns // NS_OF_US if is_whole(wall_ns) else None
    if start_us is not None and not FIRST_US <= start_us < LAST_US:
        raise BadRecording("it was recorded in another century")
    passages = Passages()
    for number, _, passage in objects_of(lines):
        passages.take(number, passage)
    frames = passages.frames
    if not passages.replies and not any(frames.values()):
        raise BadRecording("nothing was recorded in it")
    connections = tuple(one for side in SIDES for one in connections_of(side, frames[side]))
    return Recording(connections, tuple(passages.replies), start_us, name)


class Passages:
    """What has passed so far, sorted by where."""

    def __init__(self) -> None:
        self.frames: dict[str, list[Frame]] = {side: [] for side in SIDES}
        self.replies: list[Reply] = []
        self._asked: dict[str, dict[int, Params]] = {side: {} for side in SIDES}
        self._calls: dict[str, str] = {}
        self._t_us = 0

    def take(self, number: int, passage: dict[str, Any]) -> None:
        """Take one line; what passed on the old websocket is not mirrored.

        Raises:
            BadRecording: it is no line of a recording.
        """
        at, way, text, t_ns = (passage.get(field) for field in ("at", "dir", "data", "t"))
        if not isinstance(at, str) or not isinstance(text, str) or way not in {"in", "out"}:
            raise BadRecording(f"line {number} is no line of a recording")
        if not is_whole(t_ns):
            raise BadRecording(f"line {number} has no time")
        check(number, text)
        _, self._t_us = rising((self._t_us, t_ns // NS_OF_US))
        if at.startswith("rest/"):
            self._rest(at, way, text)
        elif at in SIDES:
            self._frame(at, way, text)

    def _rest(self, at: str, way: str, text: str) -> None:
        if way == "out":
            self._calls[at] = text
        elif at in self._calls:
            self.replies.append(_reply(self._calls.pop(at), text))

    def _frame(self, side: str, way: str, text: str) -> None:
        document = json_of(text)
        if way == "in":
            self.frames[side].append(frame_of(self._t_us, text, document, self._asked[side]))
        elif isinstance(document, dict):
            req_id, params = document.get("req_id"), document.get("params")
            if is_whole(req_id) and isinstance(params, dict):
                self._asked[side][req_id] = params


def _reply(call: str, body: str) -> Reply:
    target, _, sent = call.partition(" ")
    path, _, query = target.partition("?")
    kind = {"content-type": "application/json"} if sent.startswith("{") else {}
    return Reply(path, asked_for(HttpRequest("POST", path, query, sent.encode(), kind)), body)


def asked_for(request: HttpRequest) -> dict[str, str]:
    """Tell what a call asks for, without what is the caller's own."""
    return {name: value for name, value in (parameters(request) or {}).items() if name not in OWN}
