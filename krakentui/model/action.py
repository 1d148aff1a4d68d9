"""One entry of the action log, and the chain that ties the entries together.

A line is a JSON object whose last member is `hash`: the SHA-256 of the line without it. `prev` is the hash
of the line before, so that a line that was changed, removed or put in breaks the chain from there on.

Version 2 has an act of the log itself: `log`, `broken` is written where entries were found missing, before
whatever comes next. All else is as in version 1.
"""

import re
from hashlib import sha256
from typing import Literal

from msgspec import MsgspecError, Struct, json

from krakentui.model.venue import Venue

Act = Literal["cancel", "cancel_all", "dead_man", "log"]
Step = Literal["asked", "sent", "answered", "unanswered", "not_sent", "outcome", "broken"]
FIRST = "0" * 64
"""`prev` of the first entry."""
_HASH = re.compile(rb',"hash":"([0-9a-f]{64})"\}')
_HASH_LENGTH = len(',"hash":""}') + 64


class Fact(Struct, frozen=True, kw_only=True):
    """What happened in one step of one act; money and points are texts with all their digits."""

    act: Act
    step: Step
    request: int | None = None
    """Steps of one request carry one number."""
    order: str | None = None
    pair: str | None = None
    what: str = ""
    """Route, timeout or sentence: what a person wants to read."""
    cost_low: str | None = None
    """Points on the pair's counter: predicted when asked, as it turned out with the outcome."""
    cost_high: str | None = None
    answer: str = ""
    """The exchange's own words; empty = it agreed, or has not spoken."""
    outcome: str | None = None
    filled: str | None = None
    key: str = ""
    """Fingerprint of the key that it went with; empty = the session's own."""


class Entry(Fact, frozen=True, kw_only=True):
    """A fact with its place in the log: who, where, when."""

    v: int = 2
    n: int
    at: str
    """Our own clock, ISO 8601 UTC."""
    program: str
    """Which command did it: `monitor`, `cancel`."""
    pid: int
    venue: Venue
    account: str
    key: str
    """Fingerprint of the key that it went with."""
    prev: str


class Damage(Exception):
    """A line that is no entry, or not the one that was written."""


def written(entry: Entry) -> tuple[bytes, str]:
    """Write an entry as a line, without the newline; also give its hash."""
    body = json.encode(entry)
    digest = sha256(body).hexdigest()
    return body[:-1] + f',"hash":"{digest}"}}'.encode(), digest


def read(line: bytes) -> tuple[Entry, str]:
    """Read a line back and give its hash.

    Raises:
        Damage: it is no entry, or was changed; the sentence says which.
    """
    found = _HASH.fullmatch(line, max(0, len(line) - _HASH_LENGTH))
    if found is None:
        raise Damage("is no entry")
    body = line[: found.start()] + b"}"
    digest = found[1].decode()
    if sha256(body).hexdigest() != digest:
        raise Damage("was changed")
    try:
        return json.decode(body, type=Entry), digest
    except MsgspecError:
        raise Damage("is no entry") from None
