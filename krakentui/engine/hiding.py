"""Takes the secrets that we know out of the texts of an event, before anybody hears of it.

Whatever the exchange says it may say of us: an error may quote a key, a token or a second factor. Names and
ids are left as they are, because things are known by them.
"""

from collections.abc import Callable
from functools import cache, partial
from operator import is_
from typing import Final, TypeVar

from msgspec import Struct, structs

from krakentui.model.event import Unknown
from krakentui.wire.spot.errors import without_secrets

TEXTS: Final = frozenset(
    {"why", "code", "text", "error", "reason", "excerpt", "warnings", "system", "title", "services", "advice"}
)
"""Fields with words of the exchange, or with sentences that may quote these."""
CODES: Final = frozenset({"code", "error"})
"""Those of them that begin with a code of the exchange, by which it is told what they mean."""
PARTS: Final = frozenset({"patch", "orders", "amends", "rows", "maintenance"})
"""Fields with structures that may have such fields."""
STRANGE: Final = "what"
"""Where the exchange, and nobody else, words what is not known."""

S = TypeVar("S", bound=Struct)


def hidden(told: S, hide: Callable[[str], str]) -> S:
    """Give an event, or what is in one, with no secret in its texts: itself where none is."""
    changes: dict[str, object] = {}
    for name in _worded(type(told)):
        before: object = getattr(told, name)
        take_out = partial(without_secrets, hide=hide) if name in CODES else hide
        if before and (after := _without(before, take_out)) is not before:
            changes[name] = after
    return structs.replace(told, **changes) if changes else told


def _without(value: object, hide: Callable[[str], str]) -> object:
    match value:
        case str():
            return hide(value)
        case Struct():
            return hidden(value, hide)
        case tuple():
            after = tuple([_without(one, hide) for one in value])
            return value if all(map(is_, after, value)) else after
    return value


@cache
def _worded(kind: type[Struct]) -> tuple[str, ...]:
    worded = TEXTS | PARTS | ({STRANGE} if kind is Unknown else set())
    return tuple(name for name in kind.__struct_fields__ if name in worded)
