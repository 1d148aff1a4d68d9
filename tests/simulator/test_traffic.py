"""What comes too fast: frames of one connection, calls at once, connections of one address."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
import websockets
from hypothesis import given
from hypothesis import strategies as st

from krakentui.simulator import Exchange, Options
from krakentui.simulator.options import OPENING_US
from krakentui.simulator.traffic import Bucket, Flights, throttled
from tests.simulator.private import Rest, Talk, a_world, tell, wait

SECOND = 1_000_000
PING = json.dumps({"method": "ping"})


def rows(world: Any, name: str) -> list[dict[str, Any]]:  # noqa: ANN401  a world or an exchange's answer
    return [row for row in tell(world, "limits")["limits"] if row["name"] == name]


# --- frames of one connection ---------------------------------------------------------------------


def test_one_frame_too_many_gets_the_bare_error_and_is_not_acted_on() -> None:
    world = a_world(rules="strict")
    talk = Talk(world)
    before = len(talk.frames)
    for _ in range(16):
        talk.talk.received(PING)
    answers = talk.frames[before:]
    assert all('"pong"' in text for text in answers[:15])
    assert answers[15] == '{"Error":"Exceeded msg rate"}'
    assert len(answers) == 16


def test_frames_are_welcome_again_at_the_steady_rate() -> None:
    world = a_world(rules="strict")
    talk = Talk(world)
    for _ in range(20):
        talk.talk.received(PING)
    talk.frames.clear()
    wait(world, 0.1)
    talk.talk.received(PING)
    talk.talk.received(PING)
    assert ['"pong"' in text for text in talk.frames] == [True, False]


def test_connections_count_their_frames_apart() -> None:
    world = a_world(rules="strict")
    first, second = Talk(world), Talk(world)
    for _ in range(20):
        first.talk.received(PING)
    second.frames.clear()
    second.talk.received(PING)
    assert '"pong"' in second.frames[0]


def test_lenient_takes_any_number_of_frames() -> None:
    talk = Talk(a_world(rules="lenient"))
    talk.frames.clear()
    for _ in range(500):
        talk.talk.received(PING)
    assert all('"pong"' in text for text in talk.frames)


def test_the_count_of_frames_is_told_exactly_with_its_next_free_instant() -> None:
    world = a_world(rules="strict")
    talk = Talk(world)
    for _ in range(15):
        talk.talk.received(PING)
    wait(world, 0.03)
    (row,) = rows(world, "messages")
    assert row["scope"] == {"connection": talk.talk.socket.number}
    assert (row["used"], row["max"], row["decay"]) == ("147/10", "15", "10")
    assert row["free_at"] == "2027-03-10T09:00:00.100000Z"


def test_a_connection_that_is_gone_counts_no_frames() -> None:
    world = a_world()
    talk = Talk(world)
    talk.talk.received(PING)
    talk.talk.closed()
    assert rows(world, "messages") == []


@given(st.integers(1, 60), st.sampled_from([10, 20]), st.lists(st.integers(0, 2 * SECOND), max_size=40))
def test_a_bucket_is_free_exactly_when_it_says(burst: int, rate: int, gaps: list[int]) -> None:
    bucket, now = Bucket(burst, rate), OPENING_US
    for gap in gaps:
        now += gap
        free = bucket.free_at_us(now)
        if free > now:
            assert not bucket.take(now)
            assert not Bucket(burst, rate, bucket.empty_at).take(free - 1)
            assert Bucket(burst, rate, bucket.empty_at).take(free)
        else:
            assert bucket.take(now)
        assert bucket.used(now) <= burst


# --- calls at once --------------------------------------------------------------------------------


def test_a_place_is_free_once_a_call_has_its_answer() -> None:
    flights = Flights(2)
    assert [flights.enter("k") for _ in range(3)] == [True, True, False]
    assert flights.enter("other")
    flights.leave("k")
    assert flights.enter("k")


def test_without_a_maximum_any_number_of_calls_may_be_under_way() -> None:
    flights = Flights(None)
    assert all(flights.enter("k") for _ in range(1_000))


def test_the_refusal_names_the_next_second() -> None:
    assert throttled(5 * SECOND + 1) == "EService: Throttled: 6"


@asynccontextmanager
async def unfinished(exchange: Exchange, request: bytes) -> AsyncIterator[None]:
    """Keep a call under way: its body never comes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", exchange.port)
    del reader
    writer.write(request)
    await writer.drain()
    try:
        yield
    finally:
        writer.close()
        await writer.wait_closed()


