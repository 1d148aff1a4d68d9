"""Private REST: one table of endpoints; identity, limits and permission come before any of them.

Everything the exchange itself says goes out under HTTP 200; errors carry no result. Unknown
parameters are ignored. Endpoints that exist elsewhere but not here answer that they are denied.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from krakentui.simulator.account import Account
from krakentui.simulator.accounts import of
from krakentui.simulator.gate import UNKNOWN, Gate
from krakentui.simulator.identity import BAD_ARGUMENTS, DENIED, Door, Stranger
from krakentui.simulator.keys import CLOSED_DOORS, PERMISSIONS, ApiKey
from krakentui.simulator.orders import Order
from krakentui.simulator.rest_orders import balance_rows, extended_rows, order_row
from krakentui.simulator.rules import BATCH_CANCEL_MAX, SECOND_US, TOKEN_LIFE_US
from krakentui.simulator.surface import HttpReply, HttpRequest, failure, result

if TYPE_CHECKING:
    from krakentui.simulator.world import World

PREFIX = "/0/private/"
IBAN = "AA88 N84G SIMU LATD"

Result = dict[str, object]
"""A result; a plain text in its place is an error."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call that passed the door, the limits and the permissions."""

    key: ApiKey
    params: dict[str, Any]
    account: Account
    door: Door
    gate: Gate
    now_us: int


Answer = Callable[[Call], Result | str]


def handle(world: "World", request: HttpRequest) -> HttpReply:
    """Answer one private request."""
    key, cost, answer = _answer(world, request)
    error = answer if isinstance(answer, str) else None
    fingerprint = key.fingerprint if key is not None else None
    world.heard_rest(request, key=fingerprint, cost=str(cost), verdict=error or "ok")
    return failure(error) if error is not None else result(answer)


def _answer(world: "World", request: HttpRequest) -> tuple[ApiKey | None, int, Result | str]:
    accounts, now_us = of(world), world.clock.now_us()
    name = request.path.removeprefix(PREFIX)
    if name not in ENDPOINTS and name not in CLOSED_DOORS:
        return None, 0, "EGeneral:Unknown method"
    caller = accounts.door.identify(request, now_us)
    if isinstance(caller, Stranger):
        return caller.key, 0, caller.error
    tier = accounts.owner(caller.key).tier
    cost, passes = accounts.judge.rest_call(caller.key, tier, name, now_us)
    if not passes:
        return caller.key, cost, "EAPI:Rate limit exceeded"
    if name in CLOSED_DOORS or not caller.key.may(PERMISSIONS[name]):
        return caller.key, cost, DENIED
    call = Call(caller.key, caller.params, accounts.owner(caller.key), accounts.door, accounts.gate, now_us)
    return caller.key, cost, ENDPOINTS[name](call)


def _key_info(call: Call) -> Result:
    key = call.key
    return {
        "apiKeyName": key.name,
        "apiKey": key.public,
        "nonce": str(key.nonce),
        "nonceWindow": key.nonce_window,
        "permissions": list(key.permissions),
        "iban": IBAN,
        "validUntil": str(key.valid_until_s),
        "queryFrom": "0",
        "queryTo": "0",
        "createdTime": str(key.created_s),
        "modifiedTime": str(key.modified_s),
        "ipAllowlist": list(key.ip_allowlist),
        "lastUsed": None if key.used_before_s is None else str(key.used_before_s),
    }


def _token(call: Call) -> Result:
    token = call.door.make_token(call.key, call.now_us)
    return {"token": token.text, "expires": TOKEN_LIFE_US // SECOND_US}


def _balance(call: Call) -> Result:
    return balance_rows(call.account)


def _balance_ex(call: Call) -> Result:
    return extended_rows(call.account)


def _open_orders(call: Call) -> Result | str:
    params = call.params
    userref, cl_ord_id = params.get("userref"), params.get("cl_ord_id")
    if userref is not None and not _is_integer(userref):
        return BAD_ARGUMENTS
    rows = {
        order.id: order_row(order, trades=_is_true(params.get("trades")))
        for order in _newest_first(call.account.open)
        if (userref is None or order.userref == int(userref))
        and (cl_ord_id is None or order.cl_ord_id == str(cl_ord_id))
    }
    return {"open": rows}


def _query_orders(call: Call) -> Result | str:
    ids = _ids(call.params.get("txid"))
    if not ids or len(ids) > BATCH_CANCEL_MAX:
        return BAD_ARGUMENTS
    account = call.account
    found = [order for order_id in ids if (order := account.order(order_id)) is not None]
    if not found:
        return "EOrder:Invalid order"
    return {order.id: order_row(order, trades=_is_true(call.params.get("trades"))) for order in found}


def _cancel(call: Call) -> Result | str:
    account, params = call.account, call.params
    if "txid" in params:
        orders = call.gate.find(account, _reference(params["txid"]))
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
    orders = call.gate.find_batch(account, named, [str(item) for item in own])
    count = call.gate.cancel_batch(account, orders)
    return count if isinstance(count, str) else {"count": count}


def _cancel_all(call: Call) -> Result | str:
    count = call.gate.cancel_all(call.account)
    return count if isinstance(count, str) else {"count": count}


ENDPOINTS: dict[str, Answer] = {
    "GetApiKeyInfo": _key_info,
    "GetWebSocketsToken": _token,
    "Balance": _balance,
    "BalanceEx": _balance_ex,
    "OpenOrders": _open_orders,
    "QueryOrders": _query_orders,
    "CancelOrder": _cancel,
    "CancelOrderBatch": _cancel_batch,
    "CancelAll": _cancel_all,
}


def _newest_first(orders: dict[str, Order]) -> list[Order]:
    return sorted(orders.values(), key=lambda order: -order.opened_us)


def _ids(value: Any) -> list[str]:  # noqa: ANN401  straight from the request's JSON
    if isinstance(value, list):
        return [str(item) for item in value]
    return [part.strip() for part in str(value or "").split(",") if part.strip()]


def _reference(value: Any) -> str | int:  # noqa: ANN401  straight from the request's JSON
    return int(value) if _is_integer(value) else str(value)


def _is_integer(value: Any) -> bool:  # noqa: ANN401  straight from the request's JSON
    text = str(value)
    return text.isascii() and text.removeprefix("-").isdecimal() and len(text) <= 12


def _is_true(value: Any) -> bool:  # noqa: ANN401  straight from the request's JSON
    return str(value).lower() in {"true", "1"}
