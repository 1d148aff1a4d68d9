"""What comes too fast whatever it asks: connections of one IP, frames of one connection, calls at once."""

from collections import deque
from dataclasses import dataclass, field
from fractions import Fraction

from krakentui.simulator.rules import CONNECTIONS_BAN_US, CONNECTIONS_WINDOW_US, SECOND_US

TOO_FAST = '{"Error":"Exceeded msg rate"}'
"""The whole frame that answers one frame too many: no method, no req_id (reports of 2020 and 2026)."""


@dataclass(slots=True)
class Doorstep:
    """The connection attempts of one IP in the rolling window."""

    maximum: int
    attempts: deque[int] = field(default_factory=deque)
    banned_until_us: int = 0

    def knock(self, t_us: int) -> bool:
        """Count one attempt; False = the IP is banned. Attempts while it is banned do not count."""
        self.forget(t_us)
        if t_us < self.banned_until_us:
            return False
        self.attempts.append(t_us)
        if len(self.attempts) > self.maximum:
            self.banned_until_us = t_us + CONNECTIONS_BAN_US
            return False
        return True

    def forget(self, t_us: int) -> None:
        """Drop the attempts that left the window."""
        while self.attempts and self.attempts[0] <= t_us - CONNECTIONS_WINDOW_US:
            self.attempts.popleft()

    def free_at_us(self, t_us: int) -> int:
        """Say from when one more attempt is welcome."""
        self.forget(t_us)
        if t_us < self.banned_until_us:
            return self.banned_until_us
        over = len(self.attempts) - self.maximum
        return self.attempts[over] + CONNECTIONS_WINDOW_US if over >= 0 else t_us


@dataclass(slots=True)
class Bucket:
    """The frames of one connection: so many at once, then a steady rate; a refused one does not count."""

    burst: int
    rate: int
    empty_at: int = 0
    """When nothing will be left of what came, in microseconds times the rate."""

    def take(self, t_us: int) -> bool:
        """Count one frame; False = it came too fast."""
        if not self._fits(t_us):
            return False
        self.empty_at = max(self.empty_at, t_us * self.rate) + SECOND_US
        return True

    def used(self, t_us: int) -> Fraction:
        """Say how many frames are counted."""
        return Fraction(max(0, self.empty_at - t_us * self.rate), SECOND_US)

    def free_at_us(self, t_us: int) -> int:
        """Say from when one more frame is welcome."""
        if self._fits(t_us):
            return t_us
        return -(((self.burst - 1) * SECOND_US - self.empty_at) // self.rate)

    def _fits(self, t_us: int) -> bool:
        return self.empty_at - t_us * self.rate <= (self.burst - 1) * SECOND_US


@dataclass(slots=True)
class Flights:
    """The private calls that are under way, by public key."""

    maximum: int | None
    under_way: dict[str, int] = field(default_factory=dict)

    def kept(self) -> dict[str, object]:
        """Give what a snapshot keeps: calls under way are those of the run, not of the world."""
        return {"maximum": self.maximum, "under_way": {}}

    def enter(self, key: str) -> bool:
        """Let a call in; False = too many are under way already."""
        count = self.under_way.get(key, 0)
        if self.maximum is not None and count >= self.maximum:
            return False
        self.under_way[key] = count + 1
        return True

    def leave(self, key: str) -> None:
        """Note that a call which was let in has its answer."""
        left = self.under_way.pop(key, 0) - 1
        if left > 0:
            self.under_way[key] = left


def throttled(t_us: int) -> str:
    """Word the refusal of a call too many: try again from that second on."""
    return f"EService: Throttled: {t_us // SECOND_US + 1}"
