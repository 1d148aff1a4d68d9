"""The counters of one key at one instant, as bare figures: what is kept on disk and told to other programs.

Units are those of `model.limit`, times are steady nanoseconds of this machine. Ceilings and drains are
not in it: whoever takes the figures lays them on the rules that he goes by.
"""

from collections.abc import Iterable, Mapping
from typing import Literal

from msgspec import Struct

from krakentui.model.clock import SECOND
from krakentui.model.event import Happening
from krakentui.model.limit import POINT, LimitName, Scope

MOST_UNITS = 100_000 * POINT
"""No counter of the exchange comes near."""
MOST_PARTS = 50_000
"""Pairs, calls on their way and the like: more is no account."""
LONGEST_NS = 3_600 * SECOND
"""Nothing that is on its way, locked or awaited lasts longer."""


class Ends(Struct, frozen=True):
    """One counter: the low end with what is on its way, the high one without, the drain that it withholds."""

    low: int
    high: int
    lag: int = 0


class Flight(Struct, frozen=True):
    """A cost that may land at any moment until then."""

    name: str
    low: int
    high: int
    latest_ns: int


class Unseen(Struct, frozen=True, kw_only=True):
    """What is known of use that nobody shows; rates in units a nanosecond (see `budget.flow`)."""

    began_ns: int
    least: int
    most: int
    pause_ns: int
    penalty_ns: int
    next_ns: int
    sign_ns: int
    own_low: int = 0
    own_high: int = 0
    rate_low: int = 0
    rate_high: int | None = None


class MeterFigures(Struct, frozen=True, kw_only=True):
    """One counter and what bears on it."""

    counter: Ends
    known: Ends
    """The same, had nothing happened before the start or unseen."""
    others: Ends
    ceiling: int
    """What was gone by when it was counted: with another ceiling the drain is another, too."""
    drain: int
    """The faster drain gone by, in units a nanosecond."""
    air: tuple[Flight, ...] = ()
    hidden: tuple[Flight, ...] = ()
    late: int = 0
    foreign_ns: int | None = None
    unseen: Unseen | None = None


class Silence(Struct, frozen=True):
    """The exchange wants no call on this scope before then; a lockout where no limit is named."""

    scope: Scope
    until_ns: int
    why: str
    name: LimitName | None = None


class BudgetFigures(Struct, frozen=True, kw_only=True):
    """What is known of all counters of one key at one instant."""

    t_ns: int
    rest: MeterFigures
    elsewhere: MeterFigures
    """The engine counter of every pair on which nothing has been seen."""
    engine: Mapping[str, MeterFigures] = {}
    sees_acts: bool = False
    """Every accepted act of the account was seen up to then."""
    maxratecount: int | None = None
    """The engine ceiling as the exchange told it."""
    silences: tuple[Silence, ...] = ()
    own_cancels: Mapping[str, int] = {}
    """Cancels of ours and when they went out."""


class FiguresTold(Happening, frozen=True, kw_only=True):
    """What is known of the counters by somebody else.

    By an earlier run, from disk; by the program of ours that holds the key now; or by one that held it
    until a moment ago, from disk: of its figures only what it had spent and not told any more counts.
    """

    figures: BudgetFigures
    key: str = ""
    """Fingerprint of their key: of a second one only its own counter is news; empty = the first."""
    by: Literal["file", "owner", "late owner"]
    since: tuple[Happening, ...] = ()
    """What happened here that is not in them yet."""


class OwnerGone(Happening, frozen=True, kw_only=True):
    """The program that held the key tells no more: from here on our own count goes."""

    key: str = ""
    """Which key, as above."""


def flaw(figures: BudgetFigures) -> str | None:
    """Tell what cannot be true in figures from outside, as a clause; None = they may be true."""
    meters = (figures.rest, figures.elsewhere, *figures.engine.values())
    parts = (
        len(figures.engine)
        + len(figures.silences)
        + len(figures.own_cancels)
        + sum(len(meter.air) + len(meter.hidden) for meter in meters)
    )
    if figures.maxratecount is not None and not 0 < figures.maxratecount <= MOST_UNITS // POINT:
        return "no tier has such a ceiling"
    if figures.t_ns < 0 or parts > MOST_PARTS:
        return "they are no counters of an account"
    if any(not 0 < len(pair) <= 40 or not pair.isprintable() for pair in figures.engine):
        return "a pair has no name"
    if any(not _is_sane(meter, figures.t_ns) for meter in meters):
        return "a counter stands where none can"
    if any(not 0 <= one.until_ns - figures.t_ns <= LONGEST_NS for one in figures.silences):
        return "a pause ends when none can"
    if any(sent_ns > figures.t_ns for sent_ns in figures.own_cancels.values()):
        return "a cancel comes from the future"
    return None


def _is_sane(meter: MeterFigures, t_ns: int) -> bool:
    ends = (meter.counter, meter.known, meter.others)
    if not all(0 <= figure <= MOST_UNITS for one in ends for figure in (one.low, one.high, one.lag)):
        return False
    if not 0 < meter.ceiling <= MOST_UNITS or not 0 < meter.drain <= MOST_UNITS:
        return False
    if not 0 <= meter.late <= MOST_UNITS:
        return False
    if meter.foreign_ns is not None and meter.foreign_ns > t_ns:
        return False
    if meter.unseen is not None and not _may_be(meter.unseen, t_ns):
        return False
    if not _fly(meter.air, t_ns) or not _fly(meter.hidden, t_ns):
        return False
    least = meter.late + sum(one.low for one in meter.air)
    most = sum(one.high for one in (*meter.air, *meter.hidden))
    return all(one.low - least <= one.high + most for one in ends)


def _may_be(unseen: Unseen, t_ns: int) -> bool:
    rate_high = unseen.rate_low if unseen.rate_high is None else unseen.rate_high
    return (
        0 <= unseen.began_ns <= t_ns
        and 0 <= unseen.sign_ns <= t_ns
        and unseen.next_ns <= t_ns + LONGEST_NS
        and 0 < unseen.pause_ns <= LONGEST_NS
        and 0 < unseen.penalty_ns <= LONGEST_NS
        and 0 <= unseen.least <= unseen.most <= MOST_UNITS
        and 0 <= unseen.own_low <= unseen.own_high
        and 0 <= unseen.rate_low <= rate_high <= MOST_UNITS
    )


def _fly(flights: Iterable[Flight], t_ns: int) -> bool:
    return all(
        0 <= one.low <= one.high <= MOST_UNITS and t_ns < one.latest_ns <= t_ns + LONGEST_NS
        for one in flights
    )
