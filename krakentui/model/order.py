"""Orders: what is known of one, what a frame or a reply says of one, how a cancel ends."""

import re
from decimal import Decimal
from typing import Final, Literal

from msgspec import Struct

Outcome = Literal["cancelled", "filled", "gone", "refused", "unknown", "not_sent"]
"""How a cancel ended; one vocabulary everywhere."""

Source = Literal["stream", "query", "poll"]
"""Where a belief about an order comes from, most trusted first."""

DONE = frozenset({"filled", "canceled", "expired"})
"""Statuses, in the stream's spelling, from which no order comes back."""

PROTECTIVE = frozenset({"stop-loss", "stop-loss-limit", "trailing-stop", "trailing-stop-limit"})
"""Order types that limit a loss: a cancel of one is marked in the question."""

TRIGGERED = PROTECTIVE | {"take-profit", "take-profit-limit"}
"""Order types that wait for a trigger price. A take-profit takes a gain; without it no loss is greater."""

_ID: Final = re.compile(r"[0-9A-Z]{6}-[0-9A-Z]{5}-[0-9A-Z]{6}", re.ASCII)
"""6-5-6 characters; most begin with O, but recorded ones do with any (REST reference, 4.3; recorded 2026)."""

ORDER_TYPES = ("limit", "market", "iceberg", "settle-position", *sorted(TRIGGERED))
"""Every type there is (websocket reference, 7.2)."""


def is_order_id(text: str) -> bool:
    """Tell whether a text has the form of an id: in its place the exchange takes a user reference, too."""
    return _ID.fullmatch(text) is not None


class Trigger(Struct, frozen=True, kw_only=True):
    """What sets a stop or take-profit order off."""

    price: Decimal | None = None
    reference: str = "last"
    """`last` or `index`."""
    price_type: str = "static"
    """`static`, `pct` or `quote`."""
    status: str = "untriggered"
    actual: Decimal | None = None
    """Where a trailing trigger stands now, where it is told."""


class OrderPatch(Struct, frozen=True, kw_only=True):
    """What one frame or reply says of one order. None = it says nothing of that.

    Stream frames after the first are deltas: `new`, `canceled`, `amended` name neither pair nor side.
    """

    id: str
    status: str | None = None
    """Stream spelling: pending_new, new, partially_filled, filled, canceled, expired, or any other."""
    exec_type: str | None = None
    pair: str | None = None
    """Stream symbol; for REST the altname was looked up in `Names`."""
    raw_pair: str | None = None
    """The name as REST gave it, kept while it is not in `Names`."""
    side: str | None = None
    type: str | None = None
    qty: Decimal | None = None
    cash_qty: Decimal | None = None
    """Quantity in quote currency (market orders, `viqc`)."""
    limit_price: Decimal | None = None
    price_text: str | None = None
    """A price that is relative (`+1.0000%`), as given."""
    trigger: Trigger | None = None
    filled: Decimal | None = None
    cost: Decimal | None = None
    fee: Decimal | None = None
    average: Decimal | None = None
    opened_ns: int | None = None
    """When the order was made, by the exchange's clock."""
    amended: bool | None = None
    said_ns: int | None = None
    """When the exchange says this became true, by its clock."""
    reason: str | None = None
    cl_ord_id: str | None = None
    userref: int | None = None
    post_only: bool | None = None
    reduce_only: bool | None = None
    margin: bool | None = None
    time_in_force: str | None = None
    expires_ns: int | None = None
    starts_ns: int | None = None
    """A scheduled start, where there is one."""
    sent: bytes = b""
    """The object as it came, not made harmless: `wire.spot.sent` reads it. Empty where it was not kept."""


class Order(Struct, frozen=True, kw_only=True):
    """What we believe of one order."""

    account: str
    id: str
    status: str
    source: Source
    """The most trusted source that has spoken of it."""
    seen_ns: int
    """Steady time of the last word about it."""
    said_ns: int = 0
    """The exchange's time of that word."""
    pair: str | None = None
    raw_pair: str | None = None
    side: str | None = None
    type: str | None = None
    qty: Decimal | None = None
    cash_qty: Decimal | None = None
    limit_price: Decimal | None = None
    price_text: str | None = None
    trigger: Trigger | None = None
    filled: Decimal = Decimal(0)
    cost: Decimal | None = None
    fee: Decimal | None = None
    average: Decimal | None = None
    opened_ns: int | None = None
    counts_from_low_ns: int | None = None
    """Earliest instant (exchange clock) from which the limits may count this order's age."""
    counts_from_high_ns: int | None = None
    """Latest such instant: creation or last amend; equal to the earliest where all was seen."""
    amended_ns: int = 0
    """The last amend that was seen happening (exchange clock)."""
    hidden_until_ns: int = 0
    """Latest instant (exchange clock) at which it may have been amended unseen."""
    suspected_ns: int | None = None
    """What that was before REST told of an amend ahead of the stream; None = no such word is due."""
    stream_ns: int | None = None
    """Steady time of the stream's last word about it; None = only REST has spoken of it."""
    terms_ns: tuple[int, ...] = ()
    """The exchange's time of each amendable term, in the order of `state.merge.TERMS`."""
    progress_ns: int = 0
    """The exchange's time of cost, fee and average."""
    amended: bool = False
    reason: str | None = None
    cl_ord_id: str | None = None
    userref: int | None = None
    post_only: bool = False
    reduce_only: bool = False
    margin: bool = False
    time_in_force: str | None = None
    expires_ns: int | None = None
    starts_ns: int | None = None

    @property
    def is_done(self) -> bool:
        """Tell whether it can no longer trade."""
        return self.status in DONE

    @property
    def is_complete(self) -> bool:
        """Tell whether enough is known to show and to cancel it knowingly."""
        return None not in (self.pair, self.side, self.type) and (self.qty or self.cash_qty) is not None

    @property
    def remaining(self) -> Decimal | None:
        """What is not filled yet, in base currency; None where the quantity is not known."""
        return None if self.qty is None else self.qty - self.filled

    @property
    def is_protective(self) -> bool:
        """Tell whether it is a stop, without which nothing limits a loss."""
        return self.type in PROTECTIVE


class Fill(Struct, frozen=True, kw_only=True):
    """One execution of one of our orders."""

    account: str
    exec_id: str
    order_id: str
    pair: str | None
    side: str | None
    price: Decimal
    qty: Decimal
    cost: Decimal | None
    exchange_ns: int
    is_history: bool
    """Came in a snapshot: shown, never announced."""
    fees: tuple[tuple[str, Decimal], ...] = ()
    """Assets and amounts."""
    maker: bool | None = None
    """It stood in the book; None = not told."""
    type: str | None = None
    """Of the order."""
