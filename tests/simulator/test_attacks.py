"""Somebody who means harm: the exchange answers or hangs up, goes on, and writes nothing to stderr."""

import asyncio
import gzip
import json
import socket
import struct
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from krakentui.simulator import Exchange, Options, control
from krakentui.simulator.refusal import Refused
from krakentui.simulator.server import Server
from krakentui.simulator.world import REQUESTS_KEPT, WORDS_MAX, World
from tests.simulator.company import three_pairs
from tests.simulator.private import Rest
from tests.simulator.publicly import Listener, ask
from tests.simulator.raw import UPGRADE, WAIT_S, an_exchange, get, is_well, say

pytestmark = pytest.mark.anyio
QUIET = Options(manual=True, quiet=True)


@pytest.fixture(autouse=True)
def nothing_on_stderr(capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    yield
    assert capfd.readouterr() == ("", "")


@asynccontextmanager
async def a_server(**patience: Any) -> AsyncIterator[Server]:  # noqa: ANN401  handed on
    """Listen with another patience than usual."""
    world = World(QUIET, three_pairs())
    world.start()
    server = Server(world, **patience)
    await server.start(0)
    try:
        yield server
    finally:
        await server.stop()
        assert server.broken is None


def post(exchange: Exchange | Server, path: str, body: bytes, *heads: str) -> bytes:
    """Write a request with a body and some header lines."""
    lines = [f"POST {path} HTTP/1.1", f"Host: 127.0.0.1:{exchange.port}", "Connection: close", *heads]
    lines += [] if any("Length" in head for head in heads) else [f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


async def cut(exchange: Exchange | Server, sent: bytes, then: bytes = b"") -> None:
    """Send something and reset the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", exchange.port)
    writer.write(sent)
    if then:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(then)
    await writer.drain()
    await asyncio.sleep(0)
    found: socket.socket = writer.get_extra_info("socket")
    found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"nonsense", "gzip", b"400"),
        (b"nonsense", "deflate", b"400"),
        (gzip.compress(b"0" * 50_000_000), "gzip", b"413"),
        (b"x", "compress", b"200"),
    ],
)
async def test_a_body_that_is_packed_badly_or_too_well_is_refused(
    body: bytes, kind: str, status: bytes
) -> None:
    async with an_exchange() as exchange:
        sent = post(exchange, "/0/private/Balance", body, f"Content-Encoding: {kind}")
        said = await say(exchange, sent, hang_up=False)
        assert said.split()[1] == status
        assert await is_well(exchange)


async def test_who_sends_a_body_too_slowly_is_told_so_and_hung_up_on() -> None:
    async with a_server(body_s=0.05) as server:
        slow = post(server, "/0/private/Balance", b"nonce=", "Content-Length: 500").replace(
            b"Connection: close\r\n", b""
        )
        said = await say(server, slow, hang_up=False)
        assert said.startswith(b"HTTP/1.1 408 ")
        assert await is_well(server)


@pytest.mark.parametrize("begun", [b"", b"GET /0/public/Time HTTP/1.1\r\nHost: 127", b"\r\n\r\n"])
async def test_who_never_finishes_a_request_is_hung_up_on(begun: bytes) -> None:
    async with a_server(silence_s=0.05) as server:
        assert b"200" not in await say(server, begun, hang_up=False)
        assert await is_well(server)


async def test_too_many_connections_are_hung_up_on_and_the_others_served() -> None:
    async with a_server(connections_max=8) as server:
        open_ones = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(8)]
        served = get(server).replace(b"Connection: close\r\n", b"")
        for reader, writer in open_ones:
            writer.write(served)
            assert await reader.readuntil(b"\r\n\r\n")
        for _ in range(50):
            with suppress(ConnectionError):
                assert await say(server, get(server), hang_up=False) == b""
        for _, writer in open_ones:
            writer.close()
            await writer.wait_closed()
        while not await is_well_or_full(server):
            pass


async def is_well_or_full(server: Server) -> bool:
    """Ask; whoever hung up is noticed a moment later."""
    try:
        return await is_well(server)
    except ConnectionError:
        return False


def frames(opcode: int, body: bytes, count: int) -> bytes:
    return (bytes([0x80 | opcode, 0x80 | len(body)]) + bytes(4) + body) * count


@pytest.mark.parametrize("path", ["/v2", "/auth/v2", "/auth/v1"])
async def test_whoever_asks_and_vanishes_at_once_breaks_nothing(path: str) -> None:
    async with an_exchange() as exchange:
        head = UPGRADE.format(path=path, host=f"127.0.0.1:{exchange.port}").encode()
        for then in (
            frames(9, b"x" * 100, 500),
            frames(1, b'{"method":"ping"}', 500),
            frames(8, b"\x03\xe8", 3),
            b"\x81",
        ):
            await cut(exchange, head, then)
        await cut(exchange, head)
        await cut(exchange, get(exchange) * 50)
        await cut(exchange, post(exchange, "/0/private/Balance", b"{", "Content-Length: 99"))
        while exchange.world.talks:
            assert await is_well(exchange)


async def heard(exchange: Exchange, count: int) -> None:
    """Let others have their turns until so many requests were heard."""
    while len(exchange.requests()) < count:  # noqa: ASYNC110  nobody tells of it
        await asyncio.sleep(0)


async def test_requests_while_it_shuts_down_are_answered_or_cut() -> None:
    async def keep_asking(exchange: Exchange) -> None:
        while True:
            try:
                await say(exchange, get(exchange, "/0/public/Depth?pair=XBTUSD&count=500"), hang_up=False)
            except OSError:
                return

    async def keep_watching(exchange: Exchange) -> None:
        head = UPGRADE.format(path="/v2", host=f"127.0.0.1:{exchange.port}").encode()
        wanted = b'{"method":"subscribe","params":{"channel":"instrument"}}'
        try:
            while True:
                await asyncio.wait_for(say(exchange, head, then=frames(1, wanted, 3), hang_up=False), WAIT_S)
        except (OSError, asyncio.IncompleteReadError):
            return

    async with asyncio.TaskGroup() as group, Exchange(QUIET) as exchange:
        for _ in range(8):
            group.create_task(keep_asking(exchange))
            group.create_task(keep_watching(exchange))
        await heard(exchange, 40)


async def test_a_call_that_a_fault_keeps_waiting_does_not_keep_the_exchange_from_ending() -> None:
    async with an_exchange({"fault": "delay", "args": {"ms": 600_000}}) as exchange:
        waiting = asyncio.ensure_future(say(exchange, get(exchange), hang_up=False))
        await heard(exchange, 1)
    assert await asyncio.gather(waiting, return_exceptions=True)


def test_what_clients_write_is_kept_as_far_as_it_is_short() -> None:
    world = World(QUIET, three_pairs())
    world.start()
    listener = Listener(world)
    listener.send({"method": "x" * 500_000})
    listener.subscribe("ticker", "y" * 500_000)
    ask(world, "z" * 8_000)
    for entry in world.requests:
        assert max(len(entry.what), len(entry.verdict)) <= WORDS_MAX
    assert world.requests.maxlen == REQUESTS_KEPT


def test_names_that_no_pair_has_share_one_public_counter() -> None:
    world = World(QUIET, three_pairs())
    world.start()
    errors = [ask(world, "Trades", f"pair=NO{number}")["error"] for number in range(31)]
    assert errors[-1] == ["EGeneral:Too many requests"]
    assert len(world.public_limiter.scopes(world.clock.now_us())) == 1


ODD = (
    b"[" * 500_000,
    b'{"a":' * 100_000,
    b'{"nonce":' + b"9" * 100_000 + b"}",
    b'{"nonce":NaN}',
    b'{"nonce":1e400}',
    b'{"nonce":1,"nonce":[]}',
    b'{"nonce":"\\ud800"}',
    b"\xff\xfe",
    b"nonce=1&" * 1_000,
    b"null",
)


@pytest.mark.parametrize("number", range(len(ODD)))
@pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded"])
def test_odd_bodies_with_a_right_signature_are_answered(number: int, kind: str) -> None:
    world = World(QUIET, three_pairs())
    world.start()
    rest = Rest(world, "full")
    for endpoint in ("AddOrder", "CancelOrderBatch", "Balance"):
        request = rest.request(endpoint, ODD[number], "1", json_body="json" in kind)
        assert rest.send(request)["error"]


FIELD_NAMES = (
    "pair set path freeze halt trade side price qty key as deposit orders order amend fill cancel id all "
    "type trigger trail_pct cl_ord_id userref add clear fault match when args at for every times prob "
    "after_n tier account rules knobs edge factor announce title starts lasts withdraw mode snapshot USD ms"
)
SOME_TEXTS = (
    "BTC/USD alice other full buy limit market trailing-stop stop-loss delay close foreign rest_lag "
    "hostile_text skew mode strict pro 1e30 1e-30 0.001 -5 NaN 30s int cancel_only spot-rest 1e999999999"
)
FIELDS = st.sampled_from(FIELD_NAMES.split())
WORDS = st.sampled_from([*SOME_TEXTS.split(), "", "\ud800", "9" * 5_000])
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.integers(0, 3) | st.floats() | WORDS,
    lambda some: st.lists(some, max_size=3) | st.dictionaries(FIELDS, some, max_size=5),
    max_leaves=10,
)
VERBS = sorted(control.VERBS.keys() - {"clock"})


@given(verb=st.sampled_from(VERBS), body=st.dictionaries(FIELDS, ANYTHING, max_size=5) | ANYTHING)
@settings(max_examples=600, deadline=None)
def test_any_body_of_a_control_call_is_done_or_refused(verb: str, body: object) -> None:
    with suppress(Refused):
        assert json.dumps(control.command(WORLD, verb, body))
    WORLD.clock.advance_to(WORLD.clock.now_us() + 20_000)


WORLD = World(QUIET, three_pairs())
WORLD.start()
