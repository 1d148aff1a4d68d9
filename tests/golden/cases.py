"""Reads the worked cases; what their words mean is written at the head of the file itself."""

import tomllib
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

FILE = Path(__file__).with_name("limits.toml")
USUAL_PAIR = "BTC/USD"
REFUSALS = ("refused", "full")


@dataclass(frozen=True)
class Act:
    """One line of `acts`."""

    at_us: int
    verb: str
    names: tuple[str, ...] = ()
    count: int = 1
    where: str = ""
    """A pair or key other than the usual one."""
    verdict: str = "ok"

    @property
    def pair(self) -> str:
        return self.where or USUAL_PAIR


@dataclass(frozen=True)
class Reading:
    """One line of `used`."""

    at_us: int
    used: Fraction
    where: str = ""


@dataclass(frozen=True)
class Case:
    """One worked case."""

    name: str
    source: str
    limit: str
    tier: str
    rules: str
    acts: tuple[Act, ...]
    used: tuple[Reading, ...]
    spent: Fraction | None
    doubt: Fraction | None
    apart: str

    @property
    def moments(self) -> list[int]:
        """Every instant at which something is done or read."""
        return sorted({act.at_us for act in self.acts} | {reading.at_us for reading in self.used})


def load() -> tuple[dict[str, str], tuple[Case, ...]]:
    """Give the sources and the cases."""
    document = tomllib.loads(FILE.read_text("utf-8"))
    return document["sources"], tuple(_case(row) for row in document["case"])


def _case(row: dict[str, object]) -> Case:
    def text(name: str, usual: str = "") -> str:
        return str(row.get(name, usual))

    def lines(name: str) -> list[str]:
        found = row[name]
        assert isinstance(found, list)
        return found

    return Case(
        name=text("name"),
        source=text("source"),
        limit=text("limit", "engine"),
        tier=text("tier", "intermediate"),
        rules=text("rules", "documented"),
        acts=tuple(_act(line) for line in lines("acts")),
        used=tuple(_reading(line) for line in lines("used")),
        spent=Fraction(text("spent")) if "spent" in row else None,
        doubt=Fraction(text("doubt")) if "doubt" in row else None,
        apart=text("apart"),
    )


def _act(line: str) -> Act:
    instant, verb, *words = line.split()
    where = next((word[1:] for word in words if word.startswith("@")), "")
    verdict = next((word for word in words if word in REFUSALS), "ok")
    words = [word for word in words if not word.startswith("@") and word not in REFUSALS]
    count = int(words.pop(0)) if words and words[0].isdigit() else 1
    if verb in {"adds", "batch-add", "schedules"}:
        words = [f"{words[0]}{number}" for number in range(1, count + 1)]
    return Act(_us(instant), verb, tuple(words), count, where, verdict)


def _reading(line: str) -> Reading:
    instant, used, *where = line.split()
    return Reading(_us(instant), Fraction(used), where[0][1:] if where else "")


def _us(text: str) -> int:
    whole = Fraction(text) * 1_000_000
    assert whole.denominator == 1, text
    return int(whole)


def named(names: tuple[str, ...], there: list[str]) -> list[str]:
    """Tell which orders a batch means: those named, and with `A*` all that are there."""
    if names == ("A*",):
        return [name for name in there if name.startswith("A")]
    return list(names)
