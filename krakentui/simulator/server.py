"""The network shell: one loopback port for REST, websockets and control; it only moves bytes.

Refused with 403: any request with an `Origin` (web pages) and any with a foreign `Host` (DNS
rebinding). What comes in malformed is answered as the exchange does, or the connection is closed.
"""

import asyncio
import hmac
import logging

from aiohttp import WSMsgType, web

from krakentui.simulator import accounts, control
from krakentui.simulator.entrance import Entrance
from krakentui.simulator.faults.delivery import deliver
from krakentui.simulator.line import Line, answer_ping, open_socket
from krakentui.simulator.pump import Pump
from krakentui.simulator.surface import HttpReply, HttpRequest, Socket
from krakentui.simulator.world import World
from krakentui.simulator.ws_envelope import Talk

HOST = "127.0.0.1"
BODY_MAX = 1 << 20
CONTROL = "/__sim/"
SURFACES = {"/v2": "public", "/auth/v2": "private", "/auth/v1": "v1"}


class Server:
    """Listens on 127.0.0.1 and hands what comes to the world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._entrance = Entrance(world)
        self.pump = Pump(world)
        self.port = 0
        self.broken: BaseException | None = None
        """The first fault of our own; the owner raises it on leaving."""
        self._lines: dict[int, Line] = {}
        self._sockets: dict[int, web.WebSocketResponse] = {}
        self._hosts: frozenset[str] = frozenset()
        self._runner: web.AppRunner | None = None

    async def start(self, port: int) -> None:
        """Bind and listen.

        Raises:
            OSError: the port is taken.
        """
        app = web.Application(client_max_size=BODY_MAX)
        app.router.add_route("*", "/{tail:.*}", self._request)
        silent = logging.getLogger("krakentui.simulator.server")
        silent.addHandler(logging.NullHandler())
        silent.propagate = False
        self._runner = web.AppRunner(app, access_log=None, logger=silent, shutdown_timeout=0.2)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, HOST, port).start()
        except OSError:
            await self._runner.cleanup()
            raise
        self.port = int(self._runner.addresses[0][1])
        self._hosts = frozenset({f"{HOST}:{self.port}", f"localhost:{self.port}"})

    async def stop(self) -> None:
        """Close every connection and the port."""
        async with asyncio.TaskGroup() as group:
            for number, ws in self._sockets.items():
                group.create_task(ws.close(code=1001, message=b""), name=f"simulator-bye-{number}")
        if self._runner is not None:
            await self._runner.cleanup()

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
            return await self._rest(request)
        except (web.HTTPException, ConnectionError):
            raise
        except Exception as error:  # our own fault: kept for the owner, the client sees a 500
            self.broken = self.broken or error
            raise

    async def _rest(self, request: web.Request) -> web.Response:
        world, flights = self._world, self._world.judge.flights
        key = accounts.of(world).door.keys.get(request.headers.get("API-Key", ""))
        if key is None:
            return await self._answer(request, _plain(request, await request.read()))
        if not flights.enter(key.public):
            return _written(self._entrance.throttle(_plain(request, b""), key))
        try:
            return await self._answer(request, _plain(request, await request.read()))
        finally:
            flights.leave(key.public)

    async def _answer(self, came: web.Request, request: HttpRequest) -> web.Response:
        self.pump.catch_up()
        if request.path.startswith(CONTROL) and self._world.control_token is not None:
            reply = self._control(request)
            await self.flush()
            return _written(reply)
        answer = self._entrance.call(request)
        if not await deliver(self._world, came, answer):
            raise ConnectionResetError
        return _written(answer.reply)

    def _control(self, request: HttpRequest) -> HttpReply:
        shown = request.headers.get("authorization", "").encode()
        if not hmac.compare_digest(shown, f"Bearer {self._world.control_token}".encode()):
            return HttpReply(401, b'{"v":1,"error":"the control token is missing or wrong"}')
        return control.handle(self._world, request)

    async def _talk(self, request: web.Request, surface: str) -> web.StreamResponse:
        ws = open_socket()
        if not ws.can_prepare(request).ok:
            return web.Response(status=426, text="Upgrade Required\n", headers={"Upgrade": "websocket"})
        peer = request.remote or HOST
        refused = self._entrance.knock(surface, peer)
        if refused is not None:
            return _written(refused)
        await ws.prepare(request)
        line = Line(ws, request.transport)
        talk = self._entrance.open(surface, peer, lambda number: Socket(number, surface, peer, *line.ways))
        number = talk.socket.number
        self._lines[number], self._sockets[number] = line, ws
        async with asyncio.TaskGroup() as group:
            writer = group.create_task(line.write(), name=f"simulator-line-{number}")
            try:
                await self._listen(ws, talk)
            finally:
                self._entrance.leave(talk)
                del self._lines[number], self._sockets[number]
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


def _written(reply: HttpReply) -> web.Response:
    return web.Response(status=reply.status, body=reply.body, content_type=reply.content_type)


def _plain(request: web.Request, body: bytes) -> HttpRequest:
    return HttpRequest(
        method=request.method,
        path=_text(request.path),
        query=_text(request.rel_url.raw_query_string),
        body=body,
        headers={name.lower(): _text(value) for name, value in request.headers.items()},
        peer=request.remote or HOST,
    )


def _text(text: str) -> str:
    """Replace what came as bytes that are no text."""
    return text.encode("utf-8", "replace").decode()
