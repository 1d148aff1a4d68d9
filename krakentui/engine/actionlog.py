"""Writes down every act of this session: what was asked, sent, answered, and how it ended.

Facts are taken from the events as they happen and written a moment later by a task of its own: no cancel
waits for the disk, and a disk that is full or gone costs one notice and no cancel.
"""

import asyncio
import contextlib
import os
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Final

from msgspec import structs

from krakentui.budget.acts import order_cost, own_cancel
from krakentui.budget.interval import Interval
from krakentui.budget.words import figure
from krakentui.engine.actionfile import FILE, Author, append
from krakentui.model.action import Fact, Step
from krakentui.model.clock import SECOND, Clock
from krakentui.model.event import (
    CancelAnswered,
    CancelAsked,
    CancelNotSent,
    CancelSent,
    CancelStep,
    CancelUnanswered,
    Happening,
    Noted,
    OrderPatched,
)
from krakentui.model.mass import (
    MassAnswered,
    MassAsked,
    MassNotSent,
    MassSent,
    MassStep,
    MassUnanswered,
)
from krakentui.model.number import counted, plain
from krakentui.model.switch import SwitchAnswered, SwitchAsked, SwitchUnanswered
from krakentui.net.deadline import within
from krakentui.state.state import State
from krakentui.state.switch import outcome

AGAIN_S = 0.2
"""When another program holds the file, it is tried again so soon."""
CLOSING_S = 0.05
CLOSING_TRIES = 7
"""At the end it is tried so often, which takes 0.3 s at most."""
HELD = "another program held it"
MOST_WAITING = 10_000
"""Facts kept for a disk that takes nothing; the oldest go first."""
LOGGED: Final = frozenset(
    {
        CancelAsked,
        CancelSent,
        CancelAnswered,
        CancelUnanswered,
        CancelNotSent,
        OrderPatched,
        MassAsked,
        MassSent,
        MassAnswered,
        MassUnanswered,
        MassNotSent,
        SwitchAsked,
        SwitchAnswered,
        SwitchUnanswered,
    }
)
"""Events that facts are taken from before the state has taken them."""

UNSEEN = "this program ended before it was settled"


