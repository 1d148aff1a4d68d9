"""What is so: accounts, orders, fills, sockets, exact limits and every request, for tests to compare with.

Names are the stream's (`BTC`, `BTC/USD`), decimals are text, instants ISO 8601. A balance is the total
over all wallets, as the stream counts it; `wallets` splits it by REST's ids. Nothing here counts on any
limit or is seen by a client.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

from krakentui.simulator.account import Account, Fill
from krakentui.simulator.accounts import Accounts, of
from krakentui.simulator.instants import iso_us
from krakentui.simulator.invariants import check_all
from krakentui.simulator.jsontext import digits
from krakentui.simulator.orders import Order
from krakentui.simulator.private_ws import PrivateTalk
from krakentui.simulator.public_ws import PublicTalk
from krakentui.simulator.rules import CONNECTIONS_WINDOW_US, SECOND_US, rest_rate
from krakentui.simulator.ws_talk import Talk
from krakentui.simulator.ws_v1 import CHANNEL, OldTalk

if TYPE_CHECKING:
    from krakentui.simulator.world import World

Rows = list[dict[str, object]]


def truth(world: "World") -> dict[str, object]:
    """Tell everything of the accounts, and who is connected; the invariants are checked on the way."""
    accounts = of(world)
    for account in accounts.by_name.values():
        check_all(account)
    return {
        "v": 1,
        "at": iso_us(world.clock.now_us()),
        "system": world.system,
        "accounts": {
            name: _account(account) | {"cancel_after": _switch(accounts, account)}
            for name, account in accounts.by_name.items()
        },
        "sockets": _sockets(world),
        "scenario": None
        if world.play is None
        else {"name": world.play.scenario.name, "failures": list(world.play.failures)},
    }


def requests(world: "World") -> dict[str, object]:
    """Tell every request that was seen, oldest first."""
    rows = [entry.row() for entry in world.requests]
    return {"v": 1, "at": iso_us(world.clock.now_us()), "requests": rows}


def limits(world: "World") -> dict[str, object]:
    """Tell every counter exactly, with the instant from which one more act of cost 1 fits."""
    accounts, now_us = of(world), world.clock.now_us()
    rows = [
        *_rest(accounts, now_us),
        *_engine(accounts, now_us),
        *_open_orders(accounts, now_us),
        *_scheduled(accounts, now_us),
        *_public(world, now_us),
        *_connections(accounts, now_us),
        *_messages(accounts, now_us),
    ]
    return {"v": 1, "at": iso_us(now_us), "limits": rows}


def order_row(order: Order, held: int) -> dict[str, object]:
    """Write every field of an order."""
    pair = order.pair
    places = pair.quote.places if order.side == "buy" else pair.base.places
    return {
        "id": order.id,
        "pair": pair.symbol,
        "side": order.side,
        "type": order.type,
        "status": order.status,
        "qty": digits(order.qty, pair.qty_places),
        "filled": digits(order.filled, pair.qty_places),
        "price": _price(order, order.limit_price),
        "trigger": _price(order, order.trigger_price),
        "triggered": order.triggered,
        "trail_pct": None if order.trail_bp is None else digits(order.trail_bp, 2),
        "average": _price(order, order.average),
        "cost": digits(order.cost, pair.cost_places),
        "fee": digits(order.fee, pair.cost_places),
        "held": digits(held, places),
        "opened": iso_us(order.opened_us),
        "starts": None if order.starts_us is None else iso_us(order.starts_us),
        "counts_from": iso_us(order.counts_from_us),
        "changed": iso_us(order.changed_us),
        "closed": None if order.closed_us is None else iso_us(order.closed_us),
        "amended": order.amended,
        "post_only": order.post_only,
        "cl_ord_id": order.cl_ord_id,
        "userref": order.userref,
        "reason": order.reason,
        "trades": list(order.trades),
    }


def _switch(accounts: Accounts, account: Account) -> str | None:
    """Tell when the account's dead man's switch runs out; None = it is off."""
    at_us = accounts.switches.fires_at_us(account)
    return None if at_us is None else iso_us(at_us)


def _account(account: Account) -> dict[str, object]:
    ledger, holds = account.ledger, account.order_holds
    return {
        "balances": {
            name: {
                "total": digits(account.total(name), asset.places),
                "held": digits(account.held(name), asset.places),
                "wallets": _wallets(account, name),
            }
            for name, asset in sorted(ledger.assets.items())
            if name not in account.wallets
        },
        "open_orders": {key: order_row(order, holds.get(key, 0)) for key, order in account.open.items()},
        "closed_orders": {key: order_row(order, 0) for key, order in account.closed.items()},
        "positions": {},  # nobody trades on margin here
        "fills": [_fill(fill) for fill in account.fills],
    }


def _wallets(account: Account, name: str) -> dict[str, str]:
    """Split a total as REST does, by its ids."""
    assets = account.ledger.assets
    parts = [name, *(key for key, wallet in account.wallets.items() if wallet.asset == name)]
    return {assets[key].id: digits(account.ledger.balance(key), assets[key].places) for key in parts}


def _fill(fill: Fill) -> dict[str, object]:
    order, pair = fill.order, fill.order.pair
    return {
        "exec_id": fill.exec_id,
        "order_id": order.id,
        "trade_id": fill.trade_id,
        "pair": pair.symbol,
        "side": order.side,
        "price": digits(fill.price, pair.price_places),
        "qty": digits(fill.qty, pair.qty_places),
        "cost": digits(fill.cost, pair.cost_places),
        "fee": digits(fill.fee, pair.cost_places),
        "maker": fill.maker,
        "at": iso_us(fill.t_us),
    }


def _price(order: Order, units: int | None) -> str | None:
    return None if units is None else digits(units, order.pair.price_places)


def _sockets(world: "World") -> Rows:
    return [
        {
            "number": socket.number,
            "surface": socket.surface,
            "peer": socket.peer,
            "subscriptions": _subscriptions(world.talks[number]),
        }
        for number, socket in world.sockets.items()
    ]


def _subscriptions(talk: Talk) -> Rows:
    """List a conversation's channels; private ones with their last sequence."""
    if isinstance(talk, PrivateTalk):
        return [{"channel": name, "sequence": known.sequence} for name, known in talk.subscriptions.items()]
    if isinstance(talk, OldTalk):
        return [{"channel": CHANNEL, "sequence": talk.sequence}] if talk.subscribed else []
    if isinstance(talk, PublicTalk):
        return [{"channel": key[0], "symbol": key[1] or None} for key in talk.keys]
    if talk.world.past is not None:
        from krakentui.simulator.mirror.talk import MirrorTalk  # noqa: PLC0415 - only a mirror needs it

        strands = talk.strands if isinstance(talk, MirrorTalk) else []
        return [{"channel": channel, "symbol": symbol or None} for channel, symbol in strands]
    return []


