"""What pip-audit said, judged by its JSON, its exit code and its warnings.

pip-audit alone is not believed. It ends with 0 where every package was skipped, with 1 for a weakness and for
a fault of its own alike, and leaves out with a warning what it cannot read. So an audit is whole only where
every wanted package was held in the wanted version; a weakness counts even where the rest is in doubt.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

_LEFT_OUT = re.compile(r"^WARNING:pip_audit\._service\.", re.MULTILINE)


class Ended(Struct, frozen=True):
    """How a run of the tool ended; it has no code where its time ran out."""

    code: int | None
    out: str = ""
    err: str = ""


class Weakness(Struct, frozen=True, order=True):
    """A known weakness of one package."""

    package: str
    version: str
    id: str
    aliases: tuple[str, ...] = ()
    fixed: tuple[str, ...] = ()

    def __str__(self) -> str:
        names = f"{self.id} ({', '.join(self.aliases)})" if self.aliases else self.id
        cure = f"fixed in {', '.join(self.fixed)}" if self.fixed else "no fixed version is known"
        return f"{self.package} {self.version}: {names}, {cure}."


class Answer(Struct, frozen=True):
    """What a database said of the packages, and why that is no whole audit, if it is none."""

    weak: tuple[Weakness, ...] = ()
    doubt: str = ""


class _Named(Struct):
    id: str
    fix_versions: list[str]
    aliases: list[str]


class _Row(Struct):
    name: str
    version: str = ""
    skip_reason: str = ""
    vulns: list[_Named] = []


class _Report(Struct):
    dependencies: list[_Row]


class _Accepted(Struct, forbid_unknown_fields=True):
    id: Annotated[str, Meta(min_length=1)]
    reason: Annotated[str, Meta(min_length=1)]
    until: date


class _Acceptances(Struct, forbid_unknown_fields=True):
    accepted: list[_Accepted] = []


def read(ended: Ended, wanted: Mapping[str, str]) -> Answer:
    """Read one run of the tool, which had to hold these packages in these versions."""
    if ended.code is None:
        return Answer(doubt="no answer in time")
    try:
        rows = msgspec.json.decode(ended.out, type=_Report).dependencies
    except msgspec.DecodeError:
        return Answer(doubt=_fault(ended))
    weak = tuple(sorted(_weakness(row, one) for row in rows for one in row.vulns))
    held = {(row.name, row.version) for row in rows if not row.skip_reason}
    left_out = sorted(wanted.items() - held)
    if left_out:
        name, version = left_out[0]
        more = f" and {len(left_out) - 1} more" if left_out[1:] else ""
        return Answer(weak, f"{name} {version}{more} not held")
    if _LEFT_OUT.search(ended.err):
        return Answer(weak, "an entry that the tool cannot read")
    if ended.code != (1 if weak else 0):
        return Answer(weak, f"the tool ended with {ended.code}")
    return Answer(weak)


def acceptances(text: str, today: date) -> frozenset[str]:
    """Read which weaknesses are accepted today.

    Raises:
        ValueError: the list is damaged, or an entry has run out.
    """
    entries = msgspec.toml.decode(text, type=_Acceptances).accepted
    for one in entries:
        if one.until < today:
            message = f"{one.id} was accepted until {one.until} only: review it anew"
            raise ValueError(message)
    return frozenset(one.id for one in entries)


def unaccepted(weak: Iterable[Weakness], accepted: frozenset[str]) -> tuple[Weakness, ...]:
    """Give the weaknesses that nobody has accepted under any of their names."""
    return tuple(one for one in weak if accepted.isdisjoint((one.id, *one.aliases)))


def summary(
    answers: Mapping[str, Answer], accepted: frozenset[str], packages: int, at: str, *, required: bool
) -> tuple[list[str], int]:
    """Say what came of asking these databases, the last of which decides, and give the exit code."""
    database, last = list(answers.items())[-1]
    fresh = unaccepted(last.weak, accepted)
    lines = [f"Accepted: {one}" for one in last.weak if one not in fresh]
    if fresh:
        half = f" The audit is not whole: {last.doubt}." if last.doubt else ""
        count = f"{len(fresh)} known weakness{'es' if fresh[1:] else ''} by {database}, {at}.{half}"
        return [*lines, *(f"Weak: {one}" for one in fresh), count], 1
    if last.doubt:
        doubts = "; ".join(f"{name}: {answer.doubt}" for name, answer in answers.items())
        demand = ", and KRAKENTUI_REQUIRE_AUDIT asks for one" if required else ""
        verdict = f"NOT AUDITED: no database of known weaknesses gave a whole answer ({doubts}){demand}."
        return [*lines, verdict], 1 if required else 0
    others = "other " if lines else ""
    return [*lines, f"No {others}known weakness in {packages} packages, held against {database}, {at}."], 0


def _weakness(row: _Row, one: _Named) -> Weakness:
    return Weakness(row.name, row.version, one.id, tuple(sorted(one.aliases)), tuple(one.fix_versions))


def _fault(ended: Ended) -> str:
    """Name what the tool broke off with, without the addresses in its words."""
    last = (ended.err.strip().splitlines() or [""])[-1]
    raised = re.match(r"(?:\w+\.)+(\w+)(?::|$)", last)
    return f"the tool broke off with {raised[1] if raised else ended.code}"
