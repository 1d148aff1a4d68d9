"""Private REST that acts on orders: add, amend, edit, cancel, and the dead man's switch."""

from fractions import Fraction
from typing import Any

from krakentui.simulator import asking, asking_rest, rules
from krakentui.simulator.asking import Unfit
from krakentui.simulator.asking_rest import is_true
from krakentui.simulator.gate import UNKNOWN
from krakentui.simulator.identity import BAD_ARGUMENTS
from krakentui.simulator.instants import iso
from krakentui.simulator.jsontext import digits
from krakentui.simulator.manners import Manners
from krakentui.simulator.orders import Amend, Order, Request
from krakentui.simulator.private_call import Answer, Call, Result, is_integer, reference
from krakentui.simulator.rest_orders import description, prices, volume
from krakentui.simulator.rules import BATCH_CANCEL_MAX
from krakentui.simulator.switch import TIMEOUT_BELOW_S
from krakentui.simulator.tables import Pair

BATCH_ADD = (2, 15)
"""Fewest and most orders in a batch: reference of AddOrderBatch."""
UNKNOWN_PAIR = "EQuery:Unknown asset pair"
INVALID_ORDER = "EOrder:Invalid order"


def _pair(call: Call) -> Pair | None:
    return call.world.find_pair(str(call.params.get("pair", "")))


def _add(call: Call) -> Result | str:
    pair = _pair(call)
    if pair is None:
        return UNKNOWN_PAIR
    tries = is_true(call.params.get("validate"))
    try:
        ask = _request(call, pair, call.params)
    except Unfit as reason:
        return str(reason) if tries else call.gate.failed(call.account, pair, str(reason), rules.ADD_COST)
    order = call.gate.tried(call.account, ask) if tries else call.gate.place(call.account, ask)
    if isinstance(order, str):
        return order
    return _described(order) if tries else {"txid": [order.id]} | _described(order)


def _request(call: Call, pair: Pair, params: dict[str, Any]) -> Request:
    asking.meet_deadline(call.params.get("deadline"), call.now_us)
    return asking_rest.request(call.world.markets[pair.symbol], params, call.now_us)


def _described(order: Order) -> Result:
    return {"descr": {"order": description(order)["order"]}}


def _add_batch(call: Call) -> Result | str:
    pair, wanted = _pair(call), call.params.get("orders")
    if not isinstance(wanted, list) or not BATCH_ADD[0] <= len(wanted) <= BATCH_ADD[1]:
        return f"{BAD_ARGUMENTS}:orders"
    if not all(isinstance(item, dict) for item in wanted):
        return f"{BAD_ARGUMENTS}:orders"
    if pair is None:
        return UNKNOWN_PAIR
    tries, fixed = is_true(call.params.get("validate")), rules.BATCH_ADD_EACH * len(wanted)
    try:
        asks = [_request(call, pair, item) for item in wanted]
    except Unfit as reason:
        return str(reason) if tries else call.gate.failed(call.account, pair, str(reason), fixed)
    placed: list[Order | str] | str
    if tries:
        placed = [call.gate.tried(call.account, ask) for ask in asks]
        error = next((order for order in placed if isinstance(order, str)), None)
        placed = error or placed
    else:
        placed = call.gate.place_batch(call.account, asks)
    if isinstance(placed, str):
        return placed
    return {"orders": [_batch_row(order, tries=tries) for order in placed]}


def _batch_row(order: Order | str, *, tries: bool) -> Result:
    if isinstance(order, str):
        return {"error": order}
    return _described(order) if tries else {"txid": order.id} | _described(order)


def _one_open(call: Call) -> Order | str:
    """Find the one open order that a call names by its id or the client's."""
    params = call.params
    if ("txid" in params) == ("cl_ord_id" in params):
        return BAD_ARGUMENTS
    if "txid" in params:
        found = call.gate.find(call.account, reference(params["txid"]))
    else:
        found = call.gate.find_client_id(call.account, str(params["cl_ord_id"]))
    return found[0] if len(found) == 1 else UNKNOWN


def _amend(call: Call) -> Result | str:
    order, params = _one_open(call), call.params
    if isinstance(order, str):
        return order
    market = call.world.markets[order.pair.symbol]
    try:
        asking.meet_deadline(params.get("deadline"), call.now_us)
        change = asking_rest.changes(market, order, params)
    except Unfit as reason:
        return call.gate.failed(call.account, order.pair, str(reason), rules.AMEND_FIXED)
    error = call.gate.amend(
        call.account, order.id, **change._asdict(), post_only=is_true(params.get("post_only"))
    )
    return error or {"amend_id": order.amends[-1].id}


