"""Opened around the app: owns the tasks of the session and closes them in order.

Closing: what the user confirmed is written first, then the tasks end (sockets say goodbye for 0.2 s at
most), then REST and the recording close. All of it takes well under a second.
"""

import asyncio
import random
from types import TracebackType
from typing import Self

from krakentui.engine.household import Door
from krakentui.engine.seat import Seat
from krakentui.engine.session import Session
from krakentui.model.clock import Clock
from krakentui.net.socket import Connector
from krakentui.settings import Settings

FINISH_S = 0.3


class Host:
    """An async context manager around one session."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        rng: random.Random,
        *,
        connect: Connector | None = None,
        door: Door | None = None,
        seat: Seat | None = None,
        wait_for_paint: bool = False,
    ) -> None:
        """Build the session, start nothing.

        Args:
            settings: what this run was told.
            clock: where time comes from.
            rng: where chance comes from.
            connect: opens sockets in place of the real ones, in tests.
            door: sends REST calls in place of the real client, in tests.
            seat: where this program sits at its key; None = it is not shared.
            wait_for_paint: start no network before `painted` was called, because the network libraries
                are slow to import.

        Raises:
            Forbidden: the key may not go to these addresses.
            KeyProblem: the secret of the key is no secret.
        """
        self.session = Session(settings, clock, rng, connect=connect, door=door, seat=seat)
        self._group = asyncio.TaskGroup()
        self._task: asyncio.Task[None] | None = None
        self._painted = asyncio.Event()
        if not wait_for_paint:
            self._painted.set()

    def painted(self) -> None:
        """Let the network start: the first picture is on the screen."""
        self._painted.set()

    async def __aenter__(self) -> Self:
        """Start the session's tasks."""
        await self._group.__aenter__()
        self._task = self._group.create_task(self._run(), name="session")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close in order."""
        try:
            await self.session.finish(FINISH_S)
        finally:
            if self._task is not None:
                self._task.cancel()
            try:
                await self._group.__aexit__(None, None, None)
            finally:
                await self.session.close()

    async def _run(self) -> None:
        await self._painted.wait()
        await self.session.run()
