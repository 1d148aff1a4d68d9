import random

from hypothesis import given
from hypothesis import strategies as st

from krakentui.model.clock import SECOND
from krakentui.net.backoff import Backoff, ConnectBudget, EdgePause


def waits(count: int, seed: int = 1) -> list[float]:
    backoff, rng, found = Backoff(), random.Random(seed), []
    for t in range(count):
        backoff, wait_s = backoff.lost("drop", t * SECOND, rng)
        found.append(wait_s)
    return found


@given(st.integers())
def test_the_first_two_tries_come_within_a_second(seed: int) -> None:
    assert all(0 <= wait <= 1 for wait in waits(2, seed))


@given(st.integers())
def test_later_tries_wait_from_5_to_30_s_and_a_quarter(seed: int) -> None:
    assert all(5 <= wait <= 37.5 for wait in waits(40, seed)[2:])


def test_waits_grow_by_1_6_until_30_s() -> None:
    class Never(random.Random):
        def random(self) -> float:
            return 0.0

    backoff, found = Backoff(), []
    for t in range(8):
        backoff, wait_s = backoff.lost("drop", t * SECOND, Never())
        found.append(round(wait_s, 2))
    assert found == [0, 0, 5, 8, 12.8, 20.48, 30, 30]


def test_thirty_stable_seconds_make_tries_quick_again() -> None:
    backoff, rng = Backoff(failures=9), random.Random(1)
    _, wait_s = backoff.opened(0).lost("drop", 30 * SECOND, rng)
    assert wait_s <= 1


def test_a_socket_that_closes_at_once_counts_as_another_failure() -> None:
    backoff, rng = Backoff(failures=4), random.Random(1)
    _, wait_s = backoff.opened(0).lost("drop", 29 * SECOND, rng)
    assert wait_s >= 5


def test_maintenance_waits_five_seconds_even_at_the_first_try() -> None:
    _, wait_s = Backoff().lost("maintenance", 0, random.Random(1))
    assert wait_s == 5


def test_sixty_connects_in_ten_minutes_and_no_more() -> None:
    budget = ConnectBudget()
    for second in range(60):
        assert budget.wait_ns(second * SECOND) == 0
        budget.spend(second * SECOND)
    assert budget.wait_ns(60 * SECOND) > 539 * SECOND


@given(st.lists(st.integers(0, 40), max_size=200))
def test_no_window_of_ten_minutes_ever_holds_more_than_sixty(gaps: list[int]) -> None:
    budget, t, spent = ConnectBudget(), 0, []
    for gap in gaps:
        t += gap * SECOND
        t += budget.wait_ns(t)
        budget.spend(t)
        spent.append(t)
    assert all(sum(at <= one < at + 600 * SECOND for one in spent) <= 60 for at in spent)


def test_the_edge_gets_a_minute_at_least_and_ever_more() -> None:
    edge, rng, t = EdgePause(), random.Random(1), 1_000 * SECOND
    found = []
    for _ in range(6):
        found.append(edge.refused(t, rng))
        t = edge.until_ns + SECOND
    assert 60 <= found[0] <= 66
    assert 120 <= found[1] <= 132
    assert 900 <= found[5] <= 990


def test_two_refusals_of_one_moment_are_one() -> None:
    edge, rng = EdgePause(), random.Random(1)
    edge.refused(0, rng)
    until_ns = edge.until_ns
    edge.refused(SECOND, rng)
    assert edge.until_ns == until_ns
