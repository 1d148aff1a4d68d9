"""The REST door: what may leave, where to, and whether it left."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from krakentui.model.error import AnswerLost, Forbidden, NotSent
from krakentui.model.secret import Credentials, Secret
from krakentui.net.deadline import Cut, Scissors
from krakentui.net.http import Rest, check_request
from krakentui.net.tap import Direction
from krakentui.wire.spot.endpoints import ENDPOINTS
from krakentui.wire.spot.rest import Call, Prepared, prepare
from tests.support.clock import ManualClock, settle

LOCAL, LIVE = "http://127.0.0.1:9", "https://api.kraken.com"
SIMULATED = Credentials(key="SIM-abc", secret=Secret("c2VjcmV0"), name="sim", source="a test")
REAL = Credentials(key="4/SDrDBcOOPn", secret=Secret("c2VjcmV0"), name="real", source="a test")
Handler = Callable[[httpx.Request], Coroutine[None, None, httpx.Response]]


class Seen:
    """Keeps what reached the transport."""

    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return httpx.Response(200, content=b'{"error":[],"result":{}}')


def a_rest(handler: Handler, base: str = LOCAL, clock: ManualClock | None = None) -> Rest:
    return Rest(base, clock or ManualClock(), transport=httpx.MockTransport(handler))


def raising(error: Exception) -> Handler:
    async def handle(_request: httpx.Request) -> httpx.Response:
        raise error

    return handle


async def silent(_request: httpx.Request) -> httpx.Response:
    await asyncio.get_running_loop().create_future()
    return httpx.Response(200)


@pytest.mark.anyio
async def test_status_and_body_come_back_as_they_are() -> None:
    async def handle(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(520, content=b"<html>")

    assert await a_rest(handle).send(prepare(Call("Time")), 10) == (520, b"<html>")


@pytest.mark.anyio
async def test_the_signed_body_goes_out_byte_for_byte() -> None:
    seen = Seen()
    prepared = prepare(Call("CancelOrder", (("txid", "O1"),)), SIMULATED, 17)
    await a_rest(seen).send(prepared, 10)
    assert seen.requests[0].content == prepared.body
    assert seen.requests[0].headers["API-Sign"] == dict(prepared.headers)["API-Sign"]


@pytest.mark.anyio
async def test_every_request_says_who_asks() -> None:
    seen = Seen()
    await a_rest(seen).send(prepare(Call("Time")), 10)
    assert seen.requests[0].headers["User-Agent"].startswith("krakentui/")


@pytest.mark.anyio
async def test_a_live_key_never_reaches_loopback() -> None:
    seen = Seen()
    with pytest.raises(Forbidden):
        await a_rest(seen, LOCAL).send(prepare(Call("Balance"), REAL, 1), 10)
    assert seen.requests == []


@pytest.mark.anyio
async def test_a_simulator_key_never_reaches_kraken() -> None:
    seen = Seen()
    with pytest.raises(Forbidden):
        await a_rest(seen, LIVE).send(prepare(Call("Balance"), SIMULATED, 1), 10)
    assert seen.requests == []


@pytest.mark.anyio
async def test_each_key_reaches_its_own_side() -> None:
    for base, key in ((LOCAL, SIMULATED), (LIVE, REAL)):
        seen = Seen()
        await a_rest(seen, base).send(prepare(Call("Balance"), key, 1), 10)
        assert len(seen.requests) == 1


@pytest.mark.parametrize("base", ["https://evil.org", "http://api.kraken.com", "https://10.0.0.1"])
def test_no_other_base_is_accepted(base: str) -> None:
    with pytest.raises(Forbidden):
        a_rest(Seen(), base)


@pytest.mark.parametrize(
    "path",
    [
        "/0/private/AddOrder",
        "/0/private/Withdraw",
        "/0/private/WalletTransfer",
        "/0/private/EditOrder",
        "/0/private/../public/Time",
        "/0/private/Balance/../AddOrder",
        "/0/private/addorder",
        "/0/private/",
        "/derivatives/api/v3/sendorder",
        "/0/public/Balance",
        "/1/private/Balance",
    ],
)
@pytest.mark.anyio
async def test_no_other_path_leaves(path: str) -> None:
    seen = Seen()
    with pytest.raises(Forbidden):
        await a_rest(seen).send(Prepared("POST", path, b"nonce=1", (("API-Key", "SIM-abc"),)), 10)
    assert seen.requests == []


@pytest.mark.parametrize("name", sorted(ENDPOINTS))
def test_every_endpoint_leaves_only_by_its_own_method(name: str) -> None:
    endpoint = ENDPOINTS[name]
    headers = {"API-Key": "SIM-abc"} if endpoint.private else {}
    right, wrong = ("POST", "GET") if endpoint.private else ("GET", "POST")
    check_request(right, LOCAL + endpoint.path, headers)
    with pytest.raises(Forbidden):
        check_request(wrong, LOCAL + endpoint.path, headers)


def test_a_private_call_without_a_key_and_a_public_one_with_it_stay_here() -> None:
    with pytest.raises(Forbidden):
        check_request("POST", f"{LOCAL}/0/private/Balance", {})
    with pytest.raises(Forbidden):
        check_request("GET", f"{LOCAL}/0/public/Time", {"API-Key": "SIM-abc"})


@pytest.mark.anyio
async def test_a_redirect_is_an_answer_and_not_followed() -> None:
    seen = Seen()

    async def handle(request: httpx.Request) -> httpx.Response:
        await seen(request)
        return httpx.Response(307, headers={"Location": "https://evil.org/0/private/Balance"})

    status, _ = await a_rest(handle).send(prepare(Call("Balance"), SIMULATED, 1), 10)
    assert status == 307
    assert len(seen.requests) == 1


@pytest.mark.parametrize(
    "error", [httpx.ConnectError("x"), httpx.ConnectTimeout("x"), httpx.PoolTimeout("x")]
)
@pytest.mark.anyio
async def test_a_failure_before_the_first_byte_is_not_sent(error: Exception) -> None:
    with pytest.raises(NotSent):
        await a_rest(raising(error)).send(prepare(Call("Time")), 10)


@pytest.mark.parametrize(
    "error",
    [httpx.ReadError("x"), httpx.WriteError("x"), httpx.RemoteProtocolError("x"), httpx.ReadTimeout("x")],
)
@pytest.mark.anyio
async def test_a_failure_after_it_is_an_answer_lost(error: Exception) -> None:
    with pytest.raises(AnswerLost):
        await a_rest(raising(error)).send(prepare(Call("Time")), 10)


@pytest.mark.anyio
async def test_silence_is_an_answer_lost_when_the_time_is_up() -> None:
    clock = ManualClock()
    ends: list[str] = []

    async def call() -> None:
        try:
            await a_rest(silent, clock=clock).send(prepare(Call("Time")), 2)
        except AnswerLost as error:
            ends.append(str(error))

    async with asyncio.TaskGroup() as group:
        group.create_task(call())
        await clock.advance(1.9)
        assert ends == []
        await clock.advance(0.2)
    assert ends == ["No answer from the exchange in 2 s."]


@pytest.mark.anyio
async def test_a_call_can_be_cut_short() -> None:
    scissors, ends = Scissors(), list[str]()

    async def call() -> None:
        try:
            await a_rest(silent).send(prepare(Call("Time")), 2, scissors)
        except Cut:
            ends.append("cut")

    async with asyncio.TaskGroup() as group:
        group.create_task(call())
        await settle()
        scissors.cut()
    assert ends == ["cut"]


@pytest.mark.anyio
async def test_bytes_that_left_are_told_once() -> None:
    told: list[str] = []
    await a_rest(Seen()).send(prepare(Call("Time")), 2, wrote=lambda: told.append("wrote"))
    assert told == ["wrote"]


@pytest.mark.anyio
async def test_bytes_that_never_left_are_not_told() -> None:
    told: list[str] = []
    with pytest.raises(NotSent):
        await a_rest(raising(httpx.ConnectError("x"))).send(
            prepare(Call("Time")), 2, wrote=lambda: told.append("wrote")
        )
    assert told == []


@pytest.mark.anyio
async def test_the_tap_sees_both_directions_without_headers() -> None:
    passed: list[tuple[str, Direction, bytes]] = []

    class Ear:
        def passed(self, where: str, direction: Direction, data: bytes) -> None:
            passed.append((where, direction, data))

    rest = Rest(LOCAL, ManualClock(), transport=httpx.MockTransport(Seen()), tap=Ear())
    await rest.send(prepare(Call("Balance"), SIMULATED, 1), 2)
    assert [(where, direction) for where, direction, _ in passed] == [
        ("rest/Balance", "out"),
        ("rest/Balance", "in"),
    ]
    assert b"SIM-abc" not in b"".join(data for _, _, data in passed)


@pytest.mark.anyio
async def test_a_refused_connection_on_a_real_socket_is_not_sent() -> None:
    rest = Rest("http://127.0.0.1:1", ManualClock())
    with pytest.raises(NotSent, match="refused"):
        await rest.send(prepare(Call("Time")), 2)
    await rest.close()


@pytest.mark.anyio
async def test_a_real_server_that_closes_without_an_answer_is_an_answer_lost() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    told: list[str] = []
    rest = Rest(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", ManualClock())
    with pytest.raises(AnswerLost):
        await rest.send(prepare(Call("Time")), 2, wrote=lambda: told.append("wrote"))
    assert told == ["wrote"]
    await rest.close()
    server.close()
    await server.wait_closed()


@asynccontextmanager
async def a_server() -> AsyncIterator[tuple[str, list[bytes]]]:
    """Answer every request with nothing in particular; give the base, and the heads that were heard."""
    heads: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", heads


@pytest.mark.anyio
async def test_loopback_is_never_proxied(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    async with a_server() as (base, _):
        rest = Rest(base, ManualClock())
        assert await rest.send(prepare(Call("Time")), 2) == (200, b"{}")
        await rest.close()


@pytest.mark.anyio
async def test_no_password_of_a_netrc_is_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".netrc").write_text("default login alice password CANARY\n")
    (tmp_path / ".netrc").chmod(0o600)
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    monkeypatch.setenv("HOME", str(tmp_path))
    async with a_server() as (base, heads):
        rest = Rest(base, ManualClock())
        await rest.send(prepare(Call("Time")), 2)
        await rest.close()
    (head,) = heads
    assert b"authorization" not in head.lower()


@pytest.mark.parametrize("base", [LOCAL, LIVE])
@pytest.mark.anyio
async def test_httpx_itself_heeds_nothing_of_the_environment(base: str) -> None:
    """What it would take from there differs by version: today nothing, once the transport is ours."""
    rest = Rest(base, ManualClock())
    assert rest._client.trust_env is False
    await rest.close()
