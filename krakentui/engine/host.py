"""Opened around the app: owns the tasks of the session and closes them in order.

Closing: what the user confirmed is written first, then the tasks end (sockets say goodbye for 0.2 s at
most), then the action log (0.3 s at most, where another program holds it), REST and the recording close. All
of it takes well under a second. Another session may take the place of the one that runs: that one is closed
the same way, and what goes by the address of this machine goes on.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Self

from msgspec import structs

from krakentui.budget.figures import figures_of
from krakentui.engine.household import Door
from krakentui.engine.seat import Seat, Seated
from krakentui.engine.session import Session
from krakentui.engine.supervise import supervise
from krakentui.model.clock import Clock
from krakentui.model.event import Happening, Noted
from krakentui.model.figures import BudgetFigures
from krakentui.model.switch import SwitchLeft
from krakentui.net.address import Address
from krakentui.net.socket import Connector
from krakentui.settings import Settings

FINISH_S = 0.3


class _Open:
    """A session, where it sits at its key, and its task."""

    def __init__(self, session: Session, place: Seated) -> None:
        self.session = session
        self.place = place
        self.task: asyncio.Task[None] | None = None

    async def close(self) -> None:
        """Close in order."""
        try:
            await self.session.finish(FINISH_S)
        finally:
            if self.task is not None:
                self.task.cancel()
                await asyncio.wait([self.task])
            await self.session.close()
            self.place.leave()


class Host:
    """An async context manager around one session, and those that take its place."""

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
        wait_for_paint: bool = False,
    ) -> None:
        """Build the session, start nothing.

        Args:
            settings: what this run was told.
            clock: where time comes from.
            rng: where chance comes from.
            connect: opens sockets in place of the real ones, in tests.
            door: sends REST calls in place of the real client, in tests.
            seat: where this program sits at its key; None = it is not shared. It is left with the session.
            cancel_seat: where it sits at the key that cancels, if that is another one.
            wait_for_paint: start no network before `painted` was called, because the network libraries
                are slow to import.

        Raises:
            Forbidden: the key may not go to these addresses.
            KeyProblem: the secret of the key is no secret.
        """
        self._clock, self._rng = clock, rng
        self._connect, self._door = connect, door
        self._address = Address()
        self._known: dict[str, BudgetFigures] = {}
        """What was known of the limits of keys that were left, by fingerprint."""
        self._armed: dict[str, SwitchLeft] = {}
        """Dead man's switches that were left armed, by account."""
        self._recordings = 0
        self._open = self._opened(Seated(settings, seat, cancel_seat))
        self._group = asyncio.TaskGroup()
        self._beside: list[asyncio.Task[None]] = []
        self._turning = asyncio.Lock()
        self._painted = asyncio.Event()
        if not wait_for_paint:
            self._painted.set()

    @property
    def session(self) -> Session:
        """The session that runs."""
        return self._open.session

    @property
    def last_words(self) -> tuple[str, ...]:
        """What is to be said once all is closed, as sentences."""
        return self.session.last_words

    @property
    def clock(self) -> Clock:
        """The clock of all its sessions."""
        return self._clock

    def painted(self) -> None:
        """Let the network start: the first picture is on the screen."""
        self._painted.set()

    def beside(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        """Run something beside the sessions until all of them are closed; it fails alone."""
        doing = supervise(name, work, clock=self._clock, rng=self._rng, tell=self._tell)
        self._beside.append(self._group.create_task(doing, name=name))

    def end(self) -> None:
        """Let what is shown stand still as it is: its tasks end, the session stays to be looked at."""
        self.session.end()
        if self._open.task is not None:
            self._open.task.cancel()

    async def turn_to(self, place: Seated, shown: Callable[[Session], None]) -> None:
        """Open another session in the place of the one that runs, and close that one in order.

        From the first moment only the new one is shown; its tasks start when the old one is closed.

        Args:
            place: what the new session is told, and where it sits at its keys; left with the session.
            shown: puts it in front of the user.

        Raises:
            Forbidden: the key may not go to these addresses; the old session goes on.
            KeyProblem: the secret of the key is no secret; the old session goes on.
        """
        async with self._turning:
            old, new = self._open, self._opened(place)
            self._open = new
            try:
                shown(new.session)
            finally:
                await old.close()
                self._go_on(old.session, new.session)
                new.task = self._group.create_task(self._run(new.session), name="session")

    async def __aenter__(self) -> Self:
        """Start the session's tasks."""
        await self._group.__aenter__()
        self._open.task = self._group.create_task(self._run(self.session), name="session")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close in order; a session that is just being left is closed first."""
        async with self._turning:
            for task in self._beside:
                task.cancel()
            try:
                await self._open.close()
            finally:
                await self._group.__aexit__(None, None, None)

    async def _run(self, session: Session) -> None:
        await self._painted.wait()
        await session.run()

    def _opened(self, place: Seated) -> _Open:
        settings = place.settings
        if settings.record is not None:
            self._recordings += 1
            if self._recordings > 1:  # a recording is of one account
                record = settings.record
                record = record.with_name(f"{record.stem}-{self._recordings}{record.suffix}")
                settings = structs.replace(settings, record=record)
        session = Session(
            settings,
            self._clock,
            self._rng,
            connect=self._connect,
            door=self._door,
            seat=place.seat,
            cancel_seat=place.cancel_seat,
            address=self._address,
        )
        return _Open(session, place)

    def _go_on(self, old: Session, new: Session) -> None:
        """Let the new session know what the old ones counted, and say the last words of the one before."""
        before = old.state.ledger
        for books in before.by_key():
            self._known[books.key or ""] = figures_of(books, self._clock.mono_ns())
        self._go_on_with_switch(old, new)
        for sentence in old.last_words:
            new.tell(Noted(kind="notice", text=sentence, level="warn"))
        new.state.ledger = new.state.ledger.at_address_of(before)
        if new.side is not None:
            new.side.remember(self._known)

    def _go_on_with_switch(self, old: Session, new: Session) -> None:
        """Let the new session know of a dead man's switch that was left armed on its account."""
        switch, account = old.state.switch, old.state.account
        self._armed.pop(account, None)
        if switch.is_on and switch.fires_wall_ns is not None:
            self._armed[account] = SwitchLeft(
                account=account, timeout_s=switch.timeout_s, trigger_ns=switch.fires_wall_ns
            )
        left = self._armed.get(new.state.account)
        if new.side is not None and left is not None and left.trigger_ns > self._clock.now_ns():
            new.tell(left)

    def _tell(self, event: Happening) -> None:
        self.session.tell(event)
