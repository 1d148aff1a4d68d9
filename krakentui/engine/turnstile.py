"""One at a time, the most urgent first: the order in which calls of one key go to the wire."""

import asyncio
import heapq
import itertools
from typing import Literal

Kind = Literal["cancel", "user", "reconcile", "background"]
"""Lanes, most urgent first."""

RANK: dict[Kind, int] = {"cancel": 0, "user": 1, "reconcile": 2, "background": 3}


class Turnstile:
    """Lets one through at a time."""

    def __init__(self) -> None:
        """Start free."""
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []
        self._order = itertools.count()
        self._busy = False

    @property
    def waiting(self) -> int:
        """Count those who wait."""
        return sum(not future.done() for _, _, future in self._waiting)

    async def enter(self, kind: Kind) -> None:
        """Wait for the turn; whoever was let in must `leave`.

        Between being let in and noticing it, somebody more urgent may have come: then the turn is theirs.
        """
        if not self._busy:
            self._busy = True
            return
        rank, place = RANK[kind], next(self._order)
        while True:
            turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            heapq.heappush(self._waiting, (rank, place, turn))
            try:
                await turn
            except asyncio.CancelledError:
                if turn.done() and not turn.cancelled():
                    self.leave()  # let in and cancelled in the same instant: the turn goes on
                raise
            if not any(other < rank and not waits.done() for other, _, waits in self._waiting):
                return
            self.leave()  # the loop stands in line again, at its old place

    def leave(self) -> None:
        """Let the next one in."""
        while self._waiting:
            _, _, turn = heapq.heappop(self._waiting)
            if not turn.done():
                turn.set_result(None)
                return
        self._busy = False
