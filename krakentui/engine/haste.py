"""Haste: what an emergency does not need waits until its bytes are written, a second at most.

A `cancel` that asks nobody needs the word on its key, the list of orders and the names of pairs. Everything
else a session does at its start, the stream, market data, the clock, would stand in its way: on the wire,
where one private call is under way at a time, and on the processor.
"""

from collections.abc import Awaitable, Callable
from typing import Final

from krakentui.model.clock import SECOND, Clock
from krakentui.state.state import State

LONGEST_NS: Final = SECOND
"""Where no cancel leaves by then, its way may need what waits."""
LOOK_S: Final = 0.01


class Haste:
    """The haste of one session, if it is in any."""

    def __init__(self, state: State, clock: Clock, *, hasty: bool) -> None:
        """Begin, in haste or not."""
        self._state = state
        self._clock = clock
        self.is_on = hasty
        """Something is still to be written first."""

    async def over(self) -> None:
        """Wait for the end of the haste."""
        until_ns = self._clock.mono_ns() + LONGEST_NS
        while self.is_on and self._clock.mono_ns() < until_ns:
            self.is_on = not self._is_written()
            await self._clock.sleep(LOOK_S)
        self.is_on = False

    def _is_written(self) -> bool:
        """Tell whether a cancel has left, also one of everything that names no order."""
        mass = self._state.desk.groups.mass
        written = mass is not None and mass.phase not in {"asked", "not_sent"}
        return written or any(request.sent for request in self._state.cancels.values())

    def after(self, work: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
        """Do some work when the haste is over."""

        async def later() -> None:
            if self.is_on:
                await self.over()
            await work()

        return later
