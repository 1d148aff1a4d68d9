"""Every limit as one row of figures: what is used, by whom, how full that is, when it frees."""

from collections import Counter as Tally
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Literal

from msgspec import Struct

from krakentui.budget.ledger import Ledger
from krakentui.budget.meter import Meter
from krakentui.budget.rules import MESSAGES_DECAY, MESSAGES_MAX, MESSAGES_OURS
from krakentui.budget.words import label
from krakentui.model.clock import SECOND
from krakentui.model.limit import (
    POINT,
    ConnectionScope,
    IpScope,
    KeyScope,
    LimitName,
    PairScope,
    Scope,
    points,
    units,
)
from krakentui.model.order import Order

Level = Literal["calm", "warm", "hot", "full", "paused", "locked"]
"""Below 75 % of the ceiling, from 75, from 90, at the ceiling; the exchange asked for a pause, locked out."""

LEVELS: Sequence[Level] = ("calm", "warm", "hot", "full", "paused", "locked")
STOPPED: frozenset[Level] = frozenset({"paused", "locked"})
"""Nothing goes, whatever the counter says."""
WARM = Fraction(3, 4)
HOT = Fraction(9, 10)
_KINDS: tuple[LimitName, ...] = (
    "rest",
    "engine",
    "open_orders",
    "scheduled_orders",
    "public_rest",
    "connections",
    "messages",
)


class Gauge(Struct, frozen=True, kw_only=True):
    """One limit, as the interval that contains the exchange's own figure; figures in points."""

    name: LimitName
    scope: Scope
    label: str
    low: Fraction
    high: Fraction
    max: Fraction
    reserve: Fraction
    decay: Fraction
    """Points per second; 0 where time alone frees nothing."""
    others_low: Fraction
    others_high: Fraction
    free_in_ns: int | None
    """Until one background call (or one act of cost 1) surely fits; 0 = now; None = no time frees it."""
    warning: Level
    from_start: bool
    """Only what may have happened before our start, or unseen, makes it look full."""
    known_high: Fraction | None = None
    """The high end, had nothing happened before our start or unseen; None = the same."""
    hidden: Fraction = Fraction(0)
    """Of the high end: refused acts of others, which nothing shows and which may have counted."""
    wall_in_ns: int | None = None
    """Until it may be full, spending as in the last minute; None = never at that rate, or not reckoned."""

    @property
    def is_certain(self) -> bool:
        """Tell whether the lower end alone warns as much: else it only may be so."""
        least = level(self.low, self.max)
        return self.warning in STOPPED or LEVELS.index(self.warning) <= LEVELS.index(least)

    @property
    def share(self) -> Fraction:
        """How full it may be."""
        return self.high / self.max if self.max else Fraction(1)


def level(high: Fraction | int, ceiling: Fraction | int) -> Level:
    """Tell how full a limit is; both figures in the same unit."""
    if high >= ceiling:
        return "full"
    if high * HOT.denominator >= ceiling * HOT.numerator:
        return "hot"
    return "warm" if high * WARM.denominator >= ceiling * WARM.numerator else "calm"


def gauges(ledger: Ledger, t_ns: int, open_orders: Iterable[Order]) -> tuple[Gauge, ...]:
    """List every limit: rest, engine by pair, then the others; what warns comes first within each kind.

    Rows that warn alike stand by name: a place that followed the figures would jump with every act.
    """
    rows = [
        *_rest(ledger, t_ns),
        *_orders(ledger, t_ns, tuple(open_orders)),
        *_public(ledger, t_ns),
        *_messages(ledger, t_ns),
    ]
    return tuple(sorted(rows, key=_place))


def _place(row: Gauge) -> tuple[int, int, str]:
    return _KINDS.index(row.name), -LEVELS.index(row.warning), row.label


def _rest(ledger: Ledger, t_ns: int) -> Iterator[Gauge]:
    for books in ledger.by_key():
        stopped: Level | None = None if books.held("rest", t_ns) is None else "paused"
        free_ns = books.background_at(POINT, t_ns)
        scope = KeyScope(books.key or "")
        yield _of_meter(
            books.rest,
            "rest",
            scope,
            t_ns,
            decay=books.belief.rules.rest_decay,
            free_in_ns=None if free_ns is None else free_ns - t_ns,
            reserve=books.reserve,
            stopped=stopped if books.locked(t_ns) is None else "locked",
            called=books.label("rest", scope),
        )


def _orders(ledger: Ledger, t_ns: int, open_orders: tuple[Order, ...]) -> Iterator[Gauge]:
    if ledger.account is None:
        return
    rules = ledger.belief.rules
    counts = Tally(order.pair for order in open_orders if order.pair)
    scheduled = Tally(
        order.pair for order in open_orders if order.pair and _is_scheduled(order, ledger, t_ns)
    )
    for pair in sorted(counts.keys() | ledger.engine.keys()):
        scope = PairScope(ledger.account, pair)
        gauge = _engine(ledger, scope, t_ns)
        if pair in counts or gauge.low or (gauge.high and not gauge.from_start):
            yield gauge
    going = Tally(order.pair for order in open_orders if order.pair and ledger.in_air(order.id))
    for pair in sorted(counts):
        scope = PairScope(ledger.account, pair)
        yield _count("open_orders", scope, counts[pair], going[pair], rules.open_orders)
        if scheduled[pair]:
            yield _count("scheduled_orders", scope, scheduled[pair], going[pair], rules.scheduled_orders)


