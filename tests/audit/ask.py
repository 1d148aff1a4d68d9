"""A database asked through pip-audit, bounded in time.

A database that answers 200 and knows nothing looks like one that finds nothing. So each is first asked about
a package that every such database knows to be weak, and believed only where it says so.
"""

import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Self

from msgspec import Struct

from tests.audit.verdict import Answer, Ended, read
from tests.support.environments import ROOT, lock_of

KNOWN_WEAK = {"requests": "2.19.1"}
KNOWN_WEAKNESS = "CVE-2018-18074"  # of requests before 2.20.0: PYSEC-2018-28
FIRST_S, WHOLE_S, SOCKET_S = 20.0, 40.0, 10
Run = Callable[[Sequence[str], float], Ended]
"""Runs the tool with these options, for so many seconds at most."""


class Database(Struct, frozen=True):
    """Where known weaknesses are asked for: a name to show, and the tool's options."""

    name: str
    options: tuple[str, ...]


class Question(Struct, frozen=True):
    """The packages to ask for: the locks that pin them, and what these pin."""

    locks: tuple[Path, ...]
    pins: dict[str, str]

    @classmethod
    def of(cls, *locks: Path) -> Self:
        """Ask for all that these locks pin."""
        return cls(locks, {name: version for lock in locks for name, version in lock_of(lock).items()})


DATABASES = (
    Database("PyPI", ("--vulnerability-service", "pypi")),
    Database("OSV", ("--vulnerability-service", "osv")),
)


def ask(
    run: Run, database: Database, known_weak: Path, question: Question, left: Callable[[], float]
) -> Answer:
    """Ask one database, first whether it is one; `left` tells how many seconds there are for all."""
    first = (*database.options, "--no-deps", "-r", str(known_weak))
    known = read(run(first, min(FIRST_S, left())), {})
    if not any(KNOWN_WEAKNESS in (one.id, *one.aliases) for one in known.weak):
        name, version = next(iter(KNOWN_WEAK.items()))
        return Answer(doubt=known.doubt or f"it does not know that {name} {version} is weak")
    locks = (word for lock in question.locks for word in ("-r", str(lock)))
    whole = (*database.options, "--require-hashes", *locks)
    return read(run(whole, min(WHOLE_S, left())), question.pins)


class Tool:
    """pip-audit in its own environment, with a folder of this run for its cache and its first question."""

    def __init__(self, python: Path, place: Path) -> None:
        self._words = (str(python), "-m", "pip_audit", "--disable-pip", "--progress-spinner", "off")
        self._cache = ("--cache-dir", str(place / "cache"), "--timeout", str(SOCKET_S), "--format", "json")
        self.known_weak = place / "known-weak.txt"
        self.known_weak.write_text("".join(f"{name}=={version}\n" for name, version in KNOWN_WEAK.items()))

    def run(self, options: Sequence[str], patience_s: float) -> Ended:
        """Run the tool with these options; one that does not end in time is killed."""
        return run((*self._words, *self._cache, *options), patience_s)


def run(words: Sequence[str], patience_s: float) -> Ended:
    """Run a program without any answer from a terminal; one that does not end in time is killed."""
    try:
        ended = subprocess.run(  # noqa: S603 - our own words
            words,
            cwd=ROOT,
            env=environment(os.environ),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=patience_s,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Ended(None)
    return Ended(ended.returncode, ended.stdout, ended.stderr)


def environment(given: Mapping[str, str]) -> dict[str, str]:
    """Give the tool's environment: no setting of its own from outside, and no proxy for this machine."""
    kept = {name: value for name, value in given.items() if not name.startswith("PIP_AUDIT_")}
    spared = ",".join(filter(None, (given.get("no_proxy") or given.get("NO_PROXY"), "127.0.0.1")))
    return {**kept, "no_proxy": spared, "NO_PROXY": spared}
