"""How the exchange is taken to count: what the settings, or a trial, say beyond its documents.

Everything documented, with its source and date, stands in `budget.rules`. What is said here goes before
it; what is left out is taken by tier, or as an interval that holds every reading of the documents.
"""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from msgspec import Struct

from krakentui.model.clock import SECOND
from krakentui.model.limit import POINT
from krakentui.model.number import BadNumber, exact

Decay = Literal["continuous", "step"]
"""A counter drains all the time, or in steps: the key's by whole points, a pair's every full second."""

Edge = Literal[">", ">="]

MOST_POINTS = 100_000
"""No ceiling is higher: the highest that is documented is 225."""
MOST_DECAY = 1_000
FINEST = Fraction(SECOND, POINT)
"""Points a second: one unit a nanosecond. All documented drains are whole multiples of it."""
LEAST_CEILING = 15
"""The smallest documented ceiling of a REST counter (REST rate-limit guide, 2026-05)."""


class Counting(Struct, frozen=True, kw_only=True):
    """What is said of the exchange's counting. None = nothing."""

    rest_max: int | None = None
    rest_decay: Fraction | None = None
    """Points a second."""
    engine_max: int | None = None
    """Also where the exchange names another (`maxratecount`): that is told, not followed."""
    engine_decay: Fraction | None = None
    open_orders: int | None = None
    """For each pair."""
    scheduled_orders: int | None = None
    history_cost: int | None = None
    """Points of `Ledgers`, `TradesHistory`, `ClosedOrders`: 2 or 4."""
    lookup_cost: int | None = None
    """Points of `QueryLedgers`, `QueryTrades`: 1 or 2."""
    batch_cancel_cost: int | None = None
    """REST points of `CancelOrderBatch` and `CancelAll`: 0 or 1."""
    decay: Decay | None = None
    edge: Edge | None = None
    """A call is refused that would take a counter above its ceiling, or already one that takes it there."""
    capped: bool | None = None
    """What passes over a pair's ceiling (batch cancels) counts only up to it (REST text of 2021 and 2023)."""
    others_window: int | None = None
    """Seconds for which each act of others may be matched by one that was refused unseen; 0 = none is."""

    @property
    def said(self) -> tuple[str, ...]:
        """Name what is said."""
        return tuple(name for name in self.__struct_fields__ if getattr(self, name) is not None)

    @property
    def rest_least(self) -> int:
        """The lowest ceiling of a REST counter that there may be."""
        return LEAST_CEILING if self.rest_max is None else self.rest_max


AS_DOCUMENTED = Counting()
"""Nothing is said."""


def _points(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MOST_POINTS:
        return value
    raise ValueError(f"a whole number from 1 to {MOST_POINTS}")


def _decay(value: object) -> Fraction:
    """Read points a second: a number, or text like `"1/3"`."""
    found = _fraction(value)
    if found is None or not 0 < found <= MOST_DECAY or (found / FINEST).denominator != 1:
        raise ValueError(f"points a second above 0, up to {MOST_DECAY} and a multiple of 1/{1 / FINEST}")
    return found


def _fraction(value: object) -> Fraction | None:
    if isinstance(value, str) and (parts := re.fullmatch(r"([0-9]{1,6})/([0-9]{1,6})", value)):
        return Fraction(int(parts[1]), int(parts[2])) if int(parts[2]) else None
    if isinstance(value, int | float | str) and not isinstance(value, bool):
        try:
            return Fraction(exact(str(value)))
        except BadNumber:
            return None
    return None


def _one_of(*choices: int) -> Callable[[object], int]:
    def read(value: object) -> int:
        if isinstance(value, int) and not isinstance(value, bool) and value in choices:
            return value
        raise ValueError(" or ".join(map(str, choices)))

    return read


def _kind(value: object) -> Decay:
    match value:
        case "continuous" | "step":
            return value
        case _:
            raise ValueError('"continuous" or "step"')


def _edge(value: object) -> Edge:
    match value:
        case ">" | ">=":
            return value
        case _:
            raise ValueError('">" or ">="')


def flag(value: object) -> bool:
    """Read true or false.

    Raises:
        ValueError: it is neither; the text says what it has to be.
    """
    if isinstance(value, bool):
        return value
    raise ValueError("true or false")


def _window(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 3600:
        return value
    raise ValueError("whole seconds from 0 to 3600")


READERS: Mapping[str, Callable[[object], object]] = {
    "rest_max": _points,
    "rest_decay": _decay,
    "engine_max": _points,
    "engine_decay": _decay,
    "open_orders": _points,
    "scheduled_orders": _points,
    "history_cost": _one_of(2, 4),
    "lookup_cost": _one_of(1, 2),
    "batch_cancel_cost": _one_of(0, 1),
    "decay": _kind,
    "edge": _edge,
    "capped": flag,
    "others_window": _window,
}
"""How each is read from the settings file; a `ValueError` says what it must be."""


def reserve_of(value: object) -> Decimal:
    """Read points of a reserve.

    Raises:
        ValueError: it is none; the text says what it must be.
    """
    if isinstance(value, int | float | str) and not isinstance(value, bool):
        try:
            points = exact(str(value))
        except BadNumber:
            points = Decimal(-1)
        if 0 <= points < MOST_POINTS and points == points.quantize(Decimal("0.01")):
            return points
    raise ValueError("points from 0 on, with at most two decimals")
