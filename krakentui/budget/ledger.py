"""Every counter of one session, brought forward by events.

`apply` takes the orders as they were believed *before* the event: the cost of an amend or a cancel goes
by the age that the order had until then. A cancel of ours raises the high end when it is sent
(`CallSpent` on `engine` that names the order, or `CancelSent`, whichever comes first); the stream's word
about that order says what it really cost. All other acts on the stream are somebody else's.
"""

from collections.abc import Mapping
from functools import singledispatch

from msgspec import structs

from krakentui.budget.acts import Act, age_from, foreign_act, own_cancel
from krakentui.budget.books import MASS_CANCEL, Books
from krakentui.budget.costs import cancel_cost
from krakentui.budget.figures import TICKET, strange, with_figures, with_strange_tickets
from krakentui.budget.interval import NOTHING, Interval
from krakentui.budget.parts import Line
from krakentui.budget.silences import Hold, Lockout
from krakentui.model.audit import CounterDoubted
from krakentui.model.booking import HELD_NS, PointsBooked
from krakentui.model.clock import SECOND
from krakentui.model.connection import SocketEnded, SocketOpened
from krakentui.model.event import (
    CallRefused,
    CallSettled,
    CallSpent,
    CancelAnswered,
    CancelGivenUp,
    CancelNotSent,
    CancelSent,
    ClockJumped,
    CounterReported,
    FeedChanged,
    ForeignUseSeen,
    Happening,
    LockoutBegan,
    OrderPatched,
    OrdersSnapshot,
    SequenceBroken,
    TierSeen,
    TimeMeasured,
)
from krakentui.model.figures import FiguresTold, OwnerGone
from krakentui.model.limit import KeyScope, PairScope
from krakentui.model.order import Order, OrderPatch

BOOKED = "booked "
"""Begins the names of what scripts have booked: the acts that are seen on the pair redeem it."""
CALL_IN_AIR_NS = 5 * SECOND
"""A read that got no word by then has landed or never will: reads are given up after 2 s."""

Orders = Mapping[str, Order]


class Ledger(Books, frozen=True, kw_only=True):
    """All limit counters of one session, and what else bears on them."""

    def apply(self, event: Happening, t_ns: int, orders: Orders) -> "Ledger":
        """Bring the counters forward; `orders` are those believed before this event."""
        if self.shared and isinstance(event, _OF_THE_STREAM):
            return _beside(event, self, t_ns)
        return _booked(event, self, t_ns, orders)


@singledispatch
def _booked(_event: Happening, ledger: Ledger, _t_ns: int, _orders: Orders) -> Ledger:
    return ledger  # no limit hangs on any other event


@_booked.register
def _(event: CallSpent, ledger: Ledger, t_ns: int, _orders: Orders) -> Ledger:
    cost = Interval(event.low, event.high)
    if event.name == "connections":
        return structs.replace(ledger, connections=ledger.connections.add(event.ticket, t_ns))
    if event.what == MASS_CANCEL:
        ledger = structs.replace(ledger, mass_ns=t_ns)
    if event.order_id and isinstance(event.scope, PairScope):
        if ledger.in_air(event.order_id):
            return ledger
        return ledger.cancel_sent(event.order_id, event.scope.pair, cost, t_ns)
    if not event.ticket:
        return ledger.with_meter(event.name, event.scope, lambda meter: meter.spent(cost, t_ns))
    name, latest_ns = _ticket(event.ticket), t_ns + CALL_IN_AIR_NS
    return ledger.with_meter(event.name, event.scope, lambda meter: meter.sent(name, cost, t_ns, latest_ns))


