"""The ways out, opened on first use: httpx and websockets are slow to import and come after first paint."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from krakentui.model.clock import Clock
from krakentui.model.error import NotSent, UsageError
from krakentui.net.deadline import Scissors
from krakentui.net.socket import Socket
from krakentui.net.tap import Tap
from krakentui.net.way import Way
from krakentui.wire.spot.rest import Prepared

if TYPE_CHECKING:
    from krakentui.net.http import Rest


async def open_websocket(url: str, open_s: float) -> Socket:
    """Open a real websocket the way the environment says."""
    return await Opener(Way())(url, open_s)


class Opener:
    """Opens real websockets on one way out."""

    def __init__(self, way: Way) -> None:
        """Go this way."""
        self._way = way

    async def __call__(self, url: str, open_s: float) -> Socket:
        """Open one (see `net.websocket.open_socket`)."""
        from krakentui.net.websocket import open_socket  # noqa: PLC0415 - slow to import

        return await open_socket(url, open_s, self._way)


class RestDoor:
    """A REST client that comes into being with its first request."""

    def __init__(self, base: str, clock: Clock, tap: Tap, way: Way) -> None:
        """Remember where to, and which way; open nothing."""
        self._way = way
        self._base = base
        self._clock = clock
        self._tap = tap
        self._rest: Rest | None = None

    async def send(
        self,
        prepared: Prepared,
        limit_s: float,
        scissors: Scissors | None = None,
        wrote: Callable[[], None] | None = None,
    ) -> tuple[int, bytes]:
        """Send one request and return status and body (see `net.http.Rest.send`)."""
        if self._rest is None:
            from krakentui.net.http import Rest  # noqa: PLC0415 - slow to import

            try:
                self._rest = Rest(self._base, self._clock, tap=self._tap, way=self._way)
            except ImportError as error:
                raise NotSent("A SOCKS proxy is set, which needs the package socksio.") from error
            except UsageError as error:
                raise NotSent(str(error)) from error
        return await self._rest.send(prepared, limit_s, scissors, wrote)

    async def close(self) -> None:
        """Close what was opened."""
        if self._rest is not None:
            await self._rest.close()
