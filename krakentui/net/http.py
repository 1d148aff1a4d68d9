"""REST over httpx: one request, one answer, and the certainty of whether it left.

Whatever is sent passes `_Gate`, which lets through only the endpoints of the allow-list, and only to
the host that the key belongs to. Imported on first use, because httpx is slow to import.
"""

import asyncio
import ssl
from collections.abc import Callable, Mapping

import httpx

from krakentui import __version__
from krakentui.model.clock import Clock
from krakentui.model.error import AnswerLost, Forbidden, NotSent, UsageError
from krakentui.net.deadline import Scissors
from krakentui.net.hosts import check_destination, is_loopback
from krakentui.net.tap import NoTap, Tap
from krakentui.net.way import UNUSABLE, Way
from krakentui.net.words import failure_words
from krakentui.wire.spot.endpoints import allowed
from krakentui.wire.spot.rest import Prepared

USER_AGENT = f"krakentui/{__version__}"
MOST_BYTES = 32 * 1024 * 1024
"""Longest reply taken: all pairs with fees are 2 MB."""
_SURE = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)
"""Failures before the first byte of the request."""


class Rest:
    """The REST side of one exchange."""

    def __init__(
        self,
        base: str,
        clock: Clock,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        tap: Tap | None = None,
        way: Way | None = None,
    ) -> None:
        """Open nothing yet; `transport` replaces the sockets in tests, `way` says how to go out.

        Raises:
            Forbidden: the base is neither Kraken's nor loopback.
            OSError: the extra certificates cannot be read.
            UsageError: what is said to be a proxy is none.
        """
        check_destination(base)
        local = is_loopback(httpx.URL(base).host)
        self._base = base.rstrip("/")
        self._clock = clock
        self._tap = tap or NoTap()
        self._client = httpx.AsyncClient(
            transport=_Gate(transport or _door(way or Way(), local=local)),
            timeout=None,  # noqa: S113 - every call has a deadline by our own clock, connecting included
            follow_redirects=False,
            trust_env=False,
        )

    async def send(
        self,
        prepared: Prepared,
        limit_s: float,
        scissors: Scissors | None = None,
        wrote: Callable[[], None] | None = None,
    ) -> tuple[int, bytes]:
        """Send one request and return status and body.

        Args:
            prepared: the request, signed where it is private.
            limit_s: how long it may take, by the clock.
            scissors: a hand that may cut it short.
            wrote: called once when bytes begin to leave, at the latest with the answer.

        Raises:
            NotSent: it surely never left.
            AnswerLost: it may have arrived; what became of it is unknown.
            Cut: `scissors` cut it short.
            Forbidden: the allow-list said no.
        """
        where = f"rest/{prepared.path.rpartition('/')[2].partition('?')[0]}"
        trace = _Trace(wrote)
        request = self._client.build_request(
            prepared.method,
            self._base + prepared.path,
            content=prepared.body or None,
            headers=[("User-Agent", USER_AGENT), *prepared.headers],
            extensions={"trace": trace.note},
        )
        self._tap.passed(where, "out", prepared.path.encode() + b" " + prepared.body)
        try:
            status, body = await (scissors or Scissors()).run(
                self._clock, limit_s, lambda: self._answer(request)
            )
        except _SURE as error:
            raise NotSent(f"The exchange cannot be reached: {failure_words(error)}.") from error
        except TimeoutError as error:
            if trace.surely_unsent:
                raise NotSent(f"The exchange cannot be reached: no connection in {limit_s:g} s.") from error
            trace.begun()
            raise AnswerLost(f"No answer from the exchange in {limit_s:g} s.") from error
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            trace.begun()
            raise AnswerLost(f"The answer of the exchange was lost: {failure_words(error)}.") from error
        trace.begun()
        self._tap.passed(where, "in", body)
        return status, body

    async def _answer(self, request: httpx.Request) -> tuple[int, bytes]:
        response = await self._client.send(request, stream=True)
        try:
            chunks, size = [], 0
            async for chunk in response.aiter_bytes():
                size += len(chunk)
                if size > MOST_BYTES:
                    raise httpx.ReadError(f"a reply of more than {MOST_BYTES} bytes")
                chunks.append(chunk)
            return response.status_code, b"".join(chunks)
        finally:
            await response.aclose()

    async def close(self) -> None:
        """Close all connections, without waiting long for any."""
        try:
            async with asyncio.timeout(0.2):
                await self._client.aclose()
        except TimeoutError:
            return


class _Gate(httpx.AsyncBaseTransport):
    """Lets through what the allow-list names, to the host the key belongs to."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        check_request(request.method, str(request.url), request.headers)
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        await self._inner.aclose()


def check_request(method: str, url: str, headers: Mapping[str, str]) -> None:
    """Pass if this request may leave this program.

    Raises:
        Forbidden: the endpoint, its method, or the host is not allowed.
    """
    target = httpx.URL(url)
    head, _, name = target.path.rpartition("/")
    if head not in {"/0/public", "/0/private"}:
        raise Forbidden("That path is not on the list of calls this program may make: nothing was sent.")
    kind = "private" if head.endswith("private") else "public"
    if allowed(name).private is not (kind == "private"):
        raise Forbidden(f"{name} is not a {kind} call: nothing was sent.")
    if method != ("POST" if kind == "private" else "GET"):
        raise Forbidden(f"{name} is not called by {method}: nothing was sent.")
    key = headers.get("API-Key")
    if (key is not None) is not (kind == "private"):
        raise Forbidden(f"{name} with{'' if key else 'out'} a key: nothing was sent.")
    check_destination(url, key)


class _Trace:
    """Remembers how far a request got: httpcore tells each step as it begins."""

    def __init__(self, wrote: Callable[[], None] | None) -> None:
        self._wrote = wrote
        self._connecting = False
        self._writing = False

    async def note(self, name: str, _info: Mapping[str, object]) -> None:
        if ".send_request_" in name or ".send_connection_init" in name:
            self.begun()
        elif name.startswith(("connection.", "proxy.", "socks5.", "http_proxy.")):
            self._connecting = True

    @property
    def surely_unsent(self) -> bool:
        return self._connecting and not self._writing

    def begun(self) -> None:
        """Take the request for written."""
        if not self._writing:
            self._writing = True
            if self._wrote is not None:
                self._wrote()


def _door(way: Way, *, local: bool) -> httpx.AsyncHTTPTransport:
    """Build the real transport: loopback is never proxied, Kraken is as it is for the sockets."""
    limits = httpx.Limits(max_connections=8, max_keepalive_connections=4, keepalive_expiry=20.0)
    if local:
        trusts_nobody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # loopback speaks plain http; saves 20 ms
        return httpx.AsyncHTTPTransport(verify=trusts_nobody, limits=limits)
    proxy = way.proxy_to("api.kraken.com")
    try:
        through = None if proxy is None else httpx.Proxy(proxy, ssl_context=way.trust_in_proxy(proxy))
        return httpx.AsyncHTTPTransport(verify=way.trust(), limits=limits, proxy=through)
    except (ValueError, httpx.InvalidURL):
        raise UsageError(UNUSABLE) from None
