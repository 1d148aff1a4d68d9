"""Bare bytes to a simulated exchange and back: no client that would mend them."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from krakentui.simulator import Exchange, Options
from krakentui.simulator.server import Server

Listening = Exchange | Server
WAIT_S = 10
UPGRADE = (
    "GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


@asynccontextmanager
async def an_exchange(*faults: Mapping[str, object]) -> AsyncIterator[Exchange]:
    async with Exchange(Options(manual=True, quiet=True, control=True)) as exchange:
        for fault in faults:
            exchange.command("faults", {"add": fault})
        yield exchange


async def say(exchange: Listening, sent: bytes, *, then: bytes = b"", hang_up: bool = True) -> bytes:
    """Send bytes, then more, and read until the exchange hangs up or is silent."""
    reader, writer = await asyncio.open_connection("127.0.0.1", exchange.port)
    try:
        writer.write(sent)
        if then:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(then)
        if hang_up and writer.can_write_eof():
            writer.write_eof()
        return await asyncio.wait_for(reader.read(), WAIT_S)
    finally:
        writer.close()


def get(exchange: Listening, path: str = "/0/public/Time") -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{exchange.port}\r\nConnection: close\r\n\r\n".encode()


async def is_well(exchange: Listening) -> bool:
    return b"unixtime" in await say(exchange, get(exchange), hang_up=False)
