"""A figure that is known to lie between two ends, in scaled units."""

from collections.abc import Iterable
from typing import Self

from msgspec import Struct

from krakentui.model.limit import units


class Interval(Struct, frozen=True):
    """What an act costs at least and at most."""

    low: int
    high: int

    @classmethod
    def exactly(cls, points: int | str) -> Self:
        """Make the interval of one known figure, in points."""
        return cls(units(points), units(points))

    @classmethod
    def between(cls, low: int | str, high: int | str) -> Self:
        """Make an interval from points."""
        return cls(units(low), units(high))

    def __add__(self, other: "Interval") -> "Interval":
        """Add end by end."""
        return Interval(self.low + other.low, self.high + other.high)


NOTHING = Interval(0, 0)


def total(parts: Iterable[Interval]) -> Interval:
    """Add up intervals."""
    whole = NOTHING
    for part in parts:
        whole += part
    return whole
