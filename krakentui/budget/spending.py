"""Who spent what from which limit in the last ten minutes, and what was refused last.

Fed by the events that move the ledger, each before the ledger takes it. An act of ours is in the air
until its end is known and counts from nothing to its cost; then it counts as it landed. Of others this
holds what the stream shows: their refused acts, and what they do with a key of ours, nobody shows.

The record is kept in slices of ten seconds, so that an act costs the same however much happened before;
it is never longer than the kinds of acts in ten minutes.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from msgspec import Struct, structs

from krakentui.budget.acts import foreign_act, own_cancel
from krakentui.budget.books import CANCEL_IN_AIR_NS
from krakentui.budget.costs import cancel_cost
from krakentui.budget.interval import NOTHING, Interval
from krakentui.budget.ledger import CALL_IN_AIR_NS, Ledger, Orders
from krakentui.model.clock import SECOND
from krakentui.model.event import (
    CallRefused,
    CallSettled,
    CallSpent,
    CancelAnswered,
    CancelGivenUp,
    CancelNotSent,
    CancelSent,
    Happening,
    OrderPatched,
)
from krakentui.model.limit import AccountScope, LimitName, PairScope, Scope

SPAN_NS = 600 * SECOND
"""For so long spending is told; a slice counts until its last moment is that old."""
SLICE_NS = 10 * SECOND
REFUSALS_KEPT = 20
OTHERS = "others"
"""Other programs and the web page, as the stream shows them."""
POLLS, ASKED, CHECKS, CANCELS, FEEDS = "polls", "start, you", "checks", "cancels", "feeds"
"""What of this program spends: polls, first calls and the user's, looks after cancels, cancels, sockets."""
_LANES = {"background": POLLS, "user": ASKED, "reconcile": CHECKS, "cancel": CANCELS, "socket": FEEDS}
_ACTS = {"pending_new": "add", "new": "add", "amended": "amend", "canceled": "cancel"}


class Kind(Struct, frozen=True):
    """What is added up: one endpoint or act of one program on one limit."""

    name: LimitName
    scope: Scope
    """Of an act on a pair that is not known yet: the account."""
    what: str
    by: str


class Spent(Struct, frozen=True):
    """What acts of one kind took, in units."""

    calls: int
    low: int
    high: int

    def __add__(self, other: "Spent") -> "Spent":
        """Add up."""
        return Spent(self.calls + other.calls, self.low + other.low, self.high + other.high)


class Slice(Struct, frozen=True):
    """What was spent within the same ten seconds."""

    number: int
    sums: Mapping[Kind, Spent]


class Pending(Struct, frozen=True):
    """An act of ours whose end is not known; after `latest_ns` it may have landed or not."""

    mark: str
    kind: Kind
    low: int
    high: int
    latest_ns: int


class Refused(Struct, frozen=True):
    """A call that the exchange refused for a limit, and what was believed then, in units."""

    at_ns: int
    kind: Kind
    code: str
    expected: bool
    low: int | None
    """The counter with this call in it; None = it is not counted that way."""
    high: int | None
    ceiling: int | None


