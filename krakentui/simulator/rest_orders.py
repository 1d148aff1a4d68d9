"""Orders and balances as REST writes them: ids and altnames, text decimals, float seconds.

Keys and decimals follow recorded replies (2023 to 2026): prices, cost and fee carry the pair's cost
decimals, the prices inside `descr` the pair's price decimals.
"""

from krakentui.simulator.account import Account
from krakentui.simulator.jsontext import Raw, digits
from krakentui.simulator.orders import LIMIT_TYPES, Order
from krakentui.simulator.rules import SECOND_US
from krakentui.simulator.tables import Pair

STATUS = {
    "pending_new": "pending",
    "new": "open",
    "partially_filled": "open",
    "filled": "closed",
    "canceled": "canceled",
    "expired": "expired",
}


def seconds(t_us: int) -> Raw:
    """Write an instant as a number of seconds with its microseconds."""
    return Raw(f"{t_us // SECOND_US}.{t_us % SECOND_US:06d}")


def order_row(order: Order, *, trades: bool, newer: bool) -> dict[str, object]:
    """Write one order, open or closed; `newer` fields were added in 2026."""
    pair = order.pair
    row: dict[str, object] = {"refid": "None" if order.old_refid else None, "userref": order.userref}
    if order.cl_ord_id is not None:
        row["cl_ord_id"] = order.cl_ord_id
    row |= {
        "status": STATUS[order.status],
        "opentm": seconds(order.opened_us),
        "starttm": 0 if order.starts_us is None else order.starts_us // SECOND_US,
        "expiretm": 0 if order.expires_us is None else order.expires_us // SECOND_US,
        "descr": description(order),
        "vol": volume(order),
        "vol_exec": digits(order.filled, pair.qty_places),
        "cost": digits(order.cost, pair.cost_places),
        "fee": digits(order.fee, pair.cost_places),
        "price": long_price(order.average, pair),
        "stopprice": long_price(order.trigger_price or 0, pair),
        "limitprice": long_price(_limit_shown(order), pair),
    }
    if order.trigger_price is not None:
        row["trigger"] = order.reference
    if newer:
        row["time_in_force"] = order.force.lower()
    row["misc"] = ",".join(_marks(order))
    row["oflags"] = ",".join(_flags(order))
    if trades and order.trades:
        row["trades"] = list(order.trades)
    if order.is_done and order.closed_us is not None:
        row["reason"] = order.reason
        row["closetm"] = seconds(order.closed_us)
    return row


def balance_rows(account: Account) -> dict[str, object]:
    """Write Balance: what is owned, by asset id."""
    ledger = account.ledger
    rows = {asset.id: digits(ledger.balance(name), asset.places) for name, asset in ledger.assets.items()}
    return dict(sorted(rows.items()))


def extended_rows(account: Account) -> dict[str, object]:
    """Write BalanceEx: what is owned and what open orders hold of it."""
    ledger = account.ledger
    rows = {
        asset.id: {
            "balance": digits(ledger.balance(name), asset.places),
            "hold_trade": digits(account.held(name), asset.places),
        }
        for name, asset in ledger.assets.items()
    }
    return dict(sorted(rows.items()))


def description(order: Order) -> dict[str, object]:
    """Describe what an order asks for, in fields and in words."""
    pair = order.pair
    price, price2 = prices(order)
    return {
        "pair": pair.altname,
        "aclass": "forex",
        "type": order.side,
        "ordertype": order.type,
        "price": price,
        "price2": price2,
        "leverage": "none",
        "order": f"{order.side} {volume(order)} {pair.altname} @ {_terms(order)}",
        "close": "",
    }


def volume(order: Order) -> str:
    """Write an order's volume: with `viqc` what it spends."""
    if order.cash is not None:
        return digits(order.cash, order.pair.cost_places)
    return digits(order.qty, order.pair.qty_places)


def prices(order: Order) -> tuple[str, str]:
    """Write what REST calls price and price2."""
    if order.trail_bp is not None:
        return _distance(order), "0" if order.limit_offset is None else _offset(order)
    limit = _short(order.limit_price, order.pair)
    if order.trigger_price is None:
        return limit, "0"
    return _short(order.trigger_price, order.pair), limit


def _terms(order: Order) -> str:
    name = order.type.removesuffix("-limit").replace("-", " ")
    if order.type == "market":
        return "market"
    if order.trail_bp is not None:
        text = f"{name} {_distance(order)}"
        return text if order.limit_offset is None else f"{text} -> limit {_offset(order)}"
    if order.trigger_price is None:
        return f"limit {_short(order.limit_price, order.pair)}"
    text = f"{name} {_short(order.trigger_price, order.pair)}"
    return f"{text} -> limit {_short(order.limit_price, order.pair)}" if order.type in LIMIT_TYPES else text


def _limit_shown(order: Order) -> int:
    """Recorded trailing stops carry their peak here; a stop-limit shows its limit once triggered."""
    if order.trail_bp is not None:
        return order.peak_price or 0
    return order.limit_price or 0 if order.triggered else 0


def _marks(order: Order) -> list[str]:
    marks = []
    if order.triggered:
        marks.append("stopped")
    if order.filled and not order.is_done:
        marks.append("partial")
    if order.amended:
        marks.append("amended")
    return marks


def _flags(order: Order) -> list[str]:
    flags = ["post"] if order.post_only else []
    return [*flags, "fciq", *(["viqc"] if order.cash is not None else [])]


def _offset(order: Order) -> str:
    units = order.limit_offset or 0
    return f"{'-' if units < 0 else '+'}{digits(abs(units), order.pair.price_places)}"


def _distance(order: Order) -> str:
    return f"+{digits((order.trail_bp or 0) * 100, 4)}%"


def _short(price: int | None, pair: Pair) -> str:
    return "0" if price is None else digits(price, pair.price_places)


def long_price(price: int, pair: Pair) -> str:
    """Write a price with at least the decimals of a cost."""
    places = max(pair.price_places, pair.cost_places)
    return digits(price * int(10 ** (places - pair.price_places)), places)
