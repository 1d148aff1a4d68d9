"""The control calls over HTTP: the token first, then a body as large as a snapshot, a log in pieces."""

import asyncio
import json
from collections.abc import Awaitable, Callable

from aiohttp import web

from krakentui.simulator import control
from krakentui.simulator.received import plain, printable, written
from krakentui.simulator.spool import Spool
from krakentui.simulator.surface import HttpReply
from krakentui.simulator.world import World

BODY_MAX = 256 << 20
"""A snapshot of 1,450 pairs after days is far below."""
LOG = control.PREFIX + "log"
LINES = "application/x-ndjson"

Read = Callable[[web.Request], Awaitable[bytes]]


class ControlServer:
    """Answers what comes for `/__sim/`."""

    def __init__(self, world: World, spool: Spool | None, flush: Callable[[], Awaitable[None]]) -> None:
        self._world = world
        self._spool = spool
        self._flush = flush

    async def answer(self, came: web.Request, read: Read) -> web.StreamResponse:
        """Carry out a call, and answer once every frame that it caused is with its socket."""
        refused = control.turned_away(
            self._world, came.method, printable(came.headers.get("Authorization", ""))
        )
        if refused is not None:
            return written(refused)
        if came.path == LOG and self._spool is not None:
            return await self._log(came, self._spool)
        body = await read(came.clone(client_max_size=BODY_MAX))
        reply = control.handle(self._world, plain(came, body))
        await self._flush()
        return written(reply)

    async def _log(self, came: web.Request, spool: Spool) -> web.StreamResponse:
        if spool.ended is not None:
            error = f"the log is not whole: {spool.ended}"
            return written(HttpReply(400, json.dumps({"v": 1, "error": error}).encode()))
        response = web.StreamResponse(headers={"Content-Type": LINES})
        await response.prepare(came)
        for chunk in spool.chunks():
            await response.write(chunk)
            await asyncio.sleep(0)
        await response.write_eof()
        return response
