"""REST's order objects -> order patches in the stream's spelling (REST reference, 4.3).

`closed` is `filled`, `open` is `new` or, once something traded, `partially_filled`. For orders with a
trigger `descr.price` is the trigger and `price2` the limit; both may be relative (`+1.0000%`), and then
`stopprice` and `limitprice` tell where they stand. With `viqc` the volume is in quote currency.
"""

import re
from decimal import Decimal

from msgspec import Raw, Struct, json

from krakentui.model.event import Happening, OrdersPolled, OrdersQueried
from krakentui.model.number import BadNumber, exact
from krakentui.model.order import TRIGGERED, OrderPatch, Trigger
from krakentui.model.text import clean
from krakentui.wire.spot import sent
from krakentui.wire.spot.envelope import Asked, read_table
from krakentui.wire.spot.market import sane, tidy
from krakentui.wire.spot.times import unix_ns

_STATUSES = {"pending": "pending_new", "closed": "filled"}
_NO_PRICE = frozenset({"market", "settle-position"})
_RELATIVE = re.compile(r"[+\-#]?\d+(?:\.\d+)?%|[+\-#]\d+(?:\.\d+)?", re.ASCII)


class _Descr(Struct, frozen=True):
    pair: str | None = None
    type: str | None = None
    ordertype: str | None = None
    price: str | None = None
    price2: str | None = None
    leverage: str | None = None


class _OrderRow(Struct, frozen=True):
    descr: _Descr = _Descr()
    status: str | None = None
    reason: str | None = None
    opentm: Decimal | None = None
    closetm: Decimal | None = None
    starttm: Decimal | None = None
    expiretm: Decimal | None = None
    vol: Decimal | None = None
    vol_exec: Decimal | None = None
    cost: Decimal | None = None
    fee: Decimal | None = None
    price: Decimal | None = None
    """The average price of its fills."""
    stopprice: Decimal | None = None
    limitprice: Decimal | None = None
    trigger: str | None = None
    margin: bool | None = None
    reduce_only: bool | None = None
    misc: str | None = None
    oflags: str | None = None
    userref: int | None = None
    cl_ord_id: str | None = None
    time_in_force: str | None = None


class _OpenResult(Struct, frozen=True):
    open: Raw


def open_orders(raw: Raw, asked: Asked) -> list[Happening]:
    """Read `OpenOrders`.

    Raises:
        Broken, or any of `UNREADABLE`: the list is missing or not whole; it is never an empty one.
    """
    inner = json.decode(raw, type=_OpenResult).open
    patches, trouble = _patches(inner, asked)
    return [
        OrdersPolled(account=asked.account, orders=tuple(patches), asked_ns=asked.asked_ns),
        *trouble,
    ]


def queried(raw: Raw, asked: Asked, ids: tuple[str, ...]) -> list[Happening]:
    """Read `QueryOrders`: an object of orders by id, without those that the exchange does not know.

    Raises:
        Broken: an order in it makes no sense.
    """
    patches, trouble = _patches(raw, asked)
    found = {one.id for one in patches}
    missing = tuple(one for one in ids if one not in found)
    told = OrdersQueried(
        account=asked.account, orders=tuple(patches), missing=missing, asked_ns=asked.asked_ns
    )
    return [told, *trouble]


def unknown(asked: Asked, ids: tuple[str, ...]) -> OrdersQueried:
    """Tell that the exchange knows none of these orders."""
    return OrdersQueried(account=asked.account, orders=(), missing=ids, asked_ns=asked.asked_ns)


def read_orders(raw: Raw, asked: Asked) -> tuple[list[OrderPatch], list[Happening]]:
    """Read an object of orders by id; one that makes no sense is left out and told.

    Raises:
        Broken: it is no object.
    """
    return _patches(raw, asked, whole=False)


def _patches(raw: Raw, asked: Asked, *, whole: bool = True) -> tuple[list[OrderPatch], list[Happening]]:
    came = sent.in_table(raw)

    def make(key: str, row: _OrderRow) -> OrderPatch:
        return _patch(key, row, asked, came.get(key, b""))

    return read_table(raw, _OrderRow, make, asked, whole=whole)


