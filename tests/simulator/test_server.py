"""The exchange over real loopback sockets."""

import asyncio
import json
import socket
from typing import Any

import httpx
import pytest
import websockets
from websockets.asyncio.client import ClientConnection

from krakentui.simulator import Exchange, Options
from krakentui.simulator.options import OPENING_US

pytestmark = pytest.mark.anyio
STILL = Options(manual=True, quiet=True)


async def until_pong(ws: ClientConnection, mark: int) -> list[str]:
    """Read frames up to the answer of a ping: everything sent before it has then come."""
    await ws.send(json.dumps({"method": "ping", "req_id": mark}))
    frames: list[str] = []
    while True:
        frame = str(await asyncio.wait_for(ws.recv(), 5))
        if f'"req_id":{mark}' in frame and '"pong"' in frame:
            return frames
        frames.append(frame)


def subscribe(channel: str, *symbols: str, **params: object) -> str:
    """Write a subscribe request."""
    return json.dumps({"method": "subscribe", "params": {"channel": channel, "symbol": [*symbols], **params}})


def public(exchange: Exchange) -> str:
    """Give the public socket's address."""
    return str(exchange.first_line()["ws_public"])


async def test_the_first_line_names_every_address_and_key() -> None:
    async with Exchange(Options(manual=True, quiet=True, control=True)) as exchange:
        told = exchange.first_line()
        base = f"127.0.0.1:{exchange.port}"
        assert told["v"] == 1
        assert told["now"] == "2027-03-10T09:00:00.000000Z"
        assert (told["rest"], told["control"]) == (f"http://{base}", f"http://{base}/__sim")
        assert (told["ws_public"], told["ws_private"]) == (f"ws://{base}/v2", f"ws://{base}/auth/v2")
        keys: Any = told["keys"]
        assert list(keys) == ["watch", "cancel", "full", "other", "stranger"]
        json.dumps(told)


async def test_without_control_there_is_no_control_address() -> None:
    async with Exchange(STILL) as exchange:
        told = exchange.first_line()
        assert (told["control"], told["control_token"]) == (None, None)
        async with httpx.AsyncClient() as http:
            assert (await http.get(f"{exchange.rest}/__sim/truth")).status_code == 404


async def test_control_wants_its_token() -> None:
    async with (
        Exchange(Options(manual=True, quiet=True, control=True)) as exchange,
        httpx.AsyncClient() as http,
    ):
        url = f"{exchange.rest}/__sim/clock"
        token = {"Authorization": f"Bearer {exchange.world.control_token}"}
        assert (await http.get(url)).status_code == 401
        assert (await http.get(url, headers={b"Authorization": b"Bearer \xff"})).status_code == 401
        moved = await http.post(url, json={"advance": 2}, headers=token)
        assert moved.status_code == 200
        assert exchange.world.clock.now_us() == OPENING_US + 2_000_000


async def test_rest_answers_get_and_post() -> None:
    async with Exchange(STILL) as exchange, httpx.AsyncClient(base_url=exchange.rest) as http:
        got = await http.get("/0/public/Ticker", params={"pair": "BTC/USD"})
        posted = await http.post("/0/public/Ticker", data={"pair": "BTC/USD"})
        assert got.json() == posted.json()
        assert list(got.json()["result"]) == ["BTC/USD"]
        assert got.headers["content-type"].startswith("application/json")


async def test_advance_returns_when_every_due_frame_is_with_the_socket() -> None:
    async with Exchange(STILL) as exchange, websockets.connect(public(exchange)) as ws:
        await ws.send(subscribe("book", "BTC/USD"))
        await until_pong(ws, 1)
        await exchange.advance(10)
        frames = await until_pong(ws, 2)
        assert len(frames) > 10
        assert exchange.world.clock.now_us() == OPENING_US + 10_000_000


async def test_in_manual_mode_nothing_moves_by_itself() -> None:
    async with Exchange(STILL) as exchange, websockets.connect(public(exchange)) as ws:
        await ws.send(subscribe("ticker", "BTC/USD"))
        await until_pong(ws, 1)
        assert await until_pong(ws, 2) == []
        assert exchange.world.clock.now_us() == OPENING_US


async def test_a_scaled_clock_runs_by_itself() -> None:
    async with (
        Exchange(Options(speed=500.0, quiet=True)) as exchange,
        websockets.connect(public(exchange)) as ws,
    ):
        await ws.send(subscribe("trade", "LEO/USD"))
        while await asyncio.wait_for(ws.recv(), 5) != '{"channel":"heartbeat"}':
            pass
        assert exchange.world.clock.now_us() > OPENING_US + 1_000_000


async def test_a_world_of_the_present_starts_now() -> None:
    async with Exchange(Options(start_us=None, quiet=True)) as exchange, httpx.AsyncClient() as http:
        told = (await http.get(f"{exchange.rest}/0/public/Time")).json()["result"]["unixtime"]
        assert told > 1_700_000_000


