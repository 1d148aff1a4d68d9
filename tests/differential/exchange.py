"""The simulated exchange's core beside the whole engine, in one process: no socket, one virtual time.

Requests and frames are real bytes; they are under way for as long as the test says. The client's clock
moves the exchange's, so both stand at the same instant whenever somebody looks.
"""

import asyncio
import heapq
import random
from collections.abc import Callable
from functools import cache

from krakentui.model.clock import SECOND
from krakentui.model.error import AnswerLost
from krakentui.net.deadline import Cut, Scissors
from krakentui.net.socket import HandshakeRefused, SocketClosed
from krakentui.simulator import accounts
from krakentui.simulator.account import Account
from krakentui.simulator.entrance import Entrance
from krakentui.simulator.keys import ApiKey
from krakentui.simulator.knobs import turned
from krakentui.simulator.options import OPENING_US, Options
from krakentui.simulator.surface import HttpRequest, Socket
from krakentui.simulator.tables import Tables, load
from krakentui.simulator.world import World
from krakentui.simulator.ws_talk import Talk
from krakentui.wire.spot.rest import Prepared
from tests.support.clock import ManualClock

PAIRS = ("BTC/USD", "ETH/USD")
MICROSECOND = 1_000
SURFACES = {"/v2": "public", "/auth/v2": "private", "/auth/v1": "v1"}


@cache
def two_pairs() -> Tables:
    whole = load()
    return Tables(whole.assets, {symbol: whole.pairs[symbol] for symbol in PAIRS})


def a_world(tier: str, rules: str) -> World:
    """An exchange whose prices stand still, whose accounts have no orders and whose counters are at zero."""
    world = World(Options(tier=tier, rules=rules, manual=True, quiet=True), two_pairs())
    world.start()
    for market in world.markets.values():
        market.freeze(frozen=True)
    desk = accounts.of(world).desk
    for account in accounts.of(world).by_name.values():
        for order in list(account.open.values()):
            desk.cancel(order, "before the test")
    desk.deposit(accounts.of(world).by_name["alice"], "USD", 10**12)
    world.judge.adopt(turned(world.judge.rules, {"message_burst": 100_000, "in_flight": 100}))
    return world


