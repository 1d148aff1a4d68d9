"""The log of a world: every request and frame, in and out, with simulated time, one JSON object a line.

It holds no secret: keys, tokens and second factors stand there as names (`KEY.full.`, `TOKEN.1.`,
`OTP.right`), and instead of a signature whether it was right. It is all that a replay needs.
"""

import hmac
import json
import re
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING

from krakentui.simulator.accounts import of
from krakentui.simulator.identity import api_sign, parse_body
from krakentui.simulator.surface import HttpReply, HttpRequest

if TYPE_CHECKING:
    from krakentui.simulator.world import World

VERSION = 1
RUN_ONLY = ("port", "control", "manual", "speed", "compress")
"""Options that change how a world is run but not what it says."""
UNKNOWN_KEY = "KEY.unknown"
RIGHT, WRONG = "OTP.right", "OTP.wrong"
TOKEN = "TOKEN."  # noqa: S105  what a token is called
ASKING = frozenset({"log", "truth", "limits", "requests", "snapshot"})
"""Control calls that change nothing."""
OTP = re.compile(r'((?:^|&)otp=|"otp"\s*:\s*")([^&"]*)')


class Log:
    """Writes what passes a world's entrance."""

    def __init__(self, world: "World", write: Callable[[str], object]) -> None:
        self._world = world
        self._write = write
        self._names: dict[str, str] = {}
        self._tokens = 0

    def begin(self) -> None:
        """Write the first line: what the world was made of."""
        options = asdict(self._world.options)
        for name in RUN_ONLY:
            del options[name]
        self._note("world", v=VERSION, options=options)

    def end(self) -> None:
        """Write the last line."""
        self._note("end")

    def called(self, request: HttpRequest, *, throttled: bool = False) -> None:
        """Note a REST request."""
        public = request.headers.get("api-key")
        key = of(self._world).door.keys.get(public or "")
        body = request.body.decode("utf-8", "surrogateescape")
        signed = None
        if key is not None:
            nonce = str((parse_body(request) or {}).get("nonce", ""))
            expected = api_sign(request.path, nonce, request.body, key.secret)
            signed = hmac.compare_digest(expected.encode(), request.headers.get("api-sign", "").encode())
            body = OTP.sub(lambda found: found[1] + (RIGHT if found[2] == key.otp else WRONG), body)
        elif public is not None:
            body = OTP.sub(rf"\g<1>{WRONG}", body)
        self._note(
            "throttled" if throttled else "call",
            method=request.method,
            path=request.path,
            query=request.query,
            body=self._clean(body),
            type=request.headers.get("content-type"),
            key=None if public is None else self._names.get(public, UNKNOWN_KEY),
            signed=signed,
            peer=request.peer,
        )

    def answered(self, reply: HttpReply) -> None:
        """Note the answer to the request before."""
        text = reply.body.decode("utf-8", "surrogateescape")
        self._note("answer", status=reply.status, type=reply.content_type, body=self._clean(text))

    def knocked(self, surface: str, peer: str) -> None:
        """Note a websocket handshake that was asked for."""
        self._note("knock", surface=surface, peer=peer)

    def opened(self, number: int, surface: str, peer: str) -> None:
        """Note a websocket that is open."""
        self._note("open", socket=number, surface=surface, peer=peer)

    def received(self, number: int, text: str) -> None:
        """Note a frame of a client."""
        self._note("in", socket=number, text=self._clean(text))

    def sent(self, number: int, text: str) -> None:
        """Note a frame to a client."""
        self._note("out", socket=number, text=self._clean(text))

    def closed(self, number: int, code: int, reason: str) -> None:
        """Note that the exchange closes a websocket."""
        self._note("close", socket=number, code=code, reason=reason)

    def left(self, number: int) -> None:
        """Note that a websocket is gone."""
        self._note("left", socket=number)

    def commanded(self, verb: str, body: object) -> None:
        """Note a control call that may change something."""
        if verb not in ASKING:
            self._note("control", verb=verb, body=json.loads(self._clean(json.dumps(body))))

    def learn_anew(self) -> None:
        """Name the keys that the world has now: it was put back to another one's snapshot."""
        self._names = {text: name for text, name in self._names.items() if name.startswith(TOKEN)}
        self._learn_keys()

    def revealed(self, text: str) -> str:
        """Put this world's secrets back in the place of their names."""
        self._learn()
        for secret, name in self._names.items():
            text = text.replace(name, secret)
        return text

    def _clean(self, text: str) -> str:
        self._learn()
        for secret, name in self._names.items():
            text = text.replace(secret, name)
        return text

    def _learn(self) -> None:
        """Name the secrets that came up since: tokens are counted in the order of their making."""
        if self._world.accounts is None:
            return
        if not self._names:
            self._learn_keys()
        for text in of(self._world).door.tokens:
            if text not in self._names:
                self._tokens += 1
                self._names[text] = f"{TOKEN}{self._tokens}."

    def _learn_keys(self) -> None:
        for program, key in of(self._world).programs.items():
            self._names[key.public] = f"KEY.{program}."
            self._names[key.secret_text] = f"SECRET.{program}."

    def _note(self, kind: str, **said: object) -> None:
        line = {"t": self._world.clock.now_us(), "kind": kind, **said}
        self._write(json.dumps(line, separators=(",", ":")) + "\n")