async def under_way(exchange: Exchange, count: int) -> None:
    """Wait until so many calls have come in."""
    async with asyncio.timeout(5):
        flights = exchange.world.judge.flights
        while sum(flights.under_way.values()) < count:  # noqa: ASYNC110  nothing tells of a call
            await asyncio.sleep(0)


@pytest.mark.anyio
async def test_a_call_beside_too_many_others_of_its_key_is_throttled() -> None:
    async with Exchange(Options(manual=True, quiet=True, rules="strict")) as exchange:
        client = Rest(exchange.world)
        head = (
            f"POST /0/private/Balance HTTP/1.1\r\nHost: 127.0.0.1:{exchange.port}\r\n"
            f"API-Key: {client.key.public}\r\nContent-Length: 50\r\n\r\n"
        ).encode()
        async with unfinished(exchange, head), unfinished(exchange, head), httpx.AsyncClient() as http:
            await under_way(exchange, 2)
            request = client.form("Balance")
            reply = await http.post(
                f"{exchange.rest}{request.path}", content=request.body, headers=request.headers
            )
        seconds = OPENING_US // SECOND + 1
        assert reply.json() == {"error": [f"EService: Throttled: {seconds}"]}


@pytest.mark.anyio
async def test_another_key_is_not_throttled() -> None:
    async with Exchange(Options(manual=True, quiet=True, rules="strict")) as exchange:
        other = Rest(exchange.world, "other")
        head = (
            f"POST /0/private/Balance HTTP/1.1\r\nHost: 127.0.0.1:{exchange.port}\r\n"
            f"API-Key: {Rest(exchange.world).key.public}\r\nContent-Length: 50\r\n\r\n"
        ).encode()
        async with unfinished(exchange, head), unfinished(exchange, head), httpx.AsyncClient() as http:
            await under_way(exchange, 2)
            request = other.form("Balance")
            reply = await http.post(
                f"{exchange.rest}{request.path}", content=request.body, headers=request.headers
            )
        assert reply.json()["error"] == []


# --- connections of one address -------------------------------------------------------------------


@pytest.mark.anyio
async def test_the_151st_connection_in_ten_minutes_is_refused_at_the_door() -> None:
    async with Exchange(Options(manual=True, quiet=True)) as exchange:
        for _ in range(150):
            assert exchange.world.judge.connect("127.0.0.1", exchange.world.clock.now_us())
        with pytest.raises(websockets.InvalidStatus) as refused:
            await websockets.connect(str(exchange.first_line()["ws_public"]), proxy=None)
        assert refused.value.response.status_code == 403
        assert b"1015" in (refused.value.response.body or b"")


@pytest.mark.anyio
async def test_the_old_private_socket_is_where_the_first_line_says() -> None:
    async with Exchange(Options(manual=True, quiet=True)) as exchange:
        token = Rest(exchange.world).call("GetWebSocketsToken")["result"]["token"]
        wanted = {"name": "openOrders", "token": token, "ratecounter": True}
        async with websockets.connect(str(exchange.first_line()["ws_v1"]), proxy=None) as ws:
            assert json.loads(await ws.recv())["event"] == "systemStatus"
            await ws.send(json.dumps({"event": "subscribe", "subscription": wanted}))
            assert json.loads(await ws.recv())["status"] == "subscribed"
            assert json.loads(await ws.recv())[1] == "openOrders"


# --- the counter on executions --------------------------------------------------------------------


def test_lenient_tells_the_exact_counter_on_executions() -> None:
    world = a_world(rules="lenient")
    talk = Talk(world, "full")
    talk.executions(ratecounter=True)
    tell(world, "account", cancel={"all": True})
    world.judge.engine.clear()
    talk.take()
    placed = tell(
        world,
        "account",
        order={"pair": "BTC/USD", "qty": "0.001", "price": "50000"},
        **{"as": "other"},
    )
    wait(world, 0.2)
    tell(world, "account", cancel={"id": placed["orders"][0]}, **{"as": "other"})
    texts = [text for text in talk.frames if '"executions"' in text]
    assert ['"ratecount":1.00000000' in text for text in texts] == [True, True, False]
    assert '"ratecount":8.53200000' in texts[2]  # 1 less 0.2 s of 2.34, and 8


@pytest.mark.parametrize("rules", ["documented", "strict", "old"])
def test_the_others_do_not_tell_it(rules: str) -> None:
    world = a_world(rules=rules)
    talk = Talk(world)
    talk.executions(ratecounter=True)
    assert "ratecount" not in "".join(talk.frames).replace("maxratecount", "")


def test_it_is_not_told_unasked() -> None:
    talk = Talk(a_world(rules="lenient"))
    talk.executions()
    assert "ratecount" not in "".join(talk.frames).replace("maxratecount", "")
