"""A mirror without sockets, and a client of it that keeps every frame."""

# ruff: noqa: ANN401 - frames are JSON

import json
from collections.abc import Iterable
from typing import Any

from krakentui.simulator import accounts
from krakentui.simulator.entrance import Entrance
from krakentui.simulator.mirror.reading import read
from krakentui.simulator.mirror.recording import Recording
from krakentui.simulator.options import Options
from krakentui.simulator.surface import Socket
from krakentui.simulator.world import World

SECOND_US = 1_000_000
GREETING = (
    '{"channel":"status","type":"update","data":[{"version":"2.0.10","system":"online","api_version":"v2",'
    '"connection_id":7204881492680171915}]}'
)
HEARTBEAT = '{"channel":"heartbeat"}'
TIMES = '"time_in":"2026-08-01T02:53:53.184174Z","time_out":"2026-08-01T02:53:53.184216Z"'


def ack(channel: str, symbol: str = "", method: str = "subscribe", **more: Any) -> str:
    """Write an answer as the exchange does."""
    req_id = {"req_id": more.pop("req_id")} if "req_id" in more else {}
    result = {"channel": channel, **more} | ({"symbol": symbol} if symbol else {})
    frame = {"method": method, **req_id, "result": dict(sorted(result.items())), "success": True}
    return json.dumps(frame, separators=(",", ":"))[:-1] + f",{TIMES}}}"


def ticker(symbol: str, last: str = "63000.0", kind: str = "update") -> str:
    row = f'"symbol":"{symbol}","bid":{last},"bid_qty":1.00000000,"last":{last}'
    return f'{{"channel":"ticker","type":"{kind}","data":[{{{row}}}]}}'


def bare(*frames: str, times: Iterable[float] | None = None) -> Recording:
    """Make a recording of bare frames; times are in seconds, without them all come at once."""
    instants = [0] * len(frames) if times is None else [round(one * SECOND_US) for one in times]
    return read("\n".join(frames).encode(), "\n".join(map(str, instants)).encode(), "a recording")


def passage(at: str, way: str, data: str, t: float = 0) -> str:
    return json.dumps({"t": round(t * 1e9), "at": at, "dir": way, "data": data})


def recorded(*passages: str) -> Recording:
    """Make a recording as `--record` writes it."""
    head = {"v": 1, "recording": "redacted v1", "wall_ns": 1_785_552_833_000_000_000, "venue": "live"}
    return read("\n".join([json.dumps(head), *passages]).encode(), None, "a recording")


def a_mirror(recording: Recording, **options: Any) -> World:
    world = World(Options(manual=True, mirror=recording, start_us=recording.start_us, **options))
    world.start()
    return world


def wait(world: World, seconds: float) -> None:
    world.clock.advance_to(world.clock.now_us() + round(seconds * SECOND_US))


class Client:
    """A client on one of a mirror's sockets."""

    def __init__(self, world: World, surface: str = "public") -> None:
        self.world = world
        self.frames: list[str] = []
        self.closes: list[int] = []
        self._entrance = Entrance(world)
        self._surface = surface
        self._talk = self._entrance.open(surface, "127.0.0.1", self._socket)
        self._token: dict[str, str] = {}
        if surface == "private":
            key = accounts.of(world).programs["watch"]
            token = accounts.of(world).door.make_token(key, world.clock.now_us())
            self._token = {"token": token.text}

    def _socket(self, number: int) -> Socket:
        keep = self.frames.append
        return Socket(number, self._surface, "127.0.0.1", keep, lambda code, _: self.closes.append(code))

    def send(self, method: str, req_id: int | None = None, **params: Any) -> list[str]:
        """Send a request and give the frames that it brought at once."""
        before = len(self.frames)
        request: dict[str, Any] = {"method": method, "params": {**self._token, **params}}
        if req_id is not None:
            request["req_id"] = req_id
        self._entrance.frame(self._talk, json.dumps(request))
        return self.frames[before:]

    def subscribe(self, channel: str, *symbols: str, **params: Any) -> list[str]:
        if symbols:
            params["symbol"] = [*symbols]
        return self.send("subscribe", None, channel=channel, **params)

    def errors(self) -> list[str]:
        told = (json.loads(frame) for frame in self.frames)
        return [frame["error"] for frame in told if "error" in frame]
