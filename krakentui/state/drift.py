"""The audit of the trading counter, as a view: how the exchange's own figures stood to our count."""

from fractions import Fraction
from typing import Literal

from msgspec import Struct

DriftSource = Literal["audit", "stream"]
"""Who told a figure: the old websocket, by the audit, or the account stream."""


class DriftRow(Struct, frozen=True, kw_only=True):
    """How one pair's trading counter, as the exchange last told it, stood to our own count."""

    pair: str
    source: DriftSource = "audit"
    samples: int
    agreeing: int
    """Of these, how many agreed; the others disagreed or our count was too wide to tell."""
    told: Fraction
    """The exchange's figure."""
    low: Fraction
    high: Fraction
    """Our count at that moment."""
    drift: Fraction
    """The figure minus our count: 0 inside the interval, negative below it, positive above it."""
    worst: Fraction
    """The drift that was farthest from 0."""
    age_ns: int


class AuditView(Struct, frozen=True, kw_only=True):
    """The audit of the trading counter (`budget.audit`)."""

    state: Literal["off", "connecting", "watching", "agrees", "disagrees"] = "off"
    text: str = "Audit of the trading counter: off."
    """One sentence: the state, how many samples agree, and what follows from it."""
    samples: int = 0
    agreeing: int = 0
    """In a row, since the last that disagreed."""
    needed: int = 0
    """So many have to agree before the exchange's figures correct our count."""
    corrects: bool = False
    drifts: tuple[DriftRow, ...] = ()
    """By pair; the farthest off first."""