async def test_two_runs_give_byte_identical_frames() -> None:
    async def run() -> list[str]:
        async with (
            Exchange(Options(seed=7, manual=True)) as exchange,
            websockets.connect(public(exchange)) as ws,
        ):
            for channel, symbols in (("ticker", ["BTC/USD", "ETH/BTC"]), ("book", ["BTC/USD", "PEPE/USD"])):
                await ws.send(subscribe(channel, *symbols))
            await ws.send(subscribe("ohlc", "SOL/USD", interval=5))
            frames = await until_pong(ws, 1)
            await exchange.advance(30)
            return frames + await until_pong(ws, 2)

    first, second = await run(), await run()
    assert len(first) > 100
    assert first == second


async def test_another_seed_gives_another_market() -> None:
    async def run(seed: int) -> str:
        async with Exchange(Options(seed=seed, manual=True)) as exchange, httpx.AsyncClient() as http:
            await exchange.advance(5)
            return (await http.get(f"{exchange.rest}/0/public/Depth?pair=XBTUSD")).text

    assert await run(1) != await run(2)


@pytest.mark.parametrize("path", ["/0/public/Time", "/0/private/Balance", "/v2", "/auth/v2", "/__sim/truth"])
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://127.0.0.1"},
        {"Origin": "null"},
        {"Host": "rebound.example"},
        {"Host": "127.0.0.1:1"},
    ],
)
async def test_web_pages_and_foreign_hosts_are_refused(path: str, headers: dict[str, str]) -> None:
    async with (
        Exchange(Options(manual=True, quiet=True, control=True)) as exchange,
        httpx.AsyncClient(base_url=exchange.rest) as http,
    ):
        assert (await http.get(path, headers=headers)).status_code == 403


async def test_a_websocket_of_a_web_page_is_refused() -> None:
    async with Exchange(STILL) as exchange:
        with pytest.raises(websockets.InvalidStatus, match="403"):
            await websockets.connect(public(exchange), origin=websockets.Origin("http://127.0.0.1"))


async def test_it_listens_on_one_loopback_address_only() -> None:
    async with Exchange(STILL) as exchange:
        others = {"127.0.0.2", socket.gethostbyname(socket.gethostname())} - {"127.0.0.1"}
        for address in others:
            with pytest.raises(ConnectionRefusedError):
                await asyncio.open_connection(address, exchange.port)


async def test_a_taken_port_is_an_os_error() -> None:
    async with Exchange(STILL) as exchange:
        with pytest.raises(OSError, match="in use"):
            async with Exchange(Options(manual=True, quiet=True, port=exchange.port)):
                pass


