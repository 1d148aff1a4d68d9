"""JSON lines to stdout, without ever blocking the loop on a reader that does not read.

A pipe that is full would otherwise stop feeds and cancels. Past one megabyte of unread lines a line is
not taken; its events go out with the next one.
"""

import asyncio
import contextlib
import os
import stat
import sys
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self

import msgspec

from krakentui.commands import guard
from krakentui.model.error import KrakentuiError

if TYPE_CHECKING:  # a line is written by those who do not know what the monitor's views look like
    from krakentui.commands.schema import Object

_MOST_UNREAD = 1_000_000
_LAST_WORDS_S = 5.0


def text_of(told: object) -> str:
    """Write one object as one line, without the newline."""
    return msgspec.json.encode(told).decode()


def put(text: str) -> None:
    """Print to stdout at once.

    Raises:
        KrakentuiError: the disk is full, or the like.
        BrokenPipeError: the reader is gone.
    """
    try:
        print(text, flush=True)
    except BrokenPipeError:
        raise
    except OSError as error:
        guard.silence(sys.stdout)
        raise KrakentuiError(f"The output cannot be written: {error.strerror}.") from None


class Writer(Protocol):
    """Takes objects, one a line."""

    def write(self, told: "Object") -> bool:
        """Write one; False = not taken."""
        ...


class LineWriter:
    """Writes lines to stdout while it is open."""

    def __init__(self) -> None:
        """Look at what stdout is when it is opened."""
        self._pipe: _Pipe | None = None
        self._transport: asyncio.WriteTransport | None = None

    async def __aenter__(self) -> Self:
        """Take over stdout if it is a pipe or a socket; a file or a terminal is written plainly."""
        sys.stdout.flush()
        mode = os.fstat(sys.stdout.fileno()).st_mode
        if stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode):
            loop = asyncio.get_running_loop()
            self._transport, self._pipe = await loop.connect_write_pipe(_Pipe, os.fdopen(os.dup(1), "wb"))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let what was taken reach the reader, then give stdout back."""
        if self._transport is None or self._pipe is None:
            return
        if error is None and not self._pipe.lost.is_set():
            self._transport.set_write_buffer_limits(0)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_LAST_WORDS_S):
                    await self._pipe.drained(self._transport)
        if not self._pipe.lost.is_set():
            self._transport.abort()
        os.set_blocking(1, True)

    def write(self, told: "Object") -> bool:
        """Write one object as one line; False = not taken, the reader is far behind.

        Raises:
            BrokenPipeError: the reader is gone.
        """
        line = text_of(told)
        if self._transport is None or self._pipe is None:
            put(line)
            return True
        if self._pipe.lost.is_set():
            raise BrokenPipeError
        if self._transport.get_write_buffer_size() > _MOST_UNREAD:
            return False
        self._transport.write(line.encode() + b"\n")
        return True


class _Pipe(asyncio.BaseProtocol):
    """The writing end, as asyncio wants it."""

    def __init__(self) -> None:
        self.lost = asyncio.Event()
        self._may_write = asyncio.Event()
        self._may_write.set()

    def connection_lost(self, exc: Exception | None) -> None:
        """Note that the reader is gone."""
        _ = exc
        self.lost.set()
        self._may_write.set()

    def pause_writing(self) -> None:
        """Note that the pipe is full."""
        self._may_write.clear()

    def resume_writing(self) -> None:
        """Note that the pipe has room again."""
        self._may_write.set()

    async def drained(self, transport: asyncio.WriteTransport) -> None:
        """Wait until nothing is left to write."""
        if transport.get_write_buffer_size() > 0:
            await self._may_write.wait()
