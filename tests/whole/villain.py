"""A server that misbehaves in one way, on a real port, and counts what comes."""

import asyncio
import base64
import hashlib
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from krakentui.engine.host import Host
from krakentui.engine.session import Session
from krakentui.model.secret import Credentials, Secret
from krakentui.settings import Endpoints, Settings
from tests.support.clock import ManualClock

KEY = Credentials(key="SIM-KEY", secret=Secret("c2VjcmV0"), name="bot", source="a test")
TURNS = 12
_MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
"""RFC 6455, 1.3: what a server proves the handshake with."""

Deed = Callable[[str, str, asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
"""What is done with one request: its path, its head, and the connection."""


class Villain:
    """What came, and the client that suffers it."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.paths: Counter[str] = Counter()
        self.session: Session

    @property
    def sockets(self) -> int:
        """Count the attempts to open a websocket."""
        return self.paths["/v2"] + self.paths["/auth/v2"]

    @property
    def calls(self) -> int:
        """Count the REST calls."""
        return sum(count for path, count in self.paths.items() if path.startswith("/0/"))

    async def run(self, seconds: int) -> None:
        for _ in range(seconds):
            await self.clock.advance(1)
            for _ in range(TURNS):
                await asyncio.sleep(0)

    def whys(self) -> str:
        feeds = self.session.status(self.clock.mono_ns()).feeds
        return " / ".join(f"{feed.state} {feed.why}" for feed in feeds)


@asynccontextmanager
async def suffering(deed: Deed) -> AsyncIterator[Villain]:
    """Run a whole session against a server that answers every request with this deed."""
    clock = ManualClock()
    villain = Villain(clock)
    open_ones: set[asyncio.StreamWriter] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        open_ones.add(writer)
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                path = head.split(" ")[1].partition("?")[0]
                villain.paths[path] += 1
                if length := _header(head, "content-length"):
                    await reader.readexactly(int(length))
                await deed(path, head, reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.transport.abort()
            open_ones.discard(writer)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    at = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    told = Settings(
        venue="simulator",
        endpoints=Endpoints(f"http://{at}", f"ws://{at}/v2", f"ws://{at}/auth/v2"),
        credentials=KEY,
        account="alice",
        markets=("BTC/USD",),
    )
    try:
        async with Host(told, clock, random.Random(1)) as host:
            villain.session = host.session
            await villain.run(1)
            yield villain
    finally:
        for writer in list(open_ones):
            writer.transport.abort()
        server.close()
        await server.wait_closed()


def answer(status: int, body: str, kind: str = "text/html") -> Deed:
    """Answer every request alike."""

    async def deed(
        _path: str, _head: str, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        data = body.encode()
        head = f"HTTP/1.1 {status} Whatever\r\nContent-Type: {kind}\r\nContent-Length: {len(data)}\r\n\r\n"
        writer.write(head.encode() + data)
        await writer.drain()

    return deed


async def never(_path: str, _head: str, reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    """Read on and say nothing."""
    await reader.read()


async def hang_up(
    _path: str, _head: str, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    """Drop the connection at once."""
    writer.transport.abort()


async def drip(_path: str, _head: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Begin an answer and never end it."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{")
    await reader.read()


def greet_then(*frames: bytes) -> Deed:
    """Take every websocket, send these raw frames and end it; REST gets an empty success."""
    empty = answer(200, '{"error":[],"result":{"token":"TOKEN","expires":900}}', "application/json")

    async def deed(path: str, head: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if path.startswith("/0/"):
            await empty(path, head, reader, writer)
            return
        key = _header(head, "sec-websocket-key") + _MAGIC
        proof = base64.b64encode(hashlib.sha1(key.encode()).digest()).decode()  # noqa: S324 - RFC 6455
        writer.write(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Accept: {proof}\r\n\r\n".encode()
        )
        for frame in frames:
            writer.write(frame)
        await writer.drain()
        if not frames:
            await reader.read()

    return deed


def close_frame(code: int) -> bytes:
    return bytes((0x88, 2)) + code.to_bytes(2, "big")


def text_frame(data: bytes, opcode: int = 1) -> bytes:
    """Write one unmasked frame of a server."""
    head = bytes((0x80 | opcode,))
    if len(data) < 126:
        return head + bytes((len(data),)) + data
    return head + bytes((127,)) + len(data).to_bytes(8, "big") + data


def _header(head: str, name: str) -> str:
    for line in head.split("\r\n"):
        key, _, value = line.partition(":")
        if key.lower() == name:
            return value.strip()
    return ""
