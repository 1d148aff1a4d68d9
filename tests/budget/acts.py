"""Builders of the events that move a ledger."""

from decimal import Decimal

from krakentui.budget.ledger import Ledger
from krakentui.model.clock import SECOND
from krakentui.model.counting import Counting, Edge
from krakentui.model.event import (
    CallRefused,
    CallSettled,
    CallSpent,
    FeedChanged,
    Happening,
    OrderPatched,
    OrdersSnapshot,
    TierSeen,
)
from krakentui.model.limit import KeyScope, LimitName, PairScope, Tier, units
from krakentui.model.order import Order, OrderPatch

WALL = 1_804_669_200 * SECOND
KEY = KeyScope("0123456789ab")
BTC = PairScope("alice", "BTC/USD")
ETH = PairScope("alice", "ETH/USD")


def told(ledger: Ledger, at_s: float, *events: Happening, orders: tuple[Order, ...] = ()) -> Ledger:
    """Apply events at a second of the steady clock."""
    known = {order.id: order for order in orders}
    for event in events:
        ledger = ledger.apply(event, round(at_s * SECOND), known)
    return ledger


def a_ledger(
    tier: Tier | None = "intermediate",
    *,
    quiet_s: int = 0,
    reserve: int = 3,
    hidden_s: int = 300,
    edge: Edge | None = None,
) -> Ledger:
    """A ledger that started long before second 0, so that nothing is left of the doubt of the start."""
    start_ns = -100_000 * SECOND if not quiet_s else -quiet_s * SECOND
    ledger = Ledger.start(
        start_ns,
        KEY.key,
        "alice",
        Decimal(reserve),
        Counting(others_window=hidden_s, edge=edge),
        assume_tier=tier,
    )
    return ledger.apply(snapshot(), start_ns, {})


def snapshot() -> OrdersSnapshot:
    return OrdersSnapshot(account="alice", orders=())


def tier_seen(ceiling: int) -> TierSeen:
    return TierSeen(account="alice", maxratecount=ceiling)


def stream_down() -> FeedChanged:
    return FeedChanged(feed="private", state="down")


def spent(points: int = 1, ticket: int = 0) -> CallSpent:
    cost = units(points)
    return CallSpent(name="rest", scope=KEY, low=cost, high=cost, what="Balance", ticket=ticket)


def settled(ticket: int, *, answered: bool = True, sent: bool = True) -> CallSettled:
    return CallSettled(name="rest", scope=KEY, ticket=ticket, answered=answered, sent=sent)


def refused(points: int = 1, *, expected: bool = False, until_s: int | None = None) -> CallRefused:
    return CallRefused(
        name="rest",
        scope=KEY,
        cost=units(points),
        code="EAPI:Rate limit exceeded",
        expected=expected,
        until_ns=None if until_s is None else until_s * SECOND,
    )


def pair_refused(points: int, scope: PairScope = BTC, order_id: str = "") -> CallRefused:
    name: LimitName = "engine"
    return CallRefused(
        name=name,
        scope=scope,
        cost=units(points),
        code="EOrder:Rate limit exceeded",
        expected=False,
        order_id=order_id,
    )


def cancel_spent(order_id: str, points: int, scope: PairScope = BTC) -> CallSpent:
    cost = units(points)
    return CallSpent(
        name="engine", scope=scope, low=0, high=cost, what="cancel", lane="cancel", order_id=order_id
    )


def stream(
    order_id: str,
    exec_type: str,
    at_s: float,
    *,
    pair: str | None = None,
    reason: str | None = "User requested",
    account: str = "alice",
) -> OrderPatched:
    patch = OrderPatch(
        id=order_id, exec_type=exec_type, pair=pair, said_ns=WALL + round(at_s * SECOND), reason=reason
    )
    return OrderPatched(account=account, patch=patch)


def an_order(
    order_id: str = "O1",
    *,
    pair: str | None = "BTC/USD",
    born_s: float = 0,
    maybe_amended_s: float | None = None,
) -> Order:
    """An order born at a second of the steady clock, the exchange's wall clock being `WALL` ahead."""
    born_ns = WALL + round(born_s * SECOND)
    last_ns = born_ns if maybe_amended_s is None else WALL + round(maybe_amended_s * SECOND)
    return Order(
        account="alice",
        id=order_id,
        status="new",
        source="stream",
        seen_ns=0,
        pair=pair,
        opened_ns=born_ns,
        counts_from_low_ns=born_ns,
        counts_from_high_ns=last_ns,
    )
