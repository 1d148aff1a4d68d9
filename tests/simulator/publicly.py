"""A world to test, and a listener on its public socket."""

import json
from collections.abc import Iterator
from typing import Any

from krakentui.simulator import public_rest
from krakentui.simulator.options import Options
from krakentui.simulator.public_ws import PublicTalk
from krakentui.simulator.surface import HttpRequest, Socket
from krakentui.simulator.tables import Tables, load
from krakentui.simulator.world import World

SECOND = 1_000_000


def a_world(*only: str, seed: int = 1, rules: str = "documented", moving: bool = True) -> World:
    """Make a world of markets alone (all, or those named), with nobody trading by hand."""
    tables = load()
    if only:
        tables = Tables(tables.assets, {symbol: tables.pairs[symbol] for symbol in only})
    world = World(Options(seed=seed, rules=rules, manual=True, quiet=True), tables)
    if moving:
        for market in world.markets.values():
            market.start()
    return world


def pass_time(world: World, seconds: float) -> None:
    """Let simulated time go by."""
    world.clock.advance_to(world.clock.now_us() + round(seconds * SECOND))


def exact(text: str) -> dict[str, Any]:
    """Read JSON, numbers as the text that they were written in."""
    read: dict[str, Any] = json.loads(text, parse_float=str, parse_int=str)
    return read


class Listener:
    """A client on the public socket that keeps every frame."""

    def __init__(self, world: World) -> None:
        self.frames: list[str] = []
        self.closes: list[tuple[int, str]] = []
        number = world.next_socket_number()
        self.talk = PublicTalk(world, Socket(number, "public", "127.0.0.1", self.frames.append, self._closed))
        self.talk.opened()

    def _closed(self, code: int, reason: str) -> None:
        self.closes.append((code, reason))
        self.talk.closed()

    def send(self, request: object) -> list[dict[str, Any]]:
        """Send a request; give the frames that it brought at once."""
        before = len(self.frames)
        self.talk.received(request if isinstance(request, str) else json.dumps(request))
        return [json.loads(frame) for frame in self.frames[before:]]

    def subscribe(self, channel: str, *symbols: str, **params: object) -> list[dict[str, Any]]:
        """Subscribe symbols of a channel."""
        return self.send(
            {"method": "subscribe", "params": {"channel": channel, "symbol": [*symbols], **params}}
        )

    def unsubscribe(self, channel: str, *symbols: str, **params: object) -> list[dict[str, Any]]:
        """Unsubscribe symbols of a channel."""
        return self.send(
            {"method": "unsubscribe", "params": {"channel": channel, "symbol": [*symbols], **params}}
        )

    def data(self, channel: str, kind: str | None = None) -> Iterator[dict[str, Any]]:
        """Give the frames of a channel, numbers as text."""
        for frame in self.frames:
            read = exact(frame)
            if read.get("channel") == channel and kind in (None, read.get("type")):
                yield read


def ask(world: World, name: str, query: str = "", *, peer: str = "127.0.0.1") -> dict[str, Any]:
    """Make a public REST call and read its envelope."""
    reply = public_rest.handle(world, HttpRequest("GET", f"/0/public/{name}", query, peer=peer))
    assert reply.status == 200
    envelope: dict[str, Any] = json.loads(reply.body)
    return envelope
