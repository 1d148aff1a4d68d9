"""A still world with faults: what comes and goes comes past them, as behind the server."""

# ruff: noqa: ANN401 - builders hand on what they are given

import json
from typing import Any

from krakentui.simulator import private_rest, public_rest
from krakentui.simulator.faults.base import Answer
from krakentui.simulator.surface import HttpRequest
from krakentui.simulator.world import World
from tests.simulator import private
from tests.simulator.private import a_world, place, tell, wait
from tests.simulator.publicly import Listener

__all__ = ["Rest", "Talk", "a_world", "asked", "inject", "place", "public", "talk_to", "tell", "wait"]


def inject(world: World, name: str, *, match: Any = None, when: Any = None, **args: Any) -> int:
    """Add a fault and give its number."""
    fault = {"fault": name, "match": match or {}, "when": when or {}, "args": args}
    return int(tell(world, "faults", add=fault)["added"][0])


def handled(world: World, request: HttpRequest) -> Answer:
    """Let a call come past the faults."""
    handle = private_rest.handle if "private" in request.path else public_rest.handle
    return world.faults.call(request, handle)


def asked(world: World, name: str) -> Answer:
    """Make a public call."""
    return handled(world, HttpRequest("GET", f"/0/public/{name}"))


class Rest(private.Rest):
    """A REST client whose calls come past the faults."""

    last: Answer

    def send(self, request: HttpRequest) -> dict[str, Any]:
        self.last = handled(self.world, request)
        return dict(json.loads(self.last.reply.body)) if self.last.reply.body else {}


class Talk(private.Talk):
    """A private conversation whose requests come past the faults."""

    def __init__(self, world: World, program: str = "cancel") -> None:
        super().__init__(world, program)
        self.resets = 0
        self.reading = [True]
        self.talk.socket.reset = self._reset
        self.talk.socket.freeze = lambda: self.reading.append(False)
        self.talk.socket.thaw = lambda: self.reading.append(True)

    def _reset(self) -> None:
        self.resets += 1

    def send(self, method: str, req_id: int | None = 1, **params: Any) -> list[dict[str, Any]]:
        before = len(self.frames)
        request: dict[str, Any] = {"method": method, "params": {"token": self.token} | params}
        if req_id is not None:
            request["req_id"] = req_id
        self.world.faults.received(self.talk, json.dumps(request))
        return [json.loads(text) for text in self.frames[before:]]


def talk_to(world: World) -> Talk:
    """Open a private conversation that watches orders."""
    talk = Talk(world)
    talk.executions()
    talk.take()
    return talk


def public(world: World, channel: str = "ticker", symbol: str = "BTC/USD") -> Listener:
    """Open a public conversation that watches a market."""
    listener = Listener(world)
    listener.subscribe(channel, symbol)
    listener.frames.clear()
    return listener
