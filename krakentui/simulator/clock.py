"""The virtual clock: simulated UTC microseconds and a heap of timers.

Nothing here reads the real clock. Whoever owns the world moves it: the server's pump in real and
scaled mode, a test or a control call in manual mode.
"""

import heapq
from collections.abc import Callable
from dataclasses import dataclass

SECOND_US = 1_000_000


class Timer:
    """One callback that waits for its instant."""

    __slots__ = ("at_us", "callback", "lasting")

    def __init__(self, at_us: int, callback: Callable[[], object], *, lasting: bool = True) -> None:
        self.at_us = at_us
        self.callback: Callable[[], object] | None = callback
        self.lasting = lasting
        """Whether it belongs to the world; if not, to somebody around it who waits."""

    def cancel(self) -> None:
        """Never fire. Cancelling twice, or after firing, does nothing."""
        self.callback = None


class SimClock:
    """The instant of the simulated world, and what waits for later instants.

    Timers fire in order of (time, order of asking), each at exactly its own instant.
    """

    def __init__(self, start_us: int) -> None:
        self._now_us = start_us
        self._asked = 0
        self._heap: list[tuple[int, int, Timer]] = []

    def now_us(self) -> int:
        """Microseconds since 1970 in the simulated world."""
        return self._now_us

    def at(self, t_us: int, callback: Callable[[], object], *, lasting: bool = True) -> Timer:
        """Call back at an instant; an instant already past fires on the next advance."""
        timer = Timer(max(t_us, self._now_us), callback, lasting=lasting)
        self._asked += 1
        heapq.heappush(self._heap, (timer.at_us, self._asked, timer))
        return timer

    def after(self, us: int, callback: Callable[[], object], *, lasting: bool = True) -> Timer:
        """Call back when that many microseconds have passed."""
        return self.at(self._now_us + us, callback, lasting=lasting)

    def waiting(self) -> list[tuple[int, Callable[[], object]]]:
        """List who waits from outside the world: in how many microseconds, and what to call."""
        return [
            (timer.at_us - self._now_us, timer.callback)
            for _, _, timer in sorted(self._heap, key=order_of)
            if not timer.lasting and timer.callback is not None
        ]

    def kept(self) -> dict[str, object]:
        """Give what a snapshot keeps: of the timers those of the world that still wait."""
        heap = [entry for entry in self._heap if entry[2].lasting and entry[2].callback is not None]
        return {"_now_us": self._now_us, "_asked": self._asked, "_heap": sorted(heap, key=order_of)}

    def next_us(self) -> int | None:
        """Tell when the next live timer fires."""
        while self._heap and self._heap[0][2].callback is None:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def advance_to(self, t_us: int) -> None:
        """Move to an instant, firing everything due on the way; never moves back."""
        heap = self._heap
        while heap and heap[0][0] <= t_us:
            at_us, _, timer = heapq.heappop(heap)
            callback = timer.callback
            if callback is None:
                continue
            timer.callback = None
            self._now_us = max(self._now_us, at_us)
            callback()
        self._now_us = max(self._now_us, t_us)


def order_of(entry: tuple[int, int, Timer]) -> tuple[int, int]:
    """Say when a timer fires, and which of those at one instant comes first."""
    return entry[0], entry[1]


@dataclass
class Pace:
    """How the pump moves the clock: by itself at a speed, or only when told."""

    manual: bool = False
    speed: float = 1.0
