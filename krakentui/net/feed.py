"""One feed: a socket that is opened, talked over, watched, and opened again, for as long as it is wanted.

What is said is the talk's business; this is only the shell. Any frame but a pong is a sign of life;
silence past the threshold means a new socket, and so does a subscription that gives nothing after one
repeat. Every close code is a reason to come back: the edge closes with 1000 and 1001 as routine.
"""

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import Generic, TypeVar

from msgspec import Struct

from krakentui.model.clock import SECOND
from krakentui.model.connection import SocketEnded, SocketOpened
from krakentui.model.error import KrakentuiError, NotSent
from krakentui.model.event import (
    Answered,
    BookBroken,
    FeedChanged,
    FeedHeard,
    FirstSnapshot,
    Happening,
    SequenceBroken,
)
from krakentui.net.backoff import Backoff, Cause
from krakentui.net.counted import attempted, landed
from krakentui.net.deadline import within
from krakentui.net.hosts import check_destination
from krakentui.net.pen import Pen
from krakentui.net.socket import HandshakeRefused, Socket, SocketClosed, Unreachable
from krakentui.net.talk import Line, Role, Speech, Talk
from krakentui.net.words import is_edge_limit, refusal_words

S = TypeVar("S", bound=Speech)
T = TypeVar("T")
MOST_IN_A_BATCH = 500
"""Frames read in one go: whoever sends faster is heard with the next batch."""
MOST_AT_ONCE = 20
"""Frames handled before others get a turn, a cancel above all: about half a millisecond of work."""
LEAST_PAUSE_NS = 5 * SECOND
_SERVICE_RESTART = frozenset({1012, 1013})


class Ending(Struct, frozen=True):
    """Why a socket was given up."""

    cause: Cause
    why: str
    stale: bool = False
    replaced: bool = False
    """We wanted another one: there is nothing to wait for."""


