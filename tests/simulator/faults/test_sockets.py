"""Faults and bad bytes on real sockets: answered, cut or closed, and the exchange goes on."""

import asyncio
import random
from collections.abc import Mapping

import pytest

from tests.simulator.raw import UPGRADE, WAIT_S, an_exchange, get, is_well, say


@pytest.mark.anyio
async def test_a_dropped_answer_is_a_reset_connection() -> None:
    fault = {"fault": "drop_answer", "args": {"as": "reset"}, "when": {"times": 1}}
    async with an_exchange(fault) as exchange:
        with pytest.raises(ConnectionResetError):
            await say(exchange, get(exchange), hang_up=False)
        assert await is_well(exchange)


@pytest.mark.anyio
async def test_a_dropped_answer_can_be_a_polite_end_without_a_word() -> None:
    fault = {"fault": "drop_answer", "args": {"as": "fin"}, "when": {"times": 1}}
    async with an_exchange(fault) as exchange:
        assert await say(exchange, get(exchange), hang_up=False) == b""
        assert await is_well(exchange)


@pytest.mark.anyio
async def test_a_late_answer_waits_for_simulated_time() -> None:
    async with an_exchange({"fault": "delay", "args": {"ms": 5000}, "when": {"times": 1}}) as exchange:
        waiting = asyncio.ensure_future(say(exchange, get(exchange), hang_up=False))
        for _ in range(50):
            await asyncio.sleep(0)
        await exchange.advance(4.9)
        assert not waiting.done()
        await exchange.advance(0.2)
        assert b"unixtime" in await waiting


@pytest.mark.anyio
async def test_a_refused_handshake_answers_with_its_status() -> None:
    async with an_exchange({"fault": "http", "args": {"status": 520}, "match": {"path": "/v2"}}) as exchange:
        host = f"127.0.0.1:{exchange.port}"
        reader, writer = await asyncio.open_connection("127.0.0.1", exchange.port)
        writer.write(UPGRADE.format(path="/v2", host=host).encode())
        assert (await asyncio.wait_for(reader.readline(), WAIT_S)).startswith(b"HTTP/1.1 520 ")
        writer.close()


HEADS = (
    b"\r\n\r\n",
    b"\x00" * 2_000,
    b"\xff\xfe\xfd\xfc\r\n\r\n",
    b"GET\r\n\r\n",
    b"GET / HTTP/9.9\r\n\r\n",
    b"BREW /0/public/Time HTTP/1.1\r\nHost: {host}\r\n\r\n",
    b"POST /0/private/Balance HTTP/1.1\r\nHost: {host}\r\nContent-Length: -1\r\n\r\n",
    b"POST /0/private/Balance HTTP/1.1\r\nHost: {host}\r\nContent-Length: 99999999999\r\n\r\nx",
    b"POST /0/private/Balance HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nx\r\n",
    b"POST /0/private/Balance HTTP/1.1\r\nHost: {host}\r\nContent-Length: 2097152\r\n\r\n" + b"a" * 2_097_152,
    b"POST /0/private/Balance HTTP/1.1\r\nHost: {host}\r\nAPI-Key: \xff\r\nContent-Length: 2\r\n\r\n\xff{",
    b"GET /0/public/Ticker?pair=%ff%00%zz HTTP/1.1\r\nHost: {host}\r\n\r\n",
    b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: {host}\r\n\r\n",
    b"GET /0/public/Time HTTP/1.1\r\nHost: {host}\r\nX: " + b"y" * 100_000 + b"\r\n\r\n",
    b"GET /0/public/Time HTTP/1.1\r\nHost: evil.example\r\n\r\n",
    b"GET /0/public/Time HTTP/1.1\r\nHost: {host}\r\nOrigin: https://evil.example\r\n\r\n",
    b"POST /__sim/faults HTTP/1.1\r\nHost: {host}\r\nContent-Length: 2\r\n\r\n{}",
    b"GET /v2 HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
    UPGRADE.replace("13", "99").replace("{path}", "/v2").encode(),
)


