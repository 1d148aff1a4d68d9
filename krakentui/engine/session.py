"""One session with one exchange on one account: its state, its tasks, and what others may ask of it.

Everything that happens enters the state through `tell`, on the one loop. The face is synchronous; what
it starts goes on in tasks that live in one group, each supervised alone.
"""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from krakentui.engine.account import AccountSide
from krakentui.engine.actionlog import LOGGED, ActionLog
from krakentui.engine.doors import Opener, RestDoor
from krakentui.engine.feeds import PublicTalk
from krakentui.engine.fresh import fresh_household, fresh_state
from krakentui.engine.haste import Haste
from krakentui.engine.hiding import hidden
from krakentui.engine.household import Door
from krakentui.engine.offset import Timing
from krakentui.engine.poller import PublicPoller
from krakentui.engine.public import PublicCalls
from krakentui.engine.seat import Seat
from krakentui.engine.sight import Sight
from krakentui.engine.supervise import supervise
from krakentui.engine.watch import watch
from krakentui.engine.wishes import MarketWishes
from krakentui.model.clock import Clock
from krakentui.model.ending import ENDED, RecordingEnded
from krakentui.model.event import (
    CallRefused,
    CancelStep,
    ClockJumped,
    FeedChanged,
    Happening,
    LockoutBegan,
    Noted,
    OrdersSnapshot,
)
from krakentui.model.history import HistoryKind, Past
from krakentui.model.mass import MassStep
from krakentui.net.address import Address
from krakentui.net.feed import Feed
from krakentui.net.patience import Patience
from krakentui.net.socket import Connector
from krakentui.net.talk import Line
from krakentui.net.tap import NoTap
from krakentui.net.way import Way
from krakentui.settings import Settings
from krakentui.state.details import DetailsView
from krakentui.state.view import (
    Found,
    NotAsked,
    Question,
    SwitchQuestion,
)

if TYPE_CHECKING:  # the emergency exit is over before it would be loaded
    from krakentui.engine.recorder import Recorder

_log = logging.getLogger("krakentui.engine")
MORE_S = 1.0
"""How often it is looked whether more markets are wanted."""
_PLAN_CHANGES = (FeedChanged, CallRefused, LockoutBegan, OrdersSnapshot)
OVER = f"{ENDED}: nothing in it can be asked for or cancelled."
NO_KEY = "There is no API key: only public markets are shown."


def _recorder(settings: Settings, clock: Clock, tell: Callable[[Happening], None]) -> "Recorder | None":
    if settings.record is None or settings.redactor is None:
        return None
    from krakentui.engine.recorder import Recorder  # noqa: PLC0415 - no cancel needs it

    return Recorder(settings.record, settings.venue, clock, tell, settings.redactor)


