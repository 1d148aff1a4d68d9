"""A websocket connection while faults are in force: frames out and requests in come past here."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from krakentui.simulator.accounts import of
from krakentui.simulator.faults.spec import Subject
from krakentui.simulator.jsontext import Raw, dumps
from krakentui.simulator.keys import ApiKey
from krakentui.simulator.ws_talk import Talk

if TYPE_CHECKING:
    from krakentui.simulator.world import World

PATHS = {"public": "/v2", "private": "/auth/v2", "v1": "/auth/v1"}


class Frame:
    """One frame on its way out, read when somebody looks inside; numbers keep their digits."""

    __slots__ = ("_document", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._document: dict[str, Any] | None = None

    def kept(self) -> dict[str, object]:
        """Give what a snapshot keeps: it is read again when somebody looks inside."""
        return {"text": self.text, "_document": None}

    @property
    def document(self) -> dict[str, Any]:
        """The frame as JSON; empty if it is no object."""
        if self._document is None:
            self._document = read_object(self.text)
        return self._document

    @property
    def method(self) -> str:
        """The method that it answers; empty for data."""
        return str(self.document.get("method") or "")

    @property
    def channel(self) -> str:
        """Its channel, or the channel that an answer is about."""
        named = self.document.get("channel")
        if named is None and isinstance(result := self.document.get("result"), dict):
            named = result.get("channel")
        return str(named or "")

    @property
    def is_answer(self) -> bool:
        """Whether it answers a request."""
        return "success" in self.document or self.method == "pong"

    @property
    def is_data(self) -> bool:
        """Whether it carries what was subscribed."""
        return "data" in self.document and self.channel not in ("status", "heartbeat")

    @property
    def entries(self) -> list[dict[str, Any]]:
        """Its data, one object an element."""
        data = self.document.get("data")
        if isinstance(data, dict):
            return [data]
        return [entry for entry in data if isinstance(entry, dict)] if isinstance(data, list) else []

    @property
    def symbols(self) -> tuple[str, ...]:
        """The symbols that it is about."""
        found = [entry["symbol"] for entry in self.entries if "symbol" in entry]
        result = self.document.get("result")
        if isinstance(result, dict) and "symbol" in result:
            found.append(result["symbol"])
        return tuple(str(symbol) for symbol in found)


class Asked:
    """One websocket request on its way in."""

    __slots__ = ("document", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.document = read_object(text)

    @property
    def method(self) -> str:
        """What it asks for."""
        return str(self.document.get("method") or "")

    @property
    def params(self) -> dict[str, Any]:
        """Its parameters."""
        params = self.document.get("params")
        return params if isinstance(params, dict) else {}

    @property
    def symbols(self) -> tuple[str, ...]:
        """The symbols that it names."""
        named = self.params.get("symbol", [])
        return tuple(str(item) for item in (named if isinstance(named, list) else [named]))

    @property
    def req_id(self) -> int | None:
        """Its number."""
        number = self.document.get("req_id")
        return int(number) if isinstance(number, Raw) and number.lstrip("-").isdecimal() else None


class Wire:
    """One connection: its talk, and the ways out that lie behind the faults."""

    def __init__(self, world: "World", talk: Talk, through: Callable[["Wire", Frame], list[Frame]]) -> None:
        self.world = world
        self.talk = talk
        self.passed_us = world.clock.now_us()
        """When a frame last went out."""
        self._through = through
        self._send = talk.socket.send

    def kept(self) -> dict[str, object]:
        """Give what a snapshot keeps: all but the socket's own way out."""
        return {name: value for name, value in vars(self).items() if name != "_send"}

    def attach(self) -> None:
        """Take the socket's own way out, when it has one again."""
        self._send = self.talk.socket.send

    def hook(self) -> None:
        """Lead outgoing frames past the faults."""
        self.talk.socket.send = self._filtered

    def unhook(self) -> None:
        """Lead outgoing frames straight to the socket again."""
        self.talk.socket.send = self._send

    def put(self, frame: Frame) -> None:
        """Send a frame that no fault looks at any more."""
        self.passed_us = self.world.clock.now_us()
        self._send(frame.text)

    def subject(self, **more: Any) -> Subject:  # noqa: ANN401  fields of a subject
        """Describe the connection for matches."""
        socket = self.talk.socket
        surface, path = f"spot-ws-{socket.surface}", PATHS.get(socket.surface, "")
        key = self.key()
        public = key.public if key is not None else ""
        return Subject(surface, path, key=public, peer=socket.peer, connection=socket.number, **more)

    def key(self) -> ApiKey | None:
        """Find the key whose token is in use here."""
        number = self.talk.socket.number
        tokens = of(self.world).door.tokens.values()
        return next((token.key for token in tokens if number in token.sockets), None)

    def _filtered(self, text: str) -> None:
        for frame in self._through(self, Frame(text)):
            self.put(frame)


def read_object(text: str) -> dict[str, Any]:
    """Read a JSON object, numbers as the text that they were written in; anything else is empty."""
    try:
        document = json.loads(text, parse_float=Raw, parse_int=Raw)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def written(document: dict[str, Any]) -> Frame:
    """Write a frame."""
    return Frame(dumps(document))