@pytest.mark.anyio
@pytest.mark.parametrize("number", range(len(HEADS)))
async def test_malformed_http_is_answered_or_closed(number: int) -> None:
    async with an_exchange() as exchange:
        host = f"127.0.0.1:{exchange.port}".encode()
        said = await say(exchange, HEADS[number].replace(b"{host}", host))
        assert not said.startswith(b"HTTP/1.1 5")
        assert await is_well(exchange)


@pytest.mark.anyio
@pytest.mark.parametrize("path", ["/v2", "/auth/v2"])
@pytest.mark.parametrize("faults", [(), ({"fault": "dup"}, {"fault": "hostile_text"}, {"fault": "skew"})])
async def test_any_bytes_as_frames_are_answered_or_closed(
    path: str, faults: tuple[Mapping[str, object], ...]
) -> None:
    chance = random.Random(7)
    async with an_exchange(*faults) as exchange:
        host = f"127.0.0.1:{exchange.port}"
        head = UPGRADE.format(path=path, host=host).encode()
        for _ in range(40):
            said = await say(exchange, head, then=some_frame(chance))
            assert b"Traceback" not in said
        assert await is_well(exchange)
        assert exchange.world.talks == {}


def some_frame(chance: random.Random) -> bytes:
    """Make a frame: masked text that is hardly a request, or bytes that are hardly a frame."""
    texts = (
        b"", b"{", b"[]", b"null", b'"x"', b"1e999", b"[" * 5_000, b"\xff\xfe\x00", b'{"method":[]}',
        b'{"method":"subscribe","params":[]}', b'{"method":"subscribe","params":{"channel":{}}}',
        b'{"method":"subscribe","params":{"channel":"ticker","symbol":"BTC/USD"},"req_id":1.5}',
        b'{"method":"cancel_order","params":{"order_id":[{}],"token":7}}',
        b'{"method":"add_order","params":{"order_qty":1e400,"token":"x"},"req_id":99999999999999999999}',
        b'{"method":"ping","req_id":-1}', b'{"method":"\\ud800"}', b'{"params":{"a":{"b":{"c":NaN}}}}',
    )  # fmt: skip
    if chance.random() < 0.3:
        return chance.randbytes(chance.randrange(1, 300))
    body, mask = chance.choice(texts), chance.randbytes(4)
    opcode = chance.choice((1, 1, 1, 2, 0, 8, 9, 10, 5))
    masked = bytes(byte ^ mask[index % 4] for index, byte in enumerate(body))
    size = len(body)
    length = bytes([0x80 | size]) if size < 126 else bytes([0x80 | 126]) + size.to_bytes(2, "big")
    return bytes([0x80 | opcode]) + length + mask + masked


@pytest.mark.anyio
async def test_random_bodies_to_every_call_are_answered_as_the_exchange_does() -> None:
    chance = random.Random(11)
    methods = ("GET", "POST", "PUT", "DELETE")
    names = (
        "Balance",
        "OpenOrders",
        "QueryOrders",
        "CancelOrder",
        "CancelOrderBatch",
        "Nonsense",
        "../x",
        "",
    )
    async with an_exchange() as exchange:
        for _ in range(120):
            surface = chance.choice(("public", "private"))
            body = chance.randbytes(chance.randrange(0, 200))
            kind = chance.choice(
                ("application/json", "application/x-www-form-urlencoded", "\x01", "text/html")
            )
            head = (
                f"{chance.choice(methods)} /0/{surface}/{chance.choice(names)} HTTP/1.1\r\n"
                f"Host: 127.0.0.1:{exchange.port}\r\nContent-Type: {kind}\r\nConnection: close\r\n"
                f"Content-Length: {len(body)}\r\n\r\n"
            )
            said = await say(exchange, head.encode() + body, hang_up=False)
            assert said.startswith((b"HTTP/1.1 200", b"HTTP/1.1 4", b"HTTP/1.0 4")), said[:200]
        exchange.world.clock.advance_to(exchange.world.clock.now_us() + 10**9)
        assert await is_well(exchange)
