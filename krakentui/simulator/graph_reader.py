"""Reads a graph that `graph.Writer` wrote: objects first as empty shells, then what they hold.

Anything may come: whatever is no graph raises `NoGraph`, and only classes and functions of the
simulator are made use of.
"""

import random
from array import array
from collections import deque
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import partial
from importlib import import_module
from types import FunctionType, MethodType
from typing import Any

from krakentui.simulator.graph import PACKAGE, STATE_VERSION, WORD, Row
from krakentui.simulator.jsontext import Raw

EMPTY: dict[str, Callable[[], Any]] = {"list": list, "dict": dict, "set": set, "random": random.Random}
PLAIN: dict[str, Callable[[str], Any]] = {
    "int": int,
    "float": float,
    "fraction": Fraction,
    "raw": Raw,
    "bytes": bytes.fromhex,
}
MISSING = object()


class NoGraph(Exception):
    """What was read is no graph."""


class Reader:
    """Reads one graph."""

    def __init__(self, graph: Mapping[str, Any], named: Mapping[str, str | bytes]) -> None:
        self._named = named
        self._kinds: list[tuple[type, list[str]]] = []
        self._things: list[Any] = []
        self._graph = graph

    def read(self, root: object) -> dict[str, Any]:
        """Make every object of the graph; the root is given, and what it shall hold is returned.

        Raises:
            NoGraph: it makes no sense.
        """
        try:
            return self._read(root)
        except (ArithmeticError, AttributeError, ImportError, LookupError, TypeError, ValueError) as error:
            raise NoGraph(f"{type(error).__name__}: {error}") from error
        except RecursionError:
            raise NoGraph("it runs in circles") from None

    def _read(self, root: object) -> dict[str, Any]:
        self._kinds = [
            (_class_named(kind[0]), [str(name) for name in kind[1:]]) for kind in self._graph["kinds"]
        ]
        rows: list[Row] = self._graph["rows"]
        if self._kinds[rows[0][0]][0] is not type(root):
            raise NoGraph("it begins with something else")
        self._things = [root, *map(self._shell, rows[1:])]
        for number in range(1, len(rows)):
            self._at(number)
        for thing, row in zip(self._things[1:], rows[1:], strict=True):
            self._fill(thing, row)
        for thing, row in zip(self._things[1:], rows[1:], strict=True):
            self._fill_hashed(thing, row)
        return self._attributes(rows[0])

    def _shell(self, row: Row) -> Any:  # noqa: ANN401  any object
        tag = row[0]
        if isinstance(tag, int):
            cls = self._kinds[tag][0]
            return object.__new__(cls)
        if tag == "deque":
            return deque(maxlen=row[1])
        if tag == "array":
            return array(row[1])
        return EMPTY[tag]() if tag in EMPTY else MISSING

    def _at(self, number: int) -> Any:  # noqa: ANN401  any object
        if number < 0:
            raise NoGraph("a number is below zero")
        thing = self._things[number]
        if thing is MISSING:
            thing = self._things[number] = self._whole(self._graph["rows"][number])
        return thing

    def _value(self, value: Any) -> Any:  # noqa: ANN401  any JSON gives any object
        if isinstance(value, list):
            (number,) = value
            return self._at(number)
        if not isinstance(value, dict):
            return value
        ((kind, text),) = value.items()
        if kind in PLAIN:
            return PLAIN[kind](text)
        match kind:
            case "named":
                return self._named[text]
            case "tuple":
                return tuple(self._values(text))
            case "frozenset":
                return frozenset(self._values(text))
        raise NoGraph(f"a value is {kind[:40]}")

    def _values(self, values: Row) -> list[Any]:
        return [self._value(value) for value in values]

    def _whole(self, row: Row) -> Any:  # noqa: ANN401  any object
        """Make something that cannot be changed once it is there."""
        match row:
            case ["method", owner, str(name)]:
                thing = self._value(owner)
                return MethodType(_function(getattr(type(thing), name)), thing)
            case ["function", str(module), str(name)]:
                return _function(getattr(_module(module), name))
            case ["partial", act, given, named]:
                return partial(self._value(act), *self._value(given), **self._keywords(named))
        raise NoGraph(f"a row is {str(row)[:40]}")

    def _keywords(self, value: Any) -> dict[str, Any]:  # noqa: ANN401  any JSON
        """Read the keywords of a partial: their dictionary is still an empty shell."""
        (number,) = value
        _, *parts = self._graph["rows"][number]
        return dict(_pairs(self._values(parts)))

    def _fill(self, thing: Any, row: Row) -> None:  # noqa: ANN401  any object
        match row:
            case [int(), *_]:
                for name, value in self._attributes(row).items():
                    object.__setattr__(thing, name, value)
            case ["list", *values]:
                thing.extend(self._values(values))
            case ["deque" | "array", _, *values]:
                thing.extend(self._values(values))
            case ["random", text, gauss]:
                raw = bytes.fromhex(text)
                words = [int.from_bytes(raw[at : at + WORD], "little") for at in range(0, len(raw), WORD)]
                thing.setstate((STATE_VERSION, tuple(words), self._value(gauss)))

    def _fill_hashed(self, thing: Any, row: Row) -> None:  # noqa: ANN401  any object
        match row:
            case ["dict", *values]:
                thing.update(_pairs(self._values(values)))
            case ["set", *values]:
                thing.update(self._values(values))

    def _attributes(self, row: Row) -> dict[str, Any]:
        return dict(zip(self._kinds[row[0]][1], self._values(row[1:]), strict=True))


def _pairs(parts: list[Any]) -> list[tuple[Any, Any]]:
    return list(zip(parts[::2], parts[1::2], strict=True))


def _module(name: str) -> object:
    if not name.startswith(PACKAGE):
        raise NoGraph(f"{name[:80]} is not of the simulator")
    return import_module(name)


def _class_named(text: str) -> type:
    module, _, name = text.partition(":")
    found = getattr(_module(module), name)
    if not isinstance(found, type) or found.__module__ != module:
        raise NoGraph(f"{text[:80]} is no class")
    return found


def _function(found: object) -> FunctionType:
    if not isinstance(found, FunctionType) or not found.__module__.startswith(PACKAGE):
        raise NoGraph(f"{str(found)[:80]} is no function of the simulator")
    return found
