"""REST's `OrderAmends` -> the changes of one order (REST reference, 4.3).

The first entry is the order as it was made. `timestamp` was recorded in milliseconds (October 2024) and
is said to be nanoseconds (September 2026): its magnitude tells.
"""

from decimal import Decimal

from msgspec import Raw, Struct

from krakentui.model.amend import Amend, AmendsSeen
from krakentui.model.event import Happening
from krakentui.model.text import clean
from krakentui.wire.spot.envelope import Asked, garbled, nonsense
from krakentui.wire.spot.frames import Whole
from krakentui.wire.spot.market import sane, tidy
from krakentui.wire.spot.salvage import fit, plain

MOST_AMENDS = 500
"""The latest so many are kept."""
_SECOND = 1_000_000_000
_UNITS = ((10**11, _SECOND), (10**14, 1_000_000), (10**17, 1_000))
"""Below the first figure an instant of our century is in the unit of the second: s, ms, µs; else ns."""


class _AmendRow(Struct, frozen=True):
    amend_id: str | None = None
    amend_type: str | None = None
    order_qty: Decimal | None = None
    remaining_qty: Decimal | None = None
    limit_price: Decimal | None = None
    trigger_price: Decimal | None = None
    reason: str | None = None
    post_only: bool | None = None
    timestamp: Whole | None = None


def amends(raw: Raw, asked: Asked, order_id: str) -> list[Happening]:
    """Read the changes of this order.

    Raises:
        Broken: there is no list of them.
    """
    value = plain(raw)
    rows = value.get("amends") if isinstance(value, dict) else None
    if not isinstance(rows, list):
        raise nonsense(asked)
    lost: list[str] = []
    found = [row for item in rows if (row := fit(item, _AmendRow, "amend", lost)) is not None]
    told = AmendsSeen(
        account=asked.account,
        order_id=order_id,
        amends=tuple(map(_amend, found[-MOST_AMENDS:])),
        asked_ns=asked.asked_ns,
        whole=not lost,
    )
    return [told, *garbled(asked, lost)]


def _amend(row: _AmendRow) -> Amend:
    return Amend(
        id=clean(row.amend_id or ""),
        kind=clean(row.amend_type or "unknown"),
        qty=sane(row.order_qty),
        remaining=sane(row.remaining_qty),
        limit_price=sane(row.limit_price),
        trigger_price=sane(row.trigger_price) or None,
        reason=tidy(row.reason),
        post_only=row.post_only,
        said_ns=_instant_ns(row.timestamp),
    )


def _instant_ns(timestamp: int | None) -> int | None:
    if timestamp is None or timestamp <= 0:
        return None
    return timestamp * next((unit for below, unit in _UNITS if timestamp < below), 1)
