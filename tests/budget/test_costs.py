from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from krakentui.budget.costs import (
    add_cost,
    amend_cost,
    cancel_cost,
    edit_cost,
    free_in,
    next_step,
    removal_cost,
)
from krakentui.budget.interval import total
from krakentui.model.clock import SECOND
from krakentui.model.limit import points
from tests.budget.figures import spread

BORN = 1_804_669_200 * SECOND
ages = st.integers(0, 400 * SECOND)


@pytest.mark.parametrize(
    ("age_s", "points_"),
    [(0, 8), (4, 8), (5, 6), (9, 6), (10, 5), (15, 4), (44, 4), (45, 2), (90, 1), (300, 0)],
)
def test_a_cancel_costs_by_age(age_s: int, points_: int) -> None:
    assert points(cancel_cost(BORN, BORN, BORN + age_s * SECOND).low) == points_


@pytest.mark.parametrize(("age_s", "points_"), [(0, 4), (5, 3), (10, 2), (15, 1), (3_000, 1)])
def test_an_amend_costs_its_fixed_point_and_by_age(age_s: int, points_: int) -> None:
    assert points(amend_cost(BORN, BORN, BORN + age_s * SECOND).low) == points_


@pytest.mark.parametrize(("age_s", "points_"), [(0, 7), (5, 6), (10, 5), (15, 3), (45, 2), (90, 1)])
def test_an_edit_costs_its_fixed_point_and_by_age(age_s: int, points_: int) -> None:
    assert points(edit_cost(BORN, BORN, BORN + age_s * SECOND).low) == points_


def test_the_worked_example_of_the_guide_comes_out() -> None:
    amended = BORN + 7 * SECOND
    acts = [
        add_cost(),
        amend_cost(BORN, BORN, amended),
        cancel_cost(amended, amended, amended + 36 * SECOND),
    ]
    assert spread(total(acts)) == (8, 8)


def test_a_batch_of_adds_costs_half() -> None:
    assert spread(add_cost(7, batch=True)) == (Fraction(7, 2), Fraction(7, 2))
    assert spread(add_cost(7)) == (7, 7)


def test_an_add_seen_from_outside_may_have_come_in_a_batch() -> None:
    assert spread(add_cost(batch=None)) == (Fraction(1, 2), 1)


def test_for_one_second_after_a_rung_the_high_end_still_takes_the_dearer_one() -> None:
    assert spread(cancel_cost(BORN, BORN, BORN + 5 * SECOND)) == (6, 8)
    assert spread(cancel_cost(BORN, BORN, BORN + 6 * SECOND)) == (6, 6)


def test_an_order_that_may_have_been_amended_costs_between_its_oldest_and_its_youngest_age() -> None:
    assert spread(cancel_cost(BORN, BORN + 100 * SECOND, BORN + 120 * SECOND)) == (1, 4)


def test_an_order_of_unknown_age_costs_anything() -> None:
    assert spread(cancel_cost(None, None, BORN)) == (0, 8)
    assert spread(amend_cost(None, None, BORN)) == (1, 4)


def test_a_removal_by_others_may_be_the_first_half_of_an_edit() -> None:
    assert spread(removal_cost(BORN, BORN, BORN + 3 * SECOND)) == (6, 8)


def test_the_next_step_says_what_and_when() -> None:
    step = next_step(BORN, BORN + 20 * SECOND)
    assert step is not None
    assert points(step.cost) == 2
    assert step.in_ns == 26 * SECOND


def test_a_free_cancel_has_no_next_step() -> None:
    assert next_step(BORN, BORN + 301 * SECOND) is None
    assert free_in(BORN, BORN + 301 * SECOND) == 0


def test_an_unknown_age_has_no_next_step() -> None:
    assert next_step(None, BORN) is None
    assert free_in(None, BORN) is None


def test_an_order_from_the_future_is_as_young_as_can_be() -> None:
    assert spread(cancel_cost(BORN, BORN, BORN - 60 * SECOND)) == (8, 8)


@given(ages, ages, ages)
def test_the_true_cost_lies_within(first: int, doubt: int, wait: int) -> None:
    low_ns, high_ns = BORN + first, BORN + first + doubt
    now_ns = high_ns + wait
    cost = cancel_cost(low_ns, high_ns, now_ns)
    for true_ns in (low_ns, (low_ns + high_ns) // 2, high_ns):
        true = cancel_cost(true_ns, true_ns, now_ns).low
        assert cost.low <= true <= cost.high


@given(ages)
def test_walking_the_steps_ends_at_nothing_when_it_says_so(age: int) -> None:
    now_ns, total_ns = BORN + age, 0
    cost = cancel_cost(BORN, BORN, now_ns).high
    free_ns = free_in(BORN, now_ns)
    while (step := next_step(BORN, now_ns)) is not None:
        assert step.cost < cost
        now_ns, total_ns = now_ns + step.in_ns, total_ns + step.in_ns
        cost = cancel_cost(BORN, BORN, now_ns).high
        assert cost == step.cost
    assert (cost, total_ns) == (0, free_ns)
