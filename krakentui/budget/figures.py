"""The ledger as bare figures that outlive a run and reach other programs, and the way back.

The rule of the way back: only what is certain is credited. The machine's steady clock tells how much
time passed, so the counters drain by it; their ceilings and drains are the taker's own belief, and where
that differs from the giver's, a step of the drain may be late again.

REST counter: only programs of this key spend from it, so its figures stand, with what was in the air.
Engine counters belong to the account: a bot or the web page may fill them at once and up to the ceiling
the moment nobody watches, so there is no interval, however short, in which surely nothing happened.
Figures of a run that ended therefore give the low end (others only raise a counter), and what would be
there had nothing happened; the high end is the ceiling and drains from the next whole view of the stream
on. Figures of a program that watches right now stand as they are.
"""

from collections.abc import Iterable
from types import MappingProxyType
from typing import TypeVar

from msgspec import structs

from krakentui.budget.books import Books
from krakentui.budget.counter import Counter
from krakentui.budget.flow import DEAREST, Flow
from krakentui.budget.meter import Airborne, Meter
from krakentui.budget.silences import Hold, Lockout
from krakentui.model.clock import SECOND
from krakentui.model.figures import BudgetFigures, Ends, Flight, MeterFigures, Silence, Unseen

BEFORE, TICKET = "before ", "ticket "
"""Names of calls in the air, and the mark of those whose tickets another run or program drew."""
GATHERED_NS = 10 * SECOND

B = TypeVar("B", bound=Books)


def figures_of(books: Books, t_ns: int) -> BudgetFigures:
    """Write down what is known at this moment."""
    lockouts = [Silence(one.scope, one.until_ns, one.reason) for one in books.lockouts]
    holds = [Silence(one.scope, one.until_ns, one.code, one.name) for one in books.holds]
    mine = (one for one in (*lockouts, *holds) if not books.is_of_second(one.scope))
    return BudgetFigures(
        t_ns=t_ns,
        rest=_written(books.rest, t_ns),
        elsewhere=_written(books.elsewhere, t_ns),
        engine={pair: _written(meter, t_ns) for pair, meter in books.engine.items()},
        sees_acts=books.sees_acts,
        maxratecount=books.belief.named,
        silences=tuple(one for one in mine if one.until_ns > t_ns),
        own_cancels={order_id: min(sent_ns, t_ns) for order_id, sent_ns in books.own_cancels.items()},
    )


def with_figures(books: B, figures: BudgetFigures) -> B:
    """Take what is known from figures, in the shape of our own belief; of another key they know nothing."""
    belief, t_ns = books.belief, figures.t_ns
    rest, engine = belief.rest_counter(t_ns), belief.engine_counter(t_ns)
    named = [one for one in books.lockouts if books.is_of_second(one.scope)]
    paused = [one for one in books.holds if books.is_of_second(one.scope)]
    for one in figures.silences:
        if one.name is None:
            named.append(Lockout(one.scope, one.until_ns, one.why))
        else:
            paused.append(Hold(one.name, one.scope, one.until_ns, one.why))
    return structs.replace(
        books,
        rest=_read(figures.rest, rest, belief.rest_full),
        elsewhere=_read(figures.elsewhere, engine, belief.engine_full),
        engine=MappingProxyType(
            {pair: _read(meter, engine, belief.engine_full) for pair, meter in figures.engine.items()}
        ),
        lockouts=tuple(named),
        holds=tuple(paused),
        own_cancels=MappingProxyType(dict(figures.own_cancels)),
    )


def with_strange_tickets(books: B) -> B:
    """Mark every call that is in the air as sent by somebody else: our own tickets begin anew."""
    return structs.replace(books, rest=strange(books.rest)).with_every_engine(strange)


def strange(meter: Meter) -> Meter:
    """Mark every call in the air as sent by somebody else."""
    air = tuple(
        structs.replace(one, name=BEFORE + one.name) if one.name.startswith(TICKET) else one
        for one in meter.air  # a cancel goes by its order's id, which the stream will name
    )
    return structs.replace(meter, air=air)


def _written(meter: Meter, t_ns: int) -> MeterFigures:
    now = meter.at(t_ns)
    return MeterFigures(
        counter=_ends(now.counter),
        known=_ends(now.known),
        others=_ends(now.others),
        ceiling=now.counter.ceiling,
        drain=now.counter.drain_low_per_ns,
        air=_flights(now.air),
        hidden=_gathered(now.hidden),
        late=now.late,
        foreign_ns=now.foreign_ns,
        unseen=None if now.flow is None else _unseen(now.flow),
    )


def _read(figures: MeterFigures, shape: Counter, full: int) -> Meter:
    same = figures.ceiling == shape.ceiling and figures.drain == shape.drain_low_per_ns
    slack = 0 if same or figures.unseen is None else DEAREST

    def counter(ends: Ends) -> Counter:
        lag = min(ends.lag, shape.step) if same else shape.step
        return structs.replace(shape, low=ends.low, high=ends.high + slack, lag=lag)

    hidden = _airborne(figures.hidden)
    meter = Meter(
        counter=counter(figures.counter),
        known=counter(figures.known),
        others=counter(figures.others),
        full=full,
        air=_airborne(figures.air),
        hidden=hidden,
        hidden_high=sum(one.high for one in hidden),
        late=-(-figures.late * shape.drain_low_per_ns // figures.drain),
        foreign_ns=figures.foreign_ns,
    )
    if figures.unseen is None:
        return meter
    flow = _flow(figures.unseen, shape)
    if same:
        return meter.flowing(flow)
    span = meter.shown(shape.at_ns)
    return meter.flowing(flow.anew(span.low, span.high, shape.at_ns))


def _unseen(flow: Flow) -> Unseen:
    return Unseen(**{name: getattr(flow, name) for name in Unseen.__struct_fields__})


def _flow(unseen: Unseen, shape: Counter) -> Flow:
    kept = {name: getattr(unseen, name) for name in Unseen.__struct_fields__}
    return Flow(
        drain_fast=shape.drain_low_per_ns, drain_slow=shape.drain_high_per_ns, step=shape.step, **kept
    )


def _ends(counter: Counter) -> Ends:
    bare = counter.untimed(counter.at_ns)
    return Ends(max(0, bare.low - bare.owed), bare.high, bare.lag)


def _flights(flights: Iterable[Airborne]) -> tuple[Flight, ...]:
    return tuple(Flight(one.name, one.low, one.high, one.latest_ns) for one in flights)


def _gathered(hidden: Iterable[Airborne]) -> tuple[Flight, ...]:
    """Put those of the same ten seconds together: what lands later leaves a counter higher, so it is safe."""
    sums: dict[int, Flight] = {}
    for one in hidden:
        number = one.latest_ns // GATHERED_NS
        before = sums.get(number, Flight("", 0, 0, 0))
        sums[number] = Flight("", 0, before.high + one.high, max(before.latest_ns, one.latest_ns))
    return tuple(sums.values())


def _airborne(flights: Iterable[Flight]) -> tuple[Airborne, ...]:
    return tuple(Airborne(one.name, one.low, one.high, one.latest_ns) for one in flights)
