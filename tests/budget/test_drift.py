"""When a figure of the exchange agrees with our count, and when it may correct it."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from krakentui.budget.drift import NEEDED, Trust, drift, judged, telling, tolerance
from krakentui.budget.interval import Interval
from krakentui.budget.rules import TIERS
from krakentui.model.audit import Verdict
from krakentui.model.limit import POINT, units

PRO = TIERS["pro"].engine_decay
verdicts = st.lists(st.sampled_from(["agrees", "disagrees", "vague"]), max_size=80)


def between(low: str, high: str) -> Interval:
    return Interval.between(low, high)


@pytest.mark.parametrize(("decay", "points"), [("1", "1"), ("2.34", "1.17"), ("3.75", "1.875")])
def test_a_figure_may_be_off_by_a_point_or_half_a_second_of_drain(decay: str, points: str) -> None:
    assert tolerance(Fraction(decay)) == units(points)


@pytest.mark.parametrize(("decay", "points"), [("1", "5"), ("2.34", "5"), ("3.75", "7.5")])
def test_a_count_proves_something_while_it_is_narrow(decay: str, points: str) -> None:
    assert telling(Fraction(decay)) == units(points)


@pytest.mark.parametrize(
    ("figure", "off"), [("4", "0"), ("6", "0"), ("5", "0"), ("3.5", "-0.5"), ("8", "2"), ("0", "-4")]
)
def test_drift_is_the_way_to_the_nearer_end(figure: str, off: str) -> None:
    assert drift(units(figure), between("4", "6")) == units(off)


@pytest.mark.parametrize(
    ("figure", "ours", "chain", "seen", "verdict"),
    [
        ("5", ("4", "6"), ("4", "6"), ("4", "6"), "agrees"),
        ("7.875", ("4", "6"), ("4", "6"), ("4", "6"), "agrees"),
        ("7.876", ("4", "6"), ("4", "6"), ("4", "6"), "disagrees"),
        ("2.124", ("4", "6"), ("4", "6"), ("4", "6"), "disagrees"),
        ("20", ("4", "40"), ("4", "40"), ("4", "6"), "vague"),
        ("5", ("0", "180"), ("0", "180"), ("0", "180"), "vague"),
        ("5", ("0", "40"), ("4", "7"), ("4", "6"), "agrees"),
        ("20", ("0", "40"), ("4", "7"), ("4", "6"), "disagrees"),
        ("5", ("10", "12"), ("4", "7"), ("4", "6"), "disagrees"),
    ],
)
def test_a_figure_is_held_against_our_count_and_the_figure_before(
    figure: str, ours: tuple[str, str], chain: tuple[str, str], seen: tuple[str, str], verdict: str
) -> None:
    counts = between(*ours), between(*chain), between(*seen)
    assert judged(units(figure), *counts, PRO) == verdict


@given(st.integers(0, 200 * POINT), st.integers(0, 200 * POINT), st.integers(0, 200 * POINT))
def test_what_agrees_is_never_farther_off_than_the_tolerance(figure: int, one: int, other: int) -> None:
    count = Interval(min(one, other), max(one, other))
    if judged(figure, count, count, count, PRO) == "agrees":
        assert abs(drift(figure, count)) <= tolerance(PRO)
        assert count.high - count.low <= telling(PRO)


@given(verdicts)
def test_a_figure_corrects_only_after_twenty_that_agree_since_the_last_that_did_not(
    told: list[Verdict],
) -> None:
    trust = Trust()
    for verdict in told:
        trust = trust.after(verdict)
    since = told[len(told) - told[::-1].index("disagrees") :] if "disagrees" in told else told
    assert trust.corrects == (since.count("agrees") >= NEEDED)
    assert trust.disagreed == ("disagrees" in told and not trust.corrects)
