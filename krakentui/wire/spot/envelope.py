"""REST's envelope, and everything that comes instead of it: web pages, empty and cut bodies.

A success has an empty `error` list; on failure `result` is usually absent. Entries that begin with W are
warnings and leave the result standing. Edge and proxies answer with HTML (REST reference, 2.1 and 2.3).
"""

from collections.abc import Callable
from typing import TypeVar

from msgspec import Raw, Struct, json

from krakentui.model.error import VenueRefusal
from krakentui.model.event import Garbled, Happening
from krakentui.model.symbol import Names
from krakentui.wire.spot.errors import without_secrets, worst
from krakentui.wire.spot.salvage import UNREADABLE, fit, losses, plain

_EDGE_LIMIT = b"1015"
"""Number of the edge's "you are rate limited" page."""
_SEARCHED = 20_000

_Row = TypeVar("_Row", bound=Struct)
_Made = TypeVar("_Made")


class Broken(Exception):
    """What came is no answer of the exchange; `edge` = its edge refuses this address for a while."""

    def __init__(self, sentence: str, *, edge: bool = False) -> None:
        """Keep the sentence."""
        super().__init__(sentence)
        self.edge = edge


class Asked(Struct, frozen=True):
    """What the readers need to know of the call that was made."""

    endpoint: str
    account: str
    names: Names
    asked_ns: int
    key: str = ""


class _Envelope(Struct, frozen=True):
    error: list[str] | None = None
    result: Raw = Raw(b"")


_ENVELOPES = json.Decoder(_Envelope)


def open_envelope(status: int, body: bytes, hide: Callable[[str], str]) -> Raw | VenueRefusal:
    """Give the result inside, or the refusal, with something taken out of its codes.

    Raises:
        Broken: it is no envelope, or has no result.
    """
    try:
        envelope = _ENVELOPES.decode(body)
    except UNREADABLE:
        raise _no_envelope(status, body) from None
    if envelope.error is None:
        raise _no_envelope(status, body)
    errors = [without_secrets(code, hide) for code in envelope.error if not code.startswith("W")]
    if errors:
        return worst(errors)
    if status != 200:
        raise _no_envelope(status, body)
    if bytes(envelope.result) in {b"", b"null"}:
        raise Broken("The exchange answered without a result.")
    return envelope.result


def read_table(
    raw: Raw,
    kind: type[_Row],
    make: Callable[[str, _Row], _Made | None],
    asked: Asked,
    *,
    whole: bool = False,
) -> tuple[list[_Made], list[Happening]]:
    """Read an object of rows into what `make` makes of each; None is left out.

    Args:
        raw: the object.
        kind: the type of a row.
        make: turns a key and a row into a thing; may raise `UNREADABLE`.
        asked: the call.
        whole: a row that makes no sense breaks the reply, because its absence would be read as news.

    Raises:
        Broken: it is no object, or a row is lost and `whole` is wanted.
    """
    try:
        rows = json.decode(raw, type=dict[str, kind])  # type: ignore[valid-type]  # the type is an argument
        made = [make(key, row) for key, row in rows.items()]
    except UNREADABLE:
        return _read_again(raw, kind, make, asked, whole=whole)
    return [one for one in made if one is not None], []


def garbled(asked: Asked, lost: list[str]) -> list[Happening]:
    """Report what made no sense in an answer."""
    return [Garbled(where=asked.endpoint, why=losses(lost))] if lost else []


def nonsense(asked: Asked) -> Broken:
    """Say that an answer has another shape than it should."""
    return Broken(f"The exchange's answer to {asked.endpoint} makes no sense.")


def _read_again(
    raw: Raw,
    kind: type[_Row],
    make: Callable[[str, _Row], _Made | None],
    asked: Asked,
    *,
    whole: bool,
) -> tuple[list[_Made], list[Happening]]:
    value = plain(raw)
    if not isinstance(value, dict):
        raise nonsense(asked)
    lost: list[str] = []
    made: list[_Made] = []
    for key, item in value.items():
        row = fit(item, kind, "row", lost)
        try:
            one = None if row is None else make(str(key), row)
        except UNREADABLE:
            lost.append("row")
            row = one = None
        if row is None and whole:
            raise nonsense(asked)
        if one is not None:
            made.append(one)
    return made, garbled(asked, lost)


def _no_envelope(status: int, body: bytes) -> Broken:
    head = body[:_SEARCHED]
    is_page = head.lstrip()[:1] == b"<"
    if status == 429 or (_EDGE_LIMIT in head and (is_page or status != 200)):
        return Broken(f"The exchange's edge limits this address ({status}): everything pauses.", edge=True)
    if status == 403:
        return Broken("The exchange's edge refuses this address (403).", edge=True)
    if status >= 500:
        return Broken(f"The exchange is unreachable ({status}).")
    if status != 200:
        return Broken(f"The exchange answered with HTTP {status}.")
    if is_page:
        return Broken(
            "A web page came instead of an answer: a maintenance page, or a portal of this network."
        )
    if not head.strip():
        return Broken("The exchange sent an empty answer.")
    return Broken("The exchange's answer is cut short or garbled.")
