"""What the private channels write of orders, fills and ledger rows: keys and decimals as recorded.

Recorded: pending_new, new, trade, filled, canceled (2025-02), amended (2024-10), a snapshot with one
open order (2025-02), a snapshot of fills (2024-04), balance rows (2024-05). By analogy: `status` of a
trigger, fills and average of an open order in a snapshot.
"""

from krakentui.simulator.account import Account, Entry, Fill
from krakentui.simulator.instants import iso_us
from krakentui.simulator.jsontext import Raw, fixed
from krakentui.simulator.ledger import Row
from krakentui.simulator.orders import LIMIT_TYPES, Order
from krakentui.simulator.tables import Asset, Pair


def price(pair: Pair, units: int | None) -> Raw:
    """Write a price; none is zero, as recorded for `stop_price` and market orders."""
    return fixed(units or 0, pair.price_places)


def qty(pair: Pair, units: int) -> Raw:
    """Write a quantity."""
    return fixed(units, pair.qty_places)


def money(pair: Pair, units: int) -> Raw:
    """Write a cost or fee."""
    return fixed(units, pair.cost_places)


def spent(pair: Pair, units: int) -> Raw:
    """Write what a buy by amount spends: no more decimals than the quote asset shows, unless they are needed.

    Recorded: 5.00 USD, where costs of the same pair have five decimals (2025-02).
    """
    least = pair.quote.display_places
    whole, point, part = fixed(units, pair.cost_places).partition(".")
    return Raw(whole + point + part[:least] + part[least:].rstrip("0"))


def limit(order: Order) -> Raw:
    """Write a limit: of a trailing stop its distance from the trigger."""
    return price(order.pair, order.limit_price if order.limit_offset is None else order.limit_offset)


def triggers(order: Order) -> Entry:
    """Write the trigger of a stop."""
    pair = order.pair
    entry: Entry = {
        "price": price(pair, order.trigger_price),
        "price_type": "static",
        "reference": order.reference,
        "status": "triggered" if order.triggered else "untriggered",
    }
    if order.trail_bp is not None:
        entry["price"] = fixed(order.trail_bp, 2)
        entry["price_type"] = "pct"
        entry["actual_price"] = price(pair, order.trigger_price)
        entry["peak_price"] = price(pair, order.peak_price)
    return entry


def whole(order: Order, exec_type: str) -> Entry:
    """Write an order with all that is known of it: `pending_new`, and each open order of a snapshot."""
    pair = order.pair
    entry: Entry = {
        "order_id": order.id,
        "symbol": pair.symbol,
    }
    # Recorded: a buy by amount names the amount in place of the quantity.
    entry |= (
        {"order_qty": qty(pair, order.qty)}
        if order.cash is None
        else {"cash_order_qty": spent(pair, order.cash)}
    )
    entry |= {
        "cum_cost": money(pair, order.cost),
        "time_in_force": order.force,
        "exec_type": exec_type,
        "side": order.side,
        "order_type": order.type,
    }
    # Recorded: an order with cl_ord_id names no order_userref.
    entry |= {"order_userref": order.userref} if order.cl_ord_id is None else {"cl_ord_id": order.cl_ord_id}
    if order.type in LIMIT_TYPES:
        entry["limit_price_type"] = "static" if order.limit_offset is None else "quote"
    if order.trigger_price is not None:
        entry["triggers"] = triggers(order)
        entry["stop_price"] = price(pair, order.trigger_price)
        entry["limit_price"] = limit(order)
        entry["trigger"] = order.reference
    else:
        entry["limit_price"] = price(pair, order.limit_price)
        entry["stop_price"] = price(pair, None)
    if order.starts_us is not None:
        entry["effective_time"] = iso_us(order.starts_us)
    if order.expires_us is not None:
        entry["expire_time"] = iso_us(order.expires_us)
    if order.post_only:
        entry["post_only"] = True
    entry["order_status"] = order.status
    entry["fee_usd_equiv"] = money(pair, order.fee_usd)
    entry["fee_ccy_pref"] = "fciq"
    entry["timestamp"] = iso_us(order.opened_us)
    return entry


def in_snapshot(order: Order) -> Entry:
    """Write an open order for a snapshot: what is filled and amended comes with it."""
    entry = whole(order, "pending_new" if order.is_scheduled else "new")
    if order.filled:
        entry["cum_qty"] = qty(order.pair, order.filled)
        entry["avg_price"] = price(order.pair, order.average)
    if order.amended:
        entry["amended"] = True
    return entry


def live(order: Order, t_us: int) -> Entry:
    """Write that an order is live: nothing else is said of it."""
    entry: Entry = {
        "timestamp": iso_us(t_us),
        "order_status": "new",
        "exec_type": "new",
        "order_userref": order.userref,
    }
    if order.post_only:
        entry["post_only"] = True
    entry["order_id"] = order.id
    return entry


