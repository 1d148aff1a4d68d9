"""Real websockets on loopback: how they open, end, and what is not done."""

import asyncio
import http
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response

from krakentui.model.error import Forbidden
from krakentui.model.text import REPLACEMENT
from krakentui.net.socket import HandshakeRefused, SocketClosed, Unreachable
from krakentui.net.websocket import MOST_BYTES, open_socket

Talk = Callable[[ServerConnection], Awaitable[None]]


@asynccontextmanager
async def a_server(
    talk: Talk, refuse: http.HTTPStatus | None = None, location: str = ""
) -> AsyncIterator[str]:
    def answer(connection: ServerConnection, _request: Request) -> Response | None:
        if refuse is None:
            return None
        response = connection.respond(refuse, "error code: 1015")
        if location:
            response.headers["Location"] = location
        return response

    async with serve(talk, "127.0.0.1", 0, process_request=answer, max_size=None) as server:
        yield f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}/v2"


async def echo(connection: ServerConnection) -> None:
    async for message in connection:
        await connection.send(message)


async def idle(connection: ServerConnection) -> None:
    await connection.wait_closed()


@pytest.mark.anyio
async def test_what_is_sent_comes_back_as_bytes() -> None:
    async with a_server(echo) as url:
        socket = await open_socket(url, 5)
        await socket.send('{"method":"ping"}')
        assert await socket.receive() == b'{"method":"ping"}'
        await socket.close()


@pytest.mark.parametrize(
    "text",
    [
        '{"method":"add_order","params":{}}',
        '{"method":"amend_order","params":{}}',
        '{"method":"batch_add","params":{}}',
        '{"event":"addOrder"}',
        '{"event":"subscribe","method":"add_order"}',
        '{"method":["ping"]}',
        '{"params":{}}',
        "{}",
        "add_order",
        "",
    ],
)
@pytest.mark.anyio
async def test_no_other_message_leaves(text: str) -> None:
    heard: list[str | bytes] = []

    async def hear(connection: ServerConnection) -> None:
        async for message in connection:
            heard.append(message)
            await connection.send(message)

    async with a_server(hear) as url:
        socket = await open_socket(url, 5)
        with pytest.raises(Forbidden):
            await socket.send(text)
        await socket.send('{"method":"ping"}')
        await socket.receive()
        await socket.close()
    assert heard == ['{"method":"ping"}']


LONGEST = "the longest reason that fits into a frame".ljust(123, ".")


@pytest.mark.parametrize(
    ("code", "reason"), [(1000, ""), (1001, "going away"), (1013, "try\x1b[2J later"), (1008, LONGEST)]
)
@pytest.mark.anyio
async def test_a_close_tells_code_and_a_clean_reason(code: int, reason: str) -> None:
    async def close(connection: ServerConnection) -> None:
        await connection.close(code, reason)

    async with a_server(close) as url:
        socket = await open_socket(url, 5)
        with pytest.raises(SocketClosed) as closed:
            await socket.receive()
        assert closed.value.code == code
        assert closed.value.reason == reason.replace("\x1b", REPLACEMENT)
        await socket.close()


@pytest.mark.anyio
async def test_a_broken_connection_tells_no_code() -> None:
    async def abort(connection: ServerConnection) -> None:
        connection.transport.abort()

    async with a_server(abort) as url:
        socket = await open_socket(url, 5)
        with pytest.raises(SocketClosed) as closed:
            await socket.receive()
        assert closed.value.code is None
        await socket.close()


@pytest.mark.anyio
async def test_a_refused_handshake_tells_status_and_body() -> None:
    async with a_server(idle, http.HTTPStatus.TOO_MANY_REQUESTS) as url:
        with pytest.raises(HandshakeRefused) as refused:
            await open_socket(url, 5)
        assert (refused.value.status, b"1015" in refused.value.body) == (429, True)


@pytest.mark.anyio
async def test_a_redirect_is_not_followed() -> None:
    arrived: list[str] = []

    async def arrive(_connection: ServerConnection) -> None:
        arrived.append("there")

    async with a_server(arrive) as elsewhere, a_server(idle, http.HTTPStatus.FOUND, elsewhere) as url:
        with pytest.raises(HandshakeRefused) as refused:
            await open_socket(url, 5)
        assert refused.value.status == 302
    assert arrived == []


@pytest.mark.anyio
async def test_nobody_there_is_unreachable_in_words() -> None:
    with pytest.raises(Unreachable, match="refused"):
        await open_socket("ws://127.0.0.1:1/v2", 5)


@pytest.mark.anyio
async def test_a_server_that_never_answers_is_given_up() -> None:
    gone = asyncio.Event()

    async def swallow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()
        gone.set()

    server = await asyncio.start_server(swallow, "127.0.0.1", 0)
    with pytest.raises(Unreachable, match="opening handshake"):
        await open_socket(f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/v2", 0.05)
    await gone.wait()
    server.close()
    await server.wait_closed()


@pytest.mark.anyio
async def test_a_frame_of_three_megabytes_is_taken() -> None:
    async def flood(connection: ServerConnection) -> None:
        await connection.send("x" * 3_000_000)

    async with a_server(flood) as url:
        socket = await open_socket(url, 5)
        assert len(await socket.receive()) == 3_000_000
        await socket.close()


@pytest.mark.anyio
async def test_a_frame_beyond_the_limit_ends_the_socket() -> None:
    async def flood(connection: ServerConnection) -> None:
        await connection.send(b"x" * (MOST_BYTES + 1))

    async with a_server(flood) as url:
        socket = await open_socket(url, 5)
        with pytest.raises(SocketClosed):
            await socket.receive()
        await socket.close()


@pytest.mark.anyio
async def test_invalid_utf8_is_the_decoders_business() -> None:
    async def send(connection: ServerConnection) -> None:
        await connection.send(b"\xff\xfe")

    async with a_server(send) as url:
        socket = await open_socket(url, 5)
        assert await socket.receive() == b"\xff\xfe"
        await socket.close()


@pytest.mark.anyio
async def test_receiving_is_safe_to_cancel() -> None:
    async def late(connection: ServerConnection) -> None:
        await connection.recv()
        await connection.send("after")

    async with a_server(late) as url:
        socket = await open_socket(url, 5)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0):
                await socket.receive()
        await socket.send('{"method":"ping"}')
        assert await socket.receive() == b"after"
        await socket.close()


@pytest.mark.anyio
async def test_the_environments_proxy_does_not_see_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "WS_PROXY", "ws_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    async with a_server(echo) as url:
        socket = await open_socket(url, 5)
        await socket.close()
