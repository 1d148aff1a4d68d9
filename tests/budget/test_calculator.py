from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from krakentui.budget.calculator import Act, Op, Pause, Reckoned, Row, Step, reckon
from krakentui.model.clock import SECOND
from krakentui.model.limit import POINT, Tier, points
from tests.budget.figures import spread
from tests.budget.reference import Drain, TrueCounter


def an_act(op: Op, count: int = 1, age_s: int | None = None) -> Act:
    return Act(op, count, None if age_s is None else age_s * SECOND)


def after(*steps: Step, tier: Tier = "intermediate") -> Reckoned:
    return reckon(tier, steps)


def test_the_documentation_s_example_is_eight_points() -> None:
    """Add, amend at 7 s, cancel 36 s later (spot trading rate-limit guide)."""
    reckoned = after(an_act("add"), an_act("amend", age_s=7), an_act("cancel", age_s=36))
    assert [spread(row.cost) for row in reckoned.rows] == [(1, 1), (3, 3), (4, 4)]
    assert spread(reckoned.used) == (8, 8)
    assert reckoned.passes is True


def test_the_documentation_s_fifty_adds_are_26_6_points_ten_seconds_later() -> None:
    """By a steady drain; by one of whole seconds a step more (spot trading rate-limit guide)."""
    reckoned = after(an_act("add", 50), Pause(10 * SECOND))
    assert spread(reckoned.used) == (Fraction("26.6"), Fraction("28.94"))


@pytest.mark.parametrize(
    ("op", "costs"),
    [
        ("amend", (4, 3, 2, 1, 1, 1, 1)),
        ("edit", (7, 6, 5, 3, 2, 1, 1)),
        ("cancel", (8, 6, 5, 4, 2, 1, 0)),
    ],
)
def test_costs_fall_with_the_age_as_documented(op: Op, costs: tuple[int, ...]) -> None:
    """The table of the spot trading rate-limit guide, 2026-05, at the first second of each column."""
    for age_s, cost in zip((0, 5, 10, 15, 45, 90, 300), costs, strict=True):
        assert spread(after(an_act(op, age_s=age_s)).cost) == (cost, cost)
        assert age_s == 0 or spread(after(an_act(op, age_s=age_s - 1)).cost) != (cost, cost) or cost < 2


def test_a_batch_of_adds_costs_half() -> None:
    assert spread(after(an_act("batch-add", 15)).cost) == (Fraction(15, 2), Fraction(15, 2))


def test_an_age_that_is_not_said_may_be_any() -> None:
    assert spread(after(an_act("cancel")).cost) == (0, 8)
    assert spread(after(an_act("edit")).cost) == (1, 7)


def test_singles_over_the_ceiling_are_refused_and_may_count() -> None:
    reckoned = after(an_act("cancel", 25, 3), tier="starter")
    (row,) = reckoned.rows
    assert (row.requests, row.passes) == (25, (7, 7))
    assert spread(row.used) == (56, 200)
    assert reckoned.passes is False


def test_a_batch_cancel_is_taken_over_the_ceiling() -> None:
    reckoned = after(an_act("batch-cancel", 25, 3), tier="starter")
    assert spread(reckoned.used) == (60, 200)
    assert reckoned.passes is True


def test_where_the_doubt_decides_an_act_perhaps_passes() -> None:
    reckoned = after(an_act("cancel", 7), an_act("cancel", age_s=3), tier="starter")
    assert reckoned.rows[1].passes == (0, 1)
    assert reckoned.passes is None


def test_a_pause_drains() -> None:
    reckoned = after(an_act("add", 60), Pause(2 * SECOND), an_act("add"), tier="starter")
    assert [row.at_ns for row in reckoned.rows] == [0, 2 * SECOND, 2 * SECOND]
    assert spread(reckoned.rows[1].used) == (58, 59)
    assert reckoned.passes is True


def test_when_one_more_act_fits_and_when_all_is_drained() -> None:
    reckoned = after(an_act("add", 60), tier="starter")
    assert reckoned.free_in_ns == (1 * SECOND, 2 * SECOND)  # one step may be late
    assert reckoned.zero_in_ns == (60 * SECOND, 61 * SECOND)
    assert after(Pause(SECOND)).zero_in_ns == (0, 0)


steps = st.lists(
    st.one_of(
        st.builds(lambda s: Pause(s * SECOND), st.integers(0, 40)),
        st.builds(
            an_act,
            st.sampled_from(["add", "amend", "edit", "cancel", "batch-cancel"]),
            st.integers(1, 12),
            st.integers(0, 400),
        ),
        st.builds(an_act, st.just("batch-add"), st.integers(2, 15)),
    ),
    max_size=15,
)
RATES: dict[Tier, tuple[int, str]] = {
    "starter": (60, "1"),
    "intermediate": (125, "2.34"),
    "pro": (180, "3.75"),
}


@given(
    steps,
    st.sampled_from(["starter", "intermediate", "pro"]),
    st.sampled_from(["steady", "looked at each second"]),
    st.booleans(),
    st.booleans(),
)
def test_the_reckoning_holds_what_an_exchange_does(
    some: list[Step], tier: Tier, drain: Drain, refused_count: bool, capped: bool
) -> None:
    ceiling, rate = RATES[tier]
    truth = TrueCounter(drain, Fraction(rate))
    for row in reckon(tier, some).rows:
        passed = played(truth, row, ceiling, refused_count=refused_count, capped=capped)
        assert row.passes[0] <= passed <= row.passes[1]
        assert row.used.low <= truth.at(row.at_ns) * POINT <= row.used.high


def played(truth: TrueCounter, row: Row, ceiling: int, *, refused_count: bool, capped: bool) -> int:
    """Do one step on a true counter; tell how many of its requests passed."""
    if isinstance(row.step, Pause):
        truth.at(row.at_ns)
        return 0
    cost, passed = points(row.cost.high) / row.requests, 0
    for _ in range(row.requests):
        used = truth.at(row.at_ns)
        if row.step.op == "batch-cancel":
            truth.add(min(cost, max(Fraction(0), ceiling - used)) if capped else cost, row.at_ns)
            passed += 1
        elif used + cost <= ceiling:
            truth.add(cost, row.at_ns)
            passed += 1
        elif refused_count:
            truth.add(cost, row.at_ns)
    return passed


def test_a_random_exchange_is_no_exception() -> None:
    """A life of many acts at once, as a script may plan it."""
    random = Random(4)
    some: list[Step] = [an_act("cancel", 3, random.randrange(400)) for _ in range(200)]
    reckoned = after(*some)
    assert reckoned.cost.high == sum(row.cost.high for row in reckoned.rows)
    assert reckoned.most == max(row.used.high for row in reckoned.rows)
