"""What the audit of the trading counter hears and finds.

The old private websocket documents, and the new one does not, that each order update carries the counter
of its pair (websocket v1 reference, openOrders, as of 2026-06). Nobody has published a value, so it is
watched first and believed later. Figures are in units of `model.limit`.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from msgspec import Struct

from krakentui.model.event import Happening

SOURCE = "openOrders.ratecount"
"""Where a figure of the old websocket says it comes from."""
Act = Literal[
    "snapshot", "pending", "open", "fill", "closed", "canceled", "expired", "amended", "touched", "other"
]
"""What an order update tells: the old feed's status, or what can be seen of an update without one."""
STREAM_ACTS: Mapping[str | None, Act] = MappingProxyType(
    {
        "pending_new": "pending",
        "new": "open",
        "trade": "fill",
        "filled": "closed",
        "canceled": "canceled",
        "expired": "expired",
        "amended": "amended",
    }
)
"""The account stream's word for an act -> the old websocket's."""
Written = Literal["text", "integer", "decimal", "absent", "senseless"]
"""How the counter was written, if it was there and made sense."""
Verdict = Literal["agrees", "disagrees", "vague"]
"""Of a figure against our count: within the tolerance, beyond it, or our count was too wide to tell."""


class OrderHeard(Happening, frozen=True, kw_only=True):
    """The old feed says something of one order, perhaps with the counter of its pair."""

    account: str
    order_id: str
    pair: str | None
    """Stream symbol; None where the order was never named with its pair, or the name is not known."""
    act: Act
    written: Written
    units: int | None = None
    figure: str = ""
    """The counter as it was written; cleaned, empty where there is none."""
    said_ns: int | None = None
    """When it happened, where the update says so."""


class Sample(Struct, frozen=True, kw_only=True):
    """One figure of the exchange beside our own count of the same moment."""

    pair: str
    act: Act
    units: int
    low: int
    high: int
    """Our interval."""
    drift: int
    """The figure minus our interval: 0 inside, negative below, positive above."""
    verdict: Verdict
    written: Written


class CounterSampled(Happening, frozen=True, kw_only=True):
    """A figure was held against our count; `anchors` = it is still the latest word on its pair."""

    account: str
    sample: Sample
    anchors: bool = False


class CounterDoubted(Happening, frozen=True, kw_only=True):
    """Figures that corrected our count turned out wrong: on these pairs nothing is certain any more."""

    account: str
    pairs: tuple[str, ...]