@_booked.register
def _(event: CallSettled, ledger: Ledger, t_ns: int, _orders: Orders) -> Ledger:
    if event.name == "connections":
        return structs.replace(ledger, connections=ledger.connections.landed(event.ticket))
    name = _ticket(event.ticket)
    meter = ledger.meter(event.name, event.scope)
    flight = next((one for one in meter.air if one.name == name), None) if meter else None
    if flight is None:
        return ledger
    if not event.sent:
        return ledger.with_meter(event.name, event.scope, lambda meter: meter.settled(name, t_ns, NOTHING))
    if not event.answered:
        return ledger.with_meter(event.name, event.scope, lambda meter: meter.lost(name, t_ns))
    landed = ledger.with_meter(event.name, event.scope, lambda meter: meter.settled(name, t_ns))
    if event.name != "rest" or not flight.low:  # what may cost nothing may pass on a limited key, too
        return landed
    return landed.with_meter("rest", event.scope, lambda meter: meter.passed(flight.high, t_ns))


@_booked.register
def _(event: TimeMeasured, ledger: Ledger, t_ns: int, _orders: Orders) -> Ledger:
    if event.wall_ns is None:
        return ledger
    clock_ns, doubt_ns = event.wall_ns + event.offset_ns - t_ns, event.doubt_ns
    measured = structs.replace(ledger, clock_ns=clock_ns, clock_doubt_ns=doubt_ns)
    if ledger.belief.counting.decay != "step":
        return measured
    return measured.with_every_engine(lambda meter: meter.timed(clock_ns, doubt_ns, t_ns))


@_booked.register
def _(event: CallRefused, ledger: Ledger, t_ns: int, _orders: Orders) -> Ledger:
    name = event.order_id or _ticket(event.ticket)
    shared = event.name != "messages"  # nobody else writes to a socket of ours
    by_others = shared and (not event.expected or ledger.foreign_known(event.name, event.scope, t_ns))
    if event.until_ns is None:  # a `Throttled: <ts>` speaks of the pace, not of the counter
        ledger = ledger.with_meter(
            event.name,
            event.scope,
            lambda meter: meter.refused(name, event.cost, t_ns, by_others=by_others),
        )
    else:
        hold = Hold(event.name, event.scope, event.until_ns, event.code)
        holds = tuple(one for one in ledger.holds if one.until_ns > t_ns)
        ledger = structs.replace(ledger, holds=(*holds, hold)).with_meter(
            event.name, event.scope, lambda meter: meter.settled(name, t_ns)
        )
    return structs.replace(
        ledger,
        refusals_expected=ledger.refusals_expected + event.expected,
        refusals_unexpected=ledger.refusals_unexpected + (not event.expected),
    )


@_booked.register
def _(event: ForeignUseSeen, ledger: Ledger, t_ns: int, _orders: Orders) -> Ledger:
    return ledger.with_meter(
        event.name, event.scope, lambda meter: meter.used_elsewhere(t_ns, lasting=event.lasting)
    )


@_booked.register
def _(event: TierSeen, ledger: Ledger, t_ns: int, _orders: Orders) -> Ledger:
    if event.account != ledger.account or event.maxratecount <= 0:
        return ledger
    return ledger.retuned(ledger.belief.told(event.maxratecount, audited=event.audited), t_ns)


@_booked.register
def _(event: CounterReported, ledger: Ledger, t_ns: int, _orders: Orders) -> Ledger:
    told = Interval(event.units - event.doubt - event.drained, event.units + event.doubt)
    return ledger.with_meter(
        event.name, event.scope, lambda meter: meter.reported(event.units, told, t_ns, proven=event.proven)
    )


@_booked.register
def _(event: CounterDoubted, ledger: Ledger, t_ns: int, _orders: Orders) -> Ledger:
    if event.account != ledger.account:
        return ledger
    for pair in event.pairs:
        ledger = ledger.with_engine(pair, lambda meter: meter.slept(t_ns).gap(t_ns))
    return ledger


@_booked.register
def _(event: LockoutBegan, ledger: Ledger, t_ns: int, _orders: Orders) -> Ledger:
    lockout = Lockout(event.scope, event.until_ns, event.reason)
    ends = (lockout.scope, lockout.until_ns)
    running = tuple(
        one for one in ledger.lockouts if one.until_ns > t_ns and (one.scope, one.until_ns) != ends
    )
    return structs.replace(ledger, lockouts=(*running, lockout))


