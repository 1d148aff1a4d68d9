"""Where time comes from: the only module that reads the machine's clocks.

Two readings. `now_ns` is wall time, for nonces and for instants shown to people; it may jump.
`mono_ns` never jumps, for ages, decay and timeouts. Both are integer nanoseconds.
"""

import asyncio
import os
import time
from fractions import Fraction
from pathlib import Path
from typing import Protocol

from msgspec import Struct

SECOND = 1_000_000_000
MILLISECOND = 1_000_000
LAST_S = 253_402_300_799
"""The last second of the year 9999, which is the last that has a date."""


class Clock(Protocol):
    """Where time comes from. Tests hand in one that they move themselves."""

    def now_ns(self) -> int:
        """Tell the wall time in nanoseconds since the epoch."""
        ...

    def mono_ns(self) -> int:
        """Tell a time that never jumps, in nanoseconds since an arbitrary start."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait this long by this clock."""
        ...

    def real_seconds(self, seconds: float) -> float:
        """Convert a duration of this clock to the machine's, for a library's own timeout."""
        ...


# CLOCK_BOOTTIME goes on while the machine is suspended; CLOCK_MONOTONIC does not (Linux).
_STEADY = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
_BOOT = Path("/proc/sys/kernel/random/boot_id")


class Boot(Struct, frozen=True):
    """Which start of which machine steady times count from: of one start they compare across programs."""

    host: str
    start: str
    """Empty where the system does not name its starts."""


def this_boot() -> Boot:
    """Tell on which machine this is, and since which of its starts."""
    try:
        start = _BOOT.read_text("ascii").strip()[:64]
    except (OSError, UnicodeDecodeError):
        start = ""
    return Boot(os.uname().nodename[:64], start)


class SystemClock:
    """The machine's clock, or that clock sped up for a simulated exchange.

    Programs on one machine with one speed read the same steady time.
    """

    def __init__(self, speed: float = 1.0, start_ns: int | None = None) -> None:
        """Start now; `start_ns` sets the wall time shown at this moment."""
        self._speed = speed
        self._factor = Fraction(speed)
        self._wall0 = time.time_ns()
        self._mono0 = self.mono_ns()
        self._start = self._wall0 if start_ns is None else start_ns
        self._follows_wall = speed == 1.0 and start_ns is None

    def now_ns(self) -> int:
        """Tell the wall time; a sped-up or shifted clock counts from its own start."""
        if self._follows_wall:
            return time.time_ns()
        return self._start + self.mono_ns() - self._mono0

    def mono_ns(self) -> int:
        """Tell the steady time, sped up."""
        real = time.clock_gettime_ns(_STEADY)
        if self._speed == 1.0:
            return real
        return real * self._factor.numerator // self._factor.denominator

    async def sleep(self, seconds: float) -> None:
        """Wait this long by this clock."""
        await asyncio.sleep(self.real_seconds(seconds))

    def real_seconds(self, seconds: float) -> float:
        """Convert a duration of this clock to the machine's."""
        return max(0.0, seconds / self._speed)


def pause(seconds: float) -> None:
    """Stand still for so long, loop and all: for a command that waits for another program only."""
    time.sleep(seconds)


def hand_ns(clock: Clock) -> int:
    """Tell a steady time at the machine's pace: hands and eyes do not speed up with a demo."""
    return round(clock.real_seconds(clock.mono_ns() / SECOND) * SECOND)
