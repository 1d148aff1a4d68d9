"""Points of a pair's engine counter that a script has spent, or is about to: told by `krakentui budget`."""

from krakentui.model.clock import SECOND
from krakentui.model.event import Happening
from krakentui.model.limit import PairScope

HELD_NS = 10 * SECOND
"""For so long booked points wait for the acts that spend them."""


class PointsBooked(Happening, frozen=True, kw_only=True):
    """A script takes so many units of a pair.

    What others do on the pair meanwhile is taken for the script's acts, so that nothing counts twice; what
    was not seen by the end counts as spent, for the exchange may have refused it and counted it.
    """

    scope: PairScope
    units: int
    name: str
    """Unlike that of any other booking."""
    program: str
    """Who booked, for people."""
