"""Orders as REST clients ask for them: numbers as text, relative prices by prefix, flags in a list.

Unknown fields are ignored. What the exchange offers and this one does not (margin, conditional close,
icebergs) is refused, never silently left out.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from krakentui.simulator import asking
from krakentui.simulator.asking import NO_MARGIN, Price, Unfit, unfit
from krakentui.simulator.clock import SECOND_US
from krakentui.simulator.desk import Change
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

FLAGS = frozenset({"post", "fcib", "fciq", "nompp", "viqc"})
FORCES: dict[str, Force] = {"GTC": "GTC", "GTD": "GTD", "IOC": "IOC", "FOK": "FOK"}
UNOFFERED = ("displayvol", "close")

Params = Mapping[str, Any]


def request(market: "Market", params: Params, now_us: int) -> Request:
    """Read one order; raises `Unfit`."""
    _refuse_unoffered(params)
    side, kind = _side(params), str(params.get("ordertype", ""))
    if kind not in ORDER_TYPES:
        raise unfit("ordertype")
    flags = _flags(params, kind)
    force, expires_us = _force(params, now_us)
    if (force == "FOK" and kind != "limit") or ("post" in flags and force in {"IOC", "FOK"}):
        raise unfit("timeinforce")
    amount = asking.number(text_of(params, "volume"), "volume")
    by_cash = "viqc" in flags
    if by_cash and (kind != "market" or side != "buy"):
        raise unfit("oflags")
    ask = Request(
        pair=market.pair,
        side=side,
        type=kind,
        qty=0 if by_cash else asking.quantity(market.pair, amount, "volume"),
        cash=int(amount * 10**market.pair.cost_places) if by_cash else None,
        reference=_reference(params),
        force=force,
        expires_us=expires_us,
        starts_us=_instant(params, "starttm", now_us),
        post_only="post" in flags,
        cl_ord_id=asking.client_id(str(params["cl_ord_id"])) if params.get("cl_ord_id") else None,
        userref=userref(params) or 0,
    )
    if ask.cl_ord_id is not None and ask.userref:
        raise unfit("cl_ord_id")
    _set_prices(ask, market, params)
    return ask


def edited(market: "Market", order: Order, params: Params) -> Request:
    """Read what an order is to be replaced with; what is not named stays; raises `Unfit`."""
    _refuse_unoffered(params)
    if order.cl_ord_id is not None or order.triggered:
        raise Unfit("EOrder:Invalid order")
    if order.type in TRAILING_TYPES and ("price" in params or "price2" in params):
        raise unfit("price")
    ask = standing(order)
    if "volume" in params:
        amount = asking.number(text_of(params, "volume"), "volume")
        ask.qty = asking.quantity(market.pair, amount, "volume")
    if "oflags" in params:
        ask.post_only = "post" in _flags(params, order.type)
    ask.userref = order.userref if "userref" not in params else userref(params) or 0
    first, second = _named(params, "price"), _named(params, "price2")
    limit = second if order.type in STOP_TYPES else first
    if order.type in STOP_TYPES and first is not None:
        ask.trigger_price = _trigger(first, market, ask)
    if order.type in LIMIT_TYPES and limit is not None:
        ask.limit_price = _limit(limit, market, ask)
    return ask


def standing(order: Order) -> Request:
    """Ask for what is left of an order, as it stands."""
    return Request(
        pair=order.pair,
        side=order.side,
        type=order.type,
        qty=order.remaining,
        limit_price=order.limit_price if order.limit_offset is None else None,
        trigger_price=order.trigger_price if order.trail_bp is None else None,
        trail_bp=order.trail_bp,
        limit_offset=order.limit_offset,
        reference=order.reference,
        force=order.force,
        expires_us=order.expires_us,
        starts_us=order.starts_us if order.is_scheduled else None,
        post_only=order.post_only,
        userref=order.userref,
    )


def price_of(text: str, field: str) -> Price:
    """Read a price: `50000.0`, or `+10`, `-1.5%`, `#2%` for a distance."""
    plain = text.removesuffix("%")
    sign = plain[:1]
    if sign not in {"+", "-", "#"}:
        if plain != text:
            raise unfit(field)
        return Price(asking.number(text, field))
    kind: Literal["pct", "quote"] = "quote" if plain == text else "pct"
    mark: Literal["+", "-", "#"] = "+" if sign == "+" else "-" if sign == "-" else "#"
    return Price(asking.number(plain[1:], field), kind, mark)


def changes(market: "Market", order: Order, params: Params) -> Change:
    """Read what an amend changes; raises `Unfit`."""
    if text_of(params, "display_qty"):
        raise unfit("display_qty")
    ask, qty, limit, trigger = standing(order), None, None, None
    if text := text_of(params, "order_qty"):
        qty = asking.quantity(market.pair, asking.number(text, "order_qty"), "order_qty")
    if text := text_of(params, "limit_price"):
        limit = _limit(price_of(text, "limit_price"), market, ask)
    if text := text_of(params, "trigger_price"):
        trigger = _trigger(price_of(text, "trigger_price"), market, ask)
    asking.amendable(order, qty, limit, trigger)
    return Change(qty, limit, trigger)


def text_of(params: Params, name: str) -> str:
    """Read a field as text; numbers are as good."""
    value = params.get(name)
    return "" if value is None or isinstance(value, bool) else str(value).strip()


def is_true(value: object) -> bool:
    """Read a flag, given as JSON or as text."""
    return str(value).lower() in {"true", "1"}


def userref(params: Params) -> int | None:
    """Read a user's reference: a signed number of 32 bits; None where there is none."""
    text = text_of(params, "userref")
    if not text:
        return None
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= 10):
        raise unfit("userref")
    value = int(text)
    if not -asking.USERREF_MAX <= value < asking.USERREF_MAX:
        raise unfit("userref")
    return value


