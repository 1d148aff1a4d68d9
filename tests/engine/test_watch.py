import asyncio

import pytest

from krakentui.engine.watch import Reading, jump, watch
from krakentui.model.clock import SECOND
from krakentui.model.event import ClockJumped
from krakentui.net.patience import Patience
from tests.support.clock import ManualClock

HOUR = 3600


def between(mono_s: float, wall_s: float) -> ClockJumped | None:
    after = Reading(round(mono_s * SECOND), round(wall_s * SECOND))
    return jump(Reading(0, 0), after, SECOND, 2 * SECOND)


@pytest.mark.parametrize(("mono_s", "wall_s"), [(1, 1), (1.5, 1.5), (2.9, 2.9), (1, 2.9), (1, -0.9)])
def test_small_differences_are_no_jump(mono_s: float, wall_s: float) -> None:
    assert between(mono_s, wall_s) is None


def test_a_suspend_that_the_steady_clock_did_not_see_is_a_jump() -> None:
    event = between(1, HOUR)
    assert event is not None
    assert event.gap_ns == (HOUR - 1) * SECOND


def test_a_suspend_that_the_steady_clock_did_see_is_a_jump() -> None:
    event = between(HOUR, HOUR)
    assert event is not None
    assert event.gap_ns == (HOUR - 1) * SECOND


def test_a_clock_set_back_is_a_jump_without_a_gap() -> None:
    event = between(1, -HOUR)
    assert event is not None
    assert event.gap_ns == 0
    assert "back" in event.why


@pytest.mark.anyio
async def test_a_step_of_the_clock_is_told_once() -> None:
    clock, heard = ManualClock(), list[ClockJumped]()
    async with asyncio.TaskGroup() as group:
        task = group.create_task(watch(clock, Patience(), heard.append))
        await clock.advance(5)
        clock.step_wall(10)
        await clock.advance(5)
        task.cancel()
    assert len(heard) == 1


@pytest.mark.parametrize("speed", [1.0, 20.0, 100.0])
def test_a_sped_up_clock_forgives_the_same_real_hiccup(speed: float) -> None:
    assert Patience.at_speed(speed).jump_s / speed == 2.0
