"""One order in full, as a frozen view: what is believed, what was sent, what traded, who said what when."""

from fractions import Fraction
from typing import Literal

from msgspec import Struct

from krakentui.model.amend import Amend
from krakentui.model.order import Fill, Order
from krakentui.state.dossier import Seen
from krakentui.state.view import OrderRow

AmendsState = Literal["unasked", "asking", "told", "failed"]


class SentField(Struct, frozen=True):
    """One field that the exchange sent, made harmless; the last word on it."""

    name: str
    text: str
    age_ns: int


class SentObject(Struct, frozen=True, kw_only=True):
    """All fields that one source has sent of the order."""

    source: Literal["stream", "rest"]
    fields: tuple[SentField, ...]


class AmendsView(Struct, frozen=True, kw_only=True):
    """What is known of the order's changes, and what asking for them costs."""

    state: AmendsState
    amends: tuple[Amend, ...] = ()
    age_ns: int | None = None
    why: str = ""
    """Why there is none, or why it cannot be asked for."""
    cost_low: Fraction
    cost_high: Fraction
    used_high: Fraction
    """The key's REST counter now, at most."""
    ceiling: Fraction
    may_ask: bool


class DetailsView(Struct, frozen=True, kw_only=True):
    """One order."""

    row: OrderRow
    order: Order
    is_open: bool
    sent: tuple[SentObject, ...]
    fills: tuple[Fill, ...]
    """Oldest first, those of before this run marked as history."""
    fills_lost: int
    timeline: tuple[Seen, ...]
    """Oldest first."""
    timeline_lost: int
    amends: AmendsView
