"""Ways to read the trading counter, and which of them fit the figures that were seen.

Nobody has published what the counter is at an act: with the act's own points or without, never below zero
or further down, draining steadily or in whole steps, with its decimals or as a whole number. Each such
reading says what every figure of a trial must have been.
"""

import itertools
import math
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Literal, get_args

from msgspec import Struct

from krakentui.budget.trial import Event, Side
from krakentui.model.clock import SECOND
from krakentui.model.limit import points

Cut = Literal["kept", "cut", "rounded"]
SLACK_S = Fraction(1, 20)
"""By so much the time of an act may be off."""
DIGIT = Fraction(1, 100)
"""A figure with two decimals is true to this."""


class Reading(Struct, frozen=True):
    """One way to read the counter."""

    includes_act: bool
    floors: bool
    steady: bool
    cut: Cut


_EITHER = (True, False)
READINGS: tuple[Reading, ...] = tuple(
    Reading(includes, floors, steady, cut)
    for includes, floors, steady in itertools.product(_EITHER, _EITHER, _EITHER)
    for cut in get_args(Cut)
)


def fitting(
    events: Sequence[Event], decay: Fraction, *, side: Side = "old", by_pair: bool = True
) -> tuple[Reading, ...]:
    """List the readings that every figure fits; without figures, all of them."""
    pairs = {event.pair for event in events}
    groups = [[one for one in events if one.pair == pair] for pair in sorted(pairs)] if by_pair else [events]
    return tuple(one for one in READINGS if all(_fits(one, group, decay, side) for group in groups))


def expected(events: Sequence[Event], decay: Fraction) -> tuple[Fraction, ...]:
    """Tell what each figure must be if the documents are read plainly: after the act, floored, steady."""
    return tuple(after for _, after in _levels(events, decay, floors=True, phase=None))


def _fits(reading: Reading, events: Sequence[Event], decay: Fraction, side: Side) -> bool:
    phases: Iterable[Fraction | None] = (None,) if reading.steady else _phases(events)
    return any(_holds(reading, events, decay, side, phase) for phase in phases)


def _holds(
    reading: Reading, events: Sequence[Event], decay: Fraction, side: Side, phase: Fraction | None
) -> bool:
    slack = DIGIT + (decay * SLACK_S if reading.steady else 0)
    levels = _levels(events, decay, floors=reading.floors, phase=phase)
    for event, (before, after) in zip(events, levels, strict=True):
        units = event.figure(side)
        if units is None:
            continue
        if not _is_near(after if reading.includes_act else before, points(units), slack, reading.cut):
            return False
    return True


def _is_near(level: Fraction, figure: Fraction, slack: Fraction, cut: Cut) -> bool:
    """Tell whether a figure may have been written for a level that is known to this slack."""
    if cut != "kept" and figure.denominator != 1:
        return False
    return _written(level - slack, cut) <= figure <= _written(level + slack, cut)


def _written(level: Fraction, cut: Cut) -> Fraction:
    match cut:
        case "cut":
            return Fraction(math.floor(level))
        case "rounded":
            return Fraction(math.floor(level + Fraction(1, 2)))
    return level


def _levels(
    events: Sequence[Event], decay: Fraction, *, floors: bool, phase: Fraction | None
) -> list[tuple[Fraction, Fraction]]:
    """Tell the counter before and after each act; it starts at zero."""
    level, last_ns, levels = Fraction(0), None, []
    for event in events:
        if last_ns is not None:
            level -= decay * _drained_s(last_ns, event.at_ns, phase)
        before = max(Fraction(0), level) if floors else level
        level = before + event.cost
        last_ns = event.at_ns
        levels.append((before, level))
    return levels


def _drained_s(from_ns: int, to_ns: int, phase: Fraction | None) -> Fraction:
    """Tell for how many seconds it drained: all of them, or the whole ones that began in between."""
    if phase is None:
        return Fraction(to_ns - from_ns, SECOND)
    return Fraction(
        math.floor(Fraction(to_ns, SECOND) - phase) - math.floor(Fraction(from_ns, SECOND) - phase)
    )


def _phases(events: Sequence[Event]) -> list[Fraction]:
    """List one moment within the second for each way in which steps can fall between the acts."""
    parts = sorted({Fraction(event.at_ns % SECOND, SECOND) for event in events})
    if not parts:
        return [Fraction(0)]
    around = [*parts, parts[0] + 1]
    return [(low + high) / 2 % 1 for low, high in itertools.pairwise(around)]