@_booked.register
def _(_event: ClockJumped, ledger: Ledger, t_ns: int, _orders: Orders) -> Ledger:
    woken = structs.replace(ledger, sees_acts=False, ahead_ns=None, clock_ns=None)
    woken = woken.with_every_rest(lambda meter: meter.slept(t_ns))
    return woken.with_every_engine(lambda meter: meter.slept(t_ns))


@_booked.register
def _(event: FeedChanged, ledger: Ledger, _t_ns: int, _orders: Orders) -> Ledger:
    if event.feed != "private" or event.state == "live":
        return ledger
    return structs.replace(ledger, sees_acts=False)


@_booked.register
def _(event: SocketOpened, ledger: Ledger, t_ns: int, _orders: Orders) -> Ledger:
    return ledger.with_line(event.connection, Line.opened(event.feed, t_ns))


@_booked.register
def _(event: SocketEnded, ledger: Ledger, _t_ns: int, _orders: Orders) -> Ledger:
    return ledger.with_line(event.connection, None)


@_booked.register
def _(event: SequenceBroken, ledger: Ledger, _t_ns: int, _orders: Orders) -> Ledger:
    return structs.replace(ledger, sees_acts=False) if event.channel == "executions" else ledger


@_booked.register
def _(event: OrdersSnapshot, ledger: Ledger, t_ns: int, _orders: Orders) -> Ledger:
    if event.account != ledger.account:
        return ledger
    return structs.replace(ledger, sees_acts=True).with_every_engine(lambda meter: meter.gap(t_ns))


@_booked.register
def _(event: OrderPatched, ledger: Ledger, t_ns: int, orders: Orders) -> Ledger:
    if event.account != ledger.account:
        return ledger
    patch = event.patch
    if patch.said_ns is not None:
        ledger = _ahead(ledger, patch.said_ns - t_ns)
    order = orders.get(patch.id)
    pair = patch.pair or (order.pair if order else None)
    if pair is not None:
        late_ns = ledger.late_ns(patch.said_ns, t_ns)
        ledger = ledger.with_engine(pair, lambda meter: meter.runs_late(late_ns, t_ns))
    if patch.exec_type == "canceled" and patch.id in ledger.own_cancels:
        cost = own_cancel(patch, order, at_once=ledger.at_once(t_ns))
        return ledger.cancel_settled(patch.id, t_ns, cost)
    act = foreign_act(patch, order, at_once=ledger.at_once(t_ns))
    return ledger if act is None else _act_booked(ledger, act, patch, order, t_ns)


@_booked.register
def _(event: CancelSent, ledger: Ledger, t_ns: int, orders: Orders) -> Ledger:
    if event.account != ledger.account or ledger.in_air(event.order_id):
        return ledger
    order = orders.get(event.order_id)
    from_low_ns, from_high_ns = age_from(order)
    if ledger.ahead_ns is None:
        cost = cancel_cost(None, None, 0)
    else:
        cost = cancel_cost(from_low_ns, from_high_ns, t_ns + ledger.ahead_ns)
    return ledger.cancel_sent(event.order_id, order.pair if order else None, cost, t_ns)


@_booked.register
def _(event: CancelAnswered, ledger: Ledger, t_ns: int, _orders: Orders) -> Ledger:
    if event.ok and ledger.sees_acts:
        return ledger  # the stream will say when it happened
    return ledger.cancel_settled(event.order_id, t_ns)


@_booked.register
def _(event: CancelNotSent, ledger: Ledger, t_ns: int, _orders: Orders) -> Ledger:
    return ledger.cancel_settled(event.order_id, t_ns, NOTHING)


@_booked.register
def _(event: CancelGivenUp, ledger: Ledger, t_ns: int, _orders: Orders) -> Ledger:
    return ledger.cancel_settled(event.order_id, t_ns, NOTHING if event.outcome == "not_sent" else None)


@_booked.register
def _(event: PointsBooked, ledger: Ledger, t_ns: int, _orders: Orders) -> Ledger:
    cost, latest_ns = Interval(0, event.units), t_ns + HELD_NS
    return ledger.with_meter(
        "engine", event.scope, lambda meter: meter.sent(f"{BOOKED}{event.name}", cost, t_ns, latest_ns)
    )