class Spending(Struct, frozen=True):
    """The spending of ten minutes."""

    slices: tuple[Slice, ...] = ()
    air: tuple[Pending, ...] = ()
    refused: tuple[Refused, ...] = ()
    """The last refusals, the oldest first."""

    def apply(self, event: Happening, t_ns: int, orders: Orders, ledger: Ledger) -> "Spending":
        """Take an event; `orders` and `ledger` are those believed before it."""
        book = _BOOKED.get(type(event))
        return self if book is None else book(event, self, t_ns, orders, ledger)

    def sums(self, t_ns: int) -> dict[Kind, Spent]:
        """Add up by kind what was spent in the last ten minutes, what is in the air included."""
        now = self.landed(t_ns)
        found: dict[Kind, Spent] = {}
        for part in now.slices:
            if part.number > _oldest(t_ns):
                for kind, spent in part.sums.items():
                    found[kind] = found[kind] + spent if kind in found else spent
        for one in now.air:
            spent = Spent(1, 0, one.high)
            found[one.kind] = found[one.kind] + spent if one.kind in found else spent
        return found

    def lately(self, t_ns: int, span_ns: int) -> dict[tuple[LimitName, Scope], Interval]:
        """Add up by limit what was spent in the last while.

        The low end leaves out the slice that the while cuts in two, the high end takes it whole.
        """
        now, oldest = self.landed(t_ns), (t_ns - span_ns) // SLICE_NS
        found: dict[tuple[LimitName, Scope], Interval] = {}

        def add(kind: Kind, low: int, high: int) -> None:
            limit = kind.name, kind.scope
            found[limit] = found.get(limit, NOTHING) + Interval(low, high)

        for part in now.slices:
            if part.number >= oldest:
                for kind, spent in part.sums.items():
                    add(kind, spent.low if part.number > oldest else 0, spent.high)
        for one in now.air:
            add(one.kind, 0, one.high)
        return found

    # --- small changes ---------------------------------------------------------------------------

    def spent(self, kind: Kind, cost: Interval, t_ns: int) -> "Spending":
        """Count an act that landed."""
        last = self.slices[-1] if self.slices else None
        number = t_ns // SLICE_NS
        if last is not None and number <= last.number:
            sums = {**last.sums, kind: last.sums.get(kind, _NONE) + Spent(1, cost.low, cost.high)}
            slices = (*self.slices[:-1], Slice(last.number, MappingProxyType(sums)))
        else:
            oldest = _oldest(t_ns)
            kept = tuple(part for part in self.slices if part.number > oldest)
            sums = {kind: Spent(1, cost.low, cost.high)}
            slices = (*kept, Slice(number, MappingProxyType(sums)))
        return structs.replace(self, slices=slices)

    def sent(self, mark: str, kind: Kind, cost: Interval, t_ns: int, air_ns: int) -> "Spending":
        """Count an act that is on its way; one that is already is not counted twice."""
        now = self.landed(t_ns)
        if now.flight(mark, kind.name) is not None:
            return now
        return structs.replace(now, air=(*now.air, Pending(mark, kind, cost.low, cost.high, t_ns + air_ns)))

    def flight(self, mark: str, name: LimitName) -> Pending | None:
        """Find an act of ours that is on its way."""
        return next((one for one in self.air if one.mark == mark and one.kind.name == name), None)

    def settled(self, mark: str, name: LimitName, t_ns: int, cost: Interval | None = None) -> "Spending":
        """Count an act of ours as it landed: at this cost, or for nothing up to what it may have cost."""
        now = self.landed(t_ns)
        flight = now.flight(mark, name)
        if flight is None:
            return now
        cost = Interval(0, flight.high) if cost is None else cost
        return now.without(flight).spent(flight.kind, cost, t_ns)

    def never(self, mark: str, name: LimitName) -> "Spending":
        """Forget an act of ours that was not sent."""
        flight = self.flight(mark, name)
        return self if flight is None else self.without(flight)

    def without(self, flight: Pending) -> "Spending":
        """Take an act out of the air."""
        return structs.replace(self, air=tuple(one for one in self.air if one is not flight))

    def landed(self, t_ns: int) -> "Spending":
        """Count what can no longer be on its way."""
        now = self
        for one in self.air:
            if one.latest_ns <= t_ns:
                now = now.without(one).spent(one.kind, Interval(0, one.high), one.latest_ns)
        return now


_NONE = Spent(0, 0, 0)


def _oldest(t_ns: int) -> int:
    """Tell the number of the youngest slice that is too old to count."""
    return (t_ns - SPAN_NS) // SLICE_NS - 1


def _mark(ticket: int, order_id: str) -> str:
    return order_id or f"ticket {ticket}"


# --- what each event means --------------------------------------------------------------------------


def _call_spent(
    event: CallSpent, spending: Spending, t_ns: int, _orders: Orders, _ledger: Ledger
) -> Spending:
    by = event.program or _LANES.get(event.lane, event.lane)
    kind, cost = Kind(event.name, event.scope, event.what, by), Interval(event.low, event.high)
    if not event.ticket and not event.order_id:
        return spending.spent(kind, cost, t_ns)
    air_ns = CANCEL_IN_AIR_NS if event.order_id else CALL_IN_AIR_NS
    return spending.sent(_mark(event.ticket, event.order_id), kind, cost, t_ns, air_ns)


