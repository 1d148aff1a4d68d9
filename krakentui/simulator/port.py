"""The port that the exchange listens on: so many connections and no more, and none that says nothing."""

import asyncio
import logging
import resource

from aiohttp import web

HOST = "127.0.0.1"
CONNECTIONS_MAX = 1_000
SPARE_FILES = 64
"""Files that the process needs besides connections, the log and the client of a demo included."""
SILENCE_S = 75.0
"""How long a connection may go without a whole request: common for web servers."""
GOODBYE_S = 0.2
"""How long what a peer still sends is waited for when its connection ends."""


class Port:
    """Listens on loopback and hands whole requests to an application."""

    def __init__(self, app: web.Application, connections_max: int, silence_s: float) -> None:
        silent = logging.getLogger("krakentui.simulator.server")
        silent.addHandler(logging.NullHandler())
        silent.propagate = False
        self._runner = web.AppRunner(
            app,
            access_log=None,
            logger=silent,
            shutdown_timeout=GOODBYE_S,
            lingering_time=GOODBYE_S,
            keepalive_timeout=silence_s,
        )
        self._max = min(connections_max, files_max() - SPARE_FILES)
        self._server: asyncio.Server | None = None

    async def open(self, number: int) -> int:
        """Bind and listen; give the number, which is the system's choice where 0 was asked for.

        Raises:
            OSError: it is taken.
        """
        await self._runner.setup()
        try:
            self._server = await asyncio.get_running_loop().create_server(self._admit, HOST, number)
        except OSError:
            await self._runner.cleanup()
            raise
        return int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Listen no more and end what is open."""
        if self._server is not None:
            self._server.close()
        await self._runner.cleanup()

    def _admit(self) -> asyncio.Protocol:
        """Take a connection; one too many would leave the process without files, and is hung up on."""
        handlers = self._runner.server
        if handlers is None or len(handlers.connections) >= self._max:
            return HungUp()
        return handlers()


class HungUp(asyncio.Protocol):
    """A connection that is ended as soon as it begins."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """End it."""
        if isinstance(transport, asyncio.Transport):
            transport.abort()


def files_max() -> int:
    """Say how many files the process may have open."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return SPARE_FILES + CONNECTIONS_MAX if soft == resource.RLIM_INFINITY else soft
