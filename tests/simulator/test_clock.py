"""The virtual clock."""

from hypothesis import given
from hypothesis import strategies as st

from krakentui.simulator.clock import SimClock


@given(st.lists(st.integers(0, 50), max_size=30))
def test_timers_fire_in_order_of_time_and_then_of_asking(delays: list[int]) -> None:
    clock = SimClock(1_000)
    fired: list[tuple[int, int]] = []
    for number, delay in enumerate(delays):
        clock.after(delay, lambda number=number: fired.append((clock.now_us(), number)))  # type: ignore[misc]
    clock.advance_to(2_000)
    assert fired == sorted((1_000 + delay, number) for number, delay in enumerate(delays))


def test_each_timer_sees_its_own_instant() -> None:
    clock = SimClock(0)
    seen: list[int] = []
    for t_us in (5, 3, 9):
        clock.at(t_us, lambda: seen.append(clock.now_us()))
    clock.advance_to(7)
    assert (seen, clock.now_us()) == ([3, 5], 7)


def test_a_timer_set_by_a_timer_fires_within_the_same_advance() -> None:
    clock = SimClock(0)
    seen: list[int] = []
    clock.at(10, lambda: clock.after(5, lambda: seen.append(clock.now_us())))
    clock.advance_to(20)
    assert seen == [15]


def test_a_cancelled_timer_never_fires() -> None:
    clock = SimClock(0)
    seen: list[int] = []
    timer = clock.at(10, lambda: seen.append(1))
    timer.cancel()
    timer.cancel()
    clock.advance_to(20)
    assert seen == []
    assert clock.next_us() is None


def test_a_timer_in_the_past_fires_now_and_time_never_goes_back() -> None:
    clock = SimClock(100)
    seen: list[int] = []
    clock.at(10, lambda: seen.append(clock.now_us()))
    clock.advance_to(50)
    assert clock.now_us() == 100
    clock.advance_to(100)
    assert seen == [100]
