"""A program that holds a key and does with its followers whatever a test wants."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Self

from krakentui.budget.figures import figures_of
from krakentui.budget.ledger import Ledger
from krakentui.engine.place import Place
from krakentui.net.local import LocalClosed, Peer, listen
from krakentui.wire import broker as say
from tests.support.clock import ManualClock
from tests.support.exchange import KEY


class FakeOwner:
    """Holds the place and listens; `answers` says what it does with each message."""

    def __init__(self, folder: Path, clock: ManualClock) -> None:
        self.clock = clock
        self.place = Place(folder, KEY.fingerprint)
        self.peers: list[Peer] = []
        self.heard: list[say.FromFollower] = []
        self.answers: Callable[[Peer, say.FromFollower], None] = self.greet
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        assert self.place.take()
        self._listener = await listen(self.place.socket, self._came, say.MOST_ASKED)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.end()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def end(self) -> None:
        """Be gone: the connections end and the place is free."""
        self.place.leave()
        self._listener.close()
        for peer in self.peers:
            peer.close()

    def welcome(self) -> say.Welcome:
        t_ns = self.clock.mono_ns()
        ledger = Ledger.start(t_ns, KEY.fingerprint, "alice", assume_tier="intermediate")
        return say.Welcome(say.VERSION, KEY.fingerprint, "krakentui fake", figures_of(ledger, t_ns), 1)

    def greet(self, peer: Peer, message: say.FromFollower) -> None:
        """Be polite to a hello, and say nothing more."""
        if isinstance(message, say.Hello):
            peer.post(say.encode(self.welcome()))

    def asks(self) -> list[say.Ask]:
        return [message for message in self.heard if isinstance(message, say.Ask)]

    def _came(self, peer: Peer) -> None:
        self.peers.append(peer)
        self._tasks.append(asyncio.get_running_loop().create_task(self._listen(peer)))

    async def _listen(self, peer: Peer) -> None:
        try:
            while True:
                message = say.from_follower(await peer.receive())
                self.heard.append(message)
                self.answers(peer, message)
        except LocalClosed:
            return