def _call_settled(
    event: CallSettled, spending: Spending, t_ns: int, _orders: Orders, _ledger: Ledger
) -> Spending:
    mark = _mark(event.ticket, "")
    flight = spending.flight(mark, event.name)
    if not event.sent:
        return spending.never(mark, event.name)
    if flight is None or not event.answered:
        return spending.settled(mark, event.name, t_ns)
    # an attempt to connect that was answered surely counts
    low = flight.high if event.name == "connections" else flight.low
    return spending.settled(mark, event.name, t_ns, Interval(low, flight.high))


def _call_refused(
    event: CallRefused, spending: Spending, t_ns: int, _orders: Orders, ledger: Ledger
) -> Spending:
    mark = _mark(event.ticket, event.order_id)
    flight = spending.flight(mark, event.name)
    kind = Kind(event.name, event.scope, "", "") if flight is None else flight.kind
    counter = ledger.counter(event.name, event.scope, t_ns)
    low, high, ceiling = (
        (None, None, None) if counter is None else (counter.low, counter.high, counter.ceiling)
    )
    refused = Refused(t_ns, kind, event.code, event.expected, low, high, ceiling)
    kept = (*spending.refused, refused)[-REFUSALS_KEPT:]
    return structs.replace(spending, refused=kept).settled(mark, event.name, t_ns)


def _order_patched(
    event: OrderPatched, spending: Spending, t_ns: int, orders: Orders, ledger: Ledger
) -> Spending:
    patch, account = event.patch, ledger.account
    if account is None or event.account != account:
        return spending
    order = orders.get(patch.id)
    if patch.exec_type == "canceled" and patch.id in ledger.own_cancels:
        cost = own_cancel(patch, order, at_once=ledger.at_once(t_ns))
        return spending.settled(patch.id, "engine", t_ns, cost)
    act = foreign_act(patch, order, at_once=ledger.at_once(t_ns))
    if act is None:
        return spending
    pair = patch.pair or (order.pair if order else None)
    if pair is None:
        kind = Kind("engine", AccountScope(account), _ACTS[patch.exec_type or ""], OTHERS)
        return spending.spent(kind, Interval(0, act.cost.high), t_ns)
    scope = PairScope(account, pair)
    meter = ledger.meter("engine", scope)
    low = min(act.cost.low, meter.at(t_ns).room) if act.batch and meter is not None else act.cost.low
    kind = Kind("engine", scope, _ACTS[patch.exec_type or ""], OTHERS)
    return spending.spent(kind, Interval(low, act.cost.high), t_ns)


def _cancel_sent(
    event: CancelSent, spending: Spending, t_ns: int, orders: Orders, ledger: Ledger
) -> Spending:
    if event.account != ledger.account or ledger.in_air(event.order_id):
        return spending
    order = orders.get(event.order_id)
    pair = order.pair if order else None
    scope = AccountScope(event.account) if pair is None else PairScope(event.account, pair)
    kind = Kind("engine", scope, "cancel", CANCELS)
    return spending.sent(event.order_id, kind, cancel_cost(None, None, 0), t_ns, CANCEL_IN_AIR_NS)


def _cancel_answered(
    event: CancelAnswered, spending: Spending, t_ns: int, _orders: Orders, ledger: Ledger
) -> Spending:
    if event.ok and ledger.sees_acts:
        return spending  # the stream will say when it happened
    return spending.settled(event.order_id, "engine", t_ns)


def _cancel_not_sent(
    event: CancelNotSent, spending: Spending, _t_ns: int, _orders: Orders, _ledger: Ledger
) -> Spending:
    return spending.never(event.order_id, "engine")


def _cancel_given_up(
    event: CancelGivenUp, spending: Spending, t_ns: int, _orders: Orders, _ledger: Ledger
) -> Spending:
    if event.outcome == "not_sent":
        return spending.never(event.order_id, "engine")
    return spending.settled(event.order_id, "engine", t_ns)


# A plain look-up: most events are prices, and these pass through here, too.
_BOOKED: Mapping[type[Happening], Callable[..., Spending]] = MappingProxyType(
    {
        CallSpent: _call_spent,
        CallSettled: _call_settled,
        CallRefused: _call_refused,
        OrderPatched: _order_patched,
        CancelSent: _cancel_sent,
        CancelAnswered: _cancel_answered,
        CancelNotSent: _cancel_not_sent,
        CancelGivenUp: _cancel_given_up,
    }
)
