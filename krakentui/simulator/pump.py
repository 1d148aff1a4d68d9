"""The pump: the one place where the simulated clock meets the real one."""

import asyncio
import time

from krakentui.simulator.world import World

BEAT_S = 0.01
"""How often due timers are looked for."""
CATCH_US = 10_000_000
"""Most simulated time made up for: a host that cannot keep the speed runs slower instead."""
TURN_NS = 50_000_000
"""How long one catching up may take: what is left is still owed, but whoever asks is answered first."""
SLICE_US = 50_000
"""Simulated time between two looks at how long it takes."""


def present_us() -> int:
    """Read the real clock, for a world that starts at the present."""
    return time.time_ns() // 1000


class Pump:
    """Moves a world's clock along with real time, at the pace that the world asks for."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._seen_ns = time.monotonic_ns()
        self._owed_us = 0.0

    def catch_up(self) -> None:
        """Bring the simulated clock to where it should be now; in manual mode it stays."""
        now_ns = time.monotonic_ns()
        passed_ns, self._seen_ns = now_ns - self._seen_ns, now_ns
        pace = self._world.pace
        if pace.manual:
            self._owed_us = 0.0
            return
        self._owed_us = min(self._owed_us + passed_ns * pace.speed / 1000, CATCH_US)
        clock = self._world.clock
        begun_us = clock.now_us()
        end_us = begun_us + int(self._owed_us)
        while clock.now_us() < end_us and time.monotonic_ns() - now_ns < TURN_NS:
            clock.advance_to(min(end_us, clock.now_us() + SLICE_US))
        self._owed_us -= clock.now_us() - begun_us

    async def run(self) -> None:
        """Catch up for ever."""
        while True:
            await asyncio.sleep(BEAT_S)
            self.catch_up()
