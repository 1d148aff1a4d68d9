"""The keys of a user as the screen of keys shows them. No secret is in here."""

from fractions import Fraction

from msgspec import Struct

from krakentui.model.account import Finding
from krakentui.model.venue import Venue


class Checked(Struct, frozen=True, kw_only=True):
    """What the exchange said of a key, judged for now."""

    wall_ns: int
    """When it said so, by our wall clock."""
    findings: tuple[Finding, ...]
    refused: str = ""
    """Why the key is not used at all, as a sentence; empty = it may be."""


class KeyRow(Struct, frozen=True, kw_only=True):
    """One key."""

    name: str
    account: str
    """What the user calls the account."""
    purpose: str
    """What it is for; empty = that was never said."""
    source: str
    """Where it comes from, or is kept, in words."""
    fingerprint: str
    """Empty = it was never seen."""
    canceller: str = ""
    """Name of the key that cancels for it; empty = it does so itself."""
    in_use: bool
    cancels: bool = False
    """It cancels for the one in use."""
    refused: str = ""
    """Why it is not used after all, as a sentence; empty = it is, as far as known."""
    overtaken: bool = False
    """Another program has raised its nonces above ours: no private call of ours passes."""
    is_default: bool = False
    barrier: str = ""
    """Why this screen cannot switch to it, as a sentence; empty = it can."""
    checked: Checked | None = None
    """None = not in this run."""


class TakeOverQuestion(Struct, frozen=True, kw_only=True):
    """Whether to lock every other program out of this key."""

    name: str
    account: str
    fingerprint: str
    venue: Venue


class KeysView(Struct, frozen=True, kw_only=True):
    """All keys, and what checking the one in use would cost."""

    rows: tuple[KeyRow, ...]
    busy: str = ""
    """What is under way, as a sentence; empty = nothing."""
    trouble: str = ""
    """Why the last check or switch came to nothing, as a sentence."""
    cost: Fraction = Fraction(0)
    """Points of the REST counter that a check adds."""
    used_low: Fraction = Fraction(0)
    used_high: Fraction = Fraction(0)
    ceiling: Fraction = Fraction(0)
    fits_in_ns: int | None = 0
    """When a check surely fits; None = never."""
