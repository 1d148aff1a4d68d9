"""The public REST limiter: a burst, then one call a second, counted per IP.

Trades and OHLC count per IP and pair; every other public call counts per IP
(support article 206548367; burst of 30 measured 2026-10).
"""

from fractions import Fraction

from krakentui.simulator.clock import SECOND_US


class PublicLimiter:
    """How many public calls each address has in its bucket; exact, in microseconds."""

    def __init__(self, burst: int) -> None:
        self.burst = burst
        self._empty_us: dict[tuple[str, str | None], int] = {}
        """Instant at which the bucket will be empty again."""

    def spend(self, peer: str, pair: str | None, now_us: int) -> bool:
        """Count one call; False means refused, and a refused call does not count."""
        scope = (peer, pair)
        empty_us = max(self._empty_us.get(scope, now_us), now_us)
        if empty_us - now_us + SECOND_US > self.burst * SECOND_US:
            return False
        self._empty_us[scope] = empty_us + SECOND_US
        return True

    def used(self, peer: str, pair: str | None, now_us: int) -> Fraction:
        """Tell the exact count of one bucket."""
        return Fraction(max(0, self._empty_us.get((peer, pair), now_us) - now_us), SECOND_US)

    def scopes(self, now_us: int) -> list[tuple[str, str | None]]:
        """List the buckets that are not empty, and forget the others."""
        self._empty_us = {scope: empty for scope, empty in self._empty_us.items() if empty > now_us}
        return sorted(self._empty_us, key=lambda scope: (scope[0], scope[1] or ""))