@_booked.register
def _(event: FiguresTold, ledger: Ledger, t_ns: int, orders: Orders) -> Ledger:
    told = event.figures
    if ledger.is_of_second(KeyScope(event.key)):
        return _second_told(event, ledger, t_ns, orders)
    if event.by == "late owner":
        left = with_strange_tickets(with_figures(ledger, told)).rest
        fuller = left.shown(t_ns).high > ledger.rest.shown(t_ns).high
        return structs.replace(ledger, rest=left) if fuller else ledger
    if told.maxratecount is not None and told.maxratecount != ledger.belief.named:
        ledger = ledger.retuned(ledger.belief.told(told.maxratecount), t_ns)
    if event.by == "file":
        return structs.replace(with_strange_tickets(with_figures(ledger, told)), sees_acts=False)
    sight = ledger.own_sight if ledger.shared else ledger.sees_acts
    ledger = structs.replace(
        with_figures(ledger, told), sees_acts=told.sees_acts, shared=True, own_sight=sight
    )
    for one in event.since:
        ledger = ledger.apply(one, t_ns, orders)
    return ledger


@_booked.register
def _(event: OwnerGone, ledger: Ledger, t_ns: int, _orders: Orders) -> Ledger:
    if ledger.is_of_second(KeyScope(event.key)):
        return ledger.with_rest(event.key, strange)
    if not ledger.shared:
        return ledger
    alone = structs.replace(with_strange_tickets(ledger), shared=False, sees_acts=ledger.own_sight)
    return alone.with_every_engine(lambda meter: meter.gap(t_ns))


def _second_told(event: FiguresTold, ledger: Ledger, t_ns: int, orders: Orders) -> Ledger:
    """Take the other key's REST counter and silences; the pairs are told of with the first key."""
    mine = ledger.of_second()
    told = with_figures(mine, event.figures)
    rest = told.rest if event.by == "owner" else strange(told.rest)
    if event.by == "late owner":
        fuller = rest.shown(t_ns).high > mine.rest.shown(t_ns).high
        return ledger.with_rest(mine.key, lambda _: rest) if fuller else ledger
    ledger = structs.replace(
        ledger.with_rest(mine.key, lambda _: rest), lockouts=told.lockouts, holds=told.holds
    )
    for one in event.since:
        ledger = ledger.apply(one, t_ns, orders)
    return ledger


def _beside(event: Happening, ledger: Ledger, t_ns: int) -> Ledger:
    """Note whether our own stream is whole, and the exchange's clock; what was spent the owner tells."""
    match event:
        case OrderPatched(account=ledger.account, patch=patch) if patch.said_ns is not None:
            return _ahead(ledger, patch.said_ns - t_ns)
        case OrdersSnapshot(account=ledger.account):
            return structs.replace(ledger, own_sight=True)
        case FeedChanged(feed="private", state=state) if state != "live":
            return structs.replace(ledger, own_sight=False)
        case SequenceBroken(channel="executions"):
            return structs.replace(ledger, own_sight=False)
    return ledger


_OF_THE_STREAM = (OrderPatched, OrdersSnapshot, FeedChanged, SequenceBroken, CounterReported)
"""What every program that shares a key sees for itself, and only its owner counts."""


def _ahead(ledger: Ledger, ahead_ns: int) -> Ledger:
    if ledger.ahead_ns is not None and ahead_ns <= ledger.ahead_ns:
        return ledger
    return structs.replace(ledger, ahead_ns=ahead_ns)


def _act_booked(ledger: Ledger, act: Act, patch: OrderPatch, order: Order | None, t_ns: int) -> Ledger:
    pair = patch.pair or (order.pair if order else None)
    cost = act.cost if pair else Interval(0, act.cost.high)
    return ledger.with_engine(
        pair,
        lambda meter: meter.foreign(cost, t_ns, batch=act.batch, hidden_ns=ledger.hidden_ns).redeemed(
            BOOKED, cost.high, t_ns
        ),
    )


def _ticket(number: int) -> str:
    return f"{TICKET}{number}"
