"""What was heard of each order: from whom, when, in which words, and the last objects as they came.

Bounded on every side: an order that ended is forgotten after ten minutes, and of one order only so much
is kept; what was dropped is counted, so that a screen can say that there was more.
"""

from collections import deque
from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Final, Literal

from msgspec import Struct, structs

from krakentui.model.amend import AmendsSeen
from krakentui.model.clock import SECOND
from krakentui.model.order import Fill, Order, OrderPatch, Source
from krakentui.state.reckoning import Reckoning

KEPT_NS: Final = 600 * SECOND
MAX_ENDED: Final = 500
"""Orders that are not open and still remembered."""
MAX_SEEN: Final = 80
MAX_FILLS: Final = 200
MAX_OBJECTS: Final = 16

Witness = Source | Literal["ours"]
"""Who said it; `ours` is what this program did."""


class Seen(Struct, frozen=True, kw_only=True):
    """One thing that was heard, or the same thing several times in a row."""

    witness: Witness
    what: str
    wall_ns: int
    """When it was heard, on the exchange's clock as far as it was measured."""
    said_ns: int | None = None
    """When the exchange says it happened."""
    count: int = 1
    last_wall_ns: int


class Sent(Struct, frozen=True, kw_only=True):
    """One object as it came."""

    source: Source
    kind: str
    """The stream's `exec_type`; REST has one kind."""
    raw: bytes
    t_ns: int


class Dossier:
    """All that is remembered of one order."""

    def __init__(self) -> None:
        self.seen: deque[Seen] = deque(maxlen=MAX_SEEN)
        self.seen_lost = 0
        self.fills: dict[str, Fill] = {}
        self.fills_lost = 0
        self.amends: AmendsSeen | None = None
        self.last: Order | None = None
        """The last belief, which outlives the tables'."""
        self.touched_ns = 0
        self._sent: dict[tuple[Source, str], Sent] = {}

    @property
    def sent(self) -> tuple[Sent, ...]:
        """The last object of each kind and source, oldest first."""
        return tuple(self._sent.values())

    def keep(self, sent: Sent) -> None:
        """Keep an object in place of the last of its kind."""
        self._sent.pop((sent.source, sent.kind), None)
        self._sent[sent.source, sent.kind] = sent
        if len(self._sent) > MAX_OBJECTS:
            del self._sent[next(iter(self._sent))]

    def note(self, seen: Seen) -> None:
        """Add to what was heard; the same words again only count."""
        last = self.seen[-1] if self.seen else None
        if last is not None and (last.witness, last.what) == (seen.witness, seen.what):
            self.seen[-1] = structs.replace(last, count=last.count + 1, last_wall_ns=seen.wall_ns)
            return
        self.seen_lost += len(self.seen) == MAX_SEEN
        self.seen.append(seen)

    def fill(self, fill: Fill) -> None:
        """Add an execution; the same one again changes nothing."""
        self.fills.setdefault(fill.exec_id, fill)
        if len(self.fills) > MAX_FILLS:
            del self.fills[next(iter(self.fills))]
            self.fills_lost += 1


class Dossiers:
    """The dossiers of one account's orders."""

    def __init__(self, clock: Reckoning) -> None:
        """Begin empty; the clock dates what is heard."""
        self._clock = clock
        self._by_id: dict[str, Dossier] = {}

    @property
    def all(self) -> Mapping[str, Dossier]:
        """The dossiers by order id."""
        return MappingProxyType(self._by_id)

    def note(
        self, order_id: str, witness: Witness, what: str, t_ns: int, said_ns: int | None = None
    ) -> Dossier:
        """Note that this was heard of an order."""
        dossier = self._touched(order_id, t_ns)
        now_ns = self._clock.exchange_ns(t_ns)
        dossier.note(Seen(witness=witness, what=what, wall_ns=now_ns, said_ns=said_ns, last_wall_ns=now_ns))
        return dossier

    def heard(self, patch: OrderPatch, source: Source, what: str, t_ns: int) -> None:
        """Note a word of the exchange and keep the object it came in."""
        dossier = self.note(patch.id, source, what, t_ns, patch.said_ns)
        if patch.sent:
            kind = patch.exec_type or "" if source == "stream" else ""
            dossier.keep(Sent(source=source, kind=kind, raw=patch.sent, t_ns=t_ns))

    def believe(self, order: Order, t_ns: int) -> None:
        """Keep the last belief about an order."""
        self._touched(order.id, t_ns).last = order

    def fill(self, fill: Fill, t_ns: int) -> None:
        """Keep an execution of an order."""
        self._touched(fill.order_id, t_ns).fill(fill)

    def amended(self, event: AmendsSeen, t_ns: int) -> None:
        """Keep what the exchange remembers of an order's changes."""
        self._touched(event.order_id, t_ns).amends = event

    def forget(self, t_ns: int, still_open: Collection[str]) -> None:
        """Drop the oldest of those orders that are no longer open."""
        ended = [order_id for order_id in self._by_id if order_id not in still_open]
        ended.sort(key=lambda order_id: self._by_id[order_id].touched_ns)
        for place, order_id in enumerate(ended, start=1):
            too_many = len(ended) - place >= MAX_ENDED
            if too_many or t_ns - self._by_id[order_id].touched_ns > KEPT_NS:
                del self._by_id[order_id]

    def _touched(self, order_id: str, t_ns: int) -> Dossier:
        dossier = self._by_id.get(order_id)
        if dossier is None:
            dossier = self._by_id[order_id] = Dossier()
        dossier.touched_ns = t_ns
        return dossier
