"""Replaying a log: the same world, the same input at the same simulated time, a log of its own."""

import json
from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from krakentui.simulator import control
from krakentui.simulator.accounts import of
from krakentui.simulator.entrance import Entrance
from krakentui.simulator.identity import api_sign, parse_body
from krakentui.simulator.log import RIGHT, VERSION, Log
from krakentui.simulator.options import Options
from krakentui.simulator.refusal import Refused
from krakentui.simulator.surface import HttpRequest, Socket
from krakentui.simulator.world import World
from krakentui.simulator.ws_talk import Talk

UNSIGNED = "wrong"


class NoLog(Exception):
    """What was to be replayed is no log of this version."""


def replay(lines: Iterable[str], write: Callable[[str], object]) -> World:
    """Do again what a log tells, writing a new log; give the world as it is in the end.

    Raises:
        NoLog: the lines are no log.
    """
    read = iter(lines)
    try:
        head = json.loads(next(read, ""))
        if head["v"] != VERSION:
            raise NoLog(f"it is a log of version {head['v']}")
        world = World(msgspec.convert(head["options"], Options))
    except (ValueError, KeyError, TypeError, msgspec.ValidationError) as error:
        raise NoLog("it does not start like a log") from error
    world.log = Log(world, write)
    world.log.begin()
    world.start()
    again = Again(world, world.log)
    for text in read:
        try:
            line = json.loads(text)
        except ValueError:
            break  # the last line of a run that was cut off
        again.do(line)
    return world


class Again:
    """Puts what a log tells into a world."""

    def __init__(self, world: World, log: Log) -> None:
        self._world = world
        self._log = log
        self._entrance = Entrance(world)
        self._talks: dict[int, Talk] = {}
        self._acts: dict[str, Callable[[dict[str, Any]], object]] = {
            "call": lambda line: self._entrance.call(self._request(line)),
            "throttled": self._throttled,
            "knock": lambda line: self._entrance.knock(line["surface"], line["peer"]),
            "open": self._open,
            "in": self._in,
            "left": lambda line: self._entrance.leave(self._talks.pop(line["socket"])),
            "control": self._control,
            "end": lambda _: self._log.end(),
        }

    def do(self, line: dict[str, Any]) -> None:
        """Let time go to a line, and do it if it is an input."""
        self._world.clock.advance_to(line["t"])
        act = self._acts.get(line["kind"])
        if act is not None:
            act(line)

    def _request(self, line: dict[str, Any]) -> HttpRequest:
        headers = {} if line["type"] is None else {"content-type": line["type"]}
        body = self._log.revealed(line["body"])
        if line["key"] is not None:
            headers["api-key"] = self._log.revealed(line["key"])
            headers["api-sign"] = UNSIGNED
        key = of(self._world).door.keys.get(headers.get("api-key", ""))
        if key is not None and key.otp is not None:
            body = body.replace(RIGHT, key.otp)
        raw = body.encode("utf-8", "surrogateescape")
        request = HttpRequest(line["method"], line["path"], line["query"], raw, headers, line["peer"])
        if key is not None and line["signed"]:
            nonce = str((parse_body(request) or {}).get("nonce", ""))
            headers["api-sign"] = api_sign(request.path, nonce, raw, key.secret)
        return request

    def _throttled(self, line: dict[str, Any]) -> None:
        request = self._request(line)
        key = of(self._world).door.keys.get(request.headers.get("api-key", ""))
        if key is not None:
            self._entrance.throttle(request, key)

    def _open(self, line: dict[str, Any]) -> None:
        surface, peer = line["surface"], line["peer"]

        def silent(number: int) -> Socket:
            return Socket(number, surface, peer, lambda _: None, lambda _code, _reason: None)

        talk = self._entrance.open(surface, peer, silent)
        self._talks[talk.socket.number] = talk

    def _in(self, line: dict[str, Any]) -> None:
        self._entrance.frame(self._talks[line["socket"]], self._log.revealed(line["text"]))

    def _control(self, line: dict[str, Any]) -> None:
        try:
            control.ordered(
                self._world, line["verb"], json.loads(self._log.revealed(json.dumps(line["body"])))
            )
        except Refused:
            return  # it was refused the first time too
