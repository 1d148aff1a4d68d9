"""Private REST: one table of endpoints; identity, limits and permission come before any of them.

Everything the exchange itself says goes out under HTTP 200; errors carry no result. Unknown
parameters are ignored. Endpoints that exist elsewhere but not here answer that they are denied.
"""

import hashlib
import re
from typing import TYPE_CHECKING

from krakentui.simulator import private_history, private_money, private_orders
from krakentui.simulator.accounts import of
from krakentui.simulator.asking_rest import is_true
from krakentui.simulator.identity import BAD_ARGUMENTS, Stranger
from krakentui.simulator.keys import CLOSED_DOORS, NEEDED_TOO, PERMISSIONS, ApiKey
from krakentui.simulator.manners import DENIED, Manners
from krakentui.simulator.orders import Order
from krakentui.simulator.private_call import Answer, Call, Result, is_integer, listed
from krakentui.simulator.rest_orders import balance_rows, extended_rows, order_row
from krakentui.simulator.rules import BATCH_CANCEL_MAX, SECOND_US, TOKEN_LIFE_US
from krakentui.simulator.surface import HttpReply, HttpRequest, failure, result

if TYPE_CHECKING:
    from krakentui.simulator.world import World

PREFIX = "/0/private/"
CAPITAL = re.compile("[A-Z]")
OWN = frozenset({"GetApiKeyInfo", "GetWebSocketsToken"})
"""What a mirror says of itself: its keys are its own."""
Said = Result | list[object] | str | HttpReply
"""A result, an error, or the answer of a mirror as it was recorded."""


def handle(world: "World", request: HttpRequest) -> HttpReply:
    """Answer one private request."""
    key, cost, answer = _answer(world, request)
    error = answer if isinstance(answer, str) else None
    fingerprint = key.fingerprint if key is not None else None
    world.heard_rest(request, key=fingerprint, cost=str(cost), verdict=error or "ok")
    if isinstance(answer, HttpReply):
        return answer
    return failure(error) if error is not None else result(answer)


def _answer(world: "World", request: HttpRequest) -> tuple[ApiKey | None, int, Said]:
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
    if name in CLOSED_DOORS or not allows(world.manners, caller.key, name):
        return caller.key, cost, DENIED
    if world.past is not None and name not in OWN:
        return caller.key, cost, world.past.reply(request)
    call = Call(
        world,
        caller.key,
        caller.params,
        accounts.owner(caller.key),
        accounts.door,
        accounts.gate,
        accounts.switches,
        now_us,
    )
    return caller.key, cost, ENDPOINTS[name](call)


def allows(manners: Manners, key: ApiKey, name: str) -> bool:
    """Say whether a key may call an endpoint: one of its permissions, and those that it needs besides."""
    if name == "TradeBalance":
        return manners.trade_balance_needs in key.permissions
    return key.may(PERMISSIONS[name]) and NEEDED_TOO.get(name, frozenset()) <= set(key.permissions)


def iban(account: str) -> str:
    """Give an account its number: the keys of one account name the same, those of another one another."""
    digits = hashlib.sha256(account.encode()).hexdigest()[:4].upper()
    return f"AA88 N84G SIMU {digits}"


def _key_info(call: Call) -> Result:
    key = call.key
    told: Result = {
        "apiKeyName": key.name,
        "apiKey": key.public,
        "nonce": str(key.nonce),
        "nonceWindow": key.nonce_window,
        "permissions": list(key.permissions),
        "iban": iban(key.account),
        "validUntil": str(key.valid_until_s),
        "queryFrom": "0",
        "queryTo": "0",
        "createdTime": str(key.created_s),
        "modifiedTime": str(key.modified_s),
        "ipAllowlist": list(key.ip_allowlist),
        "lastUsed": None if key.used_before_s is None else str(key.used_before_s),
    }
    if call.world.manners.key_info_case == "snake":
        return {CAPITAL.sub(lambda found: f"_{found[0].lower()}", name): said for name, said in told.items()}
    return told


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
    if userref is not None and not is_integer(userref):
        return BAD_ARGUMENTS
    rows = {
        order.id: order_row(
            order, trades=is_true(params.get("trades")), newer=call.world.manners.newer_fields
        )
        for order in _newest_first(call.account.open)
        if (userref is None or order.userref == int(userref))
        and (cl_ord_id is None or order.cl_ord_id == str(cl_ord_id))
    }
    return {"open": rows}


def _query_orders(call: Call) -> Result | str:
    ids = listed(call.params.get("txid"))
    if not ids or len(ids) > BATCH_CANCEL_MAX:
        return BAD_ARGUMENTS
    account, wanted = call.account, call.params.get("userref")
    if wanted is not None and not is_integer(wanted):
        return BAD_ARGUMENTS
    found = [order for order_id in ids if (order := account.order(order_id)) is not None]
    if not found:
        return "EOrder:Invalid order"
    found = [order for order in found if wanted is None or order.userref == int(wanted)]
    trades, newer = is_true(call.params.get("trades")), call.world.manners.newer_fields
    return {order.id: order_row(order, trades=trades, newer=newer) for order in found}


ENDPOINTS: dict[str, Answer] = {
    "GetApiKeyInfo": _key_info,
    "GetWebSocketsToken": _token,
    "Balance": _balance,
    "BalanceEx": _balance_ex,
    "OpenOrders": _open_orders,
    "QueryOrders": _query_orders,
    **private_orders.ENDPOINTS,
    **private_history.ENDPOINTS,
    **private_money.ENDPOINTS,
}


def _newest_first(orders: dict[str, Order]) -> list[Order]:
    return sorted(orders.values(), key=lambda order: -order.opened_us)
