"""When the exchange's own figure agrees with our count, and when it may correct it.

Nobody has published a value of the counter (websocket v1 reference, as of 2026-06), so a figure proves
itself first: 20 that agree, none that disagrees in between. Two counts judge it. Ours alone is wide where
much happened that nobody could see; the chain starts anew from each figure and adds only what happened
since, so it stays narrow. A figure outside either disagrees; within a narrow chain it agrees.
"""

from fractions import Fraction

from msgspec import Struct

from krakentui.budget.interval import Interval
from krakentui.model.audit import Verdict
from krakentui.model.limit import POINT

NEEDED = 20
"""So many figures agree before one may correct our count."""
TELLING = 5 * POINT
"""A count wider than this, or than what drains in two seconds, agrees with too much to prove anything."""


class Trust(Struct, frozen=True):
    """How far the exchange's figures have proved themselves."""

    agreeing: int = 0
    """Figures in a row that agreed; those that could not tell are left out."""
    disagreed: bool = False
    """The last word against them still stands."""

    @property
    def corrects(self) -> bool:
        """Tell whether figures may correct our count."""
        return self.agreeing >= NEEDED

    def after(self, verdict: Verdict) -> "Trust":
        """Take one more figure's verdict."""
        match verdict:
            case "disagrees":
                return Trust(0, disagreed=True)
            case "agrees":
                agreeing = self.agreeing + 1
                return Trust(agreeing, disagreed=self.disagreed and agreeing < NEEDED)
        return self


def tolerance(decay: Fraction) -> int:
    """Tell how far a figure may be off: a point, or what drains in half a second."""
    return max(POINT, _drained(decay / 2))


def telling(decay: Fraction) -> int:
    """Tell how wide our count may be to prove anything; a drain in steps alone makes a second's doubt."""
    return max(TELLING, _drained(decay * 2))


def drift(units: int, count: Interval) -> int:
    """Tell how far a figure lies outside our count: 0 inside, negative below, positive above."""
    return min(0, units - count.low) + max(0, units - count.high)


def judged(units: int, ours: Interval, chain: Interval, seen: Interval, decay: Fraction) -> Verdict:
    """Hold a figure against our count.

    Args:
        units: The exchange's figure.
        ours: Our count alone, with all its doubt.
        chain: What came of the figure before, with all that may have happened since.
        seen: The same with what we saw happen alone.
        decay: Points a second.
    """
    allowed = tolerance(decay)
    if any(abs(drift(units, count)) > allowed for count in (ours, chain)):
        return "disagrees"
    if seen.high - seen.low > telling(decay) or abs(drift(units, seen)) > allowed:
        return "vague"
    return "agrees"


def _drained(points: Fraction) -> int:
    units = points * POINT
    return -(-units.numerator // units.denominator)
