"""The network shell: one loopback port for REST, websockets and control; it only moves bytes.

Refused with 403: any request with an `Origin` (web pages) and any with a foreign `Host` (DNS
rebinding). What comes in malformed is answered as the exchange does, or the connection is closed.
"""

import asyncio

from aiohttp import WSMsgType, web

from krakentui.simulator import accounts, control
from krakentui.simulator.control_server import ControlServer
from krakentui.simulator.entrance import Entrance
from krakentui.simulator.faults.delivery import deliver
from krakentui.simulator.line import Line, answer_ping, open_socket
from krakentui.simulator.port import CONNECTIONS_MAX, HOST, SILENCE_S, Port
from krakentui.simulator.pump import Pump
from krakentui.simulator.received import plain, written
from krakentui.simulator.spool import Spool
from krakentui.simulator.surface import Socket
from krakentui.simulator.world import World
from krakentui.simulator.ws_talk import Talk

BODY_MAX = 1 << 20
BODY_S = 30.0
"""How long a body may take to come."""
SURFACES = {"/v2": "public", "/auth/v2": "private", "/auth/v1": "v1"}


class Server:
    """Listens on 127.0.0.1 and hands what comes to the world."""

    def __init__(
        self,
        world: World,
        spool: Spool | None = None,
        *,
        connections_max: int = CONNECTIONS_MAX,
        silence_s: float = SILENCE_S,
        body_s: float = BODY_S,
    ) -> None:
        self._world = world
        self._entrance = Entrance(world)
        self._control = ControlServer(world, spool, self.flush)
        self._body_s = body_s
        self._compress = world.options.compress
        self.pump = Pump(world)
        self.port = 0
        self.broken: BaseException | None = None
        """The first fault of our own; the owner raises it on leaving."""
        self._lines: dict[web.WebSocketResponse, Line] = {}
        self._hosts: frozenset[str] = frozenset()
        app = web.Application(client_max_size=BODY_MAX)
        app.router.add_route("*", "/{tail:.*}", self._request)
        self._listening = Port(app, connections_max, silence_s)

    async def start(self, port: int) -> None:
        """Bind and listen.

        Raises:
            OSError: the port is taken.
        """
        self.port = await self._listening.open(port)
        self._hosts = frozenset({f"{HOST}:{self.port}", f"localhost:{self.port}"})

    async def stop(self) -> None:
        """Close every connection and the port."""
        async with asyncio.TaskGroup() as group:
            for ws in self._lines:
                group.create_task(ws.close(code=1001, message=b""), name="simulator-bye")
        await self._listening.close()

    async def flush(self) -> None:
        """Return when every queued frame has been handed to its socket."""
        for line in list(self._lines.values()):
            await line.idle()

    async def _request(self, request: web.Request) -> web.StreamResponse:
        if "Origin" in request.headers or request.headers.get("Host", "").lower() not in self._hosts:
            return web.Response(status=403, text="Forbidden\n")
        try:
            self.pump.catch_up()
            if request.path in SURFACES:
                return await self._talk(request, SURFACES[request.path])
            if request.path.startswith(control.PREFIX) and self._world.control_token is not None:
                return await self._control.answer(request, self._body)
            return await self._rest(request)
        except TimeoutError:
            return web.Response(status=408, text="Request Timeout\n", headers={"Connection": "close"})
        except (web.HTTPException, ConnectionError):
            raise
        except Exception as error:  # our own fault: kept for the owner, the client sees a 500
            self.broken = self.broken or error
            raise

    async def _rest(self, request: web.Request) -> web.Response:
        flights = self._world.judge.flights
        key = accounts.of(self._world).door.keys.get(request.headers.get("API-Key", ""))
        if key is None:
            return await self._answer(request)
        if not flights.enter(key.public):
            return written(self._entrance.throttle(plain(request, b""), key))
        try:
            return await self._answer(request)
        finally:
            flights.leave(key.public)

    async def _answer(self, came: web.Request) -> web.Response:
        body = await self._body(came)
        self.pump.catch_up()
        answer = self._entrance.call(plain(came, body))
        if not await deliver(self._world, came, answer):
            raise ConnectionResetError
        return written(answer.reply)

    async def _body(self, came: web.Request) -> bytes:
        """Read a body; who sends it too slowly is told so and hung up on."""
        try:
            async with asyncio.timeout(self._body_s):
                return await came.read()
        except web.RequestPayloadError:  # its compression makes no sense
            raise web.HTTPBadRequest(text="Bad Request\n") from None

    async def _talk(self, request: web.Request, surface: str) -> web.StreamResponse:
        ws = open_socket(compress=self._compress)
        if not ws.can_prepare(request).ok:
            return web.Response(status=426, text="Upgrade Required\n", headers={"Upgrade": "websocket"})
        peer = request.remote or HOST
        refused = self._entrance.knock(surface, peer)
        if refused is not None:
            return written(refused)
        await ws.prepare(request)
        line = Line(ws, request.transport)
        talk = self._entrance.open(surface, peer, lambda number: Socket(number, surface, peer, *line.ways))
        self._lines[ws] = line
        async with asyncio.TaskGroup() as group:
            writer = group.create_task(line.write(), name=f"simulator-line-{talk.socket.number}")
            try:
                await self._listen(ws, talk)
            finally:
                self._entrance.leave(talk)
                del self._lines[ws]
                writer.cancel()
        return ws

    async def _listen(self, ws: web.WebSocketResponse, talk: Talk) -> None:
        async for message in ws:
            if await answer_ping(ws, message):
                continue
            if message.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
                return
            self.pump.catch_up()
            data = message.data
            text = data if isinstance(data, str) else data.decode(errors="replace")
            self._entrance.frame(talk, text)