def _set_prices(ask: Request, market: "Market", params: Params) -> None:
    first, second = _named(params, "price"), _named(params, "price2")
    limit = second if ask.type in STOP_TYPES else first
    if ask.type in TRAILING_TYPES:
        ask.trail_bp = asking.trail_bp(_unsigned(params), "price")
        if ask.type in LIMIT_TYPES:
            if limit is None or limit.kind == "static":
                raise unfit("price2")
            up = ask.side == "buy"
            ask.limit_offset = round(asking.distance(limit, market.last, market.pair.price_unit, up=up))
        return
    if ask.type in STOP_TYPES:
        if first is None:
            raise unfit("price")
        ask.trigger_price = _trigger(first, market, ask)
    if ask.type in LIMIT_TYPES:
        if limit is None:
            raise unfit("price2" if ask.type in STOP_TYPES else "price")
        ask.limit_price = _limit(limit, market, ask)


def _unsigned(params: Params) -> Price:
    """Read the distance of a trailing stop, which goes without its sign too."""
    text = text_of(params, "price")
    return price_of(text if text[:1] in {"+", "-", "#"} else f"+{text}", "price")


def _trigger(price: Price, market: "Market", ask: Request) -> int:
    up = asking.trigger_goes_up(ask.side, ask.type)
    return asking.price_units(price, market, ask.reference, up=up)


def _limit(price: Price, market: "Market", ask: Request) -> int:
    return asking.price_units(price, market, "last", up=ask.side == "sell")


def _named(params: Params, name: str) -> Price | None:
    text = text_of(params, name)
    return price_of(text, name) if text and text != "0" else None


def _side(params: Params) -> Side:
    match params.get("type"):
        case "buy":
            return "buy"
        case "sell":
            return "sell"
    raise unfit("type")


def _reference(params: Params) -> Reference:
    match params.get("trigger") or "last":
        case "last":
            return "last"
        case "index":
            return "index"
    raise unfit("trigger")


def _flags(params: Params, kind: str) -> frozenset[str]:
    flags = frozenset(filter(None, (part.strip() for part in str(params.get("oflags") or "").split(","))))
    if not flags <= FLAGS or ("post" in flags and kind != "limit"):
        raise unfit("oflags")
    return flags


def _force(params: Params, now_us: int) -> tuple[Force, int | None]:
    expires_us = _instant(params, "expiretm", now_us)
    asked = str(params.get("timeinforce") or ("GTC" if expires_us is None else "GTD")).upper()
    force = FORCES.get(asked)
    if force is None:
        raise unfit("timeinforce")
    if (force == "GTD") != (expires_us is not None):
        raise unfit("expiretm")
    return force, expires_us


def _instant(params: Params, name: str, now_us: int) -> int | None:
    """Read an instant ahead: seconds since 1970, or `+60` from now."""
    text = text_of(params, name)
    if text in {"", "0"}:
        return None
    seconds = asking.number(text.removeprefix("+"), name)
    at_us = int(seconds * SECOND_US) + (now_us if text.startswith("+") else 0)
    return asking.expiry(at_us, now_us, name)


def _refuse_unoffered(params: Params) -> None:
    if text_of(params, "leverage").lower() not in {"", "none", "0", "1", "1:1"}:
        raise Unfit(NO_MARGIN)
    if is_true(params.get("reduce_only")):
        raise Unfit("EOrder:Reduce only:No position exists")
    for name in UNOFFERED:
        if any(value for key, value in params.items() if key == name or key.startswith(f"{name}[")):
            raise unfit(name)