class Session(Sight):
    """Markets for everyone; orders, balances and cancels where there is a key."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        rng: random.Random,
        *,
        connect: Connector | None = None,
        door: Door | None = None,
        seat: Seat | None = None,
        cancel_seat: Seat | None = None,
        address: Address | None = None,
    ) -> None:
        """Build everything, start nothing; `connect` and `door` replace the sockets in tests.

        With a `seat` at its key, and a `cancel_seat` at one that cancels, the session shares these with the
        other programs of this machine, and its `address` with other sessions of this program.

        Raises:
            Forbidden: the key may not go to these addresses.
            KeyProblem: the secret of the key is no secret.
        """
        self._settings = settings = settings.redacting()
        self._keyless = NotAsked(why=settings.keyless_why or NO_KEY)
        self._clock = clock
        self._rng = rng
        self._patience = Patience.at_speed(settings.speed)
        super().__init__(fresh_state(settings, clock), clock)
        self._ear: Callable[[Happening, int], None] = lambda _event, _t_ns: None
        self._account: AccountSide | None = None
        self._side: AccountSide | None = None
        """What needs a key, even when it may not be asked for anything any more."""
        self._actions = (
            None
            if settings.state_dir is None or settings.credentials is None
            else ActionLog(settings.state_dir, settings.program, self.state, clock, self.tell)
        )
        self._recorder = _recorder(settings, clock, self.tell)
        tap = self._recorder or NoTap()
        way = Way(proxy=settings.proxy, ca_file=settings.ca_file)
        self._own_door = RestDoor(settings.endpoints.rest, clock, tap, way) if door is None else None
        address = address or Address()
        line = Line(
            clock=clock,
            rng=rng,
            patience=self._patience,
            connect=connect or Opener(way),
            budget=address.connects,
            edge=address.edge,
            tap=tap,
            tell=self.tell,
        )
        door = door or self._own_door
        self._house = fresh_household(self.state, line, door, settings.hide, tries=settings.insists)
        self._timing = Timing(clock, self.tell)
        self._haste = Haste(self.state, clock, hasty=settings.hasty)
        self._talk = PublicTalk(
            MarketWishes(self.state), self.tell, self._in_maintenance, self._timing.ponged
        )
        self._public = Feed("public", settings.endpoints.ws_public, self._talk, line)
        calls = PublicCalls(settings.account, self._house)
        self._public_poller = PublicPoller(
            self.state, calls, clock, self.tell, self._timing, self._public.replace, self._haste
        )
        if settings.credentials is not None:
            named, seats = self._public_poller.names_known, (seat, cancel_seat)
            self._account = self._side = AccountSide(
                settings, self.state, self._house, line, self._in_maintenance, named, self.hear, seats
            )

    # --- what others see -------------------------------------------------------------------------

    @property
    def warnings(self) -> tuple[str, ...]:
        """Sentences to show at the start."""
        return (*self._settings.warnings, *(self._account.problems if self._account else ()))

    def ask_cancel(self, ids: Sequence[str], *, named: bool = False) -> Question | NotAsked:
        """Freeze a question about these orders, or say at once why it cannot be asked."""
        return self._keyless if self._account is None else self._account.ask(ids, named=named)

    def ask_cancel_all(self, *, new_too: bool = False) -> Question | NotAsked:
        """Freeze a question about every open order there is now, or also those that are placed meanwhile."""
        if self._account is None:
            return self._keyless
        return self._account.ask((), everything=True, new_too=new_too)

    def confirm(self, question: Question) -> NotAsked | None:
        """Cancel exactly the orders of the question; None = they are on their way."""
        return self._keyless if self._account is None else self._account.confirm(question)

    def ask_switch(self) -> SwitchQuestion | NotAsked:
        """Freeze a question about the dead man's switch: arm it, or disarm it where it is on."""
        return self._keyless if self._account is None else self._account.ask_switch()

    def set_switch(self, question: SwitchQuestion, timeout_s: int) -> NotAsked | None:
        """Do what the question about the switch says; None = it is on its way."""
        return self._keyless if self._account is None else self._account.set_switch(question, timeout_s)

    def ask_history(self, kind: HistoryKind, *, again: bool) -> str:
        """Ask for the next older page, or the newest once more; the sentence says what happens."""
        return self._keyless.why if self._account is None else self._account.historian.ask(kind, again=again)

    def ask_fees(self) -> str:
        """Ask for the volume of 30 days and its fees; the sentence says what happens."""
        return self._keyless.why if self._account is None else self._account.historian.ask_fees()

    def export(self, kind: HistoryKind, rows: Sequence[Past]) -> str:
        """Write rows into files of the folder we run in; the sentence says where, or why not."""
        from krakentui.engine.export import Whose, told_export  # noqa: PLC0415 - no cancel needs it

        whose = Whose(self.state.venue, self.state.account)
        return told_export(kind, rows, Path.cwd(), self._clock.now_ns(), whose)

    def ask_when_free(self, ids: Sequence[str]) -> Question | NotAsked:
        """Freeze a question about cancelling these orders as soon as that is cheap enough."""
        return self._keyless if self._account is None else self._account.ask_when_free(ids)

    def confirm_when_free(self, question: Question) -> NotAsked | None:
        """Let the orders of a question wait; None = they do."""
        return self._keyless if self._account is None else self._account.confirm_when_free(question)

    def stop_waiting(self, ids: Sequence[str]) -> bool:
        """Let these orders wait no longer; tell whether any did."""
        return self._account is not None and self._account.waiter.stop(ids)

    def look_up(self, ids: Sequence[str]) -> bool:
        """Ask what became of orders that are not open; False = it cannot be asked."""
        return self._account is not None and self._account.inquiry.begin(ids)

    def found(self, order_id: str) -> Found | None:
        """Tell what became of an order; None = not known (yet)."""
        return None if self._account is None else self._account.inquiry.found(order_id)

    def details(self, order_id: str, t_ns: int) -> DetailsView | None:
        """Tell all that is known of an order; None where nothing is remembered of it."""
        from krakentui.engine.details import details  # noqa: PLC0415 - no cancel needs it

        side = self._side
        return None if side is None else details(self.state, order_id, self.then(t_ns), side.amends)

    def ask_amends(self, order_id: str) -> str:
        """Ask how an order was changed; the sentence says what comes of it."""
        return self._keyless.why if self._account is None else self._account.amends.begin(order_id)

    def poll_now(self) -> str:
        """Ask the exchange again as soon as the budget allows; the sentence says when."""
        return self._keyless.why if self._account is None else self._account.poller.poll_now()

    @property
    def side(self) -> AccountSide | None:
        """What needs a key; None where there is none."""
        return self._account

    def listen(self, ear: Callable[[Happening, int], None]) -> None:
        """Let somebody hear every event, with its steady time, once the state has taken it."""
        self._ear = ear

    def audit_anew(self, why: str) -> None:
        """Open the audit's socket anew, to see its snapshot; nothing where there is no audit."""
        if self._account is not None:
            self._account.audit_anew(why)

    # --- what happens ----------------------------------------------------------------------------

    def tell(self, event: Happening) -> None:
        """Let the state, and the other programs on the key, know of something that just happened."""
        event = hidden(event, self._settings.hide)
        self._take(event)
        if self._account is not None:
            self._account.told(event)

    def hear(self, event: Happening) -> None:
        """Let the state know of something, which other programs know or need not know."""
        self._take(hidden(event, self._settings.hide))

    def _take(self, event: Happening) -> None:
        t_ns, actions = self._clock.mono_ns(), self._actions
        if self.ended_ns is not None:
            return
        if actions is not None and type(event) in LOGGED:
            actions.before(event, t_ns)
        self.state.apply(event, t_ns)
        if actions is not None:
            actions.after()
        self._ear(event, t_ns)
        if isinstance(event, CancelStep | MassStep):
            name, what = type(event).__name__, getattr(event, "order_id", "everything")
            _log.info("%s order %s request %d", name, what, event.request)
        elif isinstance(event, FeedChanged):
            _log.info("%s feed %s %s", event.feed, event.state, event.why)
            if event.state == "live":
                self._hurry()
        if isinstance(event, _PLAN_CHANGES) and self._account is not None:
            self._account.poller.wake()

    def end(self) -> None:
        """Stand still: what is shown is over. Views tell of this moment from now on, and nothing is asked."""
        self.hear(RecordingEnded())
        self.ended_ns = self._clock.mono_ns()
        self._account, self._keyless = None, NotAsked(why=OVER)

    def _hurry(self) -> None:
        """The exchange answers on one way: feeds that could not connect need not wait their pause out."""
        self._public.hurry()
        if self._account is not None:
            self._account.hurry()

    async def run(self) -> None:
        """Run all tasks until cancelled."""
        for warning in self.warnings:
            self.tell(Noted(kind="notice", text=warning, level="warn"))
        async with asyncio.TaskGroup() as group:
            for name, work in self._tasks():
                group.create_task(
                    supervise(name, work, clock=self._clock, rng=self._rng, tell=self.tell), name=name
                )

    async def finish(self, seconds: float) -> None:
        """Wait, not long, until what the user confirmed is on the wire; nothing new is taken."""
        if self._account is not None:
            await self._account.finish(seconds)

    async def close(self) -> None:
        """Close what the tasks leave open: the counters on disk, the action log, REST, the recording."""
        if self._side is not None:
            self._side.close()
        try:
            if self._actions is not None:
                await self._actions.close()
        finally:
            if self._own_door is not None:
                await self._own_door.close()
            if self._recorder is not None:
                self._recorder.close()

    @property
    def last_words(self) -> tuple[str, ...]:
        """What is to be said once it is closed, as sentences."""
        return () if self._actions is None else self._actions.last_words

    def _tasks(self) -> list[tuple[str, Callable[[], Awaitable[None]]]]:
        tasks: list[tuple[str, Callable[[], Awaitable[None]]]] = [
            ("public feed", self._haste.after(self._public.run)),
            ("public poller", self._public_poller.run),
            ("market subscriptions", self._subscribe_more),
            ("clock", self._haste.after(lambda: self._timing.run(self._public))),
            ("clock watch", lambda: watch(self._clock, self._patience, self._jumped)),
        ]
        if self._actions is not None:
            tasks.append(("action log", self._actions.run))
        return tasks if self._account is None else [*self._account.tasks(), *tasks]

    async def _subscribe_more(self) -> None:
        """Subscribe to markets that became of interest: a new order's pair, a new coin's price."""
        while True:
            await self._clock.sleep(MORE_S)
            if self._public.is_open and self._talk.wants_more():
                await self._public.say(self._talk.subscribe_more)

    def _jumped(self, event: ClockJumped) -> None:
        """Nothing seen before is fresh: replace the sockets, once."""
        self.tell(event)
        self._public.replace("the clock jumped")
        self._timing.forget()
        self._public_poller.ask_the_time()
        if self._account is not None:
            self._account.replace("the clock jumped")

    def _in_maintenance(self) -> bool:
        return self.state.system not in {None, "online", "post_only", "limit_only"}
