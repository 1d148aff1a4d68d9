import asyncio

import pytest

from krakentui.model.clock import SECOND, SystemClock, this_boot
from tests.support.clock import ManualClock


def test_a_sped_up_clock_runs_exactly_that_much_faster() -> None:
    plain, fast = SystemClock(), SystemClock(speed=1000.0)
    outer_start, fast_start, inner_start = plain.mono_ns(), fast.mono_ns(), plain.mono_ns()
    while (inner_end := plain.mono_ns()) < inner_start + 1_000_000:
        pass
    fast_end, outer_end = fast.mono_ns(), plain.mono_ns()
    assert (inner_end - inner_start) * 1000 - 2000 <= fast_end - fast_start
    assert fast_end - fast_start <= (outer_end - outer_start) * 1000 + 2000


def test_a_clock_with_a_start_shows_that_instant() -> None:
    clock = SystemClock(start_ns=5_000 * SECOND)
    assert 0 <= clock.now_ns() - 5_000 * SECOND < 10 * SECOND


def test_a_sped_up_wait_is_short_on_the_machine() -> None:
    assert SystemClock(speed=60.0).real_seconds(30) == 0.5


@pytest.mark.anyio
async def test_sleepers_wake_in_the_order_of_their_deadlines() -> None:
    clock, woken = ManualClock(), []

    async def nap(seconds: float) -> None:
        await clock.sleep(seconds)
        woken.append((seconds, clock.mono_ns() // SECOND))

    tasks = [asyncio.ensure_future(nap(seconds)) for seconds in (3, 1, 2)]
    await clock.advance(2.5)
    assert woken == [(1, 1001), (2, 1002)]
    await clock.advance(1)
    await asyncio.gather(*tasks)
    assert woken[-1] == (3, 1003)


@pytest.mark.parametrize("speed", [1.0, 2.5, 60.0])
def test_programs_of_one_speed_read_the_same_steady_time(speed: float) -> None:
    early = SystemClock(speed)
    between, late = early.mono_ns(), SystemClock(speed)
    assert 0 <= late.mono_ns() - between < 10 * speed * SECOND


def test_a_start_of_the_machine_keeps_its_name() -> None:
    assert this_boot() == this_boot()
    assert this_boot().host
