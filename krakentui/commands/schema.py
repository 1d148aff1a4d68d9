"""The JSON that scripts read: views in, plain objects out, as the contract of version 1 has them.

Money, quantities and points are strings with all their digits, instants ISO 8601 UTC, ages seconds,
null is unknown. Intervals of points are rounded outward, so that they still contain the truth.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from krakentui.budget.gauges import Gauge
from krakentui.engine.face import Face
from krakentui.model.clock import MILLISECOND
from krakentui.model.event import FeedRole
from krakentui.model.limit import AccountScope, ConnectionScope, IpScope, KeyScope, PairScope, Scope
from krakentui.model.number import plain, points_text
from krakentui.state.view import (
    BalanceRow,
    BalancesView,
    BudgetView,
    CancelCost,
    FeedView,
    JournalLine,
    LockoutView,
    MarketRow,
    OrderRow,
    OrdersView,
    StatusView,
)

VERSION = 1
Json = str | int | float | bool | None | Sequence["Json"] | dict[str, "Json"]
Object = dict[str, Json]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PRICED_BY_TRIGGER = frozenset({"stop-loss", "take-profit", "trailing-stop"})
_ROLES: tuple[FeedRole, ...] = ("public", "private", "rest")


def stream_object(face: Face, t_ns: int, events: Sequence[JournalLine]) -> Object:
    """Build one line of `krakentui stream`; `events` are those since the line before."""
    status, budget = face.status(t_ns), face.budget(t_ns)
    now = status.wall_ns
    return {
        "v": VERSION,
        "at": instant(now),
        "venue": status.venue,
        "power": status.power,
        "account": status.account,
        "system": status.system,
        "feeds": feeds(status),
        "markets": [market(row) for row in face.markets(t_ns)],
        "balances": balances(face.balances(t_ns)),
        "orders": orders(face.orders(t_ns), now),
        **limits_part(budget, now),
        "refusals": {"expected": budget.refusals_expected, "unexpected": budget.refusals_unexpected},
        "events": [event(line) for line in events],
    }


def limits_object(face: Face, t_ns: int) -> Object:
    """Build the object of `krakentui limits --json`."""
    now = face.status(t_ns).wall_ns
    return {"v": VERSION, "at": instant(now), **limits_part(face.budget(t_ns), now)}


def limits_part(budget: BudgetView, now_ns: int) -> Object:
    """Build the limits and lockouts, which two objects share."""
    return {
        "limits": [limit(row, now_ns) for row in budget.gauges],
        "lockouts": [lockout(row, now_ns) for row in budget.lockouts],
    }


def feeds(status: StatusView) -> Object:
    """Build the three feeds; one that was never opened is null."""
    by_role = {feed.role: feed for feed in status.feeds}
    return {role: _feed(by_role.get(role)) for role in _ROLES}


def _feed(feed: FeedView | None) -> Object | None:
    if feed is None:
        return None
    return {"state": feed.state, "age": seconds(feed.age_ns), "reconnects": feed.reconnects}


def market(row: MarketRow) -> Object:
    """Build one market."""
    return {
        "pair": row.pair,
        "bid": money(row.bid),
        "ask": money(row.ask),
        "last": money(row.last),
        "change_pct": money(row.change_pct),
        "age": seconds(row.age_ns),
    }


def balances(view: BalancesView) -> list[Json] | None:
    """Build the balances; None while they are not known."""
    return [_balance(row, view.currency) for row in view.rows] if view.known else None


def _balance(row: BalanceRow, currency: str) -> Object:
    return {
        "asset": row.asset,
        "total": money(row.total),
        "held": money(row.held),
        "free": money(row.free),
        "value": money(row.value),
        "currency": currency,
        "age": seconds(row.age_ns),
    }


def orders(view: OrdersView, now_ns: int) -> list[Json] | None:
    """Build the open orders; None while they are not known."""
    return [_order(row, now_ns) for row in view.rows] if view.known else None


def _order(row: OrderRow, now_ns: int) -> Object:
    return {
        "id": row.id,
        "pair": row.pair if row.pair and "/" in row.pair else None,
        "side": row.side,
        "type": row.type,
        "price": None if row.type in _PRICED_BY_TRIGGER else money(row.price),
        "trigger": money(row.trigger),
        "qty": money(row.qty),
        "filled": money(row.filled),
        "status": row.status,
        "opened": instant(row.opened_wall_ns),
        "cancel": "sent" if row.cancel == "closing" else row.cancel,
        "last_outcome": row.last_outcome,
        "cancel_cost": _cost(row.cost, now_ns),
        "source": row.source,
        "age": seconds(row.age_ns),
    }


def _cost(cost: CancelCost | None, now_ns: int) -> Object | None:
    if cost is None:
        return None
    return {
        **cost_interval(cost.low, cost.high),
        "next": None if cost.next is None else points_text(cost.next, up=True, places=4),
        "next_at": after(now_ns, cost.next_in_ns),
        "free_at": after(now_ns, cost.free_in_ns),
    }


def cost_interval(low: Fraction, high: Fraction) -> Object:
    """Build the two ends of a cost."""
    return {"low": points_text(low, up=False, places=4), "high": points_text(high, up=True, places=4)}


def limit(row: Gauge, now_ns: int) -> Object:
    """Build one limit."""
    return {
        "name": row.name,
        "scope": scope(row.scope),
        "used_low": points_text(row.low, up=False, places=4),
        "used_high": points_text(row.high, up=True, places=4),
        "max": points_text(row.max, up=False, places=4),
        "decay": points_text(row.decay, up=False, places=4),
        "reserve": points_text(row.reserve, up=True, places=4),
        "others_low": points_text(row.others_low, up=False, places=4),
        "others_high": points_text(row.others_high, up=True, places=4),
        "free_at": after(now_ns, row.free_in_ns),
    }


def lockout(row: LockoutView, now_ns: int) -> Object:
    """Build one lockout."""
    return {"scope": scope(row.scope), "until": after(now_ns, row.until_in_ns), "reason": row.reason}


def event(line: JournalLine) -> Object:
    """Build one event; an ended cancel also names its order and outcome."""
    told: Object = {"at": instant(line.wall_ns), "kind": line.kind, "text": line.text}
    if line.kind == "cancel" and line.order_id is not None and line.outcome is not None:
        told |= {"id": line.order_id, "outcome": line.outcome}
    return told


def scope(of: Scope) -> Object:
    """Build the scope of a limit."""
    match of:
        case KeyScope(key):
            return {"key": key}
        case AccountScope(account):
            return {"account": account}
        case PairScope(account, pair):
            return {"account": account, "pair": pair}
        case IpScope(ip):
            return {"ip": ip}
        case ConnectionScope(connection):
            return {"connection": connection}


def money(number: Decimal | None) -> str | None:
    """Write an exact number with all its digits."""
    return None if number is None else plain(number)


def seconds(duration_ns: int | None) -> float | None:
    """Write a duration in seconds, to the millisecond."""
    return None if duration_ns is None else duration_ns // MILLISECOND / 1000


def instant(wall_ns: int | None) -> str | None:
    """Write an instant, to the millisecond."""
    if wall_ns is None:
        return None
    try:
        moment = _EPOCH + timedelta(milliseconds=wall_ns // MILLISECOND)
    except OverflowError:  # an instant from outside, beyond the year 9999
        return None
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def after(now_ns: int, wait_ns: int | None) -> str | None:
    """Write the instant so long after now, rounded up: at that instant it is true."""
    return None if wait_ns is None else instant(-(-(now_ns + wait_ns) // MILLISECOND) * MILLISECOND)
