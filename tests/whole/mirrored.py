"""The real feed against a mirror: what was recorded, over loopback sockets, into a conversation and a state.

`read` is the other way: the same frames straight into a conversation and a state, no socket between.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, Literal

from krakentui.engine.doors import open_websocket
from krakentui.model.clock import SECOND
from krakentui.model.event import Happening
from krakentui.model.secret import Secret
from krakentui.net.backoff import ConnectBudget, EdgePause
from krakentui.net.feed import Feed
from krakentui.net.patience import Patience
from krakentui.net.talk import Line
from krakentui.net.tap import Direction
from krakentui.simulator import Exchange, Options
from krakentui.simulator.accounts import of
from krakentui.simulator.mirror.recording import Recording
from krakentui.state.state import State
from krakentui.wire.spot.ws import Conversation
from tests.support.clock import ManualClock
from tests.whole.lockstep import TURNS

Role = Literal["public", "private"]
Begin = Callable[[Conversation], None]
HEARTBEAT = b'{"channel":"heartbeat"}'


class Listener:
    """A talk that begins as it is told and keeps what it hears; it is a tap, too."""

    def __init__(
        self, role: Role, begin: Begin, token: Callable[[], str], tell: Callable[[Happening], None]
    ) -> None:
        self.role: Role = role
        self.begin = begin
        self.token = token
        self.tell = tell
        self.conversation = Conversation(role, "alice")
        self.events: list[Happening] = []
        self.frames: list[bytes] = []

    async def prepare(self) -> Conversation:
        self.conversation = Conversation(self.role, "alice")
        if self.role == "private":
            self.conversation.set_token(Secret(self.token()))
        self.begin(self.conversation)
        return self.conversation

    def heard(self, events: Sequence[Happening]) -> None:
        self.events += events
        for event in events:
            self.tell(event)

    def ended(self) -> None:
        pass

    def in_maintenance(self) -> bool:
        return False

    def passed(self, where: str, direction: Direction, data: bytes) -> None:
        if direction == "in":
            self.frames.append(data)


class Mirrored:
    """One mirror, one feed, one time."""

    def __init__(self, exchange: Exchange, clock: ManualClock, talk: Listener, state: State) -> None:
        self.exchange = exchange
        self.clock = clock
        self.talk = talk
        self.state = state

    async def run(self, seconds: float, step_s: float = 0.5) -> None:
        """Let so much time pass on both sides."""
        for _ in range(round(seconds / step_s)):
            await self.exchange.advance(step_s)
            await self.cross()
            await self.clock.advance(step_s)
            await self.cross()

    async def cross(self) -> None:
        for _ in range(TURNS):
            await asyncio.sleep(0)
        await self.exchange.flush()


@asynccontextmanager
async def mirrored(recording: Recording, role: Role, begin: Begin) -> AsyncIterator[Mirrored]:
    """Open a mirror and a feed that listens to it."""
    async with Exchange(Options(manual=True, mirror=recording)) as exchange:
        first: Any = exchange.first_line()
        wall_ns = int(datetime.fromisoformat(first["now"]).timestamp()) * SECOND
        clock, state = ManualClock(wall_ns=wall_ns), State("simulator", "alice")

        def tell(event: Happening) -> None:
            state.apply(event, clock.mono_ns())

        talk = Listener(role, begin, lambda: token_of(exchange), tell)
        line = Line(
            clock=clock,
            rng=random.Random(1),
            patience=Patience(),
            connect=open_websocket,
            budget=ConnectBudget(),
            edge=EdgePause(),
            tap=talk,
            tell=tell,
        )
        feed = Feed(role, first[f"ws_{role}"], talk, line)
        both = Mirrored(exchange, clock, talk, state)
        async with asyncio.TaskGroup() as group:
            task = group.create_task(feed.run(), name="a feed")
            for _ in range(20):
                await both.cross()
            yield both
            task.cancel()


def token_of(exchange: Exchange) -> str:
    """Make a token as GetWebSocketsToken does."""
    accounts = of(exchange.world)
    return accounts.door.make_token(accounts.programs["watch"], exchange.world.clock.now_us()).text


def read(frames: Iterable[bytes], role: Role, begin: Begin) -> tuple[Conversation, State, list[Happening]]:
    """Read frames straight into a conversation and a state."""
    conversation, state = Conversation(role, "alice"), State("simulator", "alice")
    begin(conversation)
    heard: list[Happening] = []
    for frame in frames:
        for event in conversation.receive(frame):
            heard.append(event)
            state.apply(event, 0)
    return conversation, state, heard
