"""Trading requests as the websocket takes them: every field known, every value of its JSON type.

Numbers sent as text and unknown fields are refused in the recorded words. Where no refusal was
recorded (a missing field, an unknown word) it reads `EGeneral:Invalid arguments:<field>`.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal

from krakentui.simulator import asking
from krakentui.simulator.asking import NO_MARGIN, Price, Unfit, unfit
from krakentui.simulator.asking_rest import standing
from krakentui.simulator.desk import Change
from krakentui.simulator.instants import parse_iso
from krakentui.simulator.orders import (
    LIMIT_TYPES,
    ORDER_TYPES,
    STOP_TYPES,
    TRAILING_TYPES,
    Force,
    Order,
    Reference,
    Request,
    Side,
)

if TYPE_CHECKING:
    from krakentui.simulator.market import Market

Params = Mapping[str, Any]
Kind = Literal["string", "number_float", "number_integer", "boolean", "object", "array"]

TRIGGERS: dict[str, Kind] = {"reference": "string", "price": "number_float", "price_type": "string"}
ORDER: dict[str, Kind] = {
    "order_type": "string",
    "side": "string",
    "order_qty": "number_float",
    "cash_order_qty": "number_float",
    "limit_price": "number_float",
    "limit_price_type": "string",
    "triggers": "object",
    "time_in_force": "string",
    "expire_time": "string",
    "effective_time": "string",
    "post_only": "boolean",
    "reduce_only": "boolean",
    "margin": "boolean",
    "no_mpp": "boolean",
    "cl_ord_id": "string",
    "order_userref": "number_integer",
    "display_qty": "number_float",
    "fee_preference": "string",
    "stp_type": "string",
    "conditional": "object",
    "sender_sub_id": "string",
}
COMMON: dict[str, Kind] = {"symbol": "string", "deadline": "string", "validate": "boolean"}
FIELDS: dict[str, dict[str, Kind]] = {
    "add_order": ORDER | COMMON,
    "batch_add": COMMON | {"orders": "array"},
    "amend_order": {
        "order_id": "string",
        "cl_ord_id": "string",
        "order_qty": "number_float",
        "display_qty": "number_float",
        "limit_price": "number_float",
        "limit_price_type": "string",
        "post_only": "boolean",
        "trigger_price": "number_float",
        "trigger_price_type": "string",
        "deadline": "string",
        "symbol": "string",
    },
    "edit_order": COMMON
    | {
        "order_id": "string",
        "order_qty": "number_float",
        "limit_price": "number_float",
        "triggers": "object",
        "display_qty": "number_float",
        "post_only": "boolean",
        "reduce_only": "boolean",
        "order_userref": "number_integer",
        "fee_preference": "string",
        "no_mpp": "boolean",
    },
    "cancel_all_orders_after": {"timeout": "number_integer"},
}
"""Besides the token, which is checked with the session."""
FORCES: dict[str, Force] = {"gtc": "GTC", "gtd": "GTD", "ioc": "IOC"}
UNOFFERED = ("display_qty", "conditional")
MPP = "EGeneral:Invalid arguments:no_mpp order option is only available when ordertype = market"


def malformed(params: Params, fields: Mapping[str, Kind]) -> str | None:
    """Name the first field, by its name, whose value has another JSON type than it should."""
    for name in sorted(fields.keys() & params.keys()):
        if not _is(params[name], fields[name]):
            article = "an" if fields[name] in {"object", "array"} else "a"
            return f"{name.capitalize()} field must be {article} {fields[name]}"
    return None


def unknown(params: Params, fields: Mapping[str, Kind]) -> str | None:
    """Name the first field, by its name, that is not known."""
    return min(params.keys() - fields.keys(), default=None)


def request(market: "Market", params: Params, now_us: int) -> Request:
    """Read one well-formed order; raises `Unfit`."""
    side, kind = _side(params), str(params.get("order_type", ""))
    if kind not in ORDER_TYPES:
        raise unfit("order_type")
    _refuse_unoffered(params, kind)
    force, expires_us = _force(params, now_us)
    post_only = params.get("post_only", False)
    if post_only and (kind != "limit" or force == "IOC"):
        raise unfit("post_only")
    if "cl_ord_id" in params and "order_userref" in params:
        raise unfit("cl_ord_id")
    triggers = params.get("triggers", {})
    ask = Request(
        pair=market.pair,
        side=side,
        type=kind,
        qty=0,
        reference=_reference(triggers),
        force=force,
        expires_us=expires_us,
        starts_us=_instant(params, "effective_time", now_us) if "effective_time" in params else None,
        post_only=post_only,
        cl_ord_id=asking.client_id(params["cl_ord_id"]) if "cl_ord_id" in params else None,
        userref=_userref(params),
    )
    _set_size(ask, params)
    _set_prices(ask, market, params)
    return ask


def edited(market: "Market", order: Order, params: Params) -> Request:
    """Read what an order is to be replaced with; what is not named stays; raises `Unfit`."""
    _refuse_unoffered(params, order.type)
    if order.cl_ord_id is not None or order.triggered:
        raise Unfit("EOrder:Invalid order")
    if order.type in TRAILING_TYPES and ("triggers" in params or "limit_price" in params):
        raise unfit("triggers")
    if "triggers" in params and order.type not in STOP_TYPES:
        raise unfit("triggers")
    if "limit_price" in params and order.type not in LIMIT_TYPES:
        raise unfit("limit_price")
    ask = standing(order)
    if "order_qty" in params:
        ask.qty = asking.quantity(market.pair, _number(params, "order_qty"), "order_qty")
    ask.post_only = params.get("post_only", order.post_only)
    if ask.post_only and order.type != "limit":
        raise unfit("post_only")
    if "order_userref" in params:
        ask.userref = _userref(params)
    if "triggers" in params:
        ask.reference = _reference(params["triggers"])
        ask.trigger_price = _trigger(params["triggers"], market, ask)
    if "limit_price" in params:
        ask.limit_price = _limit(params, market)
    return ask


def changes(market: "Market", order: Order, params: Params) -> Change:
    """Read what an amend changes; raises `Unfit`."""
    if "display_qty" in params:
        raise unfit("display_qty")
    qty = limit = trigger = None
    if "order_qty" in params:
        qty = asking.quantity(market.pair, _number(params, "order_qty"), "order_qty")
    if "limit_price" in params:
        limit = _limit(params, market)
    if "trigger_price" in params:
        kind = params.get("trigger_price_type", "static")
        price = _price(params, "trigger_price", kind, "trigger_price_type")
        trigger = asking.price_units(price, market, order.reference, up=True)
    asking.amendable(order, qty, limit, trigger)
    return Change(qty, limit, trigger)


def _limit(params: Params, market: "Market") -> int:
    """Read a limit price, itself or relative to the last."""
    price = _price(params, "limit_price", params.get("limit_price_type", "static"), "limit_price_type")
    return asking.price_units(price, market, "last", up=True)


def _is(value: object, kind: Kind) -> bool:
    match kind:
        case "string":
            return isinstance(value, str)
        case "boolean":
            return isinstance(value, bool)
        case "object":
            return isinstance(value, dict)
        case "array":
            return isinstance(value, list)
        case "number_integer":
            return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, int | float) and not isinstance(value, bool)


def _set_size(ask: Request, params: Params) -> None:
    if "cash_order_qty" not in params:
        ask.qty = asking.quantity(ask.pair, _number(params, "order_qty"), "order_qty")
        return
    if "order_qty" in params or ask.type != "market" or ask.side != "buy":
        raise unfit("cash_order_qty")
    ask.cash = int(_number(params, "cash_order_qty") * 10**ask.pair.cost_places)


def _set_prices(ask: Request, market: "Market", params: Params) -> None:
    triggers: Params = params.get("triggers", {})
    if (ask.type in STOP_TYPES) != ("triggers" in params):
        raise unfit("triggers")
    if (ask.type in LIMIT_TYPES) != ("limit_price" in params):
        raise unfit("limit_price")
    if ask.type in TRAILING_TYPES:
        price = _price(triggers, "price", triggers.get("price_type", "pct"), "price_type")
        ask.trail_bp = asking.trail_bp(price, "price")
        if ask.type in LIMIT_TYPES:
            limit = _price(params, "limit_price", params.get("limit_price_type", "quote"), "limit_price_type")
            if limit.kind == "static":
                raise unfit("limit_price_type")
            ask.limit_offset = round(asking.distance(limit, market.last, market.pair.price_unit, up=True))
        return
    if ask.type in STOP_TYPES:
        ask.trigger_price = _trigger(triggers, market, ask)
    if ask.type in LIMIT_TYPES:
        ask.limit_price = _limit(params, market)


def _trigger(triggers: Params, market: "Market", ask: Request) -> int:
    price = _price(triggers, "price", triggers.get("price_type", "static"), "price_type")
    return asking.price_units(price, market, ask.reference, up=True)


def _price(params: Params, field: str, kind: str, kind_field: str) -> Price:
    """Read a price with its type; distances carry their sign."""
    value = params.get(field)
    text = "" if value is None else repr(value)
    negative = text.startswith("-")
    amount = asking.number(text.removeprefix("-"), field)
    sign: Literal["+", "-"] = "-" if negative else "+"
    match kind:
        case "static":
            return Price(-amount if negative else amount)
        case "pct":
            return Price(amount, "pct", sign)
        case "quote":
            return Price(amount, "quote", sign)
    raise unfit(kind_field)


def _number(params: Params, field: str) -> Fraction:
    value = params.get(field)
    return asking.number("" if value is None else repr(value), field)


def _side(params: Params) -> Side:
    match params.get("side"):
        case "buy":
            return "buy"
        case "sell":
            return "sell"
    raise unfit("side")


def _reference(triggers: Params) -> Reference:
    match triggers.get("reference", "last"):
        case "last":
            return "last"
        case "index":
            return "index"
    raise unfit("reference")


def _userref(params: Params) -> int:
    value: int = params.get("order_userref", 0)
    if not -asking.USERREF_MAX <= value < asking.USERREF_MAX:
        raise unfit("order_userref")
    return value


def _force(params: Params, now_us: int) -> tuple[Force, int | None]:
    force = FORCES.get(params.get("time_in_force", "gtc"))
    if force is None:
        raise unfit("time_in_force")
    if (force == "GTD") != ("expire_time" in params):
        raise unfit("expire_time")
    if force != "GTD":
        return force, None
    return force, _instant(params, "expire_time", now_us)


def _instant(params: Params, name: str, now_us: int) -> int:
    try:
        at_us = parse_iso(params[name])
    except (ValueError, OverflowError):
        raise unfit(name) from None
    return asking.expiry(at_us, now_us, name)


def _refuse_unoffered(params: Params, kind: str) -> None:
    if params.get("margin"):
        raise Unfit(NO_MARGIN)
    if params.get("reduce_only"):
        raise Unfit("EOrder:Reduce only:No position exists")
    if "no_mpp" in params and kind != "market":
        raise Unfit(MPP)
    for name in UNOFFERED:
        if name in params:
            raise unfit(name)
