"""Cancels that were confirmed together, and the mass cancel that some of them are.

    asked ── sent ── taken ───┐
      │        ├──── unknown ─┴─ over      what it did is shown by the orders that end
      │        └ refused
      └ not_sent

A mass cancel also takes orders that nobody here knew when it went. One that ends as cancelled while it is
under way counts as taken along; beyond the exchange's own count, or without an answer, it is not told
whose doing it was, and after a refusal it was somebody else's.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final, Literal

from msgspec import Struct, structs

from krakentui.model import mass as m
from krakentui.model.clock import SECOND
from krakentui.model.order import Order, Outcome
from krakentui.state.cancels import CancelRequest, is_by_request
from krakentui.state.reckoning import Reckoning

KEPT: Final = 20
"""Groups remembered; of more the oldest go, unless they are not settled."""
LATE_NS: Final = 3 * SECOND
"""So long after the last of its orders the stream may still show what a mass cancel has ended."""
DOUBT_NS: Final = 15 * SECOND
"""An unanswered mass cancel of which no order tells anything is watched for so long."""
YOUNG_NS: Final = SECOND
"""By so much the exchange's clock may be off."""
NAME: Final = "the cancel of everything"
Phase = Literal["asked", "sent", "taken", "unknown", "refused", "not_sent", "over"]
Said = tuple[str, str]
"""A sentence and its level."""


class Mass(Struct, frozen=True, kw_only=True):
    """One mass cancel."""

    request: int
    route: str
    phase: Phase
    moved_ns: int
    """Steady time of the last change of phase."""
    count: int | None = None
    """Orders that the exchange says it ended."""
    pending: bool = False
    why: str = ""
    along: tuple[str, ...] = ()
    """Orders taken along that were not known when it went."""
    verdict: str = ""
    """What came of it, in a sentence; empty while that is open."""
    outcome: Outcome | None = None

    @property
    def in_flight(self) -> bool:
        """Tell whether it is not known yet whether the exchange took it."""
        return self.phase in {"asked", "sent", "unknown"}

    @property
    def is_open(self) -> bool:
        """Tell whether orders may still be seen to end by it."""
        return self.phase in {"sent", "taken", "unknown"}


class Group(Struct, frozen=True, kw_only=True):
    """What one answer has set going."""

    number: int
    ids: tuple[str, ...]
    asked_ns: int
    closed: tuple[Order, ...] = ()
    """Those of its orders that had ended before anything was sent."""
    beside: tuple[str, ...] = ()
    """Orders whose cancel was under way by then: a mass cancel may have ended them, or that cancel did."""
    is_mass: bool = False
    mass: Mass | None = None
    later: bool = False
    """Each of its cancels goes when it is cheap enough."""
    dropped: frozenset[str] = frozenset()
    """Those that wait no longer and were not sent."""

    @property
    def all_ids(self) -> tuple[str, ...]:
        """Its orders, those taken along last."""
        return self.ids if self.mass is None else (*self.ids, *self.mass.along)

    def requests(self, known: Mapping[str, CancelRequest]) -> Iterator[CancelRequest]:
        """Give the requests that belong to it: of each order the latest, if it is not older."""
        for order_id in self.all_ids:
            request = known.get(order_id)
            if request is not None and request.asked_ns >= self.asked_ns:
                yield request

    def waiting(self, known: Mapping[str, CancelRequest]) -> Iterator[str]:
        """List the orders whose cancel is still to be sent."""
        if self.later:
            begun = {request.order_id for request in self.requests(known)}
            yield from (one for one in self.ids if one not in begun and one not in self.dropped)

    def is_settled(self, known: Mapping[str, CancelRequest]) -> bool:
        """Tell whether every outcome is known."""
        waits = self.is_mass and (self.mass is None or self.mass.in_flight or self.mass.is_open)
        waits = waits or any(self.waiting(known))
        return not waits and not any(request.in_flight for request in self.requests(known))


class Along(Struct, frozen=True, kw_only=True):
    """How it stands with an order that a mass cancel may have ended unnamed."""

    request: int
    """Of that mass cancel."""
    doubt: bool
    """Somebody else may have ended it as well."""
    rival: bool
    """Another mass cancel of this program may have."""


