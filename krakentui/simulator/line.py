"""One websocket connection's way out: frames queue here and leave in order."""

import asyncio
import socket
import struct
from collections import deque
from collections.abc import Callable
from contextlib import suppress

from aiohttp import WSMessage, WSMsgType, web

Put = Callable[[str], None]
Close = Callable[[int, str], None]
Act = Callable[[], None]
UNBOUNDED = 1 << 62
"""Never wait for a slow reader inside a write; what it leaves unread is bounded here instead."""
UNREAD_MAX = 64 << 20
"""Bytes that a peer may leave unread before its connection is cut."""
FRAMES_A_TURN = 100
"""Frames written before other tasks get their turn."""
BYE_S = 0.3
"""How long a peer is waited for when a connection is closed."""


def open_socket(*, compress: bool) -> web.WebSocketResponse:
    """Make the server side of a websocket; protocol pings are answered by us."""
    return web.WebSocketResponse(
        timeout=BYE_S, autoping=False, compress=compress, max_msg_size=1 << 20, writer_limit=UNBOUNDED
    )


class Line:
    """The queue of one connection, and the task that empties it."""

    def __init__(self, ws: web.WebSocketResponse, transport: asyncio.Transport | None) -> None:
        self._ws = ws
        self._transport = transport
        self._frames: deque[str | tuple[int, str]] = deque()
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()

    def put(self, frame: str) -> None:
        """Queue a frame."""
        self._queue(frame)

    def close(self, code: int, reason: str) -> None:
        """Queue the end: what was queued before still goes out."""
        self._queue((code, reason))

    def reset(self) -> None:
        """Cut the connection without a word; what is queued is lost."""
        self._frames.clear()
        self._idle.set()
        reset(self._transport)

    def freeze(self) -> None:
        """Stop reading from the connection."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.pause_reading()

    def thaw(self) -> None:
        """Go on reading."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.resume_reading()

    @property
    def ways(self) -> tuple[Put, Close, Act, Act, Act]:
        """Give what a `Socket` needs: send, close, reset, freeze, thaw."""
        return self.put, self.close, self.reset, self.freeze, self.thaw

    async def idle(self) -> None:
        """Wait until every queued frame has been handed to the socket."""
        await self._idle.wait()

    async def write(self) -> None:
        """Hand frames to the socket until it is closed."""
        try:
            while True:
                await self._wake.wait()
                self._wake.clear()
                if not await self._drain():
                    return
                self._idle.set()
        except ConnectionError:
            return
        finally:
            self._frames.clear()
            self._idle.set()

    async def _drain(self) -> bool:
        written = 0
        while self._frames:
            item = self._frames.popleft()
            if isinstance(item, tuple):
                await self._ws.close(code=item[0], message=item[1].encode())
                return False
            await self._ws.send_str(item)
            written += 1
            if written % FRAMES_A_TURN == 0:
                await asyncio.sleep(0)
        if self._transport is not None and self._transport.get_write_buffer_size() > UNREAD_MAX:
            self._transport.abort()
            return False
        return True

    def _queue(self, item: str | tuple[int, str]) -> None:
        if self._ws.closed:
            return
        self._frames.append(item)
        self._idle.clear()
        self._wake.set()


def reset(transport: asyncio.BaseTransport | None) -> None:
    """Cut a connection so that the peer sees a reset."""
    if not isinstance(transport, asyncio.Transport):
        return
    found = transport.get_extra_info("socket")
    if found is not None:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


async def answer_ping(ws: web.WebSocketResponse, message: WSMessage) -> bool:
    """Answer a protocol ping, if its sender is still there; tell whether the message was one."""
    if message.type is WSMsgType.PING:
        with suppress(ConnectionError):
            await ws.pong(message.data)
        return True
    return message.type is WSMsgType.PONG
