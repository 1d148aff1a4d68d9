"""Intervals in points, for tests to compare with plain figures."""

from krakentui.budget.counter import Counter
from krakentui.budget.interval import Interval
from krakentui.model.limit import points


def spread(of: Interval | Counter) -> tuple[object, object]:
    """Both ends in points."""
    return points(of.low), points(of.high)
