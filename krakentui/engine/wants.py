"""What a session would like to ask over REST, and how often: data for the pure plan of `budget.plan`.

With a live stream the lists only check it. Without one they are all there is, so they come as often as
the counter bears.
"""

from collections.abc import Iterator, Mapping

from krakentui.budget.ledger import Ledger
from krakentui.budget.plan import Want
from krakentui.budget.words import duration, figure
from krakentui.engine.offset import Offset
from krakentui.model.clock import SECOND
from krakentui.model.limit import POINT
from krakentui.model.number import counted
from krakentui.state.keys import KeyBelief
from krakentui.state.state import State
from krakentui.wire.spot.endpoints import ENDPOINTS

Last = Mapping[str, int]
"""Endpoint -> steady time of the last attempt."""


def may_ask(endpoint: str, of: State | KeyBelief) -> bool:
    """Tell whether this key, of a state the one that reads, may ask it, as far as is known."""
    if endpoint in of.denied:
        return False
    needed = ENDPOINTS[endpoint].any_of
    return of.key_info is None or not needed or bool(needed & of.key_info.permissions)


def why_later(endpoint: str, ledger: Ledger, t_ns: int) -> str | None:
    """Say why a call that the user asks for does not surely fit now, and when it does; None = it fits."""
    cost = ledger.rest_cost(endpoint).high
    fits_ns = ledger.user_tried_at(cost, t_ns)
    told = cost_text(cost)
    if fits_ns is None:
        return f"{endpoint} costs {told}, more than the REST counter holds."
    if fits_ns > t_ns:
        how = "may fit" if ledger.is_tried(t_ns) else "surely fits"
        return f"{endpoint} costs up to {told}: that {how} in {duration(fits_ns - t_ns)}. Ask again then."
    return None


def cost_text(units: int) -> str:
    """Write a cost: `1 point`, `4 points`."""
    return counted(figure(units), "point")


def is_blind(state: State) -> bool:
    """Tell whether this key learns of no order's end: it may neither list nor query nor stream orders."""
    return not (state.desk.table.listed or may_ask("QueryOrders", state))


def private_wants(state: State, last: Last, queries: int) -> Iterator[Want]:
    """List what the key's lane polls; `queries` orders wait to be asked for by id."""
    streams = state.feeds["private"].state == "live"
    check = "the stream is live, this only checks it"
    alone = "there is no live stream"
    if may_ask("OpenOrders", state):
        periods = (30, 60, 180) if streams else (5, 10, 45)
        yield _want(state, "OpenOrders", "Open orders", last, periods, check if streams else alone)
    if may_ask("BalanceEx", state):
        periods = (45, 90, 240) if streams else (8, 15, 60)
        yield _want(state, "BalanceEx", "Balances", last, periods, check if streams else alone)
    if queries and may_ask("QueryOrders", state):
        what = "One order by id" if queries == 1 else f"{queries} orders by id"
        why = "only a query can tell how they stand"
        yield _want(state, "QueryOrders", what, last, (2, 5, 20), why, once=True)
    if state.key_info is not None:
        why = "another program may use it too"
        yield _want(state, "GetApiKeyInfo", "The key itself", last, (600, 600, 1800), why)
    elif may_ask("GetApiKeyInfo", state):
        why = "what it may do is not known yet"
        yield _want(state, "GetApiKeyInfo", "The key itself", last, (5, 10, 45), why, once=True)
    else:
        why = "what it may do was not told"
        yield _want(state, "GetApiKeyInfo", "The key itself", last, (120, 120, 600), why)


def public_wants(state: State, last: Last, offset: Offset, silent: bool = False) -> Iterator[Want]:
    """List what is polled without a key; `silent` = a market says nothing on a stream that lives."""
    streams = state.feeds["public"].state == "live"
    yield _public("AssetPairs", "Pairs", last, 6 * 3600, "pairs come and go")
    yield _public("Assets", "Assets", last, 6 * 3600, "assets come and go")
    yield _public("Time", "The exchange's clock", last, 300 if offset.is_good else 17, "ages go by it")
    if not streams:
        yield _public("SystemStatus", "System status", last, 15, "the public stream is not live")
        if state.pairs and state.watched():
            yield _public("Ticker", "Prices", last, 10, "the public stream is not live")
    elif silent:
        yield _public("Ticker", "Prices", last, 10, "a market says nothing: quiet, or its stream died")


def _want(
    state: State,
    endpoint: str,
    what: str,
    last: Last,
    periods: tuple[int, int, int],
    why: str,
    *,
    once: bool = False,
) -> Want:
    soonest, usual, latest = periods
    return Want(
        endpoint=endpoint,
        what=what,
        cost=state.ledger.rest_cost(endpoint).high,
        last_ns=last.get(endpoint),
        soonest_ns=soonest * SECOND,
        usual_ns=usual * SECOND,
        latest_ns=latest * SECOND,
        why=why,
        once=once,
    )


def _public(endpoint: str, what: str, last: Last, period_s: int, why: str) -> Want:
    return Want(
        endpoint=endpoint,
        what=what,
        cost=POINT,
        last_ns=last.get(endpoint),
        soonest_ns=period_s * SECOND,
        usual_ns=period_s * SECOND,
        latest_ns=period_s * SECOND,
        why=why,
        limit="public_rest",
    )
