"""Objects as JSON and back: every attribute, every reference, each object once.

A graph is `kinds` (our classes with their attributes) and `rows` (the objects, the root first). A row
begins with the number of its kind or, for what Python brings along, with a name:

    [3, value, …]             an object of the fourth kind, its attributes in that kind's order
    ["dict", key, value, …]   list, set, deque (first its maxlen), array (first its type)
    ["method", value, name]   a bound method; "function" and "partial" likewise
    ["random", hex, gauss]    the state of a seeded stream

A value is null, true, false, a text or a small whole number, `[n]` for the object of row n, or an object
with one member: `int`, `float`, `fraction` and `bytes` as text, `raw`, `tuple` and `frozenset` with their
values, and `named` for a text that the caller knows by a name. So no other program's idea of numbers can
spoil it. A class says with `kept()` what is kept of its
objects where that is not all; whatever else cannot be written is a `TypeError`.
"""

import random
from array import array
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import partial
from types import FunctionType, MethodType
from typing import Any

from krakentui.simulator.jsontext import Raw
from krakentui.simulator.rules import RuleSet, Tier

PACKAGE = "krakentui.simulator."
SAFE_MAX = 2**53 - 1
"""Larger numbers are written as text: other programs read JSON numbers as floats."""
STATE_VERSION = 3
"""Of the state of a seeded stream, as Python numbers it."""
WORD = 4
"""Bytes of one word of that state."""

PLAIN: dict[type, Callable[[Any], dict[str, str]]] = {
    float: lambda value: {"float": repr(value)},
    Raw: lambda value: {"raw": str(value)},
    Fraction: lambda value: {"fraction": str(value)},
    bytes: lambda value: {"bytes": value.hex()},
}

BY_VALUE = frozenset({RuleSet, Tier})
"""Equal ones are one: tables of the program, which a world that was put back has beside its own copies."""

Names = Mapping[str | bytes, str]
Row = list[Any]


class Writer:
    """Writes one graph."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._kinds: dict[tuple[str, ...], int] = {}
        self._at: dict[object, int] = {}
        self._objects: list[Any] = []
        self._held: tuple[object, Mapping[str, object] | None] = (None, None)

    def write(self, root: object, held: Mapping[str, object] | None = None) -> dict[str, Any]:
        """Give the graph of everything that is reached from an object, or would be if it held something."""
        self._held = (root, held)
        self._value(root)
        rows = []
        for thing in self._objects:
            rows.append(self._row(thing))  # noqa: PERF401  a row finds more objects
        return {"kinds": [list(kind) for kind in self._kinds], "rows": rows}

    def _value(self, thing: Any) -> Any:  # noqa: ANN401  any object gives any JSON
        kind = type(thing)
        if kind in {str, bytes} and thing in self._names:
            return {"named": self._names[thing]}
        if thing is None or kind in {bool, str}:
            return thing
        if kind is int:
            return thing if -SAFE_MAX <= thing <= SAFE_MAX else {"int": str(thing)}
        if kind in PLAIN:
            return PLAIN[kind](thing)
        if kind is tuple:
            return {"tuple": self._values(thing)}
        if kind is frozenset:
            return {"frozenset": self._values(sorted(thing))}
        key = (kind, thing) if kind in BY_VALUE else id(thing)
        number = self._at.get(key)
        if number is None:
            number = self._at[key] = len(self._objects)
            self._objects.append(thing)  # kept alive: its id must stay its own
        return [number]

    def _values(self, things: Sequence[Any]) -> Row:
        return [self._value(thing) for thing in things]

    def _row(self, thing: Any) -> Row:  # noqa: ANN401  any object
        kind = type(thing)
        if kind is list:
            return ["list", *self._values(thing)]
        if kind is dict:
            return ["dict", *self._values([part for item in thing.items() for part in item])]
        if kind is set:
            return ["set", *self._values(sorted(thing))]
        if kind is deque:
            return ["deque", thing.maxlen, *self._values([*thing])]
        if kind.__module__.startswith(PACKAGE):
            return self._ours(thing)
        return self._rare(thing)

    def _rare(self, thing: Any) -> Row:  # noqa: ANN401  any object
        match thing:
            case MethodType():
                return ["method", self._value(thing.__self__), thing.__name__]
            case partial():
                return ["partial", *map(self._value, (thing.func, thing.args, thing.keywords))]
            case FunctionType() if _is_named(thing):
                return ["function", thing.__module__, thing.__name__]
            case random.Random():
                version, words, gauss = thing.getstate()
                if version == STATE_VERSION:
                    state = b"".join([word.to_bytes(WORD, "little") for word in words])
                    return ["random", state.hex(), self._value(gauss)]
            case array():
                return ["array", thing.typecode, *self._values(thing.tolist())]
        raise TypeError(f"a {type(thing).__qualname__} cannot be written: {str(thing)[:100]}")

    def _ours(self, thing: Any) -> Row:  # noqa: ANN401  an object of ours
        if isinstance(thing, type | tuple | BaseException):
            raise TypeError(f"a {type(thing).__qualname__} cannot be written")
        root, held = self._held
        if thing is root and held is not None:
            attributes = held
        else:
            attributes = thing.kept() if hasattr(thing, "kept") else attributes_of(thing)
        cls = type(thing)
        kind = (f"{cls.__module__}:{cls.__qualname__}", *attributes)
        number = self._kinds.setdefault(kind, len(self._kinds))
        return [number, *self._values([*attributes.values()])]


def attributes_of(thing: object) -> dict[str, object]:
    """List what an object has: its slots, then its dictionary."""
    found: dict[str, object] = {}
    for cls in reversed(type(thing).__mro__):
        slots = vars(cls).get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            if name not in {"__dict__", "__weakref__"} and hasattr(thing, name):
                found[name] = getattr(thing, name)
    return found | getattr(thing, "__dict__", {})


def _is_named(function: FunctionType) -> bool:
    """Say whether a function can be found again under its name."""
    return function.__module__.startswith(PACKAGE) and function.__qualname__ == function.__name__
