import pytest
from hypothesis import given
from hypothesis import strategies as st

from krakentui.budget.belief import Belief
from krakentui.budget.interval import Interval
from krakentui.budget.meter import Meter
from krakentui.model.clock import SECOND
from krakentui.model.limit import POINT, units
from tests.budget.figures import spread

PRO = Belief(assumed="pro")

acts = st.lists(
    st.tuples(
        st.sampled_from(["sent", "settled", "foreign", "spent", "refused", "gap"]), st.integers(0, 9_000)
    ),
    max_size=25,
)


def a_meter() -> Meter:
    return Meter.empty(PRO.rest_counter(0))


def lived(life: list[tuple[str, int]]) -> tuple[Meter, int]:
    """Walk through a life of acts of two points each, with waits in milliseconds."""
    meter, t_ns, flying = a_meter(), 0, 0
    cost = Interval(POINT, 2 * POINT)
    for act, wait_ms in life:
        t_ns += wait_ms * 1_000_000
        match act:
            case "sent":
                flying += 1
                meter = meter.sent(str(flying), cost, t_ns, t_ns + 5 * SECOND)
            case "settled":
                meter = meter.settled(str(flying), t_ns)
            case "foreign":
                meter = meter.foreign(cost, t_ns, batch=True, hidden_ns=300 * SECOND)
            case "spent":
                meter = meter.spent(cost, t_ns)
            case "refused":
                meter = meter.refused(str(flying), 2 * POINT, t_ns, by_others=True)
            case _:
                meter = meter.gap(t_ns)
    return meter, t_ns


@given(acts, st.integers(0, 400_000))
def test_low_never_passes_high_through_any_life(life: list[tuple[str, int]], later_ms: int) -> None:
    meter, t_ns = lived(life)
    shown = meter.shown(t_ns + later_ms * 1_000_000)
    assert 0 <= shown.low <= shown.high


@given(acts, st.integers(0, 200_000), st.integers(0, 200_000))
def test_two_steps_in_time_are_as_good_as_one(
    life: list[tuple[str, int]], first_ms: int, second_ms: int
) -> None:
    meter, t_ns = lived(life)
    middle_ns, end_ns = t_ns + first_ms * 1_000_000, t_ns + (first_ms + second_ms) * 1_000_000
    assert meter.at(middle_ns).at(end_ns) == meter.at(end_ns)


@given(acts, st.integers(0, 200_000), st.integers(0, 200_000))
def test_the_high_end_only_falls_with_time(
    life: list[tuple[str, int]], first_ms: int, second_ms: int
) -> None:
    meter, t_ns = lived(life)
    middle_ns, end_ns = t_ns + first_ms * 1_000_000, t_ns + (first_ms + second_ms) * 1_000_000
    assert meter.shown(end_ns).high <= meter.shown(middle_ns).high


@given(acts, st.integers(0, 21))
def test_the_moment_at_which_it_fits_is_the_first(life: list[tuple[str, int]], points: int) -> None:
    meter, t_ns = lived(life)
    fits_ns = meter.fits_at(points * POINT, t_ns)
    if fits_ns is None:
        assert points > 20
    else:
        assert meter.shown(fits_ns).surely_fits(points * POINT, fits_ns)
        assert fits_ns == t_ns or not meter.shown(fits_ns - 1).surely_fits(points * POINT, fits_ns - 1)


@given(acts)
def test_what_is_known_is_never_above_what_may_be(life: list[tuple[str, int]]) -> None:
    meter, t_ns = lived(life)
    assert meter.shown_known(t_ns).high <= meter.shown(t_ns).high


def test_hidden_acts_of_one_second_are_kept_as_one() -> None:
    meter = a_meter()
    for _ in range(1_000):
        meter = meter.foreign(Interval(0, 0), SECOND, batch=False, hidden_ns=300 * SECOND)
    assert len(meter.hidden) == 1
    assert spread(meter.shown(SECOND)) == (0, 1_000)


def test_what_settles_cheaper_than_it_was_sent_gives_back() -> None:
    meter = a_meter().sent("a", Interval(4 * POINT, 4 * POINT), 0, 5 * SECOND)
    assert spread(meter.settled("a", 0, Interval(0, POINT)).shown(0)) == (0, 1)


@pytest.mark.parametrize(("full", "high"), [(units(25), 25), (units(20), 20), (units(10), 10)])
def test_another_ceiling_moves_the_doubt_of_the_start(full: int, high: int) -> None:
    meter = Meter.unknown(PRO.rest_counter(0), units(20))
    assert spread(meter.retuned(PRO.rest_counter(0), full, 0).shown(0)) == (0, high)


def test_a_smaller_ceiling_keeps_what_was_spent_since() -> None:
    meter = Meter.unknown(PRO.rest_counter(0), units(20)).spent(Interval(POINT, POINT), 0)
    assert spread(meter.retuned(PRO.rest_counter(0), units(10), 0).shown(0)) == (1, 11)