def _row(  # one limit: its name, its scope and five figures
    name: str,
    scope: Mapping[str, object],
    used: Fraction,
    top: int,
    decay: Fraction | None,
    free_us: int | None,
) -> dict[str, object]:
    return {
        "name": name,
        "scope": scope,
        "used": f"{used.numerator}/{used.denominator}",
        "max": str(top),
        "decay": None if decay is None else f"{float(decay):g}",
        "free_at": None if free_us is None else iso_us(free_us),
    }


def _rest(accounts: Accounts, now_us: int) -> Rows:
    rows = []
    for key in accounts.programs.values():
        tier = accounts.owner(key).tier
        gauge, rate = accounts.judge.rest_gauge(key, tier), rest_rate(tier, accounts.judge.rules)
        free_us = gauge.free_at_us(1, now_us)
        scope = {"key": key.fingerprint}
        rows.append(_row("rest", scope, gauge.used(now_us), gauge.maximum, rate, free_us))
    return rows


def _engine(accounts: Accounts, now_us: int) -> Rows:
    rows = []
    for (name, symbol), gauge in sorted(accounts.judge.engine.items()):
        decay = accounts.by_name[name].tier.engine_decay
        scope = {"account": name, "pair": symbol}
        free_us = gauge.free_at_us(1, now_us)
        rows.append(_row("engine", scope, gauge.used(now_us), gauge.maximum, decay, free_us))
    return rows


def _open_orders(accounts: Accounts, now_us: int) -> Rows:
    rows = []
    for account in accounts.by_name.values():
        top = account.tier.open_orders
        for symbol, count in sorted(account.count_by_pair.items()):
            scope = {"account": account.name, "pair": symbol}
            free_us = now_us if count < top else None
            rows.append(_row("open_orders", scope, Fraction(count), top, None, free_us))
    return rows


def _scheduled(accounts: Accounts, now_us: int) -> Rows:
    """Tell the pairs that have scheduled orders; a place comes free when the first of them starts."""
    rows = []
    for account in accounts.by_name.values():
        top = account.tier.scheduled_orders
        for symbol in sorted({order.pair.symbol for order in account.open.values() if order.is_scheduled}):
            starts = account.scheduled(symbol)
            scope = {"account": account.name, "pair": symbol}
            free_us = now_us if len(starts) < top else starts[len(starts) - top]
            rows.append(_row("scheduled_orders", scope, Fraction(len(starts)), top, None, free_us))
    return rows


def _public(world: "World", now_us: int) -> Rows:
    limiter, rows = world.public_limiter, []
    for peer, pair in limiter.scopes(now_us):
        used = limiter.used(peer, pair, now_us)
        over = used + 1 - limiter.burst
        free_us = now_us + max(0, -int(-over * SECOND_US // 1))
        scope = {"ip": peer} if pair is None else {"ip": peer, "pair": pair}
        rows.append(_row("public_rest", scope, used, limiter.burst, Fraction(1), free_us))
    return rows


def _connections(accounts: Accounts, now_us: int) -> Rows:
    rows = []
    for peer, step in sorted(accounts.judge.doorsteps.items()):
        free_us = step.free_at_us(now_us)
        used = Fraction(len(step.attempts))
        rows.append(_row("connections", {"ip": peer}, used, step.maximum, None, free_us))
        rows[-1]["window_s"] = CONNECTIONS_WINDOW_US // SECOND_US
    return rows


def _messages(accounts: Accounts, now_us: int) -> Rows:
    return [
        _row(
            "messages",
            {"connection": number},
            bucket.used(now_us),
            bucket.burst,
            Fraction(bucket.rate),
            bucket.free_at_us(now_us),
        )
        for number, bucket in sorted(accounts.judge.messages.items())
    ]
