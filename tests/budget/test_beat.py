"""Counters whose steps come at the full seconds of a clock that is known up to a doubt."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from krakentui.budget.counter import Counter
from krakentui.budget.rules import per_ns
from krakentui.model.clock import MILLISECOND, SECOND
from krakentui.model.limit import POINT, units
from tests.budget.reference import TrueCounter

RATES = ["1", "2.34", "3.75"]
lives = st.lists(st.tuples(st.integers(0, 4_000), st.integers(0, 16)), min_size=1, max_size=30)
"""Waits in milliseconds, each followed by a cost in halves of a point."""
doubts_ms = st.integers(0, 300)
aheads_ms = st.integers(-10_000, 10_000)


def a_counter(rate: str, ahead_ms: int = 0, doubt_ms: int = 0) -> Counter:
    drain = per_ns(Fraction(rate))
    counter = Counter(0, 0, 0, units(60), drain, drain, step=drain * SECOND)
    return counter.timed(ahead_ms * MILLISECOND, doubt_ms * MILLISECOND, 0)


def points_at(truth: TrueCounter, counter: Counter, t_ns: int) -> Fraction:
    """Where the truth stands in units; the interval holds it."""
    now, true = counter.at(t_ns), truth.at(t_ns + 20 * SECOND + truth.phase_ns) * POINT
    assert now.low <= true <= now.high, (float(true), now.low, now.high)
    return true


@pytest.mark.parametrize("rate", RATES)
@given(life=lives, ahead_ms=aheads_ms, doubt_ms=doubts_ms, error=st.integers(-100, 100), again=st.booleans())
def test_the_interval_holds_the_truth_wherever_the_clock_is_within_its_doubt(
    rate: str, life: list[tuple[int, int]], ahead_ms: int, doubt_ms: int, error: int, *, again: bool
) -> None:
    true_ahead_ns = ahead_ms * MILLISECOND + doubt_ms * MILLISECOND * error // 100
    truth = TrueCounter("looked at each second", Fraction(rate), phase_ns=true_ahead_ns)
    counter, t_ns = a_counter(rate, ahead_ms, doubt_ms), 0
    for number, (wait_ms, halves) in enumerate(life):
        for _ in range(2):
            t_ns += wait_ms * MILLISECOND // 2
            points_at(truth, counter, t_ns)
        truth.add(Fraction(halves, 2), t_ns + 20 * SECOND + true_ahead_ns)
        counter = counter.spend(halves * POINT // 2, halves * POINT // 2, t_ns)
        points_at(truth, counter, t_ns)
        if again and number % 3 == 2:  # measured anew, with another error within the doubt
            off_ns = doubt_ms * MILLISECOND * (error * number % 100) // 100
            counter = counter.timed(true_ahead_ns + off_ns, doubt_ms * MILLISECOND, t_ns)
            points_at(truth, counter, t_ns)
        if again and number % 7 == 6:
            counter = counter.untimed(t_ns)


@pytest.mark.parametrize("rate", RATES)
@given(life=lives, ahead_ms=aheads_ms)
def test_where_the_clock_is_known_the_ends_meet(
    rate: str, life: list[tuple[int, int]], ahead_ms: int
) -> None:
    counter, t_ns = a_counter(rate, ahead_ms), 0
    for wait_ms, halves in life:
        t_ns += wait_ms * MILLISECOND
        counter = counter.spend(halves * POINT // 2, halves * POINT // 2, t_ns)
        assert counter.low == counter.high


@given(lives, aheads_ms, doubts_ms, st.integers(0, 5_000), st.integers(0, 5_000))
def test_two_steps_in_time_are_as_good_as_one(
    life: list[tuple[int, int]], ahead_ms: int, doubt_ms: int, first_ms: int, second_ms: int
) -> None:
    counter, t_ns = a_counter("2.34", ahead_ms, doubt_ms), 0
    for wait_ms, halves in life:
        t_ns += wait_ms * MILLISECOND
        counter = counter.spend(halves * POINT // 4, halves * POINT // 2, t_ns)
    middle_ns, end_ns = t_ns + first_ms * MILLISECOND, t_ns + (first_ms + second_ms) * MILLISECOND
    once, twice = counter.at(end_ns), counter.at(middle_ns).at(end_ns)
    assert (once.low, once.high) == (twice.low, twice.high)
    assert once.low <= counter.at(middle_ns).low
    assert once.high <= counter.at(middle_ns).high


@given(lives, aheads_ms, doubts_ms, st.integers(0, 65))
def test_the_moment_at_which_it_fits_is_the_first(
    life: list[tuple[int, int]], ahead_ms: int, doubt_ms: int, cost: int
) -> None:
    counter, t_ns = a_counter("3.75", ahead_ms, doubt_ms), 0
    for wait_ms, halves in life:
        t_ns += wait_ms * MILLISECOND
        counter = counter.spend(0, 10 * halves * POINT // 2, t_ns)
    fits_ns = counter.fits_at(cost * POINT, t_ns)
    if fits_ns is None:
        assert cost > 60
    else:
        assert counter.surely_fits(cost * POINT, fits_ns)
        assert fits_ns == t_ns or not counter.surely_fits(cost * POINT, fits_ns - 1)


@given(
    lives, aheads_ms, doubts_ms, st.integers(0, 70), st.sampled_from(["refused", "reported", "least", "most"])
)
def test_what_is_seen_of_the_figure_is_held(
    life: list[tuple[int, int]], ahead_ms: int, doubt_ms: int, seen: int, how: str
) -> None:
    """Something is learned of X itself: whatever of it was withheld, the interval holds it later."""
    truth = TrueCounter("looked at each second", Fraction("3.75"), phase_ns=ahead_ms * MILLISECOND)
    counter, t_ns = a_counter("3.75", ahead_ms, doubt_ms), 0
    for wait_ms, halves in life:
        t_ns += wait_ms * MILLISECOND
        truth.add(Fraction(halves * 4), t_ns + 20 * SECOND + truth.phase_ns)
        counter = counter.spend(0, halves * 4 * POINT, t_ns)
        true = points_at(truth, counter, t_ns)
        match how:
            case "refused" if true + seen * POINT > counter.ceiling:
                counter = counter.refused(seen * POINT, t_ns, counter.at(t_ns).high)
            case "reported":
                counter = counter.reported(int(true), t_ns)
                counter = structs.replace(counter, high=counter.high + 1)
            case "least":
                counter = counter.at_least(seen * POINT, t_ns)
            case "most" if true <= seen * POINT:
                counter = counter.at_most(seen * POINT, t_ns)


def test_a_doubt_of_half_a_second_says_nothing() -> None:
    drain = per_ns(Fraction(1))
    counter = Counter(0, 0, 0, units(60), drain, drain, step=POINT)
    assert counter.timed(0, SECOND // 2, 0).beat is None
    assert structs.replace(counter, step=0).timed(0, 0, 0).beat is None


@pytest.mark.parametrize("timed", [True, False])
@given(life=lives, ahead_ms=aheads_ms, doubt_ms=doubts_ms, error=st.integers(-100, 100))
def test_batches_that_count_up_to_the_ceiling_are_held(
    life: list[tuple[int, int]], ahead_ms: int, doubt_ms: int, error: int, *, timed: bool
) -> None:
    true_ahead_ns = ahead_ms * MILLISECOND + doubt_ms * MILLISECOND * error // 100
    truth = TrueCounter("looked at each second", Fraction("3.75"), phase_ns=true_ahead_ns)
    counter, t_ns = structs.replace(a_counter("3.75", ahead_ms, doubt_ms), caps=True), 0
    counter = counter if timed else counter.untimed(0)
    for number, (wait_ms, halves) in enumerate(life):
        t_ns += wait_ms * MILLISECOND
        true = points_at(truth, counter, t_ns) / POINT
        cost = Fraction(8 * halves)
        there_ns = t_ns + 20 * SECOND + true_ahead_ns
        if number % 2:
            truth.add(min(cost, max(Fraction(0), 60 - true)), there_ns)
            low, owed = counter.at(t_ns).surely_counts(units(cost))
            counter = counter.spend(low, units(cost), t_ns, owed=owed, batch=True)
        elif counter.surely_fits(units(cost), t_ns):
            truth.add(cost, there_ns)
            counter = counter.spend(units(cost), units(cost), t_ns)
        points_at(truth, counter, t_ns)
