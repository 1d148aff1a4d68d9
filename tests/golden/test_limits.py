"""The worked cases hold for the simulated exchange, and for what the monitor believes."""

import hashlib

import pytest

from tests.golden.cases import FILE, Case, load
from tests.golden.exchange import Play
from tests.golden.monitor import Watch

SOURCES, CASES = load()
PINNED = "3dc89e16d03ec93cdd07471e64773adb9f8a5ce7803fff547e96a3b39f255e6e"
"""SHA-256 of the file of cases. Whoever changes it names the source of the change in the commit."""
SHARED = [case for case in CASES if not case.apart]


def of(case: Case) -> str:
    return case.name.replace(" ", "-")


def test_the_cases_are_those_that_were_worked_out() -> None:
    assert hashlib.sha256(FILE.read_bytes()).hexdigest() == PINNED


def test_there_are_more_than_sixty_cases_with_names_of_their_own() -> None:
    assert len({case.name for case in CASES}) == len(CASES) > 60


def test_every_case_cites_a_source_and_every_source_is_cited() -> None:
    assert {case.source for case in CASES} == SOURCES.keys()


def test_every_tier_rule_set_and_kind_of_limit_is_worked() -> None:
    assert {case.tier for case in CASES} == {"starter", "intermediate", "pro"}
    assert {case.rules for case in CASES} == {"documented", "strict", "lenient", "old"}
    assert {case.limit for case in CASES} == {"engine", "rest", "public"}


@pytest.mark.parametrize("case", CASES, ids=of)
def test_the_exchange_stands_exactly_there(case: Case) -> None:
    play = Play(case)
    for moment in case.moments:
        play.at(moment)
        for act in (act for act in case.acts if act.at_us == moment):
            assert play.act(act) == {act.verdict}, act
        for reading in (reading for reading in case.used if reading.at_us == moment):
            assert play.used(reading.where) == reading.used, reading
    assert case.spent in {None, play.spent}


@pytest.mark.parametrize("case", SHARED, ids=of)
def test_the_monitors_interval_holds_the_figure_and_is_as_narrow_as_stated(case: Case) -> None:
    watch = Watch(case)
    for moment in case.moments:
        watch.at(moment)
        for act in (act for act in case.acts if act.at_us == moment):
            watch.act(act)
        for reading in (reading for reading in case.used if reading.at_us == moment):
            if case.limit == "rest" and reading.where:
                continue  # another key's counter: nobody tells the monitor
            low, high = watch.interval(reading.where)
            assert low <= reading.used <= high, reading
            assert case.doubt is not None
            assert high - low <= case.doubt, (float(low), float(high))