def _patch(order_id: str, row: _OrderRow, asked: Asked, came: bytes) -> OrderPatch:
    descr = row.descr
    raw_pair = tidy(descr.pair)
    pair = None if raw_pair is None else asked.names.pair(raw_pair)
    flags = _words(row.oflags)
    misc = _words(row.misc)
    kind = tidy(descr.ordertype)
    filled = sane(row.vol_exec)
    volume = sane(row.vol)
    limit_text, limit, trigger = _prices(row, kind, misc)
    return OrderPatch(
        id=clean(order_id),
        status=_status(row.status, filled),
        pair=pair,
        raw_pair=raw_pair if pair is None else None,
        side=tidy(descr.type),
        type=kind,
        qty=None if "viqc" in flags else volume,
        cash_qty=volume if "viqc" in flags else None,
        limit_price=limit,
        price_text=limit_text,
        trigger=trigger,
        filled=filled,
        cost=sane(row.cost),
        fee=sane(row.fee),
        average=sane(row.price) or None,  # 0 = nothing traded yet
        opened_ns=unix_ns(row.opentm),
        amended=None if row.misc is None else "amended" in misc,
        said_ns=unix_ns(row.closetm),
        reason=tidy(row.reason),
        cl_ord_id=tidy(row.cl_ord_id),
        userref=row.userref or None,  # often 0 when unset
        post_only=None if row.oflags is None else "post" in flags,
        reduce_only=row.reduce_only,
        margin=_is_margin(row),
        time_in_force=row.time_in_force and clean(row.time_in_force).upper(),
        expires_ns=unix_ns(row.expiretm),
        starts_ns=unix_ns(row.starttm),
        sent=came,
    )


def _status(status: str | None, filled: Decimal | None) -> str | None:
    if status is None:
        return None
    if status == "open":
        return "partially_filled" if filled else "new"
    return _STATUSES.get(status, clean(status))


def _prices(
    row: _OrderRow, kind: str | None, misc: frozenset[str]
) -> tuple[str | None, Decimal | None, Trigger | None]:
    """Tell a relative price as text, the limit, the trigger."""
    if kind in _NO_PRICE:
        return None, None, None
    has_trigger = kind in TRIGGERED
    first, second = row.descr.price, row.descr.price2
    limit_leg = second if has_trigger else first
    if has_trigger and not (kind or "").endswith("-limit"):
        limit_leg = None
    limit = sane(row.limitprice) or None if _is_relative(limit_leg) else _price(limit_leg)
    relative = [
        clean(leg) for leg in (first if has_trigger else None, limit_leg) if _is_relative(leg) and leg
    ]
    trigger = _trigger(first, row, misc) if has_trigger else None
    return " → ".join(relative) or None, limit, trigger


def _trigger(text: str | None, row: _OrderRow, misc: frozenset[str]) -> Trigger:
    kind = "static"
    if _is_relative(text):
        kind = "pct" if (text or "").endswith("%") else "quote"
    price = _price((text or "").strip("#%"))
    stands_at = sane(row.stopprice) or None
    return Trigger(
        price=stands_at if price is None and kind == "static" else price,
        reference=clean(row.trigger or "last"),
        price_type=kind,
        status="triggered" if misc & {"stopped", "touched"} else "untriggered",
        actual=None if kind == "static" else stands_at,
    )


def _price(text: str | None) -> Decimal | None:
    """Read a price; None for none, for 0 and for what is no price."""
    if not text:
        return None
    try:
        return exact(text) or None
    except BadNumber:
        return None


def _is_relative(text: str | None) -> bool:
    return text is not None and _RELATIVE.fullmatch(text) is not None


def _is_margin(row: _OrderRow) -> bool | None:
    if row.margin is not None or row.descr.leverage is None:
        return row.margin
    return row.descr.leverage != "none"


def _words(text: str | None) -> frozenset[str]:
    return frozenset((text or "").split(","))
