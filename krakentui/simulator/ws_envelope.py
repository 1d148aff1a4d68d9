"""The frame around every talk of websocket v2: status first, acks, refusals, ping and pong.

Keys of acks and refusals come alphabetically, those of data in the recorded order
(recorded frames of 2026-08 and 2026-09).
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from krakentui.simulator.instants import iso_us
from krakentui.simulator.jsontext import dumps
from krakentui.simulator.ws_talk import Talk

HANDLING_US = 31
"""Time between time_in and time_out; captures show 20 to 50 µs for public requests."""
TOP_FIELDS = frozenset({"method", "params", "req_id"})
HEARTBEAT = '{"channel":"heartbeat"}'
VERSION = "2.0.10"


class V2Talk(Talk, ABC):
    """One conversation of websocket v2: reads requests and answers them."""

    heartbeat: ClassVar[str] = HEARTBEAT

    @abstractmethod
    def handle(self, method: str, params: dict[str, Any], req_id: int | None) -> None:
        """Act on one well-formed request other than ping."""

    def hear(self, request: dict[str, Any] | None) -> None:
        """Answer one frame of the client."""
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

    def _answer(self, frame: dict[str, object], req_id: int | None) -> None:
        if req_id is not None:
            frame["req_id"] = req_id
        came_us = self.told_us()
        self.send(answered(frame, came_us, came_us + HANDLING_US))

    def _pong(self, req_id: int | None) -> None:
        self._answer({"method": "pong"}, req_id)


def answered(frame: Mapping[str, object], in_us: int, out_us: int) -> str:
    """Write an answer with the instants at which its request came and it left."""
    return dumps(dict(sorted({**frame, "time_in": iso_us(in_us), "time_out": iso_us(out_us)}.items())))


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
