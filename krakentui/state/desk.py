"""The orders of one account and our cancels of them: what each event does to both, and what is said of it.

An order's end settles the cancel that was meant for it, and each end is one sentence of the journal.
"""

from collections.abc import Callable, Sequence
from functools import singledispatchmethod
from typing import Final

from krakentui.model import event as e
from krakentui.model.amend import AmendsSeen
from krakentui.model.clock import SECOND
from krakentui.model.mass import CancelsBegun, MassOver, MassStep
from krakentui.model.order import OrderPatch, Source
from krakentui.model.waiting import WaitDropped
from krakentui.state import told, words
from krakentui.state.balances import Funds
from krakentui.state.cancels import CancelRequest, Signal, answer_signal
from krakentui.state.dossier import Dossiers
from krakentui.state.feeds import Feeds
from krakentui.state.groups import NAME, Groups
from krakentui.state.instruments import Instruments
from krakentui.state.journal import Journal
from krakentui.state.merge import Word
from krakentui.state.orders import Change, OrderTable
from krakentui.state.reckoning import Reckoning
from krakentui.state.requests import Requests

AFTER_SNAPSHOT_NS: Final = 2 * SECOND
"""What comes with a snapshot may be old and says nothing of how late the stream runs."""


class Desk:
    """What one account has ordered and what we asked to be cancelled."""

    def __init__(
        self,
        account: str,
        clock: Reckoning,
        feeds: Feeds,
        funds: Funds,
        instruments: Instruments,
        journal: Journal,
        *,
        recorded: bool = False,
    ) -> None:
        self._account = account
        self._recorded = recorded
        self._feeds = feeds
        self._funds = funds
        self._journal = journal
        self._instruments = instruments
        self._clock = clock
        self.table = OrderTable(account)
        self.requests = Requests()
        self.groups = Groups()
        self.dossiers = Dossiers(clock)
        self._snapshot_ns = 0

    @property
    def is_idle(self) -> bool:
        """Tell whether no cancel has to be looked after."""
        masses = self.groups.masses
        return not self.requests.unsettled() and not any(one.in_flight or one.is_open for one in masses)

    def unsettled(self) -> tuple[str, ...]:
        """List the orders whose cancel is under way, and a mass cancel that is, by what it is called."""
        mass = self.groups.mass
        asked = (NAME,) if mass is not None and mass.in_flight else ()
        return (*asked, *self.requests.unsettled())

    def renamed(self, t_ns: int) -> None:
        """Give orders their pair after names were learned."""
        self.table.resolve(self._instruments.names)
        self._hold(t_ns)

    def take(self, event: e.Happening, t_ns: int) -> None:
        """Take an event; those that concern no order mean nothing here."""
        if isinstance(event, e.CancelStep) and event.account == self._account:
            self.dossiers.note(event.order_id, "ours", told.step(event), t_ns)
        _TAKES(type(event))(self, event, t_ns)

    @singledispatchmethod
    def _take(self, event: e.Happening, t_ns: int) -> None:
        """Take an event that concerns no order."""

    @_take.register
    def _orders_snapshot(self, event: e.OrdersSnapshot, t_ns: int) -> None:
        if event.account != self._account:
            return
        self._snapshot_ns = t_ns
        first = not self.table.listed
        keep = set(self.requests.unsettled())
        changes = self.table.snapshot(
            map(self._instruments.named, event.orders), self._heard(t_ns, snapshot=True), keep
        )
        gone = [change.after for change in changes if change.kind == "vanished"]
        self._file(event.orders, "stream", changes, t_ns, whole=True)
        for one in gone:
            self.dossiers.note(one.id, "stream", "no longer in the snapshot", t_ns)
        self._follow(changes, t_ns)
        for order_id in keep:
            order = self.table.find(order_id)
            if order is not None and self.table.is_unsure(order_id):
                self._close(self.requests.vanished(order, t_ns), t_ns)
        if gone and not first:
            what = (
                words.describe(gone[0], self._instruments.pairs) if len(gone) == 1 else f"{len(gone)} orders"
            )
            text = f"Closed while we were not listening: {what}; filled or cancelled, not known which."
            self._journal.note("order", text, "warn", t_ns)

    @_take.register
    def _order_patched(self, event: e.OrderPatched, t_ns: int) -> None:
        if event.account == self._account:
            lag_ns = self._clock.lag_ns(event.patch.said_ns, t_ns)
            if lag_ns is not None and t_ns - self._snapshot_ns > AFTER_SNAPSHOT_NS:
                self._feeds.lagged("private", lag_ns, t_ns)
            changes = self.table.patched(self._instruments.named(event.patch), self._heard(t_ns))
            self._file((event.patch,), "stream", changes, t_ns)
            self._follow(changes, t_ns)

    @_take.register
    def _fill_seen(self, event: e.FillSeen, t_ns: int) -> None:
        fill = event.fill
        if fill.account != self._account or not self.table.fill(fill):
            return
        self._hold(t_ns)
        self.dossiers.fill(fill, t_ns)
        if not fill.is_history:
            self.dossiers.note(fill.order_id, "stream", told.execution(fill), t_ns, fill.exchange_ns)
            text = words.traded(fill, self.table.find(fill.order_id), self._instruments.pairs)
            self._journal.note("order", text, "good", t_ns, order_id=fill.order_id)

    @_take.register
    def _orders_polled(self, event: e.OrdersPolled, t_ns: int) -> None:
        if event.account == self._account:
            self._feeds.heard("rest", t_ns)
            word = Word(source="poll", t_ns=event.asked_ns, now_ns=self._clock.exchange_ns(t_ns))
            changes = self.table.polled(map(self._instruments.named, event.orders), word)
            self._file(event.orders, "poll", changes, t_ns)
            named = {patch.id for patch in event.orders}
            for order_id in self.table.open:
                if order_id not in named:
                    self.dossiers.note(order_id, "poll", "not in the list", t_ns)
            self._follow(changes, t_ns)

    @_take.register
    def _orders_queried(self, event: e.OrdersQueried, t_ns: int) -> None:
        if event.account != self._account:
            return
        self._feeds.heard("rest", t_ns)
        word = Word(source="query", t_ns=event.asked_ns, now_ns=self._clock.exchange_ns(t_ns))
        patches = [self._instruments.named(patch) for patch in event.orders]
        changes = self.table.queried(patches, event.missing, word, t_ns)
        self._file(event.orders, "query", changes, t_ns)
        self._follow(changes, t_ns)
        for order_id in event.missing:
            self.dossiers.note(order_id, "query", "the exchange does not know it", t_ns)
            request = self.requests.get(order_id)
            if request is not None and request.phase == "missing" and order_id not in self.table.open:
                why = "the exchange does not know this order"
                self._signal(order_id, request.request, "given_up", t_ns, why)

    @_take.register
    def _amends_seen(self, event: AmendsSeen, t_ns: int) -> None:
        if event.account == self._account:
            self._feeds.heard("rest", t_ns)
            self.dossiers.amended(event, t_ns)
            self.table.amended(event, self._clock.exchange_ns(event.asked_ns))

    # our cancels

    @_take.register
    def _cancels_begun(self, event: CancelsBegun, t_ns: int) -> None:
        if event.account == self._account:
            found = (self.table.ended(order_id) for order_id in event.ids)
            closed = [order for order in found if order is not None]
            self.groups.begin(event, closed, self.requests.unsettled(), self.requests.all, t_ns)

    @_take.register
    def _wait_dropped(self, event: WaitDropped, t_ns: int) -> None:  # noqa: ARG002 - as all of them
        if event.account == self._account:
            self.groups.drop(event.ids)

    @_take.register
    def _mass_step(self, event: MassStep, t_ns: int) -> None:
        if event.account == self._account:
            said = self.groups.step(event, self.requests.all, t_ns)
            if said is not None:
                self._journal.note("cancel", *said, t_ns)
            for one in self._weighed(event, t_ns):
                self._close(one, t_ns)

    def _weighed(self, event: MassStep, t_ns: int) -> tuple[CancelRequest, ...]:
        """Weigh anew whose doing the ends around a mass cancel were; give those now told otherwise."""
        mass = self.groups.find(event.request)
        if mass is None:
            return ()
        if mass.is_open:
            self.requests.rival(mass.request)
        if mass.phase == "refused":
            return self.requests.refuse(mass.request, t_ns)
        too_many = isinstance(event, MassOver) and self.groups.exceeds(mass.request, self.requests.all)
        return self.requests.doubt(mass.request) if too_many or mass.phase == "unknown" else ()

    @_take.register
    def _cancel_asked(self, event: e.CancelAsked, t_ns: int) -> None:
        if event.account == self._account:
            others = (mass for mass in self.groups.masses if mass.request != event.request)
            rival = any(mass.is_open for mass in others)
            request = self.requests.ask(event, t_ns, self.table.find(event.order_id), rival=rival)
            if request is not None and not request.in_flight:
                self._close(request, t_ns)

    @_take.register
    def _cancel_sent(self, event: e.CancelSent, t_ns: int) -> None:
        self._signal(event.order_id, event.request, "sent", t_ns)

    @_take.register
    def _cancel_answered(self, event: e.CancelAnswered, t_ns: int) -> None:
        why = "" if event.ok else f"the exchange says {event.code}"
        signal = answer_signal(event.code, ok=event.ok, counted=event.how == "counted")
        pending = event.how in {"queued", "begun"}
        self._signal(event.order_id, event.request, signal, t_ns, why, pending=pending)
        if event.how == "begun":
            for one in self.requests.doubt(event.request):
                self._close(one, t_ns)

    @_take.register
    def _cancel_unanswered(self, event: e.CancelUnanswered, t_ns: int) -> None:
        self.requests.note_batch(event)
        self._signal(event.order_id, event.request, "unanswered", t_ns, event.why)

    @_take.register
    def _cancel_not_sent(self, event: e.CancelNotSent, t_ns: int) -> None:
        self._signal(event.order_id, event.request, "not_sent", t_ns, event.why)

    @_take.register
    def _cancel_given_up(self, event: e.CancelGivenUp, t_ns: int) -> None:
        listed = event.order_id in self.table.open and not self.table.is_unsure(event.order_id)
        self._signal(event.order_id, event.request, "still_open" if listed else "given_up", t_ns, event.why)
        self.table.release(event.order_id, t_ns)
        self._hold(t_ns)

    # --- helpers -------------------------------------------------------------------------------------

    def _heard(self, t_ns: int, *, snapshot: bool = False) -> Word:
        return Word(source="stream", t_ns=t_ns, now_ns=self._clock.exchange_ns(t_ns), snapshot=snapshot)

    def _file(
        self,
        patches: Sequence[OrderPatch],
        source: Source,
        changes: Sequence[Change],
        t_ns: int,
        *,
        whole: bool = False,
    ) -> None:
        """Put what was said into the dossiers of the orders, with what it changed."""
        known = {change.after.id: change for change in changes}
        for patch in patches:
            change = known.get(patch.id)
            before, after = (change.before, change.after) if change is not None else (None, None)
            self.dossiers.heard(patch, source, told.word(patch, source, before, after, whole=whole), t_ns)

    def _follow(self, changes: Sequence[Change], t_ns: int) -> None:
        for change in changes:
            self.dossiers.believe(change.after, t_ns)
            if change.kind == "ended":
                ours = self.requests.end(change.after, t_ns) or self._taken_along(change, t_ns)
                self._close(ours, t_ns)
                if ours is None and change.before is not None:  # one that was never open here is no news
                    level = "good" if change.after.status == "filled" else "info"
                    text = words.ended(change.after, self._instruments.pairs, recorded=self._recorded)
                    self._journal.note("order", text, level, t_ns, order_id=change.after.id)
            elif change.kind == "vanished":
                self._close(self.requests.vanished(change.after, t_ns), t_ns)
        if changes or not self._funds.holds.orders_known:
            self._hold(t_ns)

    def _taken_along(self, change: Change, t_ns: int) -> CancelRequest | None:
        """Give the request of an order that a mass cancel has ended unnamed; None = it did not."""
        if change.before is None:
            return None
        found = self.groups.takes_along(change.after, self.requests.all, self._clock)
        if found is None:
            return None
        return self.requests.take_along(
            change.after, found.request, NAME, t_ns, doubt=found.doubt, rival=found.rival
        )

    def _hold(self, t_ns: int) -> None:
        """Work out anew what the orders hold, once they were listed."""
        if self.table.listed:
            self._funds.holds.orders_moved(self.table.open.values(), t_ns, self._clock.exchange_ns(t_ns))

    def _signal(
        self, order_id: str, number: int, signal: Signal, t_ns: int, why: str = "", *, pending: bool = False
    ) -> None:
        moved = self.requests.signal(order_id, number, signal, t_ns, why, pending=pending)
        if moved is None:
            return
        before, after = moved
        known = self.table.ended(order_id)
        if after.in_flight and known is not None and known.is_done:
            self._close(self.requests.end(known, t_ns), t_ns)
        elif after.outcome != before.outcome or (after.outcome == "cancelled" and after.doubt > before.doubt):
            self._close(after, t_ns)
        elif after.phase == "unknown" and before.phase != "unknown":
            text = f"Cancel of {order_id}: {after.why.rstrip('.') or 'no answer'}; asking the exchange."
            self._journal.note("cancel", text, "warn", t_ns, order_id=order_id)

    def _close(self, request: CancelRequest | None, t_ns: int) -> None:
        """Write the outcome of a request that just ended."""
        if request is None:
            return
        order = self.table.find(request.order_id) or request.order
        self.dossiers.note(request.order_id, "ours", f"the cancel's outcome: {request.outcome}", t_ns)
        text, level = words.outcome(request, order, self._instruments.pairs)
        self._journal.note(
            "cancel",
            text,
            level,
            t_ns,
            order_id=request.order_id,
            outcome=request.outcome,
            filled=order.filled if order is not None else None,
        )


# the method itself builds a wrapper at each call: 5 of the 14 us that an event cost
_TAKES: Final[Callable[[type], Callable[..., None]]] = Desk.__dict__["_take"].dispatcher.dispatch
