"""Where a market's fair price goes: a mean-reverting walk with regimes and rare jumps.

Only `random()` of the seeded stream is used: the distributions of the standard library may change
between Python versions, its raw stream does not.
"""

import math
import random
from collections.abc import Callable

DAY_S = 86_400.0
CALM_S = 240.0
"""Mean length of a volatility regime."""
JUMP_S = 5_400.0
"""Mean time between jumps."""
REVERSION_PER_S = 1 / 14_400
SMALLEST_STEP = 0.5
"""However long a market slept, a trend takes at most half of its price at once."""
REGIMES = (0.5, 0.8, 1.0, 1.0, 1.6, 2.6)


def normal(rng: random.Random) -> float:
    """Draw from (nearly) the standard normal distribution: a sum of four uniforms."""
    roll = rng.random
    return (roll() + roll() + roll() + roll() - 2.0) * 1.7320508


def wait(rng: random.Random, mean: float) -> float:
    """Draw an exponential waiting time."""
    return -math.log(1.0 - rng.random()) * mean


class Walk:
    """The fair price of a market that is quoted on its own, in price units."""

    def __init__(self, rng: random.Random, opening: int, volatility_pct: float) -> None:
        self._rng = rng
        self._anchor = float(opening)
        self._daily = volatility_pct / 100
        self._regime = 1.0
        self._trend_per_s = 0.0
        self.price = float(opening)

    def advance(self, seconds: float) -> float:
        """Let that much time pass and give the new price."""
        rng = self._rng
        if rng.random() < seconds / CALM_S:
            self._regime = REGIMES[int(rng.random() * len(REGIMES))]
        step = self._daily * self._regime * math.sqrt(seconds / DAY_S) * normal(rng)
        if rng.random() < seconds / JUMP_S:
            step += self._daily * 0.12 * normal(rng)
        pull = (self._anchor / self.price - 1.0) * min(1.0, seconds * REVERSION_PER_S)
        self.price *= 1.0 + step + pull
        if self._trend_per_s:
            grown = max(SMALLEST_STEP, 1.0 + self._trend_per_s * seconds)
            self.price, self._anchor = self.price * grown, self._anchor * grown
        return self.price

    def drift(self, percent_an_hour: float) -> None:
        """Grow or fall steadily from now on, whatever else the price does."""
        self._trend_per_s = percent_an_hour / 100 / 3_600

    def move_to(self, price: int) -> None:
        """Go somewhere by script, and stay around there."""
        self.price = self._anchor = float(price)


class Ratio:
    """The fair price of a cross: what its two legs imply, plus what a script added."""

    def __init__(self, implied: Callable[[], float], opening: int) -> None:
        self._implied = implied
        self._scale = opening / implied()

    def advance(self, seconds: float) -> float:
        """Give the price that the legs imply now."""
        del seconds
        return self.price

    @property
    def price(self) -> float:
        """The price that the legs imply now, in price units."""
        return self._implied() * self._scale

    def move_to(self, price: int) -> None:
        """Go somewhere by script; from there the legs move it on."""
        self._scale = price / self._implied()
