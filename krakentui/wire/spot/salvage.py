"""Second reading of a payload that did not fit its type: keep what makes sense, name what does not.

The first reading is one typed decode and all that a healthy exchange ever needs. When a field has
another type, or a number is not finite or absurdly long, the payload is decoded once more without types
and every object rebuilt field by field: a bad optional field becomes "not told", an object without a
required field is lost. Each loss is named, so that it can be counted and shown.
"""

from decimal import Decimal
from types import UnionType
from typing import TypeVar, get_args

from msgspec import NODEFAULT, MsgspecError, Struct, convert, json
from msgspec.structs import FieldInfo, fields

from krakentui.model.number import bounded

UNREADABLE = (MsgspecError, ValueError, ArithmeticError, RecursionError)
"""What decoding bytes from outside may raise, bad numbers included."""

_T = TypeVar("_T", bound=Struct)
_SHOWN = 3
_PLAIN = json.Decoder(float_hook=Decimal)


def plain(raw: bytes) -> object:
    """Decode without types, numbers exact.

    Raises:
        Any of `UNREADABLE`.
    """
    return _PLAIN.decode(raw)


def fit(value: object, kind: type[_T], where: str, lost: list[str]) -> _T | None:
    """Build a `kind` from a plain value; None where a required field is missing or makes no sense."""
    if not isinstance(value, dict):
        lost.append(where)
        return None
    kept: dict[str, object] = {}
    for field in fields(kind):
        if field.encode_name in value:
            found = _fit_field(value[field.encode_name], field, f"{where}.{field.name}", lost)
            if found is not NODEFAULT:
                kept[field.name] = found
    if any(field.required and field.name not in kept for field in fields(kind)):
        lost.append(where)
        return None
    return kind(**kept)


def losses(lost: list[str]) -> str:
    """Say in words what was lost, empty for nothing."""
    if not lost:
        return ""
    shown = ", ".join(dict.fromkeys(lost[:_SHOWN]))
    return f"makes no sense: {shown}{' and more' if len(lost) > _SHOWN else ''}"


def _fit_field(value: object, field: FieldInfo, where: str, lost: list[str]) -> object:
    inner = _struct_in(field.type)
    if inner is not None and isinstance(value, dict):
        built = fit(value, inner, where, lost)
        return NODEFAULT if built is None else built
    try:
        found: object = convert(value, field.type)
        for number in found if isinstance(found, list) else (found,):
            if isinstance(number, Decimal):
                bounded(number)
    except UNREADABLE:
        lost.append(where)
        return NODEFAULT
    return found


def _struct_in(kind: object) -> type[Struct] | None:
    """Give the struct of `S` and of `S | None`."""
    options = get_args(kind) if isinstance(kind, UnionType) else (kind,)
    for option in options:
        if isinstance(option, type) and issubclass(option, Struct):
            return option
    return None
