"""What was recorded, dealt out: each client's connection gets the next recorded one, each call its answer."""

import json
from collections.abc import Callable

from krakentui.simulator.mirror.passages import asked_for
from krakentui.simulator.mirror.recording import Connection, Recording, Reply
from krakentui.simulator.surface import HttpReply, HttpRequest, failure

NOT_RECORDED = "EGeneral:Not recorded"


class Past:
    """One recording, and how far it has been told."""

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        self.time_us: Callable[[], int] | None = None
        """Where in recorded time the youngest connection is, since 1970; None = nobody has connected."""
        self._untold = {one.surface for one in recording.connections}
        """Surfaces whose last connection has not been told to its last frame."""
        self._turns: dict[str, int] = {}
        """By surface: how many connections it has had."""
        self._replies: dict[str, list[Reply]] = {}
        """By path, those to come; the last one of its kind stays."""
        for reply in recording.replies:
            self._replies.setdefault(reply.path, []).append(reply)

    @property
    def is_over(self) -> bool:
        """Say whether the last frame of each side has been told; then nothing recorded is left to come."""
        return not self._untold

    def now_us(self, start_us: int) -> int:
        """Tell the instant that is being told again; until somebody connects, that of the start."""
        return start_us if self.time_us is None else self.time_us()

    def connection(self, surface: str) -> Connection | None:
        """Deal out the next recorded connection, after the last one the first again; None = there is none."""
        there = [one for one in self.recording.connections if one.surface == surface]
        turn = self._turns[surface] = self._turns.get(surface, 0) + 1
        return there[(turn - 1) % len(there)] if there else None

    def is_last(self, connection: Connection) -> bool:
        """Say whether no other connection of its side was recorded after it."""
        there = [one for one in self.recording.connections if one.surface == connection.surface]
        return there[-1] is connection

    def told_to_its_end(self, connection: Connection) -> None:
        """Take note that the last frame of a connection was told."""
        if self.is_last(connection):
            self._untold.discard(connection.surface)

    def reply(self, request: HttpRequest) -> HttpReply:
        """Give what was answered to that call: the first time first, and the last time from then on."""
        wanted, waiting = asked_for(request), self._replies.get(request.path, [])
        places = [place for place, reply in enumerate(waiting) if reply.params == wanted]
        if not places:
            return failure(NOT_RECORDED)
        found = waiting[places[0]]
        if len(places) > 1:
            del waiting[places[0]]
        return HttpReply(200, found.body.encode(), kind_of(found.body))


def kind_of(body: str) -> str:
    """Tell the content type of a body, of which only the text was recorded."""
    try:
        json.loads(body)
    except (ValueError, RecursionError):
        return "text/html"
    return "application/json"
