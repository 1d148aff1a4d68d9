"""How every draining counter stands in the next minutes if what is planned happens and nothing else does.

A curve holds, at each of its instants, all that the ledger itself may say then. A planned act goes out at
its moment and is let through; its answer may come at any time while it may be in the air. What is already
past belongs to the ledger and is left out.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from types import MappingProxyType

from msgspec import Struct

from krakentui.budget.books import CANCEL_IN_AIR_NS
from krakentui.budget.interval import NOTHING, Interval
from krakentui.budget.ledger import CALL_IN_AIR_NS, Ledger
from krakentui.budget.meter import Meter
from krakentui.budget.walk import Send, Walk
from krakentui.budget.window import IN_AIR_NS
from krakentui.budget.words import label
from krakentui.model.clock import SECOND
from krakentui.model.limit import POINT, AccountScope, IpScope, KeyScope, LimitName, PairScope, Scope, points

SPAN_NS = 300 * SECOND
STEPS = 60
BURN_NS = 60 * SECOND
"""Over so long a burn rate is taken."""

TELLING: Mapping[LimitName, tuple[int, int]] = MappingProxyType(
    {"rest": (POINT, 4 * POINT), "engine": (POINT, 8 * POINT)}
)
"""One more act, and the dearest: a history call, the cancel of an order that was just made."""

Limit = tuple[LimitName, Scope]
Spent = Mapping[Limit, Interval]
"""What was spent from each limit within the last `BURN_NS`, in units."""

_ZERO = Fraction(0)


class Planned(Struct, frozen=True, kw_only=True):
    """A call or act that is planned."""

    at_ns: int
    """Steady time."""
    name: LimitName
    scope: Scope
    cost: int
    """In units, at most."""
    what: str
    least: int | None = None
    """In units, at least; None = exactly `cost`."""


class Frees(Struct, frozen=True, kw_only=True):
    """When so much of a counter is free, if nothing else happens; None = never."""

    cost: int
    """In units."""
    sure_in_ns: int | None
    best_in_ns: int | None
    """Not before this, whatever the doubt."""


class Curve(Struct, frozen=True, kw_only=True):
    """One counter from now on; figures in points."""

    name: LimitName
    scope: Scope
    label: str
    max: Fraction
    step_ns: int
    low: tuple[Fraction, ...]
    """The low end now and after each step."""
    high: tuple[Fraction, ...]
    burn_low: Fraction | None
    """Points a second that were surely spent in the last minute, drain apart; None = nobody kept count."""
    burn_high: Fraction | None
    """Points a second that may have been spent."""
    wall_in_ns: int | None
    """Until the counter may reach its ceiling if `burn_high` goes on; None = at that rate it never does.

    What may have happened before our start, or unseen, is left out: it is not known and only shrinks.
    """
    frees: tuple[Frees, ...] = ()
    """When one more act fits, and when the dearest does."""


def forecast(
    ledger: Ledger,
    planned: Sequence[Planned],
    t_ns: int,
    *,
    span_ns: int = SPAN_NS,
    steps: int = STEPS,
    pairs: Iterable[str] = (),
    spent: Spent | None = None,
) -> tuple[Curve, ...]:
    """Draw the curves of all counters that drain and are in use, now or by what is planned.

    Args:
        ledger: The counters.
        planned: What is planned, in any order.
        t_ns: Steady time.
        span_ns: How far to look.
        steps: Into how many parts the span is divided.
        pairs: Pairs whose trading counter is drawn even when it stands at zero.
        spent: What was spent in the last minute, for the burn rates.
    """
    step_ns = span_ns // steps
    times = range(t_ns, t_ns + steps * step_ns + 1, step_ns)
    plans: dict[Limit, list[Planned]] = {}
    for one in planned:
        if one.at_ns >= t_ns:
            plans.setdefault((one.name, one.scope), []).append(one)
    wanted = {*plans}
    if ledger.account is not None:
        wanted |= {("engine", PairScope(ledger.account, pair)) for pair in pairs}
    curves = []
    for limit in _limits(ledger, wanted):
        if limit[0] == "connections":
            curves.append(_attempts(ledger, plans.get(limit, ()), times))
            continue
        meter = ledger.meter(*limit)
        if meter is None:
            continue
        now = meter.at(t_ns)
        shown = now.shown(t_ns)
        if limit[0] == "rest" or limit in wanted or shown.high:
            burn = None if spent is None else _burnt(spent, limit)
            curves.append(_curve(ledger, now, limit, plans.get(limit, ()), times, burn))
    return tuple(curves)


def frees(ledger: Ledger, name: LimitName, scope: Scope, cost: int, t_ns: int) -> Frees | None:
    """Tell when so much of a counter is free, surely and at best; None = it is not counted that way."""
    counter = ledger.counter(name, scope, t_ns)
    meter = ledger.meter(name, scope)
    if counter is None or meter is None:
        return None
    if isinstance(scope, KeyScope):
        ledger = ledger.of_key(scope.key) or ledger
    if name == "rest":
        sure_ns = ledger.user_at(cost, t_ns)
    elif isinstance(scope, PairScope):
        sure_ns = ledger.engine_fits_at(scope.pair, cost, t_ns)
    else:
        sure_ns = meter.fits_at(cost, t_ns)
    best_ns = counter.may_fit_at(cost, t_ns)
    if name == "rest" and best_ns is not None:
        stops = (ledger.locked(t_ns), ledger.held("rest", t_ns))
        best_ns = max(best_ns, *(t_ns if stop is None else stop.until_ns for stop in stops))
    return Frees(
        cost=cost,
        sure_in_ns=None if sure_ns is None else max(0, sure_ns - t_ns),
        best_in_ns=None if best_ns is None else max(0, best_ns - t_ns),
    )


def walls(ledger: Ledger, spent: Spent, t_ns: int) -> dict[Limit, int]:
    """Tell of every counter that was spent from in the last minute when it is full, if that goes on."""
    found = {}
    for name, scope in spent:
        meter = ledger.meter(name, scope)
        in_ns = None if meter is None else _wall_in(meter.at(t_ns), _burnt(spent, (name, scope)).high)
        if in_ns is not None:
            found[name, scope] = in_ns
    return found


def _limits(ledger: Ledger, wanted: Iterable[Limit]) -> Iterator[Limit]:
    """List the limits that drain: rest, engine by pair, then the others."""
    for books in ledger.by_key():
        yield "rest", KeyScope(books.key or "")
    if ledger.account is not None:
        asked = {scope.pair for _, scope in wanted if isinstance(scope, PairScope)}
        for pair in sorted(ledger.engine.keys() | asked):
            yield "engine", PairScope(ledger.account, pair)
    yield "public_rest", IpScope()
    asked = {scope.pair for _, scope in wanted if isinstance(scope, IpScope) and scope.pair}
    for pair in sorted(ledger.public_pairs.keys() | asked):
        yield "public_rest", IpScope(pair=pair)
    yield "connections", IpScope()


def _curve(
    ledger: Ledger,
    now: Meter,
    limit: Limit,
    planned: Iterable[Planned],
    times: range,
    burn: Interval | None,
) -> Curve:
    name, scope = limit
    blind = name == "engine" and not ledger.sees_acts  # all the while anything may happen unseen
    t_ns = times[0]
    walk = Walk(now, (_send(ledger, one) for one in planned), now.full if blind else 0)
    ends = [walk.to(at_ns) for at_ns in times]
    waits = [frees(ledger, name, scope, cost, t_ns) for cost in TELLING.get(name, ())]
    return Curve(
        name=name,
        scope=scope,
        label=ledger.label(name, scope),
        max=points(now.counter.ceiling),
        step_ns=times.step,
        low=tuple(points(low) if low else _ZERO for low, _ in ends),
        high=tuple(points(high) if high else _ZERO for _, high in ends),
        burn_low=None if burn is None else _per_second(burn.low),
        burn_high=None if burn is None else _per_second(burn.high),
        wall_in_ns=None if burn is None else _wall_in(now, burn.high),
        frees=tuple(found for found in waits if found is not None),
    )


def _send(ledger: Ledger, one: Planned) -> Send:
    """Say how the ledger books a planned act; only the stream tells that one on a pair has happened."""
    least = one.cost if one.least is None else one.least
    if one.name == "engine":
        seen = least if ledger.sees_acts else 0
        return Send(one.at_ns, seen, one.cost, one.at_ns + CANCEL_IN_AIR_NS, capped=True)
    return Send(one.at_ns, least, one.cost, one.at_ns + CALL_IN_AIR_NS, capped=False)


def _attempts(ledger: Ledger, planned: Iterable[Planned], times: range) -> Curve:
    """Draw the attempts to connect, which grow old instead of draining."""
    window, starts = ledger.connections, [one.at_ns for one in planned]
    span_ns = window.span_ns + IN_AIR_NS
    more = [sum(start <= t_ns < start + span_ns for start in starts) for t_ns in times]
    scope = IpScope()
    return Curve(
        name="connections",
        scope=scope,
        label=label("connections", scope),
        max=Fraction(window.ceiling),
        step_ns=times.step,
        low=tuple(Fraction(window.low(t_ns)) for t_ns in times),
        high=tuple(Fraction(window.high(t_ns) + new) for t_ns, new in zip(times, more, strict=True)),
        burn_low=None,
        burn_high=None,
        wall_in_ns=None,
    )


def _burnt(spent: Spent, limit: Limit) -> Interval:
    """Tell what one limit lost; an act on a pair that is not known may have been on any."""
    name, scope = limit
    sure = spent.get(limit, NOTHING)
    if not isinstance(scope, PairScope):
        return sure
    somewhere = spent.get((name, AccountScope(scope.account)), NOTHING)
    return Interval(sure.low, sure.high + somewhere.high)


def _per_second(units: int) -> Fraction:
    return points(units) * SECOND / BURN_NS


def _wall_in(now: Meter, burnt: int) -> int | None:
    """Tell when what is known reaches the ceiling; `burnt` are the units of the last `BURN_NS`."""
    shown, known = now.shown(now.counter.at_ns), now.shown_known(now.counter.at_ns)
    room = shown.ceiling - min(shown.high, known.high)
    if room <= 0:
        return 0
    net = burnt - shown.drain_high_per_ns * BURN_NS
    return None if net <= 0 else -(-room * BURN_NS // net)
