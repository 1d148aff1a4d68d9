"""Who is calling: signature, nonce, expiry, address, second factor, lockout; and websocket tokens.

Checks run in this order: lockout, key, expiry and address, signature, nonce, second factor. Wrong
keys and signatures in a row lead to a lockout, which every further call prolongs; wrong keys count
for the address they come from, wrong signatures for the key.
"""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from typing import Any

from krakentui.simulator.keys import ApiKey
from krakentui.simulator.manners import BAD_KEY, DENIED, Manners
from krakentui.simulator.market import SeededStreams
from krakentui.simulator.rules import SECOND_US, TOKEN_LIFE_US
from krakentui.simulator.surface import HttpRequest, form

NONCE_MAX = 2**64 - 1
BAD_SIGNATURE = "EAPI:Invalid signature"
BAD_NONCE = "EAPI:Invalid nonce"
BAD_ARGUMENTS = "EGeneral:Invalid arguments"
LOCKED = "EGeneral:Temporary lockout"


def api_sign(path: str, nonce: str, body: bytes, secret: bytes) -> str:
    """Work out the signature a request must carry (REST authentication guide)."""
    digest = hashlib.sha256(nonce.encode("utf-8", "replace") + body).digest()
    return base64.b64encode(hmac.new(secret, path.encode() + digest, hashlib.sha512).digest()).decode()


@dataclass(frozen=True, slots=True)
class Caller:
    """A call that was signed by a known key."""

    key: ApiKey
    params: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Stranger:
    """A call that was turned away, and by which key if that is known."""

    error: str
    key: ApiKey | None = None


@dataclass(slots=True)
class Strikes:
    """Failures in a row, and the lockout they led to."""

    count: int = 0
    until_us: int = 0

    def strike(self, manners: Manners, t_us: int) -> None:
        """Count one more; the last one locks."""
        self.count += 1
        if self.count >= manners.lockout_after:
            self.count, self.until_us = 0, t_us + manners.lockout_s * SECOND_US

    def is_locked(self, manners: Manners, t_us: int) -> bool:
        """Say whether the lockout holds; asking prolongs it."""
        if t_us >= self.until_us:
            return False
        self.until_us = t_us + manners.lockout_s * SECOND_US
        return True


@dataclass(slots=True, eq=False)
class Token:
    """A websocket token: to be used within 15 minutes, then good for the sockets that used it."""

    text: str
    number: int
    """Counts the tokens of this world, from 1."""
    key: ApiKey
    made_us: int
    sockets: set[int] = field(default_factory=set)


@dataclass(slots=True)
class Door:
    """Every key, every token, and who is locked out."""

    streams: SeededStreams
    manners: Manners
    keys: dict[str, ApiKey] = field(default_factory=dict)
    """By public key."""
    tokens_made: int = 0
    tokens: dict[str, Token] = field(default_factory=dict)
    peer_strikes: dict[str, Strikes] = field(default_factory=dict)
    key_strikes: dict[str, Strikes] = field(default_factory=dict)

    def identify(self, request: HttpRequest, t_us: int) -> Caller | Stranger:
        """Find out who sent a private request, or why it is turned away."""
        at_peer = self.peer_strikes.setdefault(request.peer, Strikes())
        if at_peer.is_locked(self.manners, t_us):
            return Stranger(LOCKED)
        key = self.keys.get(request.headers.get("api-key", ""))
        if key is None:
            at_peer.strike(self.manners, t_us)
            return Stranger(BAD_KEY)
        at_key = self.key_strikes.setdefault(key.public, Strikes())
        if at_key.is_locked(self.manners, t_us):
            return Stranger(LOCKED, key)
        error = self._check(key, request, t_us)
        if isinstance(error, str):
            if error in {BAD_KEY, BAD_SIGNATURE}:
                at_key.strike(self.manners, t_us)
            return Stranger(error, key)
        at_peer.count = at_key.count = 0
        key.used_before_s, key.last_used_s = key.last_used_s, t_us // SECOND_US
        return Caller(key, error)

    def _check(self, key: ApiKey, request: HttpRequest, t_us: int) -> str | dict[str, Any]:
        if key.valid_until_s and t_us // SECOND_US >= key.valid_until_s:
            return self.manners.shut_out_error
        if not key.welcomes(request.peer):
            return self.manners.shut_out_error
        params = parse_body(request)
        if params is None or "nonce" not in params:
            return BAD_ARGUMENTS
        nonce = str(params["nonce"])
        expected = api_sign(request.path, nonce, request.body, key.secret)
        if not hmac.compare_digest(expected.encode(), request.headers.get("api-sign", "").encode()):
            return BAD_SIGNATURE
        if not (nonce.isascii() and nonce.isdecimal() and int(nonce) <= NONCE_MAX):
            return BAD_NONCE
        if not key.take_nonce(int(nonce)):
            return BAD_NONCE
        return self._second_factor(key, params)

    @staticmethod
    def _second_factor(key: ApiKey, params: dict[str, Any]) -> str | dict[str, Any]:
        given = params.get("otp")
        if key.otp is not None and given is None:
            return DENIED
        return params if given == key.otp else BAD_SIGNATURE

    def make_token(self, key: ApiKey, t_us: int) -> Token:
        """Make a websocket token; stale ones that nobody used are forgotten."""
        self.tokens = {
            text: token
            for text, token in self.tokens.items()
            if token.sockets or t_us - token.made_us <= TOKEN_LIFE_US
        }
        self.tokens_made += 1
        text = token_text(self.streams, self.tokens_made)
        token = self.tokens[text] = Token(text, self.tokens_made, key, t_us)
        return token

    def admit(self, text: str, socket: int, t_us: int) -> ApiKey | None:
        """Accept a token on a socket: young enough, or already in use there."""
        token = self.tokens.get(text)
        if token is None:
            return None
        if socket not in token.sockets and t_us - token.made_us > TOKEN_LIFE_US:
            return None
        token.sockets.add(socket)
        return token.key

    def left(self, socket: int) -> None:
        """Forget which tokens a closed socket used."""
        for token in self.tokens.values():
            token.sockets.discard(socket)


def token_text(streams: SeededStreams, number: int) -> str:
    """Draw the text of a world's token, by its number."""
    return base64.b64encode(streams(f"token/{number}").randbytes(32)).decode().rstrip("=")


def parse_body(request: HttpRequest) -> dict[str, Any] | None:
    """Read the parameters of a private request from its body, form or JSON; None if malformed."""
    try:
        text = request.body.decode()
        if "json" not in request.headers.get("content-type", ""):
            return dict(form(text))
        document = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None
