"""What leaves the state: plain functions of a state and a steady time, each returning a frozen view."""

from typing import Final, get_args

from msgspec import structs

from krakentui.budget.affordable import affordable
from krakentui.budget.forecast import BURN_NS, walls
from krakentui.budget.gauges import gauges
from krakentui.budget.headline import headline, overall
from krakentui.budget.lockout import meanwhile, meanwhile_without_second
from krakentui.budget.silences import Lockout
from krakentui.budget.words import duration
from krakentui.model.account import KeyInUse
from krakentui.model.clock import SECOND
from krakentui.model.ending import ENDED
from krakentui.model.event import FeedRole
from krakentui.model.limit import KeyScope
from krakentui.model.venue import Power
from krakentui.state.connections import ConnectionsView
from krakentui.state.listing import orders
from krakentui.state.prices import markets
from krakentui.state.question import question
from krakentui.state.state import State
from krakentui.state.switch import TOLD_NS
from krakentui.state.view import (
    BudgetView,
    FeedView,
    JournalLine,
    LockoutView,
    StatusView,
    SwitchView,
)
from krakentui.state.wealth import balances

__all__ = ["balances", "budget", "connections", "journal", "markets", "orders", "power", "question", "status"]

HELD_BACK = "Nothing is polled with this key before the exchange has told what it may do."
OFFSET_MATTERS_NS: Final = 2 * SECOND
"""From here on the clock offset is shown (faults F27)."""


def status(state: State, t_ns: int) -> StatusView:
    """Tell venue, power, account, system and feeds."""
    keyed: tuple[FeedRole, ...] = ("public", "private", "rest")
    roles: tuple[FeedRole, ...] = keyed if state.key is not None else ("public", "rest")
    second = state.keys.second
    if second is not None and state.feeds["cancels"].state != "live":
        roles = (*roles, "cancels")  # while it lives it needs no room: that cancels go is told by the power
    offset_ns = state.offset_ns
    return StatusView(
        venue=state.venue,
        power=power(state),
        account=state.account if state.key is not None else None,
        key=state.key,
        key_name=state.key_name,
        read_only=state.read_only,
        system=state.system,
        maintenance=state.maintenance,
        feeds=tuple(state.feeds.view(role, t_ns) for role in roles),
        clock_offset_ns=offset_ns if _matters(state, offset_ns) else None,
        wall_ns=state.exchange_ns(t_ns),
        clock_known=offset_ns is not None,
        ended=state.ended,
        power_known=state.key is None or state.key_info is not None,
        key_refused=state.keys.own.refused,
        key_held_back=state.keys.own.held_back,
        switch=switch(state, t_ns),
        canceller=None
        if second is None
        else KeyInUse(key=second.key or "", name=second.name or "", refused=second.refused),
    )


def connections(state: State, t_ns: int) -> ConnectionsView:
    """Tell how the feeds have fared, and what was wrong with what came over them."""
    roles = [role for role in get_args(FeedRole) if role in {"public", "rest"} or role in _wanted(state)]
    opens = next((gauge for gauge in gauges(state.ledger, t_ns, ()) if gauge.name == "connections"), None)
    return state.connections.view(
        ((_feed(state, role, t_ns), state.feeds.lag_ns(role, t_ns)) for role in roles),
        (0, 0) if opens is None else (int(opens.high), int(opens.max)),
        state.offset_ns,
        (state.ledger.refusals_expected, state.ledger.refusals_unexpected),
        t_ns,
    )


def _feed(state: State, role: FeedRole, t_ns: int) -> FeedView:
    """Show one feed; none is open once a recording has ended, however fresh what it told stands there."""
    feed = state.feeds.view(role, t_ns)
    return structs.replace(feed, state="down", why=ENDED) if state.ended else feed


def _wanted(state: State) -> frozenset[FeedRole]:
    """List the feeds that this run has beside the public ones."""
    there: dict[FeedRole, bool] = {
        "private": state.key is not None,
        "cancels": state.keys.second is not None,
        "audit": state.audit.wanted,
    }
    return frozenset(role for role, wanted in there.items() if wanted)


