"""The audit rehearsed against a stand-in: it finds a planted weakness, and believes no broken answer."""

from collections.abc import Callable, Iterator
from pathlib import Path

from msgspec import Struct

from tests.audit.ask import KNOWN_WEAK, KNOWN_WEAKNESS, Database, Question, Run, ask
from tests.audit.standin import BROKEN, NONE, RUBBISH, Reply, entry, standin
from tests.audit.verdict import Answer, Weakness

PLANTED, FIXED = "CVE-2030-00001", "99999.1"
LONG_S, SHORT_S = 60.0, 3.0  # short is enough where nothing ever comes
Knows = Callable[[str, str], Reply]


class Scene(Struct, frozen=True):
    """One behaviour of a database and what has to be found there; None is nothing, but doubt."""

    name: str
    knows: Knows
    found: tuple[Weakness, ...] | None = None
    patience_s: float = LONG_S


def scenes(question: Question) -> Iterator[Scene]:
    """Give every behaviour; the planted weakness is one of the package whose name is the last."""
    package, version = max(question.pins.items())
    planted = Weakness(package, version, PLANTED, ("GHSA-0000-0000-0000",), (FIXED,))
    weak, unread = entry(package, PLANTED, FIXED), entry(package, PLANTED, FIXED, schema="2.0.0")
    yield Scene("a planted weakness", _besides(package, weak), (planted,))
    yield Scene("no weakness", _besides(package, NONE), ())
    yield Scene("a database that knows nothing", lambda _name, _version: NONE)
    yield Scene("one that fails half-way", _besides(package, BROKEN))
    yield Scene("one whose entry cannot be read", _besides(package, unread))
    yield Scene("one that fails", lambda _name, _version: BROKEN)
    yield Scene("one that talks rubbish", lambda _name, _version: RUBBISH)
    yield Scene("one that hangs", lambda _name, _version: None, patience_s=SHORT_S)


def failures(run: Run, known_weak: Path, question: Question) -> list[str]:
    """Play every scene and give those that did not come out as they have to."""
    wrong = []
    for scene in scenes(question):
        with standin(scene.knows) as address:
            answer = _asked(run, known_weak, question, address, scene.patience_s)
        if not _as_expected(answer, scene.found):
            wrong.append(f"{scene.name}: {answer}")
    if not _as_expected(answer := _asked(run, known_weak, question, address, LONG_S), None):
        wrong.append(f"one that is not there: {answer}")
    return wrong


def _asked(run: Run, known_weak: Path, question: Question, address: str, patience_s: float) -> Answer:
    options = ("--vulnerability-service", "osv", "--osv-url", address)
    return ask(run, Database("the stand-in", options), known_weak, question, lambda: patience_s)


def _as_expected(answer: Answer, found: tuple[Weakness, ...] | None) -> bool:
    return answer == Answer(found) if found is not None else bool(answer.doubt)


def _besides(package: str, reply: Reply) -> Knows:
    """Answer so for one package, and know of the others what every database knows."""

    def knows(name: str, version: str) -> Reply:
        if name == package:
            return reply
        return entry(name, KNOWN_WEAKNESS, "2.20.0") if KNOWN_WEAK.get(name) == version else NONE

    return knows
