"""When to open a socket again: pure policy, time and chance are arguments.

Kraken wants dropped sockets back at once, a handful of times, never faster than every 5 s around
maintenance, and bans an address for 10 minutes above about 150 attempts in 10 minutes (spot
websocket reference §1). We try twice at once, then ever slower up to 30 s, never give up, and keep
all our sockets together below 60 attempts. Refusals of the edge (403, 429, 1015) cost a minute at
least, growing to a quarter of an hour.
"""

import math
import random
from collections import deque
from typing import Literal

from msgspec import Struct, structs

from krakentui.model.clock import SECOND

Cause = Literal["drop", "maintenance", "edge"]
"""Why the socket is gone: anything, an announced or visible maintenance, or a refusal of the edge.

An edge refusal is waited for in `EdgePause`, which stops all our traffic, not one socket.
"""

QUICK_TRIES = 2
FIRST_S, GROWTH, LONGEST_S = 5.0, 1.6, 30.0
STABLE_NS = 30 * SECOND
EDGE_FIRST_S, EDGE_LONGEST_S = 60.0, 900.0
WINDOW_NS = 600 * SECOND
MOST_CONNECTS = 60


class Backoff(Struct, frozen=True):
    """How one socket has fared lately."""

    failures: int = 0
    opened_ns: int | None = None

    def opened(self, t_ns: int) -> "Backoff":
        """Note that the socket is open."""
        return structs.replace(self, opened_ns=t_ns)

    def lost(self, cause: Cause, t_ns: int, rng: random.Random) -> "tuple[Backoff, float]":
        """Note that it is gone; return how many seconds to wait before the next attempt."""
        stable = self.opened_ns is not None and t_ns - self.opened_ns >= STABLE_NS
        failures = 0 if stable else self.failures
        wait_s = _delay_s(failures, rng)
        return Backoff(failures + 1), wait_s if cause == "drop" else max(FIRST_S, wait_s)


def _delay_s(failures: int, rng: random.Random) -> float:
    if failures < QUICK_TRIES:
        return rng.random()
    steps = min(failures - QUICK_TRIES, 20)
    return min(LONGEST_S, FIRST_S * math.pow(GROWTH, steps)) * (1 + 0.25 * rng.random())


class ConnectBudget:
    """The attempts of all our sockets in a rolling window."""

    def __init__(self, most: int = MOST_CONNECTS, window_ns: int = WINDOW_NS) -> None:
        """Start with none spent."""
        self._most = most
        self._window_ns = window_ns
        self._spent: deque[int] = deque()
        self._numbers = 0

    def wait_ns(self, t_ns: int) -> int:
        """Tell how long until one more attempt fits; 0 = now."""
        self._forget(t_ns)
        if len(self._spent) < self._most:
            return 0
        return self._spent[0] + self._window_ns - t_ns + 1

    def spend(self, t_ns: int) -> int:
        """Count one attempt and return its number."""
        self._forget(t_ns)
        self._spent.append(t_ns)
        self._numbers += 1
        return self._numbers

    def spent(self, t_ns: int) -> int:
        """Count the attempts of the window."""
        self._forget(t_ns)
        return len(self._spent)

    def _forget(self, t_ns: int) -> None:
        while self._spent and self._spent[0] + self._window_ns < t_ns:
            self._spent.popleft()


class ConnectShare(ConnectBudget):
    """A part of that budget, for a socket that must not crowd out the others."""

    def __init__(self, whole: ConnectBudget, most: int, window_ns: int = WINDOW_NS) -> None:
        """Start with none spent."""
        super().__init__(most, window_ns)
        self._whole = whole

    def wait_ns(self, t_ns: int) -> int:
        """Tell how long until one more attempt fits into the part and into the whole; 0 = now."""
        return max(super().wait_ns(t_ns), self._whole.wait_ns(t_ns))

    def spend(self, t_ns: int) -> int:
        """Count one attempt in both and return its number in the whole."""
        super().spend(t_ns)
        return self._whole.spend(t_ns)


class EdgePause:
    """The silence that the edge in front of the exchange asked of this address, for all our traffic."""

    def __init__(self) -> None:
        """Start with none."""
        self.until_ns = 0
        self._refusals = 0

    def refused(self, t_ns: int, rng: random.Random) -> float:
        """Note a refusal (403, 429, 1015); return the seconds of silence that follow."""
        if t_ns < self.until_ns:
            return (self.until_ns - t_ns) / SECOND  # another request of the same moment
        if t_ns - self.until_ns > WINDOW_NS:
            self._refusals = 0
        wait_s = min(EDGE_LONGEST_S, EDGE_FIRST_S * (1 << min(self._refusals, 10))) * (1 + 0.1 * rng.random())
        self._refusals += 1
        self.until_ns = max(self.until_ns, t_ns + round(wait_s * SECOND))
        return wait_s

    def wait_ns(self, t_ns: int) -> int:
        """Tell how long the silence still lasts; 0 = over."""
        return max(0, self.until_ns - t_ns)