class Groups:
    """The groups of one account, oldest first."""

    def __init__(self) -> None:
        self._all: tuple[Group, ...] = ()

    @property
    def latest(self) -> Group | None:
        """The group that was confirmed last."""
        return self._all[-1] if self._all else None

    @property
    def mass(self) -> Mass | None:
        """The mass cancel that was confirmed last."""
        return next((one.mass for one in reversed(self._all) if one.mass is not None), None)

    @property
    def masses(self) -> tuple[Mass, ...]:
        """Every mass cancel, oldest first: the next may go while one is taken but not over."""
        return tuple(one.mass for one in self._all if one.mass is not None)

    def shown(self, known: Mapping[str, CancelRequest]) -> tuple[Group, ...]:
        """List the latest group and those that are not settled, newest first."""
        return tuple(
            group for group in reversed(self._all) if group is self._all[-1] or not group.is_settled(known)
        )

    def kept(self, known: Mapping[str, CancelRequest]) -> frozenset[str]:
        """List the orders whose requests are still told of."""
        return frozenset(order_id for group in self.shown(known) for order_id in group.all_ids)

    def begin(
        self,
        event: m.CancelsBegun,
        closed: Sequence[Order],
        beside: Sequence[str],
        known: Mapping[str, CancelRequest],
        t_ns: int,
    ) -> None:
        """Open a group; of the older ones those that are settled may be forgotten."""
        group = Group(
            number=event.number,
            ids=event.ids,
            asked_ns=t_ns,
            closed=tuple(closed),
            beside=tuple(beside),
            is_mass=event.mass,
            later=event.later,
        )
        every = (*self._all, group)
        oldest = len(every) - KEPT
        self._all = tuple(
            one for place, one in enumerate(every) if place >= oldest or not one.is_settled(known)
        )

    def drop(self, ids: Collection[str]) -> None:
        """Let these orders wait no longer."""
        self._all = tuple(
            structs.replace(one, dropped=one.dropped | set(ids)) if one.later else one for one in self._all
        )

    def step(self, event: m.MassStep, known: Mapping[str, CancelRequest], t_ns: int) -> Said | None:
        """Follow a mass cancel; give what the journal is told."""
        if isinstance(event, m.MassAsked):
            mass = Mass(request=event.request, route=event.route, phase="asked", moved_ns=t_ns)
            self._all = (*self._all[:-1], structs.replace(self._all[-1], mass=mass)) if self._all else ()
            return None
        group = self._of(event.request)
        if group is None or group.mass is None:
            return None
        mass, said = _followed(group, event, known, t_ns)
        self._put(structs.replace(group, mass=mass))
        return said

    def find(self, request: int) -> Mass | None:
        """Return the mass cancel of this number."""
        group = self._of(request)
        return None if group is None else group.mass

    def takes_along(self, order: Order, known: Mapping[str, CancelRequest], clock: Reckoning) -> Along | None:
        """Tell which mass cancel may have ended this order unnamed; None = none may."""
        if not is_by_request(order):
            return None
        open_ = [one for one in reversed(self._all) if one.mass is not None and one.mass.is_open]
        open_ = [one for one in open_ if not _is_younger(order, one, clock)]
        roomy = [one for one in open_ if not _is_full(one, known)]
        for group in (*roomy, *open_):
            if (mass := group.mass) is not None:
                self._put(structs.replace(group, mass=structs.replace(mass, along=(*mass.along, order.id))))
                doubt = mass.phase == "unknown" or not roomy
                return Along(request=mass.request, doubt=doubt, rival=len(open_) > 1)
        return None

    def exceeds(self, request: int, known: Mapping[str, CancelRequest]) -> bool:
        """Tell whether more orders were seen to end than this mass cancel has ended."""
        group = self._of(request)
        if group is None or group.mass is None or group.mass.count is None:
            return False
        return _ended(group, known) > group.mass.count

    def over(self, known: Mapping[str, CancelRequest], t_ns: int) -> tuple[int, ...]:
        """List the mass cancels of which nothing more is to come."""
        return tuple(group.mass.request for group in self._all if group.mass and _is_over(group, known, t_ns))

    def _of(self, request: int) -> Group | None:
        return next((one for one in self._all if one.mass is not None and one.mass.request == request), None)

    def _put(self, group: Group) -> None:
        self._all = tuple(group if one.number == group.number else one for one in self._all)


