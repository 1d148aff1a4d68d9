"""One order's entry on the old websocket: what happened, on which pair, and the counter if it is there.

Recorded entries (2022 to 2023): a whole object when it comes in, then only what changed; a fill has no
status at all. An amend and a trigger are known from the documents alone.
"""

from decimal import Decimal

from msgspec import Struct

from krakentui.model.audit import Act, Written
from krakentui.model.number import BadNumber, exact
from krakentui.model.text import clean
from krakentui.wire.spot.ratecount import RATE_NAMES, counted_units
from krakentui.wire.spot.times import unix_ns

Entry = dict[object, object]
DONE: frozenset[Act] = frozenset({"closed", "canceled", "expired"})
_BY_STATUS: dict[str, Act] = {
    "pending": "pending",
    "open": "open",
    "closed": "closed",
    "canceled": "canceled",
    "expired": "expired",
}


class Counted(Struct, frozen=True):
    """The counter as an entry has it."""

    written: Written = "absent"
    units: int | None = None
    figure: str = ""


def act(order: Entry, *, snapshot: bool) -> Act:
    """Tell what an entry says has happened."""
    if snapshot:
        return "snapshot"
    status = order.get("status")
    if "amend_reason" in order or order.get("amended") is True:
        return "amended" if status in (None, "open", "pending") else _status(status)
    if status is None:
        return "fill" if "vol_exec" in order else "touched"
    return _status(status)


def pair_name(order: Entry) -> str | None:
    """Give the pair in the old spelling (`XBT/USD`); None where the entry does not name it."""
    match order.get("descr"):
        case {"pair": str(name)}:
            return clean(name, 40)
    return None


def said_ns(order: Entry) -> int | None:
    """Tell when it happened; None where the entry does not say."""
    for name in ("lastupdated", "opentm"):
        value = order.get(name)
        if isinstance(value, str | int | Decimal):
            try:
                return unix_ns(exact(value))
            except BadNumber:
                continue
    return None


def counted(order: Entry) -> Counted:
    """Read the counter, under any of its likely names, as text or as a number."""
    for name, value in order.items():
        if name in RATE_NAMES:
            return _counted(value)
    return Counted()


def unknown_rates(order: Entry) -> list[str]:
    """List the fields that look like a counter and are none that we know."""
    names = (name for name in order if isinstance(name, str) and name.startswith("rate"))
    return [clean(name, 40) for name in names if name not in RATE_NAMES]


def _counted(value: object) -> Counted:
    units = counted_units(value)
    figure = clean(str(value), 40)
    match value:
        case _ if units is None:
            return Counted("senseless", None, figure)
        case str():
            return Counted("text", units, figure)
        case int():
            return Counted("integer", units, figure)
    return Counted("decimal", units, figure)


def _status(status: object) -> Act:
    return _BY_STATUS.get(status, "other") if isinstance(status, str) else "other"
