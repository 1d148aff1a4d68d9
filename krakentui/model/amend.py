"""How an order was changed since it was made, as the exchange remembers it."""

from decimal import Decimal

from msgspec import Struct

from krakentui.model.event import Happening


class Amend(Struct, frozen=True, kw_only=True):
    """The order as it stood after one change. None = not told."""

    id: str
    kind: str
    """original: as it was made · user: somebody changed it · restated: the exchange did."""
    qty: Decimal | None = None
    remaining: Decimal | None = None
    limit_price: Decimal | None = None
    trigger_price: Decimal | None = None
    reason: str | None = None
    post_only: bool | None = None
    said_ns: int | None = None
    """By the exchange's clock."""


class AmendsSeen(Happening, frozen=True, kw_only=True):
    """All changes of one order, oldest first (`OrderAmends`)."""

    account: str
    order_id: str
    amends: tuple[Amend, ...]
    asked_ns: int
    whole: bool = True
    """Every change could be read."""
