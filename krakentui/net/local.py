"""Sockets between programs of one user on this machine: private folder, private socket, whole frames.

Every frame is its length in four bytes and then so many bytes. The other side's user is asked of the
system, on both ends: a folder with wrong modes or somebody else's socket is not talked to.
"""

import asyncio
import contextlib
import os
import socket
import stat
import struct
import sys
import tempfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Protocol

LONGEST_PATH = 100
"""The system takes 103 bytes (macOS) or 107 (Linux)."""
MOST_UNREAD = 64 * 1024 * 1024
"""Bytes that the other side may leave unread before it is left."""
GONE = "it is gone"
_SIZE = struct.Struct(">I")


class LocalClosed(Exception):
    """There will be no more frames; the text is a clause."""


class TooMuch(LocalClosed):
    """The other side sends what is too long: it was left."""


class NoListener(Exception):
    """Nobody listens there, or nobody that may be talked to; the text is a clause."""


class Peer(Protocol):
    """The other side of an open connection."""

    async def receive(self) -> bytes:
        """Wait for the next frame.

        Raises:
            LocalClosed: there will be no more.
        """
        ...

    def post(self, frame: bytes) -> None:
        """Send a frame without waiting; to a side that is gone nothing is sent."""
        ...

    async def flush(self) -> None:
        """Wait until all that was posted is with the operating system.

        Raises:
            LocalClosed: it will never be.
        """
        ...

    def close(self) -> None:
        """Close at once."""
        ...


class LocalPeer:
    """One open connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, most_bytes: int) -> None:
        """Take a connection; longer frames than so many bytes end it."""
        self._reader = reader
        self._writer = writer
        self._most_bytes = most_bytes
        writer.transport.set_write_buffer_limits(0)

    async def receive(self) -> bytes:
        """Wait for the next frame."""
        try:
            (size,) = _SIZE.unpack(await self._reader.readexactly(_SIZE.size))
            if size > self._most_bytes:
                self.close()
                raise TooMuch("it sends too much at once")
            return await self._reader.readexactly(size)
        except (asyncio.IncompleteReadError, OSError):
            raise LocalClosed(GONE) from None

    def post(self, frame: bytes) -> None:
        """Send a frame without waiting."""
        if self._writer.is_closing():
            return
        self._writer.write(_SIZE.pack(len(frame)) + frame)
        if self._writer.transport.get_write_buffer_size() > MOST_UNREAD:
            self.close()

    async def flush(self) -> None:
        """Wait until all that was posted is with the operating system."""
        try:
            await self._writer.drain()
        except OSError:
            raise LocalClosed(GONE) from None

    def close(self) -> None:
        """Close at once."""
        self._writer.transport.abort()


class Listener:
    """Listens at one path until it is closed."""

    def __init__(self, server: asyncio.Server, path: Path) -> None:
        """Keep what has to be closed."""
        self._server = server
        self._path = path

    def close(self) -> None:
        """Listen no more; connections that are open stay so."""
        self._server.close()
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)


def address(folder: Path, name: str) -> Path:
    """Tell where programs that share this folder meet; the path is short enough for a socket."""
    path = folder / "sockets" / name
    if len(os.fsencode(path)) <= LONGEST_PATH:
        return path
    base = Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir())
    if len(os.fsencode(base)) > LONGEST_PATH // 2:
        base = Path("/tmp")  # noqa: S108 - the folder in it is made private, or not used
    return base / f"krakentui-{os.geteuid()}" / sha256(os.fsencode(path)).hexdigest()[:24]


async def listen(path: Path, came: Callable[[Peer], None], most_bytes: int) -> Listener:
    """Listen at a path that is ours to take; `came` gets every connection of the same user.

    Raises:
        OSError: it cannot be listened there.
    """
    _make_private(path.parent)
    beside = path.with_name(f"{path.name[:20]}.{os.getpid()}")
    beside.unlink(missing_ok=True)
    with contextlib.ExitStack() as undo:
        door = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        undo.callback(door.close)
        door.bind(os.fspath(beside))
        undo.callback(beside.unlink, missing_ok=True)
        beside.chmod(0o600)
        door.listen(16)
        door.setblocking(False)  # noqa: FBT003 - the library's own signature

        def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            if _is_same_user(writer):
                came(LocalPeer(reader, writer, most_bytes))
            else:
                writer.transport.abort()

        server = await asyncio.start_unix_server(connected, sock=door)
        beside.replace(path)  # from here on it is found, and it listens already
        undo.pop_all()
    return Listener(server, path)


async def connect(path: Path, most_bytes: int) -> LocalPeer:
    """Connect to whoever listens at this path.

    Raises:
        NoListener: nobody does, or somebody else's program does.
    """
    try:
        about = path.parent.stat(follow_symlinks=False)
        if not stat.S_ISDIR(about.st_mode) or about.st_uid != os.geteuid() or about.st_mode & 0o077:
            raise NoListener(f"the folder {path.parent} is open to others")
        reader, writer = await asyncio.open_unix_connection(os.fspath(path))
    except OSError:
        raise NoListener("it takes no connections") from None
    if not _is_same_user(writer):
        writer.transport.abort()
        raise NoListener("another user answers in its place")
    return LocalPeer(reader, writer, most_bytes)


def _make_private(folder: Path) -> None:
    """Make the folder, for nobody else to look into.

    Raises:
        OSError: it is somebody else's, or no folder.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    about = folder.stat(follow_symlinks=False)
    if not stat.S_ISDIR(about.st_mode) or about.st_uid != os.geteuid():
        raise OSError(0, f"{folder} is not yours")
    if about.st_mode & 0o077:
        folder.chmod(0o700)


def _is_same_user(writer: asyncio.StreamWriter) -> bool:
    """Ask the system whose program is at the other end; where it cannot tell, it is nobody's."""
    other = writer.get_extra_info("socket")
    try:
        if hasattr(socket, "SO_PEERCRED"):
            found = other.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
            uid = struct.unpack("iII", found)[1]  # struct ucred: pid, uid, gid
        elif sys.platform == "darwin":
            found = other.getsockopt(0, 1, 76)  # SOL_LOCAL, LOCAL_PEERCRED: struct xucred (sys/ucred.h)
            uid = struct.unpack_from("=II", found)[1]
        else:
            return False
    except OSError:
        return False
    return bool(uid == os.geteuid())
