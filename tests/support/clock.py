"""A clock that tests move themselves."""

import asyncio
import heapq
import itertools

from krakentui.model.clock import SECOND

WALL_START = 1_804_669_200 * SECOND  # 2027-03-10T09:00:00Z, the simulator's fixed start


class ManualClock:
    """Time stands still until `advance` is awaited; sleepers wake in the order of their deadlines."""

    def __init__(self, wall_ns: int = WALL_START, mono_ns: int = 1_000 * SECOND) -> None:
        self._wall = wall_ns
        self._mono = mono_ns
        self._order = itertools.count()
        self._sleepers: list[tuple[int, int, asyncio.Future[None]]] = []

    def now_ns(self) -> int:
        return self._wall

    def mono_ns(self) -> int:
        return self._mono

    def real_seconds(self, seconds: float) -> float:
        """Let libraries wait long: a test that hangs is caught by its own guard, not by theirs."""
        return max(30.0, seconds)

    async def sleep(self, seconds: float) -> None:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        due = self._mono + max(0, round(seconds * SECOND))
        heapq.heappush(self._sleepers, (due, next(self._order), future))
        await future

    async def advance(self, seconds: float) -> None:
        """Move time, waking each sleeper at its own instant and letting the others run in between."""
        target = self._mono + round(seconds * SECOND)
        await settle()
        while self._sleepers and self._sleepers[0][0] <= target:
            due, _, future = heapq.heappop(self._sleepers)
            self._move(max(due, self._mono))
            if not future.done():
                future.set_result(None)
            await settle()
        self._move(target)
        await settle()

    def step_wall(self, seconds: float) -> None:
        """Set the wall clock forward or back, as NTP or a suspend does."""
        self._wall += round(seconds * SECOND)

    def _move(self, mono_ns: int) -> None:
        self._wall += mono_ns - self._mono
        self._mono = mono_ns


async def settle(turns: int = 20) -> None:
    """Let every ready task run until nothing is ready any more (bounded)."""
    for _ in range(turns):
        await asyncio.sleep(0)
