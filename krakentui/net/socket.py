"""What a feed needs of a socket, and how a socket can end. Tests hand in one made of memory."""

from typing import Protocol


class SocketClosed(Exception):
    """The socket is closed; `code` and `reason` are the other side's, where it gave any."""

    def __init__(self, code: int | None, reason: str = "") -> None:
        """Keep what the other side said."""
        super().__init__(f"{code} {reason}".strip())
        self.code = code
        self.reason = reason


class HandshakeRefused(Exception):
    """The other side answered the opening handshake with a status instead of a socket."""

    def __init__(self, status: int, body: bytes = b"") -> None:
        """Keep status and body."""
        super().__init__(str(status))
        self.status = status
        self.body = body


class Unreachable(Exception):
    """The socket could not be opened; the text says why, in words."""


class Socket(Protocol):
    """One open websocket."""

    async def receive(self) -> bytes:
        """Wait for the next frame; safe to cancel.

        Raises:
            SocketClosed: there will be no more.
        """
        ...

    async def send(self, text: str) -> None:
        """Write one text frame; returns when it is with the operating system.

        Raises:
            SocketClosed: it cannot be written any more.
        """
        ...

    async def close(self) -> None:
        """Close without waiting long."""
        ...


class Connector(Protocol):
    """Opens sockets."""

    async def __call__(self, url: str, open_s: float) -> Socket:
        """Open one, within so many seconds of real time.

        Raises:
            HandshakeRefused: the other side answered with a status.
            Unreachable: there was no connection.
        """
        ...
