"""Sockets by the websockets library: imported on the first connect, because it is slow to import.

Its reconnecting iterator is not used (it storms when a server accepts and then closes), its keep-alive
pings neither (a pong says nothing of our subscriptions), redirects are not followed (a token would
follow them), and the frame limit is raised: the list of instruments is near its 1 MiB.
"""

import asyncio
import contextlib
import ssl
from typing import TypedDict
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import (
    ConnectionClosed,
    InvalidHandshake,
    InvalidProxy,
    InvalidStatus,
    InvalidURI,
)

from krakentui import __version__
from krakentui.model.error import UsageError
from krakentui.model.text import clean
from krakentui.net.hosts import is_loopback
from krakentui.net.socket import HandshakeRefused, SocketClosed, Unreachable
from krakentui.net.way import UNUSABLE, Way
from krakentui.net.words import failure_words
from krakentui.wire.spot.endpoints import check_message

MOST_BYTES = 16 * 1024 * 1024
MOST_QUEUED = 4096
"""Frames held before the socket is left unread: at 10,000 frames/s that is 0.4 s."""
CLOSE_S = 0.2
LONGEST_REASON = 123
"""Bytes that a close frame has room for: nothing is cut, so that what it quotes is known for what it is."""


class _Straight(connect):
    """Connects where it was told to and nowhere else."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        return exc


class _OfProxy(TypedDict, total=False):
    """What the library is told only where a proxy speaks TLS itself."""

    proxy_ssl: ssl.SSLContext


class _Connection(ClientConnection):
    """Ends quietly where it never began, too."""

    def connection_lost(self, exc: Exception | None) -> None:
        # websockets 17.4 trips over this when TLS fails behind a proxy, and asyncio logs a fault
        if hasattr(self, "recv_messages"):
            super().connection_lost(exc)


class WebSocket:
    """One open websocket of the library."""

    def __init__(self, connection: ClientConnection) -> None:
        """Wrap an open connection."""
        self._connection = connection

    async def receive(self) -> bytes:
        """Wait for the next frame; safe to cancel."""
        try:
            return await self._connection.recv(decode=False)
        except ConnectionClosed as error:
            raise _closed(error) from error

    async def send(self, text: str) -> None:
        """Write one text frame, if it is a message of the allow-list.

        Raises:
            Forbidden: it is not; nothing was sent.
            SocketClosed: the socket is gone.
        """
        check_message(text)
        try:
            await self._connection.send(text)
        except ConnectionClosed as error:
            raise _closed(error) from error

    async def close(self) -> None:
        """Close politely, or by force after a moment."""
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(CLOSE_S):
                    await self._connection.close()
        finally:
            self._connection.transport.abort()


async def open_socket(url: str, open_s: float, way: Way | None = None) -> WebSocket:
    """Open one, within so many seconds of real time, on this way out.

    Raises:
        HandshakeRefused: the other side answered with a status.
        Unreachable: there was no connection.
    """
    way, host, proxy = way or Way(), urlsplit(url).hostname or "", None
    try:
        proxy = way.proxy_to(host)
        trust_in_proxy = way.trust_in_proxy(proxy)
        of_proxy: _OfProxy = {} if trust_in_proxy is None else {"proxy_ssl": trust_in_proxy}
        return WebSocket(
            await _Straight(
                url,
                create_connection=_Connection,
                compression=None,
                user_agent_header=f"krakentui/{__version__}",
                proxy=proxy,
                ssl=None if is_loopback(host) else way.trust(),
                open_timeout=open_s,
                ping_interval=None,
                close_timeout=CLOSE_S,
                max_size=MOST_BYTES,
                max_queue=MOST_QUEUED,
                **of_proxy,
            )
        )
    except InvalidStatus as error:
        raise HandshakeRefused(
            error.response.status_code, bytes(error.response.body or b"")[:4096]
        ) from error
    except TimeoutError as error:
        raise Unreachable("no answer to the opening handshake") from error
    except ImportError as error:
        raise Unreachable("a SOCKS proxy is set, which needs the package python-socks") from error
    except UsageError as error:
        raise Unreachable(str(error).rstrip(".")) from error
    except (OSError, InvalidHandshake, InvalidURI, EOFError) as error:
        raise Unreachable(failure_words(error)) from error
    except (InvalidProxy, ValueError):
        if proxy is None:
            raise
        raise Unreachable(UNUSABLE.rstrip(".")) from None


def _closed(error: ConnectionClosed) -> SocketClosed:
    if error.rcvd is None:
        return SocketClosed(None)
    return SocketClosed(error.rcvd.code, clean(error.rcvd.reason, LONGEST_REASON))