class TwinClock(ManualClock):
    """The client's clock, which takes the exchange's along; every instant is a whole microsecond."""

    def __init__(self, world: World, skew_s: float = 0) -> None:
        super().__init__(wall_ns=OPENING_US * MICROSECOND + round(skew_s * SECOND))
        self._world = world

    async def sleep(self, seconds: float) -> None:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        due = self._mono - (-max(0, round(seconds * SECOND)) // MICROSECOND) * MICROSECOND
        heapq.heappush(self._sleepers, (due, next(self._order), future))
        await future

    async def advance(self, seconds: float) -> None:
        """Move both sides, stopping wherever anything on either side is due."""
        target = self._mono + round(seconds * 1_000_000) * MICROSECOND
        await quiet()
        while (due := self._next()) is not None and due <= target:
            self._move(max(due, self._mono))
            while self._sleepers and self._sleepers[0][0] <= self._mono:
                _, _, future = heapq.heappop(self._sleepers)
                if not future.done():
                    future.set_result(None)
                await quiet()
            await quiet()
        self._move(target)
        await quiet()

    def suspend(self, seconds: float, *, steady: bool = False) -> None:
        """The machine sleeps: the exchange and the wall clock go on and all tasks stand.

        So does the steady clock, but not everywhere: `steady` = it goes on.
        """
        self._wall += round(seconds * SECOND)
        self._mono += round(seconds * SECOND) if steady else 0
        self._world.clock.advance_to(self._world.clock.now_us() + round(seconds * 1_000_000))

    def _next(self) -> int | None:
        while self._sleepers and self._sleepers[0][2].done():
            heapq.heappop(self._sleepers)
        ours = self._sleepers[0][0] if self._sleepers else None
        at_us = self._world.clock.next_us()
        theirs = None if at_us is None else self._mono + (at_us - self._world.clock.now_us()) * MICROSECOND
        return min((one for one in (ours, theirs) if one is not None), default=None)

    def _move(self, mono_ns: int) -> None:
        gone_us = (mono_ns - self._mono) // MICROSECOND
        super()._move(mono_ns)
        self._world.clock.advance_to(self._world.clock.now_us() + gone_us)


async def quiet(turns: int = 2_000) -> None:
    """Let tasks run until none is ready."""
    ready = asyncio.get_running_loop()._ready  # type: ignore[attr-defined]  # the loop's own list
    for _ in range(turns):
        await asyncio.sleep(0)
        if not ready:
            return
    raise AssertionError("tasks never come to rest")


class Travel:
    """How long bytes are under way, each way."""

    def __init__(self, rng: random.Random, most_s: float) -> None:
        self._rng = rng
        self.most_us = round(most_s * 1_000_000)

    def us(self) -> int:
        return self._rng.randint(0, self.most_us)


class Wire:
    """The client's only ways to the exchange: a door for REST calls, a connector for sockets."""

    def __init__(self, world: World, clock: TwinClock, travel: Travel) -> None:
        self.world = world
        self.travel = travel
        self.entrance = Entrance(world)
        self.sockets: list[CoreSocket] = []
        self.is_cut = False
        """No socket opens."""
        self.loses = 0
        """So many REST answers are lost next."""
        self.calls: list[str] = []
        self.lost = 0
        """Calls whose answer never came, or that were cut for a cancel."""
        self._clock = clock

    async def send(
        self,
        prepared: Prepared,
        limit_s: float,
        scissors: Scissors | None = None,
        wrote: Callable[[], None] | None = None,
    ) -> tuple[int, bytes]:
        """Carry a REST call there and its answer back."""
        path, _, query = prepared.path.partition("?")
        headers = {name.lower(): value for name, value in prepared.headers}
        request = HttpRequest(prepared.method, path, query, prepared.body, headers)
        self.calls.append(path.rpartition("/")[2])
        if wrote is not None:
            wrote()
        answer: asyncio.Future[tuple[int, bytes]] = asyncio.get_running_loop().create_future()
        self.world.clock.after(self.travel.us(), lambda: self._arrive(request, answer))

        async def heard() -> tuple[int, bytes]:
            return await answer

        try:
            return await (scissors or Scissors()).run(self._clock, limit_s, heard)
        except TimeoutError as error:
            self.lost += 1
            raise AnswerLost("No answer.") from error
        except Cut:
            self.lost += 1
            raise

    def _arrive(self, request: HttpRequest, answer: asyncio.Future[tuple[int, bytes]]) -> None:
        reply = self.entrance.call(request).reply
        if self.loses and request.path.startswith("/0/private/"):
            self.loses -= 1
            return

        def back() -> None:
            if not answer.done():
                answer.set_result((reply.status, reply.body))

        self.world.clock.after(self.travel.us(), back)

    async def __call__(self, url: str, open_s: float) -> "CoreSocket":
        """Open a websocket."""
        await asyncio.sleep(0)
        surface = SURFACES["/" + url.split("/", 3)[3]]
        if self.is_cut:
            raise HandshakeRefused(503)
        refused = self.entrance.knock(surface, "127.0.0.1")
        if refused is not None:
            raise HandshakeRefused(refused.status, refused.body)
        socket = CoreSocket(self, surface)
        self.sockets.append(socket)
        return socket

    def cut(self) -> None:
        """Break every socket that is open."""
        for socket in self.sockets:
            socket.breaks()
        self.sockets.clear()


class CoreSocket:
    """One websocket between the two; frames keep their order."""

    def __init__(self, wire: Wire, surface: str) -> None:
        self._wire = wire
        self._frames: asyncio.Queue[bytes | Exception] = asyncio.Queue()
        self._there_us = self._here_us = 0
        self._open = True
        self._deaf = False
        self.surface = surface
        self._talk: Talk = wire.entrance.open(surface, "127.0.0.1", self._way)

    def _way(self, number: int) -> Socket:
        return Socket(number, self.surface, "127.0.0.1", self._sent, self._ended)

    def _sent(self, text: str) -> None:
        now_us = self._wire.world.clock.now_us()
        self._here_us = max(self._here_us, now_us + self._wire.travel.us())
        self._wire.world.clock.at(self._here_us, lambda: self._come(text.encode()))

    def _come(self, frame: bytes | Exception) -> None:
        if self._open and not self._deaf:
            self._frames.put_nowait(frame)

    def _ended(self, code: int, reason: str) -> None:
        self._come(SocketClosed(code, reason))

    def breaks(self) -> None:
        """Break without a word: what is under way is lost."""
        self._come(SocketClosed(None))
        self._leave()

    def deafen(self) -> None:
        """Lose whatever the exchange sends from now on; nobody says so."""
        self._deaf = True

    async def receive(self) -> bytes:
        frame = await self._frames.get()
        if isinstance(frame, Exception):
            raise frame
        return frame

    async def send(self, text: str) -> None:
        if not self._open:
            raise SocketClosed(None)
        now_us = self._wire.world.clock.now_us()
        self._there_us = max(self._there_us, now_us + self._wire.travel.us())
        self._wire.world.clock.at(self._there_us, lambda: self._arrive(text))

    def _arrive(self, text: str) -> None:
        if self._open:
            self._wire.entrance.frame(self._talk, text)

    async def close(self) -> None:
        self._leave()

    def _leave(self) -> None:
        if self._open:
            self._open = False
            self._wire.entrance.leave(self._talk)


def alice(world: World) -> Account:
    return accounts.of(world).by_name["alice"]


def key_of(world: World, program: str) -> ApiKey:
    return accounts.of(world).programs[program]
