"""The exchange's own orders, moved by recorded executions, and what its own writers say of each of them.

An entry is read into the exchange's order, in whole numbers of the pair's units; fills are added up and
averaged as the exchange does, and `frames` writes the entry again. Recorded with margin, or in any form that
the exchange does not write, it cannot be told again.
"""

from collections.abc import Mapping
from typing import Any, cast

from krakentui.simulator import frames
from krakentui.simulator.account import Entry, Fill
from krakentui.simulator.faults.wire import read_object
from krakentui.simulator.instants import parse_iso
from krakentui.simulator.jsontext import dumps
from krakentui.simulator.mirror.books import UNREADABLE, exact
from krakentui.simulator.orders import LIMIT_TYPES, Force, Order, Reference, Side
from krakentui.simulator.tables import Pair

Given = Mapping[str, Any]
"""A recorded entry, numbers as text."""
ENDS = frozenset({"filled", "canceled", "expired"})


class Orders:
    """The orders of one connection, by id."""

    def __init__(self, pairs: Mapping[str, Pair]) -> None:
        self._pairs = pairs
        self._orders: dict[str, Order] = {}
        self.sequence: int | None = None
        """Of the last frame."""
        self.is_whole = True
        """Every order that may be open is known here, with all that was said of it."""

    def hear(self, text: str) -> str | None:
        """Take a recorded frame; give what the exchange's own writer writes in its place, None = nothing."""
        document = read_object(text)
        try:
            kind, recorded = str(document["type"]), int(document["sequence"])
            first = self.sequence is None or kind == "snapshot"
            self.sequence = recorded if self.sequence is None or first else self.sequence + 1
            data = [self._entry(given, is_snapshot=kind == "snapshot") for given in document["data"]]
        except UNREADABLE:
            self.is_whole = False
            return None
        if None in data:
            return None
        told = dumps({"channel": "executions", "type": kind, "data": data, "sequence": self.sequence})
        self.sequence = recorded
        self.is_whole &= told == text
        return told

    def snapshot(self) -> str | None:
        """Write the open orders, newest first, numbered so that the next recorded frame follows it."""
        if self.sequence is None or not self.is_whole:
            return None
        open_now = sorted(
            (one for one in self._orders.values() if not one.is_done), key=lambda o: -o.opened_us
        )
        data = [frames.in_snapshot(order) for order in open_now]
        frame = {"channel": "executions", "type": "snapshot", "data": data, "sequence": self.sequence}
        return dumps(frame)

    def _entry(self, given: Given, *, is_snapshot: bool) -> Entry | None:
        kind, t_us = given["exec_type"], parse_iso(given["timestamp"])
        if kind == "trade" and is_snapshot:
            return frames.past_trade(self._past_fill(given, t_us))
        if kind == "pending_new" or is_snapshot:
            order = self._orders[given["order_id"]] = _born(given, self._pairs[given["symbol"]], t_us)
            return frames.in_snapshot(order) if is_snapshot else frames.whole(order, kind)
        known = self._orders.get(given["order_id"])
        if known is None:
            self.is_whole &= kind in ENDS
            return None
        return self._changed(known, kind, given, t_us)

    def _changed(self, order: Order, kind: str, given: Given, t_us: int) -> Entry | None:
        if kind == "new":
            order.status = "new"
            return frames.live(order, t_us)
        if kind == "trade":
            return frames.trade(_filled(order, given, t_us))
        if kind in ENDS:
            order.status, order.reason = kind, given.get("reason")
            return frames.done(order, t_us)
        if kind == "amended":
            pair = order.pair
            order.amended, order.qty = True, exact(given["order_qty"], pair.qty_places)
            _set_limit(order, given)
            _set_trigger(order, given.get("triggers"))
            return frames.amended(order, t_us)
        if kind == "status":
            _set_trigger(order, given["triggers"])
            return frames.trigger_moved(order, t_us)
        self.is_whole = False
        return None

    def _past_fill(self, given: Given, t_us: int) -> Fill:
        order = _born(given, self._pairs[given["symbol"]], t_us)
        order.status = given["order_status"]
        return _fill(order, given, t_us)


def _born(given: Given, pair: Pair, t_us: int) -> Order:
    """Read an order as it was told first."""
    cash = given.get("cash_order_qty")
    order = Order(
        id=given["order_id"],
        account="",
        pair=pair,
        side=cast("Side", given["side"]),
        type=given["order_type"],
        qty=exact(given.get("order_qty", "0"), pair.qty_places),
        limit_price=None,
        trigger_price=None,
        trail_bp=None,
        cash=None if cash is None else exact(cash, pair.cost_places),
        force=cast("Force", given.get("time_in_force", "GTC")),
        expires_us=parse_iso(given["expire_time"]) if "expire_time" in given else None,
        post_only=given.get("post_only") is True,
        cl_ord_id=given.get("cl_ord_id"),
        userref=int(given.get("order_userref", "0")),
        opened_us=t_us,
        counts_from_us=t_us,
        changed_us=t_us,
        status=given["order_status"],
        filled=exact(given.get("cum_qty", "0"), pair.qty_places),
        cost=exact(given.get("cum_cost", "0"), pair.cost_places),
        fee_usd=exact(given.get("fee_usd_equiv", "0"), pair.cost_places),
        amended=given.get("amended") is True,
    )
    _set_limit(order, given)
    _set_trigger(order, given.get("triggers"))
    return order


def _set_limit(order: Order, given: Given) -> None:
    """Read a limit; of a trailing stop it is the distance from the trigger."""
    if order.type not in LIMIT_TYPES or "limit_price" not in given:
        return
    limit = exact(given["limit_price"], order.pair.price_places)
    if given.get("limit_price_type") == "quote":
        order.limit_offset = limit
    else:
        order.limit_price = limit


def _set_trigger(order: Order, given: Given | None) -> None:
    """Read the trigger of a stop; one that trails is told by its distance and where it stands."""
    if given is None:
        return
    places = order.pair.price_places
    order.reference, order.triggered = cast("Reference", given["reference"]), given["status"] == "triggered"
    if given["price_type"] == "pct":
        order.trail_bp = exact(given["price"], 2)
        order.trigger_price = exact(given["actual_price"], places)
        order.peak_price = exact(given["peak_price"], places)
    else:
        order.trigger_price = exact(given["price"], places)


def _filled(order: Order, given: Given, t_us: int) -> Fill:
    """Fill an order by what was recorded of one execution."""
    fill = _fill(order, given, t_us)
    order.filled += fill.qty
    order.cost += fill.cost
    order.fee_usd += fill.fee_usd
    order.status = "partially_filled"
    return fill


def _fill(order: Order, given: Given, t_us: int) -> Fill:
    pair = order.pair
    (fee,) = given["fees"]
    return Fill(
        exec_id=given["exec_id"],
        trade_id=int(given["trade_id"]),
        order=order,
        price=exact(given["last_price"], pair.price_places),
        qty=exact(given["last_qty"], pair.qty_places),
        cost=exact(given["cost"], pair.cost_places),
        fee=exact(fee["qty"], pair.cost_places),
        fee_usd=exact(given["fee_usd_equiv"], pair.cost_places),
        maker=given["liquidity_ind"] == "m",
        t_us=t_us,
    )
