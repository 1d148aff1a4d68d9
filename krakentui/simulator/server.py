"""The network shell: one loopback port for REST, websockets and control; it only moves bytes.

Refused with 403: any request with an `Origin` (web pages) and any with a foreign `Host` (DNS
rebinding). What comes in malformed is answered as the exchange does, or the connection is closed.
"""

import asyncio
import hmac
import logging
from collections.abc import Callable

from aiohttp import WSMsgType, web

from krakentui.simulator import accounts, control, private_rest, public_rest
from krakentui.simulator.faults.delivery import deliver
from krakentui.simulator.line import Line, answer_ping, open_socket
from krakentui.simulator.private_ws import PrivateTalk
from krakentui.simulator.public_ws import PublicTalk
from krakentui.simulator.pump import Pump
from krakentui.simulator.surface import HttpReply, HttpRequest, Socket, failure
from krakentui.simulator.traffic import throttled
from krakentui.simulator.world import World
from krakentui.simulator.ws_envelope import Talk

HOST = "127.0.0.1"
BODY_MAX = 1 << 20
CONTROL = "/__sim/"
TALKS: dict[str, tuple[str, Callable[[World, Socket], Talk]]] = {
    "/v2": ("public", PublicTalk),
    "/auth/v2": ("private", PrivateTalk),
}


class Server:
    """Listens on 127.0.0.1 and hands what comes to the world."""

    def __init__(self, world: World) -> None:
        self._world = world
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
            if request.path in TALKS:
                return await self._talk(request, *TALKS[request.path])
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
            verdict = throttled(world.clock.now_us())
            world.heard_rest(_plain(request, b""), key=key.fingerprint, verdict=verdict)
            return _written(failure(verdict))
        try:
            return await self._answer(request, _plain(request, await request.read()))
        finally:
            flights.leave(key.public)

    async def _answer(self, came: web.Request, request: HttpRequest) -> web.Response:
        self.pump.catch_up()
        if request.path.startswith(CONTROL) and self._world.control_token is not None:
            reply = self._control(request)
            await self.flush()
        elif self._world.faults.on_rest:
            answer = self._world.faults.call(request, _handled)
            if not await deliver(self._world, came, answer):
                raise ConnectionResetError
            reply = answer.reply
        else:
            reply = _handled(self._world, request)
        return _written(reply)

    def _control(self, request: HttpRequest) -> HttpReply:
        shown = request.headers.get("authorization", "").encode()
        if not hmac.compare_digest(shown, f"Bearer {self._world.control_token}".encode()):
            return HttpReply(401, b'{"v":1,"error":"the control token is missing or wrong"}')
        return control.handle(self._world, request)

    async def _talk(
        self, request: web.Request, surface: str, make: Callable[[World, Socket], Talk]
    ) -> web.StreamResponse:
        ws = open_socket()
        if not ws.can_prepare(request).ok:
            return web.Response(status=426, text="Upgrade Required\n", headers={"Upgrade": "websocket"})
        if not self._world.judge.connect(request.remote or HOST, self._world.clock.now_us()):
            # over 150 attempts in 10 min the edge bans the IP: websocket guide, 2026-05
            return web.Response(status=403, text="error code: 1015\n")
        refused = self._world.faults.door(surface, request.remote or HOST)
        if refused is not None:
            return _written(refused)
        await ws.prepare(request)
        line = Line(ws, request.transport)
        number = self._world.next_socket_number()
        peer = request.remote or HOST
        talk = make(self._world, Socket(number, surface, peer, *line.ways))
        self._lines[number], self._sockets[number] = line, ws
        talk.opened()
        self._world.faults.accepted(talk)
        async with asyncio.TaskGroup() as group:
            writer = group.create_task(line.write(), name=f"simulator-line-{number}")
            try:
                await self._listen(ws, talk)
            finally:
                talk.closed()
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
            if self._world.faults.on_sockets:
                self._world.faults.received(talk, text)
            else:
                talk.received(text)


def _handled(world: World, request: HttpRequest) -> HttpReply:
    if request.path.startswith("/0/public/"):
        return public_rest.handle(world, request)
    if request.path.startswith("/0/private/"):
        return private_rest.handle(world, request)
    return HttpReply(404, failure("EGeneral:Unknown method").body)


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
