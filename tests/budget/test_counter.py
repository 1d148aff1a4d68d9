from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from krakentui.budget.counter import Counter
from krakentui.budget.rules import per_ns
from krakentui.model.clock import SECOND
from krakentui.model.limit import POINT, points, units
from tests.budget.figures import spread
from tests.budget.reference import Drain, TrueCounter

Life = list[tuple[int, int]]
"""Waits in milliseconds, each followed by a cost in halves of a point."""

lives = st.lists(st.tuples(st.integers(0, 20_000), st.integers(0, 16)), min_size=1, max_size=40)
instants = st.integers(0, 10**12)


def a_counter(rate: str = "0.5", *, ceiling: int = 20, step: int = 0, low: int = 0, high: int = 0) -> Counter:
    drain = per_ns(Fraction(rate))
    return Counter(units(low), units(high), 0, units(ceiling), drain, drain, step=units(step))


@st.composite
def counters(draw: st.DrawFn) -> Counter:
    low = draw(st.integers(0, 30 * POINT))
    slow = draw(st.sampled_from([99, 150, 300, 702, 1125]))
    step = draw(st.integers(0, 4 * POINT))
    return Counter(
        low=low,
        high=low + draw(st.integers(0, 30 * POINT)),
        at_ns=draw(instants),
        ceiling=20 * POINT,
        drain_low_per_ns=slow + draw(st.integers(0, 200)),
        drain_high_per_ns=slow,
        step=step,
        lag=draw(st.integers(0, step)),
    )


def test_a_burst_of_twenty_fits_and_the_next_does_not() -> None:
    counter = a_counter()
    for _ in range(20):
        assert counter.surely_fits(POINT, 0)
        counter = counter.spend(POINT, POINT, 0)
    assert not counter.surely_fits(POINT, 0)


def test_a_steady_drain_is_exact() -> None:
    counter = a_counter("2.34", ceiling=125).spend(units(50), units(50), 0).at(10 * SECOND)
    assert points(counter.low) == points(counter.high) == Fraction("26.6")  # the guide's own example


def test_the_high_end_withholds_one_step_after_leaving_zero() -> None:
    counter = a_counter("0.5", step=1).spend(POINT, POINT, 0)
    assert counter.at(2 * SECOND).high == POINT
    assert counter.at(2 * SECOND).low == 0
    assert counter.at(4 * SECOND).high == 0


def test_an_earlier_moment_changes_nothing() -> None:
    counter = a_counter(high=5).at(7 * SECOND)
    assert counter.at(3 * SECOND) == counter


def test_a_refusal_raises_both_ends_to_what_it_proves() -> None:
    counter = a_counter().refused(units(4), 0)
    assert spread(counter) == (16, 24)


@pytest.mark.parametrize("seen", ["refused", "reported"])
def test_what_was_seen_may_fall_by_a_step_in_the_next_moment(seen: str) -> None:
    counter = a_counter("0.5", step=1)
    counter = counter.refused(units(4), 0) if seen == "refused" else counter.reported(units(16), 0)
    assert points(counter.low) == 16
    assert points(counter.at(1).low) < 15
    assert points(counter.at(2 * SECOND).low) == 14


def test_of_what_is_capped_only_so_much_counts_and_a_step_of_it_is_owed() -> None:
    counter = a_counter("1", step=1, low=18, high=18)
    assert counter.surely_counts(units(8)) == (units(2), units(1))
    assert counter.surely_counts(units(1)) == (units(1), 0)
    assert a_counter(low=30, high=30).surely_counts(units(8)) == (0, 0)


@pytest.mark.parametrize(("caps", "ends"), [(None, (20, 26)), (True, (20, 20)), (False, (26, 26))])
def test_a_batch_counts_up_to_the_ceiling_or_in_full_as_is_said(
    caps: bool | None, ends: tuple[int, int]
) -> None:
    counter = structs.replace(a_counter(low=18, high=18), caps=caps)
    low, owed = counter.surely_counts(units(8))
    assert spread(counter.spend(low, units(8), 0, owed=owed, batch=True)) == ends


def test_a_refusal_lowers_nothing() -> None:
    counter = a_counter(low=19, high=30).refused(POINT, 0)
    assert spread(counter) == (19, 30)


def test_a_reported_figure_wins() -> None:
    counter = a_counter(low=3, high=19).reported(units("7.5"), SECOND)
    assert counter.low == counter.high == units("7.5")


def test_a_cost_above_the_ceiling_never_fits() -> None:
    assert a_counter().fits_at(units(21), 0) is None


def test_a_call_that_passed_proves_that_the_counter_was_not_over() -> None:
    assert points(a_counter(low=2, high=30).at_most(units(21), 0).high) == 21


@given(counters(), st.integers(0, 40 * POINT), st.integers(0, 10**11), st.integers(0, 10**11))
def test_learning_that_a_call_passed_never_raises_a_later_high_end(
    counter: Counter, most: int, wait: int, later: int
) -> None:
    t_ns = counter.at_ns + wait
    learned = counter.at_most(most, t_ns)
    assert learned.at(t_ns + later).high <= counter.at(t_ns + later).high


