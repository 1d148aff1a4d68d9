"""A scenario: what happens to a world and when, read from a JSON file, with what must be so meanwhile.

    {"about": "one sentence", "lines": [{"at": "10s", VERB: body}, …]}

Verbs are those of the control calls (`account`, `key`, `market`, `pace`, `maintenance`, `tier`, `rules`),
`fault` and `clear` for faults, and `expect`. A line may repeat: `every`, and `times`. `expect` takes
    system, upcoming (announced windows), open_orders, fills, refusals (answers that were errors),
    limit {"name", "pair"} as the part of its maximum that is used,
the last four with `least` and `most`. The shipped files lie in the package's `scenarios` folder.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from krakentui.simulator.faults.spec import an_object, duration_us, only
from krakentui.simulator.refusal import Refused

VERBS = ("account", "clear", "expect", "fault", "key", "maintenance", "market", "pace", "rules", "tier")
SIZE_MAX = 4 << 20
LINES_MAX = 10_000


class BadScenario(Exception):
    """A scenario cannot be read; its text is one sentence."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happens."""

    number: int
    at_us: int
    verb: str
    body: object
    every_us: int | None = None
    times: int | None = None


@dataclass(frozen=True, slots=True)
class Scenario:
    """What happens, in the order of the file."""

    name: str
    about: str
    lines: tuple[Line, ...]

    @property
    def length_us(self) -> int:
        """When the last line begins."""
        return max((line.at_us for line in self.lines), default=0)


def shipped() -> tuple[str, ...]:
    """Name the scenarios that come with the program."""
    folder = resources.files("krakentui.simulator").joinpath("scenarios")
    return tuple(sorted(entry.name[:-5] for entry in folder.iterdir() if entry.name.endswith(".json")))


def load(name: str) -> Scenario:
    """Read a shipped scenario by its name, or a file.

    Raises:
        BadScenario: there is none, or it makes no sense.
    """
    if name in shipped():
        found = resources.files("krakentui.simulator").joinpath("scenarios", f"{name}.json")
        return read(name, found.read_text("utf-8"))
    path = Path(name)
    try:
        if not path.is_file():
            known = ", ".join(shipped())
            raise BadScenario(f"There is no scenario or file {name[:100]}; shipped are {known}.")
        if path.stat().st_size > SIZE_MAX:
            raise BadScenario(f"The scenario {name[:100]} is larger than {SIZE_MAX >> 20} MB.")
        text = path.read_text("utf-8")
    except UnicodeDecodeError:
        raise BadScenario(f"The scenario {name[:100]} is not text in UTF-8.") from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "its name makes no sense"
        raise BadScenario(f"The scenario {name[:100]} cannot be read: {why}.") from None
    return read(path.stem, text)


def read(name: str, text: str) -> Scenario:
    """Read a scenario from its JSON.

    Raises:
        BadScenario: it makes no sense.
    """
    try:
        document: Any = json.loads(text)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise BadScenario(f"The scenario {name[:100]} is not JSON: {error.msg.lower()} at {where}.") from None
    except (ValueError, RecursionError):
        raise BadScenario(f"The scenario {name[:100]} is not JSON that anybody could read.") from None
    try:
        given = an_object(document, "it")
        only(given, ("about", "lines"), "it")
        about, lines = given.get("about", ""), given.get("lines")
        if not isinstance(about, str) or not isinstance(lines, list) or len(lines) > LINES_MAX:
            raise Refused(f"it needs lines, a list of at most {LINES_MAX}, and about is a text")
    except Refused as refused:
        raise BadScenario(f"The scenario {name[:100]} makes no sense: {refused}.") from None
    return Scenario(name, about, tuple(_line(name, number, line) for number, line in enumerate(lines, 1)))


def _line(name: str, number: int, asked: object) -> Line:
    try:
        given = an_object(asked, "a line")
        only(given, ("at", "every", "times", *VERBS), "a line")
        verbs = [verb for verb in VERBS if verb in given]
        if len(verbs) != 1:
            raise Refused(f"a line does one of {', '.join(VERBS)}")
        times = given.get("times")
        if times is not None and (not isinstance(times, int) or isinstance(times, bool) or times < 1):
            raise Refused("times is a whole number from 1 on")
        every_us = duration_us(given["every"], "every") if "every" in given else None
        if every_us is not None and every_us < 1_000:
            raise Refused("every is at least 1ms")
        if verbs[0] == "expect":
            check_claims(given["expect"])
        at_us = duration_us(given.get("at", 0), "at")
        return Line(number, at_us, verbs[0], given[verbs[0]], every_us, times)
    except Refused as refused:
        raise BadScenario(f"The scenario {name[:100]} makes no sense in line {number}: {refused}.") from None


CLAIMS = ("system", "upcoming", "open_orders", "fills", "refusals", "limit")


def check_claims(asked: object) -> None:
    """Refuse expectations that nobody could meet or miss."""
    claims = an_object(asked, "expect")
    only(claims, CLAIMS, "expect")
    for name, claim in claims.items():
        if name == "system":
            if not isinstance(claim, str):
                raise Refused("system in expect is a text")
            continue
        known = ("least", "most", "name", "pair") if name == "limit" else ("least", "most")
        bounds = an_object(claim, name)
        only(bounds, known, name)
        _check_bounds(name, bounds)


def _check_bounds(name: str, bounds: Mapping[str, object]) -> None:
    for end in ("least", "most"):
        value = bounds.get(end, 0)
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise Refused(f"{end} of {name} is a number")
