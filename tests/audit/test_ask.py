"""Databases are asked in bounds, not believed where they know nothing, and the rehearsal can fail."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.audit import rehearsal
from tests.audit.__main__ import LOCKS
from tests.audit.ask import DATABASES, KNOWN_WEAK, Question, ask, environment, run
from tests.audit.test_verdict import IDNA, WANTED, WEAK_YARL, YARL, said
from tests.audit.verdict import Answer, Ended

FIRST = Path("known-weak.txt")
KNOWN = said(
    '{"name": "requests", "version": "2.19.1", "vulns": [{"id": "PYSEC-2018-28", "fix_versions": ["2.20.0"], '
    '"aliases": ["CVE-2018-18074"], "description": "..."}]}',
    code=1,
)
UNKNOWN = said('{"name": "requests", "skip_reason": "Dependency not found on PyPI"}')
QUESTION = Question((Path("a.lock"), Path("b.lock")), WANTED)


class Told:
    """A tool that gives these endings, and keeps what it was asked."""

    def __init__(self, *endings: Ended) -> None:
        self._endings = list(endings)
        self.asked: list[tuple[tuple[str, ...], float]] = []

    def __call__(self, options: Sequence[str], patience_s: float) -> Ended:
        self.asked.append((tuple(options), patience_s))
        return self._endings.pop(0)


def asked(tool: Told, left: Callable[[], float] = lambda: 100.0) -> Answer:
    return ask(tool, DATABASES[0], FIRST, QUESTION, left)


def test_a_database_that_knows_the_weak_package_is_asked_for_the_locks() -> None:
    tool = Told(KNOWN, said(IDNA, YARL))
    assert asked(tool) == Answer()
    assert tool.asked[1][0][2:] == ("--require-hashes", "-r", "a.lock", "-r", "b.lock")


def test_a_database_that_knows_nothing_of_the_weak_package_is_not_asked_further() -> None:
    tool = Told(UNKNOWN)
    assert asked(tool).doubt == "it does not know that requests 2.19.1 is weak"
    assert len(tool.asked) == 1


def test_a_weak_package_under_another_name_is_not_enough() -> None:
    other = Ended(1, KNOWN.out.replace("CVE-2018-18074", "CVE-2018-1"), KNOWN.err)
    assert asked(Told(other)).doubt == "it does not know that requests 2.19.1 is weak"


def test_a_database_that_does_not_answer_at_first_is_not_asked_further() -> None:
    assert asked(Told(Ended(None))).doubt == "no answer in time"


def test_a_package_that_was_skipped_makes_doubt() -> None:
    assert asked(Told(KNOWN, said(IDNA))).doubt == "yarl 1.25.1 not held"


def test_all_questions_together_have_their_time() -> None:
    left = iter((7.0, 3.0))
    tool = Told(KNOWN, said(IDNA, YARL))
    asked(tool, lambda: next(left))
    assert [patience_s for _, patience_s in tool.asked] == [7.0, 3.0]


def test_two_databases_need_no_more_than_two_minutes() -> None:
    tool = Told(KNOWN, said(IDNA, YARL))
    asked(tool)
    assert sum(patience_s for _, patience_s in tool.asked) * len(DATABASES) <= 120


def test_a_tool_that_never_ends_is_killed() -> None:
    assert run((sys.executable, "-c", "import signal; signal.pause()"), 0.05) == Ended(None)


def test_a_tool_that_ends_is_heard() -> None:
    words = "import sys; print('out'); sys.stderr.write('err'); sys.exit(3)"
    assert run((sys.executable, "-c", words), 60) == Ended(3, "out\n", "err")


def test_the_tool_hears_no_setting_from_outside_and_no_proxy_for_this_machine() -> None:
    given = {"PIP_AUDIT_OSV_URL": "x", "PATH": "/bin", "NO_PROXY": "old", "no_proxy": "a,b"}
    assert environment(given) == {"PATH": "/bin", "NO_PROXY": "a,b,127.0.0.1", "no_proxy": "a,b,127.0.0.1"}


def test_the_locks_pin_no_package_twice_in_two_versions() -> None:
    pins = Question.of(*LOCKS).pins
    assert all(pins.items() >= Question.of(lock).pins.items() for lock in LOCKS)
    assert not pins.keys() & KNOWN_WEAK.keys()


def test_a_tool_that_always_finds_nothing_fails_the_rehearsal() -> None:
    wrong = rehearsal.failures(lambda _options, _patience_s: said(IDNA, YARL), FIRST, QUESTION)
    assert {line.partition(":")[0] for line in wrong} == {"a planted weakness", "no weakness"}


def test_a_tool_that_always_finds_the_same_fails_the_rehearsal() -> None:
    def always(options: Sequence[str], _patience_s: float) -> Ended:
        return KNOWN if "--no-deps" in options else said(IDNA, WEAK_YARL, code=1)

    wrong = {line.partition(":")[0] for line in rehearsal.failures(always, FIRST, QUESTION)}
    others = {scene.name for scene in rehearsal.scenes(QUESTION) if scene.name != "a planted weakness"}
    assert wrong == {*others, "one that is not there"}


def test_a_tool_that_believes_every_database_fails_the_rehearsal() -> None:
    def trusting(options: Sequence[str], _patience_s: float) -> Ended:
        return KNOWN if "--no-deps" in options else said(IDNA, YARL)

    wrong = rehearsal.failures(trusting, FIRST, QUESTION)
    assert {line.partition(":")[0] for line in wrong} >= {
        "a planted weakness",
        "one that fails",
        "one that hangs",
    }