@given(counters(), st.integers(0, 10**11), st.integers(0, 10**11))
def test_two_steps_in_time_are_as_good_as_one(counter: Counter, first: int, second: int) -> None:
    t_ns = counter.at_ns + first
    assert counter.at(t_ns).at(t_ns + second) == counter.at(t_ns + second)


@given(counters(), st.integers(0, 10**11), st.integers(0, 10**11))
def test_both_ends_only_fall_with_time(counter: Counter, first: int, second: int) -> None:
    sooner = counter.at(counter.at_ns + first)
    later = counter.at(counter.at_ns + first + second)
    assert 0 <= later.low <= sooner.low
    assert 0 <= later.high <= sooner.high


@given(counters(), st.integers(0, 10**11), st.integers(0, 8 * POINT), st.integers(0, 8 * POINT))
def test_low_never_passes_high(counter: Counter, wait: int, low: int, more: int) -> None:
    t_ns = counter.at_ns + wait
    for after in (
        counter.at(t_ns),
        counter.spend(low, low + more, t_ns),
        counter.refused(more, t_ns),
        counter.reported(low, t_ns),
        counter.at_least(low, t_ns),
        counter.at_most(low, t_ns),
    ):
        assert after.low <= after.high


@given(counters(), st.integers(0, 25 * POINT))
def test_the_moment_at_which_it_fits_is_the_first(counter: Counter, cost: int) -> None:
    fits_ns = counter.fits_at(cost, counter.at_ns)
    if fits_ns is None:
        assert cost > counter.ceiling
    else:
        assert counter.surely_fits(cost, fits_ns)
        assert fits_ns == counter.at_ns or not counter.surely_fits(cost, fits_ns - 1)


DRAINS: list[tuple[Drain, str, str, str]] = [
    # The key's counter: whole points, and its calls cost whole points.
    *(
        (drain, rate, slow, "1")
        for drain in ("steady", "steps from zero", "steps of a ticker")
        for rate, slow in (("1/3", "0.33"), ("0.5", "0.5"), ("1", "1"))
    ),
    # A pair's counter: every second.
    *(
        (drain, rate, rate, rate)
        for drain in ("steady", "looked at each second", "steps of a ticker")
        for rate in ("1", "2.34", "3.75")
    ),
]


@pytest.mark.parametrize(("drain", "rate", "slow", "step"), DRAINS)
@settings(max_examples=25)
@given(life=lives, phase_ms=st.integers(0, 3_000))
def test_the_interval_holds_every_reading_of_the_drain(
    drain: Drain, rate: str, slow: str, step: str, life: Life, phase_ms: int
) -> None:
    truth = TrueCounter(drain, Fraction(rate), Fraction(step), phase_ns=phase_ms * 1_000_000)
    counter = Counter(
        0, 0, 0, units(60), per_ns(Fraction(rate)), per_ns(Fraction(slow)), step=units(Fraction(step))
    )
    t_ns = 0
    for wait_ms, halves in life:
        for _ in range(2):  # look in between, too
            t_ns += wait_ms * 500_000
            assert truth.at(t_ns) * POINT <= counter.at(t_ns).high
            if drain != "steps of a ticker":  # a step that is due at once may go below a steady drain
                assert counter.at(t_ns).low <= truth.at(t_ns) * POINT
        cost = Fraction(halves, 2) if drain != "steps from zero" else Fraction(halves)
        truth.add(cost, t_ns)
        counter = counter.spend(units(cost), units(cost), t_ns)


@settings(max_examples=50)
@given(life=lives)
def test_the_doubt_about_steps_is_at_most_one_step(life: Life) -> None:
    counter = a_counter("0.5", step=1)
    t_ns = 0
    for wait_ms, halves in life:
        t_ns += wait_ms * 1_000_000
        counter = counter.spend(halves * POINT // 2, halves * POINT // 2, t_ns)
        assert counter.high - counter.low <= POINT


def test_where_the_drain_is_known_to_be_steady_the_ends_meet() -> None:
    counter = a_counter("1", step=0)
    for second in range(100):
        counter = counter.spend(POINT, POINT, second * SECOND // 3)
        assert counter.low == counter.high


@pytest.mark.parametrize(("edge", "fits"), [(0, 16), (1, 15)])
def test_a_counter_of_whole_points_is_held_below_an_edge_that_refuses(edge: int, fits: int) -> None:
    """A figure of 16 and a call of 4 make just the ceiling of 20."""
    for figure, more in ((16, "0"), (16, "0.9"), (15, "0.9")):
        high = units(figure) + units(more)
        counter = structs.replace(a_counter(), low=high, high=high, grain=POINT)
        assert counter.surely_fits(4 * POINT + edge, 0) == (figure <= fits)