def switch(state: State, t_ns: int) -> SwitchView | None:
    """Tell the dead man's switch, while it is on or has just fired."""
    known, wall_ns = state.switch, state.exchange_ns(t_ns)
    fires_ns = known.fires_wall_ns
    if known.phase == "off" or (known.phase == "fired" and wall_ns - (fires_ns or 0) > TOLD_NS):
        return None
    return SwitchView(
        phase=known.phase,
        fires_in_ns=None if fires_ns is None else fires_ns - wall_ns,
        fires_wall_ns=fires_ns,
        timeout_s=known.timeout_s,
        doubt=known.doubt,
    )


def _matters(state: State, offset_ns: int | None) -> bool:
    """Tell whether the user's clock is wrong; what is replayed stands still until it is asked for."""
    return offset_ns is not None and abs(offset_ns) > OFFSET_MATTERS_NS and not state.is_recorded


def power(state: State) -> Power:
    """Tell what this session may do, as far as is known."""
    if state.key is None:
        return "public"
    known = any(one.surely_cancels for one in state.keys.all)
    return "watch+cancel" if known and not state.read_only else "watch"


def budget(state: State, t_ns: int) -> BudgetView:
    """Tell how much of every limit is left."""
    ledger, open_orders = state.ledger, tuple(state.orders.values())
    denied = state.read_only or all(one.lacks_cancels for one in state.keys.all)
    counts = state.desk.table.listed and not denied
    full_in = walls(ledger, state.spending.lately(t_ns, BURN_NS), t_ns)
    rows = tuple(
        structs.replace(row, wall_in_ns=full_in.get((row.name, row.scope)))
        for row in gauges(ledger, t_ns, open_orders)
    )
    plan = state.plan
    left_ns = None if plan is None or not plan.what else max(0, plan.at_ns - t_ns)
    cancels = affordable(open_orders, ledger, t_ns, state.clock.measured_ns(t_ns))
    lockouts = [one for one in ledger.lockouts if one.until_ns > t_ns]
    return BudgetView(
        headline=headline(ledger, rows, t_ns),
        warning=overall(rows),
        gauges=rows,
        cancels_now=cancels.now if counts else None,
        cancels_of=len(open_orders),
        fresh_now=cancels.fresh,
        fresh_of=cancels.fresh_of,
        tier=ledger.belief.name,
        tier_source=ledger.belief.source,
        next_poll=_next_poll(state, left_ns),
        next_poll_in_ns=left_ns,
        lockouts=tuple(
            LockoutView(
                scope=one.scope,
                until_in_ns=one.until_ns - t_ns,
                reason=_of_whom(state, one),
                meanwhile=_meanwhile(state, one),
            )
            for one in lockouts
        ),
        refusals_expected=ledger.refusals_expected,
        refusals_unexpected=ledger.refusals_unexpected,
        audit=state.audit.view(state.feeds["audit"], t_ns),
    )


def _of_whom(state: State, lock: Lockout) -> str:
    """Give the reason of a lockout; where there are two keys, with the one that is locked out."""
    of = state.keys.of(lock.scope.key) if isinstance(lock.scope, KeyScope) else None
    return lock.reason if of is None else state.keys.told(of, lock.reason)


def _meanwhile(state: State, lock: Lockout) -> str:
    """Say what goes on during a lockout."""
    if state.ledger.is_of_second(lock.scope):
        return meanwhile_without_second(socket_open=state.feeds["cancels"].state == "live")
    second = state.keys.second
    return meanwhile(
        socket_open=state.feeds["private"].state == "live",
        cancels=power(state) == "watch+cancel",
        other=second.name or "" if second is not None and second.surely_cancels else "",
    )


def journal(state: State, after: int = 0) -> tuple[JournalLine, ...]:
    """List what happened since line `after`, oldest first."""
    return state.journal.after(after)


def _next_poll(state: State, left_ns: int | None) -> str:
    """Say what is polled next, with the wait of this moment."""
    plan = state.plan
    if state.ended:
        return f"{ENDED}: nothing is polled."
    if plan is None and state.keys.own.held_back is not None:
        return HELD_BACK
    if plan is None:
        return "No poll is planned yet." if state.key is not None else "No key: nothing private is polled."
    start, _, why = plan.why.partition(": ")
    if left_ns is None or not why or not start.startswith(plan.what):
        return plan.why
    wait = f"in {duration(left_ns)}" if left_ns else "now"
    return f"{plan.what} {wait}: {why}"
