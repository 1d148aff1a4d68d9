"""What crosses between the network shell and the pure core: requests, replies, sockets."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from krakentui.simulator.jsontext import dumps


@dataclass(frozen=True)
class HttpRequest:
    """One HTTP request as it came in."""

    method: str
    path: str
    """Without the query."""
    query: str = ""
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    """Names in lower case."""
    peer: str = "127.0.0.1"


@dataclass(frozen=True)
class HttpReply:
    """One HTTP answer to give."""

    status: int
    body: bytes
    content_type: str = "application/json"


@dataclass(eq=False)
class Socket:
    """One websocket connection as the core sees it."""

    number: int
    """Counts the connections of this world, from 1."""
    surface: str
    """`public` or `private`."""
    peer: str
    send: Callable[[str], None]
    close: Callable[[int, str], None]
    reset: Callable[[], None] = lambda: None
    """Cut the connection without a word."""
    freeze: Callable[[], None] = lambda: None
    """Stop reading what the peer sends."""
    thaw: Callable[[], None] = lambda: None
    """Go on reading."""

    def kept(self) -> dict[str, object]:
        """Give what a snapshot keeps: who it is, not its ways."""
        return {"number": self.number, "surface": self.surface, "peer": self.peer}


def result(value: object) -> HttpReply:
    """Answer with a result and no error."""
    return HttpReply(200, dumps({"error": [], "result": value}).encode())


def failure(*errors: str) -> HttpReply:
    """Answer with errors: HTTP 200 and no result, as the exchange does."""
    return HttpReply(200, dumps({"error": list(errors)}).encode())


def form(text: str) -> dict[str, str]:
    """Read a query or form body; the last of repeated names counts."""
    return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=200))


def parameters(request: HttpRequest) -> dict[str, str] | None:
    """Read the parameters of a public request, from query and body; None if they are malformed."""
    try:
        found = form(request.query)
        text = request.body.decode()
        if "json" in request.headers.get("content-type", ""):
            document = json.loads(text) if text else {}
            if not isinstance(document, dict):
                return None
            found.update({name: _plain(value) for name, value in document.items()})
        else:
            found.update(form(text))
    except (ValueError, RecursionError):
        return None
    return found


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ",".join(str(item) for item in value)
    return str(value)
