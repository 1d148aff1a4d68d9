"""The one way into a world and out of it: calls, websocket connections, frames.

The server and the replay of a log both come this way, so that the same input gives the same output.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from krakentui.simulator import private_rest, public_rest
from krakentui.simulator.faults.base import Answer
from krakentui.simulator.keys import ApiKey
from krakentui.simulator.private_ws import PrivateTalk
from krakentui.simulator.public_ws import PublicTalk
from krakentui.simulator.surface import HttpReply, HttpRequest, Socket, failure
from krakentui.simulator.traffic import throttled
from krakentui.simulator.ws_talk import Talk
from krakentui.simulator.ws_v1 import OldTalk

if TYPE_CHECKING:
    from krakentui.simulator.world import World

TALKS: Mapping[str, Callable[["World", Socket], Talk]] = {
    "public": PublicTalk,
    "private": PrivateTalk,
    "v1": OldTalk,
}
BANNED = HttpReply(403, b"error code: 1015\n", "text/plain")
"""Over 150 attempts in 10 min the edge bans the IP: websocket guide, 2026-05."""
NOT_MIRRORED = HttpReply(404, b"The old websocket is not mirrored\n", "text/plain")


class Entrance:
    """Lets everything in, tells the log of it, and of what goes out."""

    def __init__(self, world: "World") -> None:
        self._world = world

    def call(self, request: HttpRequest) -> Answer:
        """Answer a REST request, past the faults that strike it."""
        log, faults = self._world.log, self._world.faults
        if log is not None:
            log.called(request)
        answer = faults.call(request, handled) if faults.on_rest else Answer(handled(self._world, request))
        if log is not None:
            log.answered(answer.reply)
        return answer

    def throttle(self, request: HttpRequest, key: ApiKey) -> HttpReply:
        """Turn away a REST request because its key has too many under way."""
        log, verdict = self._world.log, throttled(self._world.clock.now_us())
        if log is not None:
            log.called(request, throttled=True)
        self._world.heard_rest(request, key=key.fingerprint, verdict=verdict)
        reply = failure(verdict)
        if log is not None:
            log.answered(reply)
        return reply

    def knock(self, surface: str, peer: str) -> HttpReply | None:
        """Refuse a websocket handshake, or None to let it be."""
        if self._world.log is not None:
            self._world.log.knocked(surface, peer)
        if not self._world.judge.connect(peer, self._world.clock.now_us()):
            return BANNED
        if self._world.past is not None and surface == "v1":
            return NOT_MIRRORED
        return self._world.faults.door(surface, peer)

    def open(self, surface: str, peer: str, socket: Callable[[int], Socket]) -> Talk:
        """Greet a websocket that is open; `socket` makes the core's side of it, given its number."""
        way, log = socket(self._world.next_socket_number()), self._world.log
        if log is not None:
            log.opened(way.number, surface, peer)
            tap(way, log.sent, log.closed)
        talk = self._talk(surface, way)
        talk.opened()
        self._world.faults.accepted(talk)
        return talk

    def _talk(self, surface: str, way: Socket) -> Talk:
        if self._world.past is None:
            return TALKS[surface](self._world, way)
        from krakentui.simulator.mirror.talk import MirrorTalk  # noqa: PLC0415 - a twentieth of a start

        return MirrorTalk(self._world, way, self._world.past)

    def frame(self, talk: Talk, text: str) -> None:
        """Take a frame of a client, past the faults that strike it."""
        if not self._world.knows(talk):
            return
        if self._world.log is not None:
            self._world.log.received(talk.socket.number, text)
        if self._world.faults.on_sockets:
            self._world.faults.received(talk, text)
        else:
            talk.received(text)

    def leave(self, talk: Talk) -> None:
        """Let a websocket go that is closed."""
        if not self._world.knows(talk):
            return
        if self._world.log is not None:
            self._world.log.left(talk.socket.number)
        talk.closed()


def handled(world: "World", request: HttpRequest) -> HttpReply:
    """Answer a REST request by its path."""
    if request.path.startswith("/0/public/"):
        return public_rest.handle(world, request)
    if request.path.startswith("/0/private/"):
        return private_rest.handle(world, request)
    return HttpReply(404, failure("EGeneral:Unknown method").body)


def tap(socket: Socket, sent: Callable[[int, str], None], closed: Callable[[int, int, str], None]) -> None:
    """Tell of every frame and end that goes out on a socket."""
    send, close, number = socket.send, socket.close, socket.number

    def told_send(text: str) -> None:
        sent(number, text)
        send(text)

    def told_close(code: int, reason: str) -> None:
        closed(number, code, reason)
        close(code, reason)

    socket.send, socket.close = told_send, told_close
