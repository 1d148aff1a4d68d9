"""A deadline by our own clock, and work that can be cut short from outside."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import TypeVar

from krakentui.model.clock import Clock

T = TypeVar("T")


class Cut(Exception):
    """The work was cut short from outside."""


class Scissors:
    """Cuts one piece of work short: the hand of whoever has something more urgent."""

    def __init__(self) -> None:
        """Start with nothing to cut."""
        self._scope: asyncio.Timeout | None = None
        self.has_cut = False

    def cut(self) -> None:
        """Stop the work, if it still runs: it ends with `Cut`."""
        self.has_cut = True
        self._stop()

    def _stop(self) -> None:
        if self._scope is not None:
            with contextlib.suppress(RuntimeError):  # it ended in this very turn of the loop
                self._scope.reschedule(asyncio.get_running_loop().time())

    async def run(self, clock: Clock, seconds: float, work: Callable[[], Awaitable[T]]) -> T:
        """Do the work for at most so long by this clock.

        Raises:
            TimeoutError: the time ran out.
            Cut: `cut` was called.
        """
        if self.has_cut:
            raise Cut
        outcome: list[T] = []
        failure: Exception | None = None
        async with asyncio.TaskGroup() as group:
            watch = group.create_task(self._expire(clock, seconds), name="deadline")
            try:
                async with asyncio.timeout(None) as self._scope:
                    outcome.append(await work())
            except Exception as error:  # noqa: BLE001 - raised again outside, where the group cannot wrap it
                failure = error
            finally:
                self._scope = None
                watch.cancel()
        if outcome:
            return outcome[0]
        if isinstance(failure, TimeoutError) and self.has_cut:
            raise Cut from failure
        raise failure or TimeoutError

    async def _expire(self, clock: Clock, seconds: float) -> None:
        await clock.sleep(seconds)
        self._stop()


async def within(clock: Clock, seconds: float, work: Callable[[], Awaitable[T]]) -> T:
    """Do the work for at most so long by this clock.

    Raises:
        TimeoutError: the time ran out.
    """
    return await Scissors().run(clock, seconds, work)
