"""Counters are exact, and the stepped ones never stand below the continuous one nor a step above."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from krakentui.simulator.counters import Continuous, EachSecond, Gauge, WholePoints

SECOND = 1_000_000
gaps = st.one_of(st.integers(0, 3), st.integers(0, 2 * SECOND), st.integers(0, 30 * SECOND))
acts = st.lists(st.tuples(gaps, st.sampled_from([0, 1, 2, 4, 8])), max_size=40)
starts = st.integers(0, 10**13)


def by_hand(rate: Fraction, events: list[tuple[int, Fraction]], t_us: int) -> Fraction:
    """Carry the counter along in rationals, event by event."""
    value, last = Fraction(0), 0
    for when, amount in [*events, (t_us, Fraction(0))]:
        value = max(Fraction(0), value - rate * (when - last) / SECOND) + amount
        last = when
    return value


@given(starts, acts, st.sampled_from(["33/100", "1/2", "1", "117/50", "15/4"]))
def test_continuous_equals_rational_arithmetic(t_us: int, steps: list[tuple[int, int]], rate: str) -> None:
    counter, events = Continuous(Fraction(rate)), list[tuple[int, Fraction]]()
    for gap, amount in steps:
        t_us += gap
        counter.add(amount, t_us)
        events.append((t_us, Fraction(amount)))
        assert counter.value(t_us + 7) == by_hand(Fraction(rate), events, t_us + 7)


@given(starts, acts, st.sampled_from([1, 2, 3]))
def test_whole_points_lag_by_less_than_a_point(t_us: int, steps: list[tuple[int, int]], period: int) -> None:
    smooth, stepped = Continuous(Fraction(1, period)), WholePoints(Fraction(1), step_us=period * SECOND)
    for gap, amount in steps:
        t_us += gap
        assert smooth.value(t_us) <= stepped.value(t_us) < smooth.value(t_us) + 1
        smooth.add(amount, t_us)
        stepped.add(amount, t_us)


@given(starts, acts)
def test_whole_points_stay_whole(t_us: int, steps: list[tuple[int, int]]) -> None:
    counter = WholePoints(Fraction(1), step_us=2 * SECOND)
    for gap, amount in steps:
        t_us += gap
        counter.add(amount, t_us)
        assert counter.value(t_us).denominator == 1


@given(starts, acts, st.sampled_from(["1", "117/50", "15/4"]))
def test_full_seconds_lag_by_at_most_a_second(t_us: int, steps: list[tuple[int, int]], rate: str) -> None:
    smooth, stepped = Continuous(Fraction(rate)), EachSecond(Fraction(rate))
    for gap, amount in steps:
        t_us += gap
        assert smooth.value(t_us) <= stepped.value(t_us) <= smooth.value(t_us) + Fraction(rate)
        smooth.add(amount, t_us)
        stepped.add(amount, t_us)


@pytest.mark.parametrize("kind", [Continuous, WholePoints, EachSecond])
@given(t_us=starts, steps=acts, edge=st.sampled_from([">", ">="]), cost=st.sampled_from([1, 4, 8]))
def test_free_at_is_the_first_microsecond_that_fits(
    kind: type[Continuous], t_us: int, steps: list[tuple[int, int]], edge: str, cost: int
) -> None:
    gauge = Gauge(kind(Fraction(1, 2)), 20, ">=" if edge == ">=" else ">")
    for gap, amount in steps:
        t_us += gap
        gauge.add(amount, t_us)
    free_us = gauge.free_at_us(cost, t_us)
    assert free_us is not None
    assert gauge.fits(cost, free_us)
    assert free_us == t_us or not gauge.fits(cost, free_us - 1)


def test_what_is_larger_than_the_ceiling_is_never_free() -> None:
    assert Gauge(Continuous(Fraction(1)), 20).free_at_us(21, 0) is None


def test_a_stepped_point_falls_at_the_full_step_after_the_counter_left_zero() -> None:
    counter = WholePoints(Fraction(1), step_us=2 * SECOND)
    counter.add(3, 5_500_000)
    assert [counter.value(t) for t in (7_499_999, 7_500_000, 9_500_000)] == [3, 2, 1]


def test_a_counter_forgets_what_it_has_drained() -> None:
    counter = Continuous(Fraction(1))
    for second in range(0, 1_000, 10):
        counter.add(4, second * SECOND)
    assert len(counter.events) == 1


def test_half_points_are_exact() -> None:
    counter = Continuous(Fraction(117, 50))
    counter.add(Fraction(3, 2), 0)
    assert counter.value(0) == Fraction(3, 2)


def test_a_cost_below_the_grain_is_an_error() -> None:
    with pytest.raises(ValueError, match="grains"):
        Continuous(Fraction(1)).add(Fraction(1, 3), 0)


def test_adding_up_to_a_top_leaves_what_stands_above() -> None:
    gauge = Gauge(Continuous(Fraction(1)), 60)
    gauge.add(70, 0)
    gauge.add_up_to(8, 60, 0)
    assert gauge.used(0) == 70