def _engine(ledger: Ledger, scope: PairScope, t_ns: int) -> Gauge:
    meter = ledger.engine.get(scope.pair, ledger.elsewhere)
    shown = meter if ledger.sees_acts else meter.gap(t_ns)
    free_ns = ledger.engine_fits_at(scope.pair, POINT, t_ns)
    return _of_meter(
        shown,
        "engine",
        scope,
        t_ns,
        decay=ledger.belief.rules.engine_decay,
        free_in_ns=None if free_ns is None else free_ns - t_ns,
    )


def _public(ledger: Ledger, t_ns: int) -> Iterator[Gauge]:
    meters = [(IpScope(), ledger.public)]
    meters += [(IpScope(pair=pair), meter) for pair, meter in ledger.public_pairs.items()]
    for scope, meter in meters:
        if scope.pair and not meter.shown(t_ns).high:
            continue
        free_ns = meter.fits_at(POINT, t_ns)
        decay = Fraction(meter.counter.drain_high_per_ns * SECOND, POINT)
        # One a second is our own pace, far below what is refused: being at it is no warning.
        yield _of_meter(
            meter,
            "public_rest",
            scope,
            t_ns,
            decay=decay,
            free_in_ns=0 if free_ns is None else free_ns - t_ns,
            quiet=True,
        )
    window = ledger.connections
    high, ceiling = window.high(t_ns), Fraction(window.ceiling)
    yield Gauge(
        name="connections",
        scope=IpScope(),
        label=label("connections", IpScope()),
        low=Fraction(window.low(t_ns)),
        high=Fraction(high),
        max=ceiling,
        reserve=ceiling - window.ours,
        decay=Fraction(window.ceiling * SECOND, window.span_ns),
        others_low=Fraction(0),
        others_high=Fraction(0),
        free_in_ns=window.fits_at(t_ns) - t_ns,
        warning=level(high, window.ceiling),
        from_start=False,
    )


def _messages(ledger: Ledger, t_ns: int) -> Iterator[Gauge]:
    for number, line in ledger.lines.items():
        share = units(MESSAGES_MAX - MESSAGES_OURS)
        free_ns = line.meter.fits_at(share + POINT, t_ns)
        # The ceiling is what was seen to pass, not a figure of the exchange: being near it is no warning.
        yield _of_meter(
            line.meter,
            "messages",
            ConnectionScope(number),
            t_ns,
            decay=MESSAGES_DECAY,
            free_in_ns=None if free_ns is None else free_ns - t_ns,
            reserve=share,
            quiet=True,
            called=f"Messages {line.feed}",
        )


def _of_meter(
    meter: Meter,
    name: LimitName,
    scope: Scope,
    t_ns: int,
    *,
    decay: Fraction,
    free_in_ns: int | None,
    reserve: int = 0,
    stopped: Level | None = None,
    quiet: bool = False,
    called: str = "",
) -> Gauge:
    now = meter.at(t_ns)
    shown, known, others = now.shown(t_ns), now.shown_known(t_ns), now.shown_others(t_ns)
    from_start = known.high < shown.high and level(known.high, shown.ceiling) == "calm"
    full = "calm" if quiet or from_start else level(shown.high, shown.ceiling)
    return Gauge(
        name=name,
        scope=scope,
        label=called or label(name, scope),
        low=points(shown.low),
        high=points(shown.high),
        max=points(shown.ceiling),
        reserve=points(reserve),
        decay=decay,
        others_low=points(min(others.low, shown.low)),
        others_high=points(min(others.high, shown.high)),
        free_in_ns=free_in_ns,
        warning=stopped or full,
        from_start=from_start,
        known_high=points(known.high),
        hidden=points(now.hidden_high),
    )


def _count(name: LimitName, scope: PairScope, count: int, going: int, ceiling: int) -> Gauge:
    """Count orders; those whose cancel of ours is on its way may be gone already."""
    return Gauge(
        name=name,
        scope=scope,
        label=label(name, scope),
        low=Fraction(max(0, count - going)),
        high=Fraction(count),
        max=Fraction(ceiling),
        reserve=Fraction(0),
        decay=Fraction(0),
        others_low=Fraction(0),
        others_high=Fraction(0),
        free_in_ns=0 if count < ceiling else None,
        warning=level(count, ceiling),
        from_start=False,
    )


def _is_scheduled(order: Order, ledger: Ledger, t_ns: int) -> bool:
    """An order that starts later; without the exchange's clock any start counts."""
    if order.starts_ns is None:
        return False
    return ledger.ahead_ns is None or order.starts_ns > t_ns + ledger.ahead_ns