class Feed(Generic[S]):
    """One socket to the exchange, kept open."""

    def __init__(
        self, role: Role, url: str, talk: Talk[S], line: Line, *, key: str | None = None, least_s: float = 0.0
    ) -> None:
        """Open nothing yet.

        Args:
            role: what it is for.
            url: where to.
            talk: what is said over it.
            line: what it shares with other feeds.
            key: the public part of the key whose token goes over it.
            least_s: it never comes back sooner than this.

        Raises:
            Forbidden: the key may not go to this address.
        """
        check_destination(url, key)
        self._role: Role = role
        self._url = url
        self._talk = talk
        self._line = line
        self._key = key
        self._least_s = least_s
        self._backoff = Backoff()
        self._conversation: S | None = None
        self._pen: Pen | None = None
        self._heard_ns = 0
        self._is_live = False
        self._has_given = False
        """Some subscription of this socket has given its first data."""
        self._failed = False
        """The last attempt did not even open: the feed stays "down" while it is tried again."""
        self._ending: asyncio.Future[Ending] | None = None
        self._ended_ns = self._retry_ns = 0
        self._nudge = asyncio.Event()
        """The moment of the next attempt was moved."""
        self._mute: set[tuple[str, str]] = set()
        """Markets (channel, symbol) that gave nothing twice: they do not cost another socket.

        Orders and balances always do: without them the account is not seen.
        """

    @property
    def is_open(self) -> bool:
        """Tell whether there is a socket to write to."""
        return self._pen is not None

    def is_alive(self, t_ns: int) -> bool:
        """Tell whether the socket is open and has been heard within the amber threshold."""
        silent_ns = t_ns - self._heard_ns
        return self._pen is not None and silent_ns < self._line.patience.amber_s * SECOND

    def replace(self, why: str) -> None:
        """Give the socket up and open another at once."""
        least_ns = self._ended_ns + round(self._least_s * SECOND)
        self._retry_ns = max(self._line.clock.mono_ns(), least_ns)
        self._nudge.set()
        self._end(Ending("drop", why, stale=True, replaced=True))

    def hurry(self) -> None:
        """The exchange is back, as another way to it shows: do not wait the whole pause out.

        Only where the last attempt did not even open, and never within 5 s of it.
        """
        if self._failed:
            self._retry_ns = min(self._retry_ns, self._ended_ns + LEAST_PAUSE_NS)
            self._nudge.set()

    async def say(self, words: Callable[[S], T], *, urgent: bool = False) -> T:
        """Queue something and write it; what is urgent does not wait for the pace of messages.

        Raises:
            NotSent: there is no socket.
            SocketClosed: the socket broke while it was written: part of it may have left.
        """
        if self._conversation is None or self._pen is None:
            raise NotSent(f"The {self._role} websocket is not open.")
        said = words(self._conversation)
        await self._pen.write(self._conversation, urgent=urgent)
        return said

    async def run(self) -> None:
        """Keep the feed open until cancelled."""
        async with asyncio.TaskGroup() as closing:
            while True:
                await self._wait_for_a_turn()
                opened = await self._open()
                if isinstance(opened, Ending):
                    self._talk.ended()
                    self._lost(opened)
                else:
                    await self._live(*opened, closing)
                await self._pause()

    async def _live(self, socket: Socket, number: int, conversation: S, closing: asyncio.TaskGroup) -> None:
        """Talk over a socket to its end; saying goodbye to a dead one must not hold up the next."""
        line = self._line
        ending: Ending | None = None
        line.tell(SocketOpened(feed=self._role, connection=number))
        passed = partial(line.tap.passed, self._role, "out")
        try:
            pen = Pen(socket, number, line.clock, passed, line.tell)
            ending = await self._converse(socket, conversation, pen)
        finally:
            self._conversation = self._pen = None
            self._is_live = False
            line.tell(SocketEnded(feed=self._role, connection=number))
            self._talk.ended()  # whatever ended it: the next socket numbers its requests anew
            if ending is None:
                await socket.close()
        closing.create_task(socket.close(), name=f"{self._role} goodbye")
        self._lost(ending)

    async def _wait_for_a_turn(self) -> None:
        """Wait while the budget of connections or the edge says so."""
        while True:
            t_ns = self._line.clock.mono_ns()
            full_ns, edge_ns = self._line.budget.wait_ns(t_ns), self._line.edge.wait_ns(t_ns)
            wait_ns = max(full_ns, edge_ns)
            if wait_ns <= 0:
                return
            why = (
                "the budget of connections is spent"
                if full_ns >= edge_ns
                else "the exchange's edge wants a pause"
            )
            self._line.tell(FeedChanged(feed=self._role, state="down", why=why, retry_ns=t_ns + wait_ns))
            await self._line.clock.sleep(wait_ns / SECOND)

    async def _open(self) -> tuple[Socket, int, S] | Ending:
        """Open one socket and prepare what is said over it, or tell why it cannot be."""
        line = self._line
        if not self._failed:
            line.tell(FeedChanged(feed=self._role, state="connecting"))
        self._failed = True
        try:
            conversation = await self._talk.prepare()
        except KrakentuiError as error:
            return Ending("drop", str(error))
        check_destination(self._url, self._key)
        number, open_s = line.budget.spend(line.clock.mono_ns()), line.patience.open_s
        line.tell(attempted(self._role, number))
        try:
            socket = await within(
                line.clock, open_s, lambda: line.connect(self._url, line.clock.real_seconds(open_s))
            )
        except HandshakeRefused as error:
            line.tell(landed(number))
            return self._refused(error)
        except Unreachable as error:
            return Ending("drop", f"cannot connect: {error}")
        except TimeoutError:
            return Ending("drop", "cannot connect: no answer to the opening handshake")
        line.tell(landed(number))
        return socket, number, conversation

    async def _converse(self, socket: Socket, conversation: S, pen: Pen) -> Ending:
        self._heard_ns = self._line.clock.mono_ns()
        self._backoff = self._backoff.opened(self._heard_ns)
        self._failed = self._has_given = False
        self._conversation, self._pen = conversation, pen
        self._ending = asyncio.get_running_loop().create_future()
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(self._read(socket, conversation, pen), name=f"{self._role} reader"),
                group.create_task(self._write(conversation, pen), name=f"{self._role} writer"),
                group.create_task(self._watch(conversation, pen), name=f"{self._role} watchdog"),
            ]
            try:
                return await self._ending
            finally:
                self._ending = None
                for task in tasks:
                    task.cancel()

    async def _write(self, conversation: S, pen: Pen) -> None:
        """Write the subscriptions and what reader and watchdog ask for; neither waits for the pace."""
        with self._ends_with_the_socket():
            while True:
                await pen.write(conversation)
                await pen.asked()

    async def _read(self, socket: Socket, conversation: S, pen: Pen) -> None:
        with self._ends_with_the_socket():
            while True:
                frames = [await socket.receive()]
                try:
                    if self._role == "public":
                        await self._line.clock.sleep(self._line.patience.batch_s)
                        await _drain(socket, frames)
                    while len(frames) > MOST_AT_ONCE:
                        some, frames = frames[:MOST_AT_ONCE], frames[MOST_AT_ONCE:]
                        self._take(some, conversation, pen)
                        await asyncio.sleep(0)
                finally:
                    self._take(frames, conversation, pen)
                pen.ask()  # a hole in a channel asks for a new snapshot

    def _take(self, frames: list[bytes], conversation: S, pen: Pen) -> None:
        """Turn frames into events; a pong is no sign of life."""
        events: list[Happening] = []
        alive = 0
        for frame in frames:
            self._line.tap.passed(self._role, "in", frame)
            heard = conversation.receive(frame)
            alive += not conversation.last_was_pong
            for event in heard:
                if isinstance(event, SequenceBroken):
                    if not conversation.mend(event.channel):
                        self._end(Ending("drop", f"{event.channel} skipped a frame"))
                elif isinstance(event, BookBroken):
                    conversation.mend("book", event.symbol)
                elif isinstance(event, Answered) and event.error.startswith("ESession:"):
                    self._end(Ending("drop", "the websocket token is no longer good"))
            events += heard
        if alive:
            self._heard_ns = self._line.clock.mono_ns()
            self._line.tell(FeedHeard(feed=self._role, frames=alive))
        if not self._is_live and self._gives_data(events, conversation):
            self._is_live = True  # told before the data, so that the data is not older than the feed's life
            self._line.tell(FeedChanged(feed=self._role, state="live"))
        pen.heard(events)
        self._talk.heard(events)

    def _gives_data(self, events: list[Happening], conversation: S) -> bool:
        """A public feed lives with its first data, a private one with the last of its snapshots."""
        self._has_given |= any(isinstance(event, FirstSnapshot) for event in events)
        # a refused channel is awaited no more: its refusal may come after the snapshot of the other
        return self._has_given and (self._role == "public" or not self._lacking(conversation))

    async def _watch(self, conversation: S, pen: Pen) -> None:
        """Look twice a second; a look that comes late says that we were asleep, not the exchange."""
        clock, patience = self._line.clock, self._line.patience
        step_s = patience.stale_s / 10
        since: dict[tuple[str, str], int] = {}
        repeated: set[tuple[str, str]] = set()
        looked_ns = clock.mono_ns()
        while self._ending is not None and not self._ending.done():
            await clock.sleep(step_s)
            t_ns = clock.mono_ns()
            late, looked_ns = t_ns - looked_ns > 4 * step_s * SECOND, t_ns
            if late:
                continue
            if t_ns - self._heard_ns >= patience.stale_s * SECOND:
                self._end(Ending("drop", f"silent for {patience.stale_s:g} s", stale=True))
                return
            since = {wish: since.get(wish, t_ns) for wish in self._lacking(conversation)}
            overdue = [wish for wish, begun in since.items() if t_ns - begun >= patience.snapshot_s * SECOND]
            if overdue and repeated.issuperset(overdue):
                if self._role == "public":
                    self._mute.update(overdue)
                self._end(Ending("drop", f"{overdue[0][0]} gave nothing, twice", stale=True))
                return
            for channel, symbol in overdue:
                if not conversation.mend(channel, symbol or None):
                    self._end(Ending("drop", f"{channel} gave nothing", stale=True))
                    return
                repeated.add((channel, symbol))
                since[channel, symbol] = t_ns
            pen.ask()

    def _lacking(self, conversation: S) -> list[tuple[str, str]]:
        """List the subscriptions that should have given something and have not yet."""
        wishes = [(wish.channel, wish.symbol) for wish in conversation.awaited]
        self._mute.intersection_update(wishes)  # what speaks again is listened for again
        return [wish for wish in wishes if wish not in self._mute]

    @contextlib.contextmanager
    def _ends_with_the_socket(self) -> Iterator[None]:
        try:
            yield
        except SocketClosed as closed:
            self._end(self._closed(closed))

    def _closed(self, closed: SocketClosed) -> Ending:
        if closed.code is None:
            return Ending("drop", "the connection broke")
        restart = closed.code in _SERVICE_RESTART or self._talk.in_maintenance()
        said = f"{closed.code} {closed.reason}".strip()
        return Ending("maintenance" if restart else "drop", f"closed by the exchange ({said})")

    def _refused(self, error: HandshakeRefused) -> Ending:
        if is_edge_limit(error.status, error.body):
            self._line.edge.refused(self._line.clock.mono_ns(), self._line.rng)
            return Ending("edge", refusal_words(error.status, error.body))
        return Ending("drop", refusal_words(error.status, error.body))

    def _end(self, ending: Ending) -> None:
        if self._ending is not None and not self._ending.done():
            self._ending.set_result(ending)

    def _lost(self, ending: Ending) -> None:
        """Say that the feed is down and set the moment of the next attempt."""
        line = self._line
        t_ns = line.clock.mono_ns()
        cause: Cause = "maintenance" if self._talk.in_maintenance() else ending.cause
        self._backoff, wait_s = self._backoff.lost(cause, t_ns, line.rng)
        wait_s = max(wait_s, line.edge.wait_ns(t_ns) / SECOND)
        wait_s = max(0.0 if ending.replaced else wait_s, self._least_s)
        line.tell(
            FeedChanged(
                feed=self._role,
                state="stale" if ending.stale else "down",
                why=ending.why,
                retry_ns=t_ns + round(wait_s * SECOND),
            )
        )
        self._ended_ns, self._retry_ns = t_ns, t_ns + round(wait_s * SECOND)

    async def _pause(self) -> None:
        """Wait for the next attempt, or for a nudge."""
        while (left_ns := self._retry_ns - self._line.clock.mono_ns()) > 0:
            self._nudge.clear()
            with contextlib.suppress(TimeoutError):
                await within(self._line.clock, left_ns / SECOND, self._nudge.wait)


async def _drain(socket: Socket, frames: list[bytes]) -> None:
    """Add what is already here, without waiting for more."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(0):
            while len(frames) < MOST_IN_A_BATCH:
                frames.append(await socket.receive())