def _edit(call: Call) -> Result | str:
    pair = _pair(call)
    if pair is None:
        return UNKNOWN_PAIR
    found = call.gate.find(call.account, reference(call.params.get("txid", "")))
    if len(found) != 1 or found[0].pair is not pair:
        return INVALID_ORDER if len(found) > 1 else UNKNOWN
    (old,) = found
    tries = is_true(call.params.get("validate"))
    try:
        asking.meet_deadline(call.params.get("deadline"), call.now_us)
        ask = asking_rest.edited(call.world.markets[pair.symbol], old, call.params)
        if "volume" not in call.params and call.world.manners.edit_volume == "whole":
            ask.qty = old.qty
    except Unfit as reason:
        return str(reason) if tries else call.gate.failed(call.account, pair, str(reason), rules.EDIT_FIXED)
    order = call.gate.tried(call.account, ask) if tries else call.gate.edit(call.account, old, ask)
    if isinstance(order, str):
        return order
    if tries:
        return _described(order)
    price, price2 = prices(order)
    row: Result = {"status": "ok", "txid": order.id, "originaltxid": old.id}
    if order.userref:
        row["newuserref"] = order.userref
    row |= {"volume": volume(order), "price": price}
    if price2 != "0":
        row["price2"] = price2
    return row | {"orders_cancelled": 1} | _described(order)


def _amends(call: Call) -> Result | str:
    order = call.account.order(str(call.params.get("order_id", "")))
    if order is None:
        return INVALID_ORDER
    history = order.amends or [order.as_it_stands(order.original_id, "original", order.opened_us)]
    unit = {"ms": Fraction(1, 1_000), "ns": Fraction(1_000)}[call.world.manners.amends_unit]
    return {"amends": [_amend_row(order.pair, amend, unit) for amend in history], "count": len(history)}


def _amend_row(pair: Pair, amend: Amend, unit: Fraction) -> Result:
    row: Result = {
        "amend_id": amend.id,
        "amend_type": amend.kind,
        "order_qty": digits(amend.qty, pair.qty_places),
        "remaining_qty": digits(amend.remaining, pair.qty_places),
    }
    if amend.limit_price is not None:
        row["limit_price"] = digits(amend.limit_price, pair.price_places)
    if amend.trigger_price is not None:
        row["trigger_price"] = digits(amend.trigger_price, pair.price_places)
    if amend.kind == "user":
        row["reason"] = "User requested"
    return row | {"post_only": amend.post_only, "timestamp": int(amend.t_us * unit)}


def _cancel(call: Call) -> Result | str:
    account, params = call.account, call.params
    if "txid" in params:
        orders = call.gate.find(account, reference(params["txid"]))
    elif "cl_ord_id" in params:
        orders = call.gate.find_client_id(account, str(params["cl_ord_id"]))
    else:
        return BAD_ARGUMENTS
    count, error = 0, UNKNOWN
    for order in orders:
        refused = call.gate.cancel(account, order)
        count, error = count + (refused is None), refused or error
    return {"count": count} if count else error


def _cancel_batch(call: Call) -> Result | str:
    account, params = call.account, call.params
    named, own = params.get("orders", []), params.get("cl_ord_ids", [])
    if not isinstance(named, list) or not isinstance(own, list):
        return BAD_ARGUMENTS
    if not 1 <= len(named) + len(own) <= BATCH_CANCEL_MAX:
        return BAD_ARGUMENTS
    if not all(isinstance(ref, str | int) for ref in (*named, *own)):
        return BAD_ARGUMENTS
    refs, own_refs = [reference(item) for item in named], [str(item) for item in own]
    orders = call.gate.find_batch(account, refs, own_refs)
    if call.world.manners.unknown_in_batch == "refuse" and not call.gate.knows_all(account, refs, own_refs):
        return UNKNOWN
    count = call.gate.cancel_batch(account, orders)
    return count if isinstance(count, str) else {"count": count}


def _cancel_all(call: Call) -> Result | str:
    count = call.gate.cancel_all(call.account)
    return count if isinstance(count, str) else {"count": count}


def _cancel_after(call: Call) -> Result | str:
    timeout = call.params.get("timeout")
    if not is_integer(timeout) or not 0 <= int(str(timeout)) < TIMEOUT_BELOW_S:
        return f"{BAD_ARGUMENTS}:timeout"
    at_us = call.switches.arm(call.account, int(str(timeout)))
    if isinstance(at_us, str):
        return at_us
    return switch_times(call.world.manners, call.now_us, at_us)


def switch_times(manners: Manners, now_us: int, at_us: int) -> Result:
    """Tell when the dead man's switch runs out: now, where it was switched off."""
    off = at_us == now_us and manners.disarmed_trigger == "0"
    return {"currentTime": iso(now_us), "triggerTime": "0" if off else iso(at_us)}


ENDPOINTS: dict[str, Answer] = {
    "AddOrder": _add,
    "AddOrderBatch": _add_batch,
    "AmendOrder": _amend,
    "EditOrder": _edit,
    "OrderAmends": _amends,
    "CancelOrder": _cancel,
    "CancelOrderBatch": _cancel_batch,
    "CancelAll": _cancel_all,
    "CancelAllOrdersAfter": _cancel_after,
}