@pytest.mark.parametrize(
    "raw",
    [
        b"\x00\xff\x16\x03\r\n\r\n",
        b"GET /0/public/Time HTTP/9.9\r\n\r\n",
        b"GET /0/public/Time HTTP/1.1\r\nHost: x\r\nContent-Length: no\r\n\r\n",
        b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\n\r\n",
        b"GET /0/public/Time HTTP/1.0\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\nHost: \xff\r\n\r\n",
    ],
)
async def test_broken_http_is_answered_with_an_error_and_without_a_word_on_stderr(
    raw: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    async with Exchange(STILL) as exchange:
        reader, writer = await asyncio.open_connection("127.0.0.1", exchange.port)
        writer.write(raw)
        status = await asyncio.wait_for(reader.readline(), 5)
        writer.close()
        await writer.wait_closed()
        assert b" 40" in status
    assert capfd.readouterr() == ("", "")


async def test_bytes_that_are_no_text_are_no_fault_of_ours() -> None:
    async with Exchange(STILL) as exchange, httpx.AsyncClient(base_url=exchange.rest) as http:
        public_call = await http.get("/0/public/Ticker?pair=%ff%fe", headers={b"X": b"\xff"})
        assert public_call.json() == {"error": ["EQuery:Unknown asset pair"]}
        headers = {b"API-Key": b"\xff\xfe", b"API-Sign": b"\xff"}
        private_call = await http.post("/0/private/Balance", content=b"\xff=\xff", headers=headers)
        assert private_call.json()["error"]


async def test_a_body_beyond_a_megabyte_is_refused() -> None:
    async with Exchange(STILL) as exchange, httpx.AsyncClient() as http:
        answer = await http.post(f"{exchange.rest}/0/public/Time", content=b"a" * (1 << 21))
        assert answer.status_code == 413


@pytest.mark.parametrize(
    "frame", ["nope", '{"method":', b"\x80\xff", b'{"method":"ping"}', "[" * 50_000, '{"method":"\\ud800"}']
)
async def test_a_broken_frame_leaves_the_socket_alive(
    frame: str | bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    async with Exchange(STILL) as exchange, websockets.connect(public(exchange)) as ws:
        await ws.send(frame)
        assert len(await until_pong(ws, 1)) == 2
    assert capfd.readouterr() == ("", "")


async def test_a_frame_beyond_a_megabyte_ends_the_connection() -> None:
    async with Exchange(STILL) as exchange, websockets.connect(public(exchange)) as ws:
        await ws.send("a" * (1 << 21))
        await asyncio.wait_for(ws.wait_closed(), 5)
        assert ws.close_code == 1009


async def test_a_client_that_vanishes_leaves_nothing_behind() -> None:
    async with Exchange(STILL) as exchange:
        ws = await websockets.connect(public(exchange))
        await ws.send(subscribe("book", "BTC/USD"))
        await until_pong(ws, 1)
        ws.transport.abort()
        async with websockets.connect(public(exchange)) as other:
            while len(exchange.world.talks) > 1:
                await until_pong(other, 2)
            await exchange.advance(5)
        assert not exchange.world.markets["BTC/USD"].on_book


async def test_a_client_that_stops_reading_does_not_stop_the_world() -> None:
    async with Exchange(STILL) as exchange:
        reader, writer = await asyncio.open_connection("127.0.0.1", exchange.port)
        greeting = f"GET /v2 HTTP/1.1\r\nHost: 127.0.0.1:{exchange.port}\r\n"
        greeting += "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        writer.write(f"{greeting}Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n".encode())
        request = subscribe("book", *exchange.world.pairs, depth=100).encode()
        length = len(request).to_bytes(2, "big")
        writer.write(b"\x81\xfe" + length + bytes(4) + request)  # a text frame, masked with zeros
        await reader.readuntil(b'"type":"snapshot"')
        await asyncio.wait_for(exchange.advance(10), 30)
        assert exchange.world.clock.now_us() == OPENING_US + 10_000_000
        writer.transport.abort()


async def test_a_protocol_ping_is_answered() -> None:
    async with Exchange(STILL) as exchange, websockets.connect(public(exchange)) as ws:
        await asyncio.wait_for(await ws.ping(), 5)


async def test_a_plain_request_for_a_socket_is_told_to_upgrade() -> None:
    async with Exchange(STILL) as exchange, httpx.AsyncClient() as http:
        assert (await http.get(f"{exchange.rest}/v2")).status_code == 426


async def test_an_idle_socket_is_closed_by_the_exchange() -> None:
    async with Exchange(STILL) as exchange, websockets.connect(public(exchange)) as ws:
        await until_pong(ws, 1)
        advance = asyncio.create_task(exchange.advance(61))
        with pytest.raises(websockets.ConnectionClosedOK):
            await asyncio.wait_for(ws.recv(), 5)
        await advance


async def test_closing_the_exchange_says_goodbye() -> None:
    async with Exchange(STILL) as exchange:
        ws = await websockets.connect(public(exchange))
        await until_pong(ws, 1)
    with pytest.raises(websockets.ConnectionClosed):
        await ws.recv()
    assert ws.close_code == 1001


async def test_what_the_body_raises_comes_out_as_it_is() -> None:
    with pytest.raises(KeyError):
        async with Exchange(STILL):
            raise KeyError


async def test_requests_are_told() -> None:
    async with Exchange(STILL) as exchange, httpx.AsyncClient() as http:
        await http.get(f"{exchange.rest}/0/public/Time")
        (row,) = exchange.requests()
        assert (row["surface"], row["what"], row["peer"]) == ("spot-rest", "/0/public/Time", "127.0.0.1")


def may_bind(address: str) -> bool:
    """Say whether this machine lets clients come from a loopback address."""
    with socket.socket() as found:
        try:
            found.bind((address, 0))
        except OSError:
            return False
        return True


@pytest.mark.skipif(not may_bind("127.0.0.2"), reason="this machine has one loopback address only")
async def test_clients_from_other_loopback_addresses_have_limits_of_their_own() -> None:
    strict = Options(manual=True, quiet=True, rules="strict")
    async with Exchange(strict) as exchange:
        url = f"{exchange.rest}/0/public/Time"
        answers = []
        for address in ("127.0.0.1", "127.0.0.2", "127.0.0.2"):
            transport = httpx.AsyncHTTPTransport(local_address=address)
            async with httpx.AsyncClient(transport=transport) as http:
                answers.append((await http.get(url)).json()["error"])
        assert answers == [[], [], ["EGeneral:Too many requests"]]
        for address in ("127.0.0.1", "127.0.0.2"):
            async with websockets.connect(public(exchange), local_addr=(address, 0)) as ws:
                await until_pong(ws, 1)
        rows: Any = exchange.limits()["limits"]
        used = {row["scope"]["ip"]: row["used"] for row in rows if row["name"] == "connections"}
        assert used == {"127.0.0.1": "1/1", "127.0.0.2": "1/1"}


@pytest.mark.parametrize("compress", [True, False])
async def test_compression_is_offered_when_asked_for(*, compress: bool) -> None:
    options = Options(manual=True, quiet=True, compress=compress)
    async with Exchange(options) as exchange, websockets.connect(public(exchange)) as ws:
        assert bool(ws.protocol.extensions) is compress
        await ws.send(subscribe("book", *exchange.world.pairs, depth=100))
        await exchange.advance(3)
        frames = await until_pong(ws, 1)
        assert sum('"snapshot"' in frame for frame in frames) >= len(exchange.world.pairs)
