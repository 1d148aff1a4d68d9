"""A simulated exchange to open and close: the world, its server, and what tests ask of them."""

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import replace
from types import TracebackType
from typing import Self

from krakentui.simulator import accounts, control
from krakentui.simulator.clock import SECOND_US
from krakentui.simulator.instants import iso_us
from krakentui.simulator.log import Log
from krakentui.simulator.options import Options
from krakentui.simulator.port import HOST
from krakentui.simulator.pump import present_us
from krakentui.simulator.server import Server
from krakentui.simulator.spool import Spool
from krakentui.simulator.world import World

SLICE_US = SECOND_US
"""A long advance is cut so that frames leave while it runs."""


class Exchange:
    """A world behind a loopback port, as an async context manager.

    Entering raises `OSError` where the port is taken. In manual mode only `advance` moves time. `log` is
    given every line of the log, from the world's first instant to its end.
    """

    def __init__(self, options: Options | None = None, log: Callable[[str], object] | None = None) -> None:
        options = options or Options()
        if options.mirror is not None:
            options = replace(options, start_us=options.mirror.start_us)
        if options.start_us is None:
            options = replace(options, start_us=present_us())
        self.options = options
        self.world = World(options)
        self.spool = Spool(log) if options.control else None
        told = log if self.spool is None else self.spool.write
        self.world.log = None if told is None else Log(self.world, told)
        self.world.control_token = secrets.token_urlsafe(24) if options.control else None
        self._server = Server(self.world, self.spool)
        self._tasks = asyncio.TaskGroup()
        self._pump: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        if self.world.log is not None:
            self.world.log.begin()
        self.world.start()
        await self._server.start(self.options.port)
        await self._tasks.__aenter__()
        self._pump = self._tasks.create_task(self._server.pump.run(), name="simulator-pump")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pump is not None:
            self._pump.cancel()
        await self._server.stop()
        if self.world.log is not None:
            self.world.log.end()
        if self.spool is not None:
            self.spool.close()
        cancelled = isinstance(error, asyncio.CancelledError)
        ours = (kind, error, trace) if cancelled else (None, None, None)  # else the group would wrap it
        await self._tasks.__aexit__(*ours)
        if self._server.broken is not None and error is None:
            raise self._server.broken

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return self._server.port

    @property
    def rest(self) -> str:
        """The REST base, which is what `--endpoint` takes."""
        return f"http://{HOST}:{self.port}"

    def first_line(self) -> dict[str, object]:
        """Say where everything is: the first line of `simulate`."""
        sockets = f"ws://{HOST}:{self.port}"
        return {
            "v": 1,
            "now": iso_us(self.world.clock.now_us()),
            "rest": self.rest,
            "ws_public": f"{sockets}/v2",
            "ws_private": f"{sockets}/auth/v2",
            "ws_v1": f"{sockets}/auth/v1" if self.world.past is None else None,
            "control": f"{self.rest}/__sim" if self.world.control_token else None,
            "control_token": self.world.control_token,
            "keys": accounts.first_line_keys(self.world),
        }

    async def advance(self, seconds: float) -> None:
        """Move virtual time, fire what falls due, and return when its frames are with the sockets."""
        left_us = round(seconds * SECOND_US)
        while True:
            clock, slice_us = self.world.clock, min(left_us, SLICE_US)
            clock.advance_to(clock.now_us() + slice_us)
            await self._server.flush()
            left_us -= slice_us
            if left_us <= 0:
                return

    async def flush(self) -> None:
        """Return when every queued frame has been handed to its socket."""
        await self._server.flush()

    def truth(self) -> dict[str, object]:
        """Tell what is really so: balances, orders, fills, sockets."""
        return control.truth(self.world)

    def limits(self) -> dict[str, object]:
        """Tell every counter exactly."""
        return control.limits(self.world)

    def requests(self) -> list[dict[str, object]]:
        """List every request seen, oldest first."""
        return [entry.row() for entry in self.world.requests]

    def command(self, verb: str, body: dict[str, object] | None = None) -> dict[str, object]:
        """Act as the control route of that name does.

        Raises:
            control.Refused: the exchange would not do it.
        """
        return control.ordered(self.world, verb, body or {})