def _traded(fill: Fill) -> Entry:
    order, pair = fill.order, fill.order.pair
    return {
        "order_id": order.id,
        "order_userref": order.userref,
        "exec_id": fill.exec_id,
        "exec_type": "trade",
        "trade_id": fill.trade_id,
        "symbol": pair.symbol,
        "side": order.side,
        "last_qty": qty(pair, fill.qty),
        "last_price": price(pair, fill.price),
        "liquidity_ind": "m" if fill.maker else "t",
        "cost": money(pair, fill.cost),
    }


def _fees(fill: Fill) -> list[Entry]:
    pair = fill.order.pair
    return [{"asset": pair.quote.name, "qty": money(pair, fill.fee)}]


def trade(fill: Fill) -> Entry:
    """Write a fill as it happens: even the last one says `partially_filled`."""
    order, pair = fill.order, fill.order.pair
    return _traded(fill) | {
        "order_type": order.type,
        "timestamp": iso_us(fill.t_us),
        "order_status": "partially_filled",
        "cum_qty": qty(pair, order.filled),
        "cum_cost": money(pair, order.cost),
        "avg_price": price(pair, order.average),
        "fee_usd_equiv": money(pair, fill.fee_usd),
        "fees": _fees(fill),
    }


def past_trade(fill: Fill) -> Entry:
    """Write a fill for a snapshot: the order's final state, no cumulated figures."""
    order, pair = fill.order, fill.order.pair
    return _traded(fill) | {
        "order_status": order.status,
        "order_type": order.type,
        "timestamp": iso_us(fill.t_us),
        "fee_usd_equiv": money(pair, fill.fee_usd),
        "fees": _fees(fill),
    }


def done(order: Order, t_us: int) -> Entry:
    """Write that an order has ended: filled, canceled or expired; neither pair nor side is named."""
    pair = order.pair
    entry: Entry = {
        "timestamp": iso_us(t_us),
        "order_status": order.status,
        "exec_type": order.status,
        "cum_qty": qty(pair, order.filled),
        "cum_cost": money(pair, order.cost),
        "fee_usd_equiv": money(pair, order.fee_usd),
        "avg_price": price(pair, order.average),
        "order_userref": order.userref,
    }
    if order.post_only:
        entry["post_only"] = True
    if order.reason is not None:
        entry["cancel_reason"] = order.reason
        entry["reason"] = order.reason
    entry["order_id"] = order.id
    return entry


def amended(order: Order, t_us: int) -> Entry:
    """Write that the user changed an order."""
    pair = order.pair
    entry: Entry = {
        "timestamp": iso_us(t_us),
        "exec_type": "amended",
        "order_status": order.status,
        "cum_qty": qty(pair, order.filled),
        "reason": "User requested",
        "amended": True,
        "order_qty": qty(pair, order.qty),
    }
    if order.trigger_price is not None:
        entry["triggers"] = triggers(order)
    if order.limit_price is not None:
        entry["limit_price"] = limit(order)
        entry["limit_price_type"] = "static" if order.limit_offset is None else "quote"
    return entry | {"order_userref": order.userref, "order_id": order.id}


def trigger_moved(order: Order, t_us: int) -> Entry:
    """Write that a trigger moved or fired."""
    return {
        "timestamp": iso_us(t_us),
        "exec_type": "status",
        "order_status": order.status,
        "triggers": triggers(order),
        "order_userref": order.userref,
        "order_id": order.id,
    }


def balance(account: Account, asset: Asset) -> Entry:
    """Write one asset for a snapshot of balances: its total and wallets, nothing of holds."""
    amounts = [("spot", "main", account.ledger.balance(asset.name))]
    amounts += [
        ("earn", wallet.kind, account.ledger.balance(name))
        for name, wallet in account.wallets.items()
        if wallet.asset == asset.name
    ]
    return {
        "asset": asset.name,
        "asset_class": "currency",
        "balance": fixed(account.total(asset.name), asset.places),
        "wallets": [
            {"type": kind, "id": name, "balance": fixed(units, asset.places)} for kind, name, units in amounts
        ],
    }


def booking(account: Account, row: Row, *, whole: bool = True) -> Entry:
    """Write one ledger row as the balances channel carries it; the balance is the `whole` asset's total."""
    places, wallet = row.asset.places, account.wallets.get(row.asset.name)
    name = row.asset.name if wallet is None else wallet.asset
    return {
        "ledger_id": row.id,
        "ref_id": row.ref_id,
        "timestamp": iso_us(row.t_us),
        "type": row.type,
        "asset": name,
        "asset_class": "currency",
        "category": row.type,
        "wallet_type": "spot" if wallet is None else "earn",
        "wallet_id": "main" if wallet is None else wallet.kind,
        "amount": fixed(row.amount, places),
        "fee": fixed(row.fee, places),
        "balance": fixed(account.total(name) if whole else row.balance, places),
    }
