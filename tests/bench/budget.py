"""What looking ahead costs for fifty pairs, beside a frame and beside fifty bare integer updates."""

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass

from krakentui.budget.forecast import forecast
from krakentui.budget.ledger import Ledger
from krakentui.budget.plan import Want
from krakentui.budget.planner import plan
from krakentui.budget.projection import polls_ahead
from krakentui.model.clock import SECOND
from krakentui.model.event import OrderPatched, OrdersSnapshot, TierSeen
from krakentui.model.limit import POINT, KeyScope
from krakentui.model.order import Order, OrderPatch
from krakentui.state.ahead import to_planned

PAIRS = 50
ORDERS = 20
"""Orders of others on each pair, in the last minute."""
FRAME_MS = 125
ROUNDS = 7
KEY = "0123456789ab"
WALL = 1_804_669_200 * SECOND


@dataclass(frozen=True)
class Cost:
    """Nanoseconds of each, best of some rounds."""

    bare: float
    """Fifty integers that are each brought forward."""
    reserve: float
    """Fifty counters that are each asked whether a cancel surely fits now."""
    ahead: float
    """The polls of six minutes, played on."""
    forecast: float
    """All curves over five minutes, with these polls."""
    plan: float
    """The plan to cancel all thousand orders."""


def costs() -> Cost:
    """Measure on an account where fifty pairs are traded by another program."""
    ledger, orders, now_ns = busy()
    pairs = sorted(ledger.engine)
    counters = [n * POINT for n in range(PAIRS)]
    polls = polls_ahead(wants(now_ns), ledger, now_ns, 360 * SECOND)

    def bare() -> None:
        counters[:] = [max(0, used - 702 * SECOND) + POINT for used in counters]

    def reserve() -> None:
        for pair in pairs:
            ledger.engine_at(pair, now_ns).surely_fits(8 * POINT, now_ns)

    return Cost(
        bare=_best(bare),
        reserve=_best(reserve),
        ahead=_best(lambda: polls_ahead(wants(now_ns), ledger, now_ns, 360 * SECOND)),
        forecast=_best(lambda: forecast(ledger, to_planned(polls, KeyScope(KEY)), now_ns)),
        plan=_best(lambda: plan(orders, ledger, now_ns, WALL + now_ns, socket_open=True)),
    )


def busy() -> tuple[Ledger, list[Order], int]:
    """Let another program add twenty orders on each of fifty pairs in a minute."""
    ledger = Ledger.start(-1_000 * SECOND, KEY, "alice")
    ledger = ledger.apply(TierSeen(account="alice", maxratecount=180), 0, {})
    ledger = ledger.apply(OrdersSnapshot(account="alice", orders=()), 0, {})
    orders = []
    for number in range(ORDERS):
        at_ns = number * 3 * SECOND
        for which in range(PAIRS):
            said_ns, pair = WALL + at_ns, f"P{which}/USD"
            patch = OrderPatch(id=f"O{which}-{number}", exec_type="pending_new", pair=pair, said_ns=said_ns)
            ledger = ledger.apply(OrderPatched(account="alice", patch=patch), at_ns, {})
            orders.append(
                Order(
                    account="alice",
                    id=patch.id,
                    status="new",
                    source="stream",
                    seen_ns=at_ns,
                    pair=pair,
                    opened_ns=said_ns,
                    counts_from_low_ns=said_ns,
                    counts_from_high_ns=said_ns,
                )
            )
    return ledger, orders, ORDERS * 3 * SECOND


def wants(now_ns: int) -> list[Want]:
    """Want what a session without a live stream wants: the most polls there are."""
    periods = {"OpenOrders": (5, 10, 45), "BalanceEx": (8, 15, 60), "GetApiKeyInfo": (600, 600, 1800)}
    return [
        Want(
            endpoint=endpoint,
            what=endpoint,
            cost=POINT,
            last_ns=now_ns,
            soonest_ns=soonest * SECOND,
            usual_ns=usual * SECOND,
            latest_ns=latest * SECOND,
            why="it is measured",
        )
        for endpoint, (soonest, usual, latest) in periods.items()
    ]


def _best(work: Callable[[], object]) -> float:
    gc.collect()
    spans = []
    for _ in range(ROUNDS):
        start = time.perf_counter_ns()
        work()
        spans.append(time.perf_counter_ns() - start)
    return min(spans)
