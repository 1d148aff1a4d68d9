"""JSON text with exact numbers: fixed decimals go out as written, trailing zeros included.

Neither `json` nor a float can write `0.10000000`. Quantities are integers of the smallest unit
everywhere in the simulator; `fixed` turns them into number text, `dumps` writes it verbatim.
"""

from collections.abc import Mapping, Sequence
from json.encoder import encode_basestring_ascii
from typing import cast


class Raw(str):
    """Number text that goes into the JSON as it is."""

    __slots__ = ()


def digits(units: int, places: int) -> str:
    """Write units of 10^-places with exactly that many decimals."""
    if places == 0:
        return str(units)
    if units < 0:
        return "-" + digits(-units, places)
    whole, part = divmod(units, 10**places)
    return f"{whole}.{part:0{places}d}"


def fixed(units: int, places: int) -> Raw:
    """Make number text for the wire from units of 10^-places."""
    return Raw(digits(units, places))


def units_of(text: str, places: int) -> int:
    """Read decimal text into units of 10^-places; more decimals than places round half up."""
    negative = text.startswith("-")
    whole, _, part = text.lstrip("-").partition(".")
    padded = part.ljust(places + 1, "0")
    units = int(whole + padded[:places] or "0") + (padded[places] >= "5")
    return -units if negative else units


def dumps(value: object) -> str:
    """Write compact JSON, keys in their order, `Raw` verbatim."""
    kind = type(value)  # the common kinds first: a match asks abstract classes, which costs twice the time
    if kind is str:
        return encode_basestring_ascii(cast("str", value))
    if kind is Raw:
        return str(value)
    if kind is dict:
        items = cast("dict[str, object]", value).items()
        return "{" + ",".join([f"{encode_basestring_ascii(k)}:{dumps(v)}" for k, v in items]) + "}"
    return _dumps_rare(value)


def _dumps_rare(value: object) -> str:
    match value:
        case str():
            return encode_basestring_ascii(value)
        case True:
            return "true"
        case False:
            return "false"
        case None:
            return "null"
        case int():
            return str(value)
        case Mapping():
            return "{" + ",".join(f"{encode_basestring_ascii(k)}:{dumps(v)}" for k, v in value.items()) + "}"
        case Sequence():
            return "[" + ",".join([dumps(item) for item in value]) + "]"
    message = f"not for the wire: {type(value).__name__}"
    raise TypeError(message)