class ActionLog:
    """The log of one session's acts."""

    def __init__(
        self, folder: Path, program: str, state: State, clock: Clock, tell: Callable[[Happening], None]
    ) -> None:
        """Write nothing yet."""
        self._folder = folder
        self._state = state
        self._clock = clock
        self._tell = tell
        self._author = Author(
            program=program,
            pid=os.getpid(),
            venue=state.venue,
            account=state.account,
            key=state.key or "",
        )
        self._waiting: deque[tuple[str, Fact]] = deque(maxlen=MOST_WAITING)
        self._wake = asyncio.Event()
        self._cost: dict[str, Interval] = {}
        self._keys: dict[int | None, str] = {}
        """By request, None = the dead man's switch: the key that it goes with."""
        self._seen = state.journal.last
        self._switch = state.switch
        self._failed = False
        self._lost = 0
        """Entries that are not, or perhaps not, in the file and will not be."""
        self._why_lost = ""
        self._over: set[int] = set()
        """Mass cancels whose outcome was noted."""

    # --- what happens ----------------------------------------------------------------------------

    def before(self, event: Happening, t_ns: int) -> None:
        """Take note of an event that the state has not taken yet: a cost goes by the order as it was."""
        match event:
            case CancelAsked():
                self._keys[event.request] = event.key
                order = self._state.orders.get(event.order_id)
                if order is not None:
                    self._cost[event.order_id] = order_cost(order, self._state.clock.measured_ns(t_ns))
                self._note(self._cancel(event, "asked", event.route))
            case OrderPatched() if event.patch.id in self._cost and event.patch.exec_type == "canceled":
                self._cost[event.patch.id] = own_cancel(
                    event.patch,
                    self._state.orders.get(event.patch.id),
                    at_once=self._state.ledger.at_once(t_ns),
                )
            case CancelSent():
                self._note(self._cancel(event, "sent", event.route))
            case CancelAnswered():
                self._note(self._cancel(event, "answered", answer=event.code))
            case CancelUnanswered():
                self._note(self._cancel(event, "unanswered", answer=event.why))
            case CancelNotSent():
                self._note(self._cancel(event, "not_sent", answer=event.why))
            case MassStep():
                self._note_mass(event)
            case SwitchAsked() | SwitchAnswered() | SwitchUnanswered():
                self._note_switch(event)

    def after(self) -> None:
        """Take note of outcomes that the state has just drawn."""
        journal = self._state.journal
        if journal.last == self._seen:
            return
        for line in journal.after(self._seen):
            if line.outcome is not None and line.order_id is not None:
                self._note(self._outcome(line.order_id, line.outcome, line.text, line.filled))
        self._seen = journal.last
        switch, self._switch = self._switch, self._state.switch
        if (ended := outcome(switch, self._switch)) is not None:
            self._note(Fact(act="dead_man", step="outcome", outcome=ended))
        for mass in self._state.desk.groups.masses:
            if mass.outcome is not None and mass.request not in self._over:
                self._over.add(mass.request)
                self._note(
                    Fact(
                        act="cancel_all",
                        step="outcome",
                        request=mass.request,
                        what=mass.verdict,
                        outcome=mass.outcome,
                    )
                )

    # --- writing ---------------------------------------------------------------------------------

    async def run(self) -> None:
        """Write what waits, until cancelled."""
        while True:
            self._wake.clear()
            if not self._waiting:
                await self._wake.wait()
            if not self.flush():
                with contextlib.suppress(TimeoutError):
                    await within(self._clock, AGAIN_S, self._wake.wait)

    def flush(self) -> bool:
        """Write what waits; False = another program holds the file."""
        facts = tuple(self._waiting)
        if not facts:
            return True
        try:
            if not append(self._folder, self._author, facts):
                return False
        except OSError as error:
            why = error.strerror or str(error)
            self._lose(len(facts), why)
            self._waiting.clear()
            if not self._failed:
                self._failed = True
                text = (
                    f"The action log {self._folder / FILE} cannot be written ({why}): cancels go on without."
                )
                self._tell(Noted(kind="notice", text=text, level="warn"))
            return True
        self._failed = False
        self._waiting.clear()
        return True

    async def close(self) -> None:
        """Write what is left; a program that holds the file gets a moment to let go of it."""
        self._leave_open()
        try:
            for left in reversed(range(CLOSING_TRIES)):
                if self.flush():
                    break
                if left:
                    await self._clock.sleep(CLOSING_S)
        finally:
            self._lose(len(self._waiting), HELD)
            self._waiting.clear()

    def _leave_open(self) -> None:
        """Say of each cancel without an outcome that this program did not see one."""
        for order_id in self._state.desk.requests.unsettled():
            self._note(self._outcome(order_id, "unknown", UNSEEN, None))
        for mass in self._state.desk.groups.masses:
            if mass.outcome is None and mass.phase != "asked" and mass.request not in self._over:
                self._over.add(mass.request)
                self._note(
                    Fact(
                        act="cancel_all", step="outcome", request=mass.request, what=UNSEEN, outcome="unknown"
                    )
                )

    @property
    def last_words(self) -> tuple[str, ...]:
        """Say what is missing in the log, once it is closed."""
        if not self._lost:
            return ()
        path, most = self._folder / FILE, counted(self._lost, "entry", "entries")
        return (f"The action log {path} lacks up to {most} of this run: {self._why_lost}.",)

    def _lose(self, count: int, why: str) -> None:
        if count:
            self._lost, self._why_lost = self._lost + count, why

    # --- facts -----------------------------------------------------------------------------------

    def _note(self, fact: Fact) -> None:
        at = datetime.fromtimestamp(self._clock.now_ns() / SECOND, UTC)
        request = None if fact.act == "dead_man" else fact.request or 0
        fact = structs.replace(fact, key=self._keys.get(request, ""))
        self._lose(len(self._waiting) == MOST_WAITING, HELD)
        self._waiting.append((at.isoformat(timespec="milliseconds").replace("+00:00", "Z"), fact))
        self._wake.set()

    def _cancel(self, event: CancelStep, step: Step, what: str = "", answer: str = "") -> Fact:
        cost = self._cost.get(event.order_id) if step == "asked" else None
        return Fact(
            act="cancel",
            step=step,
            request=event.request,
            order=event.order_id,
            pair=self._pair(event.order_id),
            what=what,
            cost_low=None if cost is None else figure(cost.low),
            cost_high=None if cost is None else figure(cost.high),
            answer=answer,
        )

    def _outcome(self, order_id: str, outcome: str, text: str, filled: Decimal | None) -> Fact:
        request = self._state.cancels.get(order_id)
        cost = self._cost.pop(order_id, None) if outcome == "cancelled" else None
        return Fact(
            act="cancel",
            step="outcome",
            request=None if request is None else request.request,
            order=order_id,
            pair=self._pair(order_id),
            what=text,
            cost_low=None if cost is None else figure(cost.low),
            cost_high=None if cost is None else figure(cost.high),
            outcome=outcome,
            filled=None if filled is None else plain(filled),
        )

    def _note_mass(self, event: MassStep) -> None:
        """Take note of a mass cancel; what it did to each order is noted there."""
        request = event.request
        match event:
            case MassAsked():
                self._keys[request] = event.key
                self._note(Fact(act="cancel_all", step="asked", request=request, what=event.route))
            case MassSent():
                self._note(Fact(act="cancel_all", step="sent", request=request))
            case MassAnswered():
                count = "" if event.count is None else f"count {event.count}"
                told = ", ".join(part for part in (count, "pending" if event.pending else "") if part)
                answer = event.code or told
                self._note(Fact(act="cancel_all", step="answered", request=request, answer=answer))
            case MassUnanswered():
                self._note(Fact(act="cancel_all", step="unanswered", request=request, answer=event.why))
            case MassNotSent():
                self._note(Fact(act="cancel_all", step="not_sent", request=request, answer=event.why))

    def _note_switch(self, event: SwitchAsked | SwitchAnswered | SwitchUnanswered) -> None:
        """Take note of the dead man's switch; a renewal that goes well is no act."""
        renews = self._state.switch.phase == "armed"
        match event:
            case SwitchAsked(renewal=False):
                self._keys[None] = event.key
                what = f"armed for {event.timeout_s} s" if event.timeout_s else "disarmed"
                self._note(Fact(act="dead_man", step="asked", what=what))
            case SwitchAnswered() if not (renews and event.ok):
                self._note(Fact(act="dead_man", step="answered", answer=event.code))
            case SwitchUnanswered():
                self._note(Fact(act="dead_man", step="unanswered", answer=event.why))

    def _pair(self, order_id: str) -> str | None:
        order = self._state.desk.table.find(order_id)
        return None if order is None else order.pair