def _followed(
    group: Group, event: m.MassStep, known: Mapping[str, CancelRequest], t_ns: int
) -> tuple[Mass, Said | None]:
    """Tell how a mass cancel stands after a step, and what is said of it."""
    mass = group.mass
    if mass is None:
        raise RuntimeError("a group without a mass cancel takes no step")
    match event, mass.phase:
        case m.MassSent(), "asked":
            return structs.replace(mass, phase="sent", moved_ns=t_ns), None
        case m.MassAnswered(ok=True), "asked" | "sent" | "unknown":
            taken = structs.replace(
                mass, phase="taken", moved_ns=t_ns, count=event.count, pending=event.pending, why=""
            )
            return taken, None
        case m.MassAnswered(ok=False), "asked" | "sent" | "unknown":
            text = f"Refused: {NAME}: the exchange says {event.code}."
            return _done(mass, "refused", "refused", text, t_ns), (text, "bad")
        case (m.MassUnanswered(why=why), "asked" | "sent" | "unknown") | (m.MassNotSent(why=why), "sent"):
            text = f"{NAME.capitalize()}: {why.rstrip('.')}; its orders are watched and asked for."
            return structs.replace(mass, phase="unknown", moved_ns=t_ns, why=why), (text, "warn")
        case m.MassNotSent(), "asked":
            text = f"Not sent: {NAME}: {event.why.rstrip('.')}."
            return _done(mass, "not_sent", "not_sent", text, t_ns), (text, "bad")
        case m.MassOver(), "taken" | "unknown":
            beside = sum(_is_cancelled(known.get(order_id)) for order_id in group.beside)
            ended = _ended(group, known)
            left = sum(1 for _ in _still_open(group, known))
            said = _verdict(mass, ended, beside, left)
            arrived = mass.phase == "taken" or (ended and not left)
            return _done(mass, "over", "cancelled" if arrived else "unknown", said[0], t_ns), said
    return mass, None


def _done(mass: Mass, phase: Phase, outcome: Outcome, verdict: str, t_ns: int) -> Mass:
    return structs.replace(mass, phase=phase, outcome=outcome, verdict=verdict, moved_ns=t_ns)


def _verdict(mass: Mass, ended: int, beside: int, left: int) -> Said:
    """Hold the exchange's count against the orders that were seen to end.

    Where one was not answered, somebody else may have ended them. Of `beside` orders it is not known
    whether the mass cancel has ended them or a cancel that went before it.
    """
    name, seen = NAME.capitalize(), f"{ended} {'was' if ended == 1 else 'were'} seen to end"
    if mass.phase == "unknown":
        if ended and not left:
            text = f"{name} was not answered. {seen}, by it or by somebody else; none of those known is open."
            return text, "warn"
        if ended:
            open_ = f"{left} {'is' if left == 1 else 'are'} still open"
            text = f"{name} was not answered. {seen}, by it or by somebody else; {open_}: look at them."
            return text, "bad"
        return f"{name} was not answered and none was seen to end: look at your open orders.", "bad"
    if mass.count is None:
        return f"{name} was taken; the exchange does not say of how many. {seen}.", "warn"
    told = f"{name}: the exchange says that it ended {mass.count}"
    if ended <= mass.count <= ended + beside:
        return f"{told}, and {seen}.", "good"
    if mass.count > ended:
        rest = mass.count - ended - beside
        return f"{told}; {seen}, {rest} that this program did not know.", "warn"
    return f"{told}; {seen}: somebody else cancelled at the same time.", "warn"


def _ended(group: Group, known: Mapping[str, CancelRequest]) -> int:
    return sum(map(_is_cancelled, group.requests(known)))


def _is_younger(order: Order, group: Group, clock: Reckoning) -> bool:
    """Tell whether an order was surely placed after the exchange had taken this mass cancel."""
    mass = group.mass
    if mass is None or mass.phase != "taken" or order.opened_ns is None:
        return False
    taken_ns = clock.measured_ns(mass.moved_ns)
    return taken_ns is not None and order.opened_ns > taken_ns + YOUNG_NS


def _is_full(group: Group, known: Mapping[str, CancelRequest]) -> bool:
    """Tell whether as many orders were seen to end as the exchange counts."""
    count = None if group.mass is None else group.mass.count
    return count is not None and _ended(group, known) >= count


def _still_open(group: Group, known: Mapping[str, CancelRequest]) -> Iterator[str]:
    """List its orders of which nothing tells that they have ended."""
    return (
        one.order_id for one in group.requests(known) if one.outcome not in {"cancelled", "filled", "gone"}
    )


def _is_cancelled(request: CancelRequest | None) -> bool:
    return request is not None and request.outcome == "cancelled"


def _is_over(group: Group, known: Mapping[str, CancelRequest], t_ns: int) -> bool:
    mass, requests = group.mass, tuple(group.requests(known))
    if mass is None or mass.phase not in {"taken", "unknown"}:
        return False
    if any(request.in_flight for request in requests):
        return False
    last_ns = max((mass.moved_ns, *(request.moved_ns for request in requests)))
    ended = any(request.outcome == "cancelled" for request in requests)
    told = mass.phase == "taken" or (ended and not any(_still_open(group, known)))
    return t_ns - last_ns >= (LATE_NS if told else DOUBT_NS)
