"""Entries of `executions` -> order patches, fills and reported counters.

The first frame of a subscription is a snapshot that mixes open orders and past fills: each entry is told
by its own `exec_type`. Later frames are deltas: `new`, `canceled`, `amended` name neither pair nor side,
and a trade that completes an order still says `partially_filled` (websocket reference, 7).
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from krakentui.model.event import (
    FillSeen,
    Garbled,
    Happening,
    OrderPatched,
    OrdersSnapshot,
)
from krakentui.model.number import BadNumber, plain
from krakentui.model.order import DONE, Fill, OrderPatch, Trigger
from krakentui.model.text import clean
from krakentui.wire.spot.frames import ExecutionRow, FeeRow, Triggers
from krakentui.wire.spot.market import sane, tidy
from krakentui.wire.spot.times import instant


def patch(row: ExecutionRow, sent: bytes = b"") -> OrderPatch:
    """Read what one entry says of its order; `sent` is the entry as it came.

    Raises:
        BadNumber: a number is not finite or absurdly long.
    """
    said = instant(row.timestamp)
    limit = sane(row.limit_price) or None  # 0.0 on market orders (recorded)
    relative = row.limit_price_type if row.limit_price_type in {"pct", "quote"} else None
    born = row.exec_type == "pending_new" or (row.exec_type == "new" and not row.amended)
    return OrderPatch(
        id=clean(row.order_id),
        status=tidy(row.order_status),
        exec_type=tidy(row.exec_type),
        pair=tidy(row.symbol),
        side=tidy(row.side),
        type=tidy(row.order_type),
        qty=sane(row.order_qty),
        cash_qty=sane(row.cash_order_qty),
        limit_price=None if relative else limit,
        price_text=_relative(limit, relative) if relative and limit is not None else None,
        trigger=_trigger(row.triggers) if row.triggers is not None else None,
        filled=sane(row.cum_qty),
        cost=sane(row.cum_cost),
        average=sane(row.avg_price) or None,  # 0 = nothing traded yet
        opened_ns=said if born else None,
        amended=row.amended,
        said_ns=said,
        reason=tidy(row.reason or row.cancel_reason),
        cl_ord_id=tidy(row.cl_ord_id),
        userref=row.order_userref or None,  # 0 when unset
        post_only=row.post_only,
        reduce_only=row.reduce_only,
        margin=row.margin,
        time_in_force=row.time_in_force and clean(row.time_in_force).upper(),
        expires_ns=instant(row.expire_time),
        starts_ns=instant(row.effective_time),
        sent=sent,
    )


def fill(row: ExecutionRow, account: str, *, history: bool) -> Fill | None:
    """Read a trade; None where it does not say what traded.

    Raises:
        BadNumber: a number is not finite or absurdly long.
    """
    price, qty = sane(row.last_price), sane(row.last_qty)
    if row.exec_id is None or price is None or qty is None:
        return None
    return Fill(
        account=account,
        exec_id=clean(row.exec_id),
        order_id=clean(row.order_id),
        pair=tidy(row.symbol),
        side=tidy(row.side),
        price=price,
        qty=qty,
        cost=sane(row.cost),
        exchange_ns=instant(row.timestamp) or 0,
        is_history=history,
        fees=_fees(row.fees or ()),
        maker={"m": True, "t": False}.get(row.liquidity_ind or ""),
        type=tidy(row.order_type),
    )


def snapshot(rows: Sequence[ExecutionRow], account: str, sent: Sequence[bytes] = ()) -> list[Happening]:
    """Read a snapshot: the open orders in one event, then orders that are done, then past fills.

    Raises:
        BadNumber: a number is not finite or absurdly long.
    """
    patches, fills = _split(rows, account, sent)
    still_open = tuple(one for one in patches if one.status not in DONE)
    done = [OrderPatched(account=account, patch=one) for one in patches if one.status in DONE]
    return [OrdersSnapshot(account=account, orders=still_open), *done, *fills]


def continued(rows: Sequence[ExecutionRow], account: str, sent: Sequence[bytes] = ()) -> list[Happening]:
    """Read the second frame of a snapshot that came in two: it adds, and replaces nothing.

    Raises:
        BadNumber: a number is not finite or absurdly long.
    """
    patches, fills = _split(rows, account, sent)
    return [*(OrderPatched(account=account, patch=one) for one in patches), *fills]


def updates(rows: Sequence[ExecutionRow], account: str, sent: Sequence[bytes] = ()) -> list[Happening]:
    """Read deltas, in their order; a trade gives its fill and then what it says of its order.

    Raises:
        BadNumber: a number is not finite or absurdly long.
    """
    events: list[Happening] = []
    for row, came in _paired(rows, sent):
        if row.exec_type == "trade":
            events += _fill_events(row, account, history=False)
        events.append(OrderPatched(account=account, patch=patch(row, came)))
    return events


def _paired(rows: Sequence[ExecutionRow], sent: Sequence[bytes]) -> Iterable[tuple[ExecutionRow, bytes]]:
    """Give each entry what came; rows of a second reading may be fewer, and then nothing is known to fit."""
    return zip(rows, sent if len(sent) == len(rows) else [b""] * len(rows), strict=True)


def _split(
    rows: Sequence[ExecutionRow], account: str, sent: Sequence[bytes]
) -> tuple[list[OrderPatch], list[Happening]]:
    patches: list[OrderPatch] = []
    fills: list[Happening] = []
    for row, came in _paired(rows, sent):
        if row.exec_type == "trade":
            fills += _fill_events(row, account, history=True)
        else:
            patches.append(patch(row, came))
    return patches, fills


def _fill_events(row: ExecutionRow, account: str, *, history: bool) -> list[Happening]:
    seen = fill(row, account, history=history)
    if seen is not None:
        return [FillSeen(fill=seen)]
    return [
        Garbled(where="executions", why="a trade without id, price or quantity", excerpt=clean(row.order_id))
    ]


def _fees(rows: Iterable[FeeRow]) -> tuple[tuple[str, Decimal], ...]:
    """Read fees; one that makes no sense is left out, it must not cost us the fill."""
    read: list[tuple[str, Decimal]] = []
    for row in rows:
        try:
            qty = sane(row.qty)
        except BadNumber:
            continue
        if row.asset is not None and qty is not None:
            read.append((clean(row.asset), qty))
    return tuple(read)


def _trigger(row: Triggers) -> Trigger:
    return Trigger(
        price=sane(row.price),
        reference=clean(row.reference or "last"),
        price_type=clean(row.price_type or "static"),
        status=clean(row.status or "untriggered"),
        actual=sane(row.actual_price),
    )


def _relative(offset: Decimal, kind: str) -> str:
    sign = "" if offset < 0 else "+"
    return f"{sign}{plain(offset)}{'%' if kind == 'pct' else ''}"
