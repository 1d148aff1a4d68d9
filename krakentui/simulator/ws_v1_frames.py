"""What the old private websocket writes of orders: quoted decimals, `wsname` pairs, keys as recorded.

Recorded between 2022 and 2023: pending, open, canceled, fill, closed, expired. The shapes of an
amend and of a trigger are guesses: the documents name `amended`, `amend_reason` and a frame with
`flags` only.
"""

from krakentui.simulator.account import Entry
from krakentui.simulator.jsontext import digits
from krakentui.simulator.orders import LIMIT_TYPES, Order
from krakentui.simulator.rest_orders import long_price, volume
from krakentui.simulator.rules import SECOND_US

REPLACED = "Order replaced"
"""The reason of a removal by an edit, where the order itself names none."""


def seconds(t_us: int) -> str:
    """Write an instant as the old feed does: text with microseconds."""
    return f"{t_us // SECOND_US}.{t_us % SECOND_US:06d}"


def whole(order: Order, status: str) -> Entry:
    """Write an order with all that is known of it: when it comes in, and in a snapshot."""
    pair = order.pair
    first = order.limit_price if order.trigger_price is None else order.trigger_price
    second = order.limit_price if order.trigger_price is not None else None
    return {
        "avg_price": long_price(order.average, pair),
        "cost": digits(order.cost, pair.cost_places),
        "descr": {
            "close": None,
            "leverage": None,
            "order": f"{order.side} {volume(order)} {pair.wsname} @ {_terms(order)}",
            "ordertype": order.type,
            "pair": pair.wsname,
            "price": long_price(first or 0, pair),
            "price2": long_price(second or 0, pair),
            "type": order.side,
        },
        "expiretm": None if order.expires_us is None else seconds(order.expires_us),
        "fee": digits(order.fee, pair.cost_places),
        "limitprice": long_price(0, pair),
        "misc": "",
        "oflags": "post,fciq" if order.post_only else "fciq",
        "opentm": seconds(order.opened_us),
        "refid": None,
        "starttm": None if order.starts_us is None else seconds(order.starts_us),
        "status": status,
        "stopprice": long_price((order.trigger_price or 0) if order.triggered else 0, pair),
        "timeinforce": order.force,
        "userref": order.userref,
        "vol": volume(order),
        "vol_exec": digits(order.filled, pair.qty_places),
    }


def update(order: Order, kind: str, reason: str | None) -> Entry:
    """Write what has changed of an order; `kind` is the new stream's name of the event."""
    match kind:
        case "pending_new":
            return whole(order, "pending")
        case "new":
            return {"status": "open", "userref": order.userref}
        case "trade":
            return _executed(order)
        case "filled" | "canceled" | "expired":
            status = "closed" if kind == "filled" else kind
            entry = {"lastupdated": seconds(order.changed_us), "status": status} | _executed(order)
            return entry | {"cancel_reason": reason or REPLACED} if kind == "canceled" else entry
        case "amended":
            return {
                "lastupdated": seconds(order.changed_us),
                "status": "open",
                "vol": volume(order),
                "limitprice": long_price(order.limit_price or 0, order.pair),
                "userref": order.userref,
                "amended": True,
                "amend_reason": reason or "User requested",
            }
    return {"flags": "touched"}


def _executed(order: Order) -> Entry:
    pair = order.pair
    return {
        "vol_exec": digits(order.filled, pair.qty_places),
        "cost": digits(order.cost, pair.cost_places),
        "fee": digits(order.fee, pair.cost_places),
        "avg_price": long_price(order.average, pair),
        "userref": order.userref,
    }


def _terms(order: Order) -> str:
    pair = order.pair
    if order.type == "market":
        return "market"
    name = order.type.removesuffix("-limit").replace("-", " ")
    limit = long_price(order.limit_price or 0, pair)
    if order.trigger_price is None:
        return f"limit {limit}"
    text = f"{name} {long_price(order.trigger_price, pair)}"
    return f"{text} -> limit {limit}" if order.type in LIMIT_TYPES else text
