import asyncio
from collections.abc import Coroutine

import pytest

from krakentui.net.deadline import Cut, Scissors, within
from tests.support.clock import ManualClock, settle


async def answer() -> str:
    await asyncio.sleep(0)
    return "yes"


async def never() -> str:
    await asyncio.get_running_loop().create_future()
    return "no"


async def broken() -> str:
    raise ValueError("inside")


async def ending(work: Coroutine[None, None, str]) -> str:
    try:
        return await work
    except (TimeoutError, Cut) as error:
        return type(error).__name__


@pytest.mark.anyio
async def test_work_in_time_gives_its_result() -> None:
    assert await within(ManualClock(), 1, answer) == "yes"


@pytest.mark.anyio
async def test_work_that_fails_raises_its_own_error() -> None:
    with pytest.raises(ValueError, match="inside"):
        await within(ManualClock(), 1, broken)


@pytest.mark.anyio
async def test_work_that_takes_longer_times_out_by_the_clock() -> None:
    clock = ManualClock()
    async with asyncio.TaskGroup() as group:
        task = group.create_task(ending(within(clock, 2, never)))
        await clock.advance(1.9)
        assert not task.done()
        await clock.advance(0.1)
        assert await task == "TimeoutError"


@pytest.mark.anyio
async def test_scissors_cut_work_short() -> None:
    scissors = Scissors()
    async with asyncio.TaskGroup() as group:
        task = group.create_task(ending(scissors.run(ManualClock(), 2, never)))
        await settle()
        scissors.cut()
        assert await task == "Cut"


@pytest.mark.anyio
async def test_scissors_that_cut_before_let_nothing_begin() -> None:
    scissors = Scissors()
    scissors.cut()
    with pytest.raises(Cut):
        await scissors.run(ManualClock(), 2, answer)


@pytest.mark.anyio
async def test_a_cancellation_from_outside_passes_through() -> None:
    async with asyncio.TaskGroup() as group:
        task = group.create_task(within(ManualClock(), 2, never))
        await settle()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
