"""A fault as asked for, in JSON: name, match, schedule, arguments. What is wrong is told in a sentence."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from krakentui.simulator.clock import SECOND_US
from krakentui.simulator.refusal import Refused, decimal

SURFACES = ("spot-rest", "spot-ws-public", "spot-ws-private", "spot-ws-v1")
FIELDS = ("surface", "path", "method", "channel", "symbol", "key", "peer", "connection")
UNITS_US = {"ms": 1_000, "s": SECOND_US, "m": 60 * SECOND_US, "h": 3_600 * SECOND_US}
LONGEST_US = 10_000_000 * SECOND_US
_DURATION = re.compile(r"(\d{1,9}(?:\.\d{1,6})?)(ms|s|m|h)?")


def duration_us(value: object, name: str) -> int:
    """Read a stretch of time: a number of seconds, or text like `30s`, `500ms`, `2m`."""
    found = _DURATION.fullmatch(str(value)) if isinstance(value, int | float | str) else None
    if found is None or isinstance(value, bool):
        raise Refused(f"{name} must be a time like 30, 30s, 500ms or 2m")
    us = int(decimal(found[1], name) * UNITS_US[found[2] or "s"])
    if us > LONGEST_US:
        raise Refused(f"{name} is too long")
    return us


def an_object(value: object, name: str) -> dict[str, Any]:
    """Read a JSON object."""
    if not isinstance(value, dict):
        raise Refused(f"{name} must be a JSON object")
    return value


def only(given: Mapping[str, object], known: Collection[str], what: str) -> None:
    """Refuse names that are not known: a slip must not become a fault that never strikes."""
    extra = sorted(set(given) - set(known))
    if extra:
        raise Refused(f"{what} has no {extra[0][:40]}: it takes {', '.join(known)}")


@dataclass(frozen=True, slots=True)
class Subject:
    """What a fault may strike: a call, a frame or a connection; empty = does not apply."""

    surface: str = ""
    path: str = ""
    method: str = ""
    channel: str = ""
    symbols: tuple[str, ...] = ()
    key: str = ""
    """The public key."""
    peer: str = ""
    connection: int = 0

    def values(self, name: str) -> tuple[str, ...]:
        """Give what a match of that name is held against."""
        if name == "symbol":
            return self.symbols
        if name == "connection":
            return (str(self.connection),)
        return (str(getattr(self, name)),)


@dataclass(frozen=True, slots=True)
class Match:
    """Which subjects a fault strikes; every field named must hold, any of its values will do."""

    wanted: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def takes(self, subject: Subject, but: Collection[str] = ()) -> bool:
        """Say whether a subject is one of them, some fields left aside if asked."""
        return all(
            any(_same(name, pattern, value) for pattern in patterns for value in subject.values(name))
            for name, patterns in self.wanted.items()
            if name not in but
        )

    def names(self, name: str) -> tuple[str, ...]:
        """Give the values of one field; empty = any."""
        return self.wanted.get(name, ())


@dataclass(frozen=True, slots=True)
class When:
    """A schedule, in microseconds from the moment the fault was added."""

    at_us: int = 0
    for_us: int | None = None
    every_us: int | None = None
    times: int | None = None
    prob: float = 1.0
    after_n: int = 0


@dataclass(frozen=True, slots=True)
class Spec:
    """A fault as asked for."""

    name: str
    match: Match
    when: When
    args: Mapping[str, object]
    asked: Mapping[str, object]
    """The JSON it was read from."""


def read_spec(asked: object, keys: Mapping[str, str]) -> Spec:
    """Read a fault.

    Args:
        asked: the JSON.
        keys: public keys by every name that a key goes by.

    Raises:
        Refused: it makes no sense.
    """
    given = an_object(asked, "a fault")
    only(given, ("fault", "match", "when", "args"), "a fault")
    name = given.get("fault")
    if not isinstance(name, str):
        raise Refused("a fault needs its name in `fault`")
    match = _read_match(an_object(given.get("match", {}), "match"), keys)
    when = _read_when(an_object(given.get("when", {}), "when"))
    return Spec(name, match, when, an_object(given.get("args", {}), "args"), given)


def _read_match(given: dict[str, Any], keys: Mapping[str, str]) -> Match:
    only(given, FIELDS, "match")
    wanted = {name: tuple(_values(value, name)) for name, value in given.items()}
    for surface in wanted.get("surface", ()):
        if surface not in SURFACES:
            raise Refused(f"there is no surface {surface[:40]}: it is one of {', '.join(SURFACES)}")
    for key in wanted.get("key", ()):
        if key not in keys:
            raise Refused(f"key names no program: {key[:40]}")
    if "key" in wanted:
        wanted["key"] = tuple(keys[key] for key in wanted["key"])
    return Match(wanted)


def _read_when(given: dict[str, Any]) -> When:
    only(given, ("at", "for", "every", "times", "prob", "after_n"), "when")
    every_us = duration_us(given["every"], "every") if "every" in given else None
    if every_us is not None and every_us < UNITS_US["ms"]:
        raise Refused("every is at least 1ms")
    prob = decimal(given.get("prob", 1), "prob")
    if not 0 <= prob <= 1:
        raise Refused("prob is between 0 and 1")
    return When(
        at_us=duration_us(given.get("at", 0), "at"),
        for_us=duration_us(given["for"], "for") if "for" in given else None,
        every_us=every_us,
        times=_count(given["times"], "times", 1) if "times" in given else None,
        prob=float(prob),
        after_n=_count(given.get("after_n", 0), "after_n", 0),
    )


def _values(value: object, name: str) -> Iterable[str]:
    items = value if isinstance(value, list) else [value]
    for item in items:
        if not isinstance(item, str | int) or isinstance(item, bool):
            raise Refused(f"{name} in a match must be text or a list of texts")
        yield str(item)


def _count(value: object, name: str, least: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= 10**9:
        raise Refused(f"{name} must be a whole number from {least} on")
    return value


def _same(name: str, pattern: str, value: str) -> bool:
    if pattern == "*":
        return True
    return fnmatchcase(value, pattern) if name == "path" else pattern == value


class Args:
    """The arguments of a fault, taken one by one; what nobody took is refused."""

    def __init__(self, given: Mapping[str, object], what: str) -> None:
        self._given = given
        self._what = what
        self._taken: list[str] = []

    def text(self, name: str, default: str, among: Collection[str] = ()) -> str:
        """Take a text, one of a few where these are named."""
        value = self._take(name, default)
        if not isinstance(value, str) or (among and value not in among):
            raise Refused(
                f"{name} of {self._what} is " + (f"one of {', '.join(among)}" if among else "a text")
            )
        return value

    def texts(self, name: str, default: tuple[str, ...]) -> tuple[str, ...]:
        """Take a text or a list of texts."""
        value = self._take(name, list(default))
        items = value if isinstance(value, list) else [value]
        if not items and default:
            raise Refused(f"{name} of {self._what} is empty")
        if not all(isinstance(item, str) for item in items):
            raise Refused(f"{name} of {self._what} must be text or a list of texts")
        return tuple(items)

    def span_us(self, name: str, default_us: int) -> int:
        """Take a stretch of time."""
        value = self._take(name, None)
        return default_us if value is None else duration_us(value, name)

    def whole(self, name: str, default: int, least: int, most: int) -> int:
        """Take a whole number."""
        value = self._take(name, default)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise Refused(f"{name} of {self._what} is a whole number from {least} to {most}")
        return value

    def number(self, name: str, default: float, least: float, most: float) -> float:
        """Take a number."""
        value = float(decimal(self._take(name, default), name))
        if not least <= value <= most:
            raise Refused(f"{name} of {self._what} is a number from {least:g} to {most:g}")
        return value

    def flag(self, name: str, *, default: bool) -> bool:
        """Take a true or false."""
        value = self._take(name, default)
        if not isinstance(value, bool):
            raise Refused(f"{name} of {self._what} is true or false")
        return value

    def finish(self) -> None:
        """Refuse what was given and never taken."""
        extra = sorted(set(self._given) - set(self._taken))
        if extra:
            takes = ", ".join(self._taken) or "nothing"
            raise Refused(f"{self._what} has no argument {extra[0][:40]}: it takes {takes}")

    def _take(self, name: str, default: object) -> object:
        self._taken.append(name)
        return self._given.get(name, default)
