"""A slow way to the exchange: real sockets whose frames arrive late."""

import asyncio

from krakentui.engine.doors import open_websocket
from krakentui.model.clock import SECOND, Clock
from krakentui.net.socket import Socket, SocketClosed


class Late:
    """Opens sockets whose incoming frames are so many seconds under way, in their order."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self._clock = clock
        self._seconds = seconds

    async def __call__(self, url: str, open_s: float) -> Socket:
        return LateSocket(await open_websocket(url, open_s), self._clock, self._seconds)


class LateSocket:
    """One such socket."""

    def __init__(self, inner: Socket, clock: Clock, seconds: float) -> None:
        self._inner = inner
        self._clock = clock
        self._late_ns = round(seconds * SECOND)
        self._frames: asyncio.Queue[tuple[int, bytes | SocketClosed]] = asyncio.Queue()
        self._reader = asyncio.get_running_loop().create_task(self._read(), name="slow way")

    async def receive(self) -> bytes:
        due_ns, frame = await self._frames.get()
        if due_ns > self._clock.mono_ns():
            await self._clock.sleep((due_ns - self._clock.mono_ns()) / SECOND)
        if isinstance(frame, SocketClosed):
            raise frame
        return frame

    async def send(self, text: str) -> None:
        await self._inner.send(text)

    async def close(self) -> None:
        self._reader.cancel()
        await self._inner.close()

    async def _read(self) -> None:
        while True:
            try:
                frame: bytes | SocketClosed = await self._inner.receive()
            except SocketClosed as closed:
                frame = closed
            self._frames.put_nowait((self._clock.mono_ns() + self._late_ns, frame))
            if isinstance(frame, SocketClosed):
                return
