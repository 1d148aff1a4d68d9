"""What the exchange sent of an order, as it came: kept as bytes, read only when somebody looks.

The typed reading skips fields that nothing here uses; a person who looks at one order wants them all,
those nobody has heard of included. Cutting an object out of its frame costs next to nothing.
"""

from decimal import Decimal

from msgspec import Raw, Struct, json

from krakentui.model.number import plain as digits
from krakentui.model.text import clean
from krakentui.wire.spot.salvage import UNREADABLE, plain

MOST_BYTES = 4_096
"""A longer object is not kept: the longest recorded has 800."""
MOST_FIELDS = 120
_MOST_NAME = 60
_DEEPEST = 4
_WORDS = {True: "true", False: "false", None: "null"}

Fields = tuple[tuple[str, str], ...]
"""Names, with a point before what lies inside, and texts: all made harmless."""


class _Rows(Struct, frozen=True):
    data: list[Raw]


_ROWS = json.Decoder(_Rows)
_TABLES = json.Decoder(dict[str, Raw])


def in_frame(frame: bytes) -> list[bytes]:
    """Cut the objects out of a frame's `data`, in their order; an empty text for one that is too long."""
    try:
        return [_kept(row) for row in _ROWS.decode(frame).data]
    except UNREADABLE:
        return []


def in_table(raw: bytes) -> dict[str, bytes]:
    """Cut the objects out of an object of objects."""
    try:
        return {key: _kept(row) for key, row in _TABLES.decode(raw).items()}
    except UNREADABLE:
        return {}


def fields(sent: bytes) -> Fields:
    """Read all fields of one object, in its own order. Never raises."""
    try:
        value = plain(sent)
    except UNREADABLE:
        return ()
    found: list[tuple[str, str]] = []
    _flatten(value, "", _DEEPEST, found)
    return tuple(found[:MOST_FIELDS])


def _kept(row: Raw) -> bytes:
    sent = bytes(row)  # a copy: the frame it came in may be megabytes long
    return sent if len(sent) <= MOST_BYTES else b""


def _flatten(value: object, name: str, depth: int, found: list[tuple[str, str]]) -> None:
    if len(found) >= MOST_FIELDS:
        return
    inner: list[tuple[str, object]] | None = None
    if depth and isinstance(value, dict) and value:
        inner = [(str(key), item) for key, item in value.items()]
    elif depth and isinstance(value, list) and value:
        inner = [(str(index), item) for index, item in enumerate(value, start=1)]
    if inner is None:
        found.append((clean(name, _MOST_NAME), _text(value)))
        return
    for key, item in inner:
        _flatten(item, f"{name}.{key}" if name else key, depth - 1, found)


def _text(value: object) -> str:
    if value is None or isinstance(value, bool):
        return _WORDS[value]
    if isinstance(value, Decimal) and value.is_finite() and abs(value.adjusted()) < MOST_FIELDS:
        return clean(digits(value))
    return clean(str(value))
