"""The frame around every websocket talk: status first, acks, refusals, heartbeat, ping and pong.

Keys of acks and refusals come alphabetically, those of data in the recorded order
(recorded frames of 2026-08 and 2026-09).
"""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from krakentui.simulator.clock import SECOND_US, Timer
from krakentui.simulator.instants import iso_us
from krakentui.simulator.jsontext import dumps
from krakentui.simulator.surface import Socket
from krakentui.simulator.traffic import TOO_FAST

if TYPE_CHECKING:
    from krakentui.simulator.world import World

IDLE_US = 60 * SECOND_US
"""A socket without subscription and without requests is closed after about a minute."""
HANDLING_US = 31
"""Time between time_in and time_out; captures show 20 to 50 µs for public requests."""
TOP_FIELDS = frozenset({"method", "params", "req_id"})
HEARTBEAT = '{"channel":"heartbeat"}'
VERSION = "2.0.10"


class Talk:
    """One conversation: reads requests, writes frames, keeps the heartbeat.

    A subclass implements `handle(method, params, req_id)`, and `subscribed` tells whether it has any
    subscription. Data frames go out through `send_data`, everything else through `send`.
    """

    heartbeat: ClassVar[str] = HEARTBEAT

    def __init__(self, world: "World", socket: Socket) -> None:
        self.world = world
        self.socket = socket
        self.connection_id = world.rng(f"connection/{socket.number}").getrandbits(64) | 1 << 63
        self.time_in_us = 0
        self._data_us = 0
        self._asked_us = 0
        self._beat: Timer | None = None

    @property
    def subscribed(self) -> bool:
        """True while any channel is subscribed."""
        raise NotImplementedError

    def handle(self, method: str, params: dict[str, Any], req_id: int | None) -> None:
        """Act on one well-formed request other than ping."""
        raise NotImplementedError

    def opened(self) -> None:
        """Greet a new connection."""
        self.world.joined(self)
        self._asked_us = self._data_us = self.world.clock.now_us()
        self.greet()
        self._beat = self.world.clock.after(SECOND_US, self._tick)

    def greet(self) -> None:
        """Say the first words on a new connection."""
        self.send_status(with_connection=True)

    def closed(self) -> None:
        """Forget a connection that is gone."""
        if self._beat is not None:
            self._beat.cancel()
            self._beat = None
        self.world.left(self)

    def received(self, text: str) -> None:
        """Read one frame of the client and answer it; never raises on bad input."""
        self.time_in_us = self._asked_us = self.world.clock.now_us()
        if not self.world.admits_frame(self.socket.number):
            self.send(TOO_FAST)
            return
        request = _read(text)
        if request is None:
            self.refuse("Malformed request", None, None)
            return
        method, req_id = request.get("method"), request.get("req_id")
        if req_id is not None and (isinstance(req_id, bool) or not isinstance(req_id, int)):
            self.refuse("Req_id field must be a number_integer", _text(method), None)
            return
        if not isinstance(method, str):
            self.refuse("Unsupported event", None, req_id)
            return
        extra = sorted(set(request) - TOP_FIELDS)
        params = request.get("params", {})
        if method == "ping" and "params" in request:
            extra.append("params")
        if extra:
            self.refuse_field(extra[0], method, method, req_id)
        elif method == "ping":
            self._pong(req_id)
        elif not isinstance(params, dict):
            self.refuse("Params field must be an object", method, req_id)
        else:
            self.handle(method, params, req_id)

    def send(self, frame: str) -> None:
        """Send a frame that is no channel data: it does not hold the heartbeat back."""
        self.socket.send(frame)

    def send_data(self, frame: str) -> None:
        """Send channel data; the heartbeat stays away for a second."""
        self._data_us = self.world.clock.now_us()
        self.socket.send(frame)

    def send_status(self, *, with_connection: bool) -> None:
        """Tell the engine's mode; only a greeting carries the connection's id."""
        entry: dict[str, object] = {"version": VERSION, "system": self.world.system, "api_version": "v2"}
        if with_connection:
            entry["connection_id"] = self.connection_id
        entry["upcoming_maintenance"] = self.world.bulletin.upcoming()
        entry["emergency"] = []
        self.send(dumps({"channel": "status", "type": "update", "data": [entry]}))

    def ack(
        self,
        method: str,
        result: Mapping[str, object] | list[dict[str, object]] | None,
        req_id: int | None,
        **top: object,
    ) -> None:
        """Answer that a request succeeded; the result of a batch is a list."""
        frame: dict[str, object] = {"method": method, "success": True, **top}
        if isinstance(result, list):
            frame["result"] = [dict(sorted(row.items())) for row in result]
        elif result is not None:
            frame["result"] = dict(sorted(result.items()))
        self._answer(frame, req_id)

    def refuse(self, error: str, method: str | None, req_id: int | None, **top: object) -> None:
        """Answer that a request failed; `symbol`, `channel`, `status` go in as named."""
        frame: dict[str, object] = {"error": error, "success": False, **top}
        if method is not None:
            frame["method"] = method
        self._answer(frame, req_id)

    def refuse_field(self, name: str, kind: str, method: str, req_id: int | None) -> None:
        """Answer that a request names a field which its kind does not have."""
        kind = kind.replace("_", " ")
        self.refuse(f"Unsupported field: '{name}' for the given msg type: {kind}", method, req_id)

    def unknown_field(self, params: Mapping[str, object], known: frozenset[str]) -> str | None:
        """Tell the first field, in alphabetical order, that is not known."""
        extra = sorted(set(params) - known)
        return extra[0] if extra else None

    def told_us(self) -> int:
        """Tell when the request came that is answered now."""
        return self.time_in_us

    def beat(self) -> None:
        """Show that the connection lives though nothing happens."""
        self.send_data(self.heartbeat)

    def _answer(self, frame: dict[str, object], req_id: int | None) -> None:
        if req_id is not None:
            frame["req_id"] = req_id
        came_us = self.told_us()
        self.send(answered(frame, came_us, came_us + HANDLING_US))

    def _pong(self, req_id: int | None) -> None:
        self._answer({"method": "pong"}, req_id)

    def _tick(self) -> None:
        now_us = self.world.clock.now_us()
        due_us = now_us + SECOND_US
        if not self.subscribed:
            if now_us - self._asked_us >= IDLE_US:
                self.socket.close(1000, "")
                return
        elif now_us - self._data_us >= SECOND_US:
            self.beat()
        else:
            due_us = self._data_us + SECOND_US
        self._beat = self.world.clock.at(due_us, self._tick)


def answered(frame: Mapping[str, object], in_us: int, out_us: int) -> str:
    """Write an answer with the instants at which its request came and it left."""
    return dumps(dict(sorted({**frame, "time_in": iso_us(in_us), "time_out": iso_us(out_us)}.items())))


def _read(text: str) -> dict[str, Any] | None:
    try:
        request = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return request if isinstance(request, dict) else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
