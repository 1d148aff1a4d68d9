"""When to poll next, and why: a pure decision on what is wanted and what the limits leave.

Each want has a usual period between a shortest and a longest one. With most of the counter free a poll
comes after the shortest period, with half of it free after the usual one, with little left after the
longest; it never goes before it surely fits above the reserve. Public polls cost the key nothing and go
by the address's own pace. The caller asks again after every event: a plan is not a promise.
"""

from collections.abc import Sequence
from fractions import Fraction

from msgspec import Struct

from krakentui.budget.ledger import Ledger
from krakentui.budget.words import duration, figure
from krakentui.model.clock import SECOND
from krakentui.model.limit import POINT, IpScope, LimitName

EASY = Fraction(3, 4)
"""With so much of the usable counter free, polls come as often as is useful."""
TIGHT = Fraction(1, 4)
"""With no more than this free, polls come as seldom as is bearable."""
NORMAL = Fraction(1, 2)
LOOK_NS = SECOND // 4
"""So exactly it is reckoned when a stretched period is over."""


class Want(Struct, frozen=True, kw_only=True):
    """Something a session would like to know."""

    endpoint: str
    what: str
    """In the user's words: `Open orders`."""
    cost: int
    """In units; what the call may cost at most."""
    last_ns: int | None
    """Steady time of the last attempt; None = never, so it is due at once."""
    soonest_ns: int
    """The shortest useful period."""
    usual_ns: int
    latest_ns: int
    """The longest period that is bearable."""
    why: str
    """A clause: `the stream is live, this only checks it`."""
    limit: LimitName = "rest"
    """`rest` for calls of the key, `public_rest` for calls that need none."""
    pair: str = ""
    """For public calls that are limited for each pair."""
    once: bool = False
    """Its answer ends it."""


class Go(Struct, frozen=True):
    """Send this one now."""

    want: Want
    why: str


class WaitUntil(Struct, frozen=True):
    """Nothing goes before this moment (None = nothing is wanted or nothing can go)."""

    at_ns: int | None
    why: str
    """One sentence."""
    want: Want | None = None
    """What comes then."""


def next_poll(wants: Sequence[Want], ledger: Ledger, t_ns: int) -> Go | WaitUntil:
    """Decide what goes now, or until when to wait and for what."""
    planned = soonest(wants, ledger, t_ns)
    if planned is None:
        return WaitUntil(None, "Nothing is polled.")
    at_ns, want = planned
    if at_ns <= t_ns:
        return Go(want, f"{want.what} now: {want.why}.")
    return WaitUntil(at_ns, sentence(want, ledger, at_ns, t_ns), want)


def soonest(wants: Sequence[Want], ledger: Ledger, t_ns: int) -> tuple[int, Want] | None:
    """Tell what goes first, by its stretched period and not before it surely fits; None = nothing."""
    free = headroom(ledger, t_ns)
    fits = {want.cost: ledger.background_at(want.cost, t_ns) for want in wants if want.limit == "rest"}
    planned = []
    for want in wants:
        fits_ns = fits[want.cost] if want.limit == "rest" else _public_fits_at(want, ledger, t_ns)
        if fits_ns is not None:
            wished_ns = _wished_at(want, ledger, free, t_ns)
            planned.append((max(wished_ns, fits_ns, t_ns), want))
    return min(planned, key=lambda one: (one[0], _overdue_from(one[1]), one[1].endpoint), default=None)


def _wished_at(want: Want, ledger: Ledger, free: Fraction, t_ns: int) -> int:
    """Tell when a want's period is over; a stretched one shrinks while the counter drains meanwhile."""
    if want.last_ns is None:
        return t_ns
    late_ns = want.last_ns + stretched(want, free)
    early_ns = max(t_ns, want.last_ns + want.soonest_ns)
    if want.limit != "rest" or free >= EASY:
        return late_ns
    while late_ns - early_ns > LOOK_NS:
        middle_ns = (early_ns + late_ns) // 2
        if want.last_ns + stretched(want, headroom(ledger, middle_ns)) <= middle_ns:
            late_ns = middle_ns
        else:
            early_ns = middle_ns
    return late_ns


def stretched(want: Want, free: Fraction) -> int:
    """Tell the period of a want while this part of the counter is free."""
    if want.limit != "rest":
        return want.soonest_ns
    if free >= NORMAL:
        return _between(want.usual_ns, want.soonest_ns, free, NORMAL, EASY)
    return _between(want.latest_ns, want.usual_ns, free, TIGHT, NORMAL)


def headroom(ledger: Ledger, t_ns: int) -> Fraction:
    """Tell which part of the REST counter above the reserve is surely free."""
    counter = ledger.rest_at(t_ns)
    usable = counter.ceiling - ledger.reserve
    return max(Fraction(0), Fraction(usable - counter.high, usable)) if usable > 0 else Fraction(0)


def sentence(want: Want, ledger: Ledger, at_ns: int, t_ns: int) -> str:
    """Say what comes next, when, and why then."""
    if want.limit == "rest":
        lock = ledger.locked(t_ns)
        if lock is not None:
            return f"{want.what} in {duration(at_ns - t_ns)}: the exchange wants silence until then."
        if ledger.held("rest", t_ns) is not None:
            return f"{want.what} in {duration(at_ns - t_ns)}: the exchange asked for a pause."
        if ledger.is_tried(t_ns):
            later = "this key is used elsewhere too, so it comes later"
            return f"{want.what} in {duration(at_ns - t_ns)}: {later}."
        wished_ns = _wished_at(want, ledger, headroom(ledger, t_ns), t_ns)
        if at_ns > wished_ns:
            counter = ledger.rest_at(t_ns)
            needed = max(0, counter.ceiling - ledger.reserve - want.cost)
            return (
                f"{want.what} in {duration(at_ns - t_ns)}: the REST counter has to fall to"
                f" {figure(needed)} of {figure(counter.ceiling)} first."
            )
        if wished_ns - (want.last_ns or t_ns) > want.usual_ns:
            return f"{want.what} in {duration(at_ns - t_ns)}: calls are scarce, so it comes later."
    return f"{want.what} in {duration(at_ns - t_ns)}: {want.why}."


def _public_fits_at(want: Want, ledger: Ledger, t_ns: int) -> int | None:
    scope = IpScope(pair=want.pair)
    meter = ledger.meter("public_rest", scope)
    fits_ns = t_ns if meter is None else meter.fits_at(POINT, t_ns)
    hold = ledger.held("public_rest", t_ns)
    return fits_ns if hold is None or fits_ns is None else max(fits_ns, hold.until_ns)


def _overdue_from(want: Want) -> int:
    """Order wants that could go at the same time: who has waited longest for what it bears goes first."""
    return -1 if want.last_ns is None else want.last_ns + want.latest_ns


def _between(most: int, least: int, at: Fraction, low: Fraction, high: Fraction) -> int:
    """Fall from `most` at `low` to `least` at `high`; in whole numbers, for the plan is played on often."""
    part = (at.numerator * low.denominator - low.numerator * at.denominator) * high.denominator
    whole = (high.numerator * low.denominator - low.numerator * high.denominator) * at.denominator
    return most - (most - least) * min(whole, max(0, part)) // whole
