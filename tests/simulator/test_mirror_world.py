"""The rest of a mirror: REST answers, keys, control calls, faults, and its log."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from krakentui.simulator import Exchange, Options, control, private_rest, public_rest
from krakentui.simulator.entrance import NOT_MIRRORED, Entrance
from krakentui.simulator.refusal import Refused
from krakentui.simulator.replay import replay
from krakentui.simulator.surface import HttpReply, HttpRequest
from krakentui.simulator.world import World
from tests.simulator.mirroring import (
    GREETING,
    HEARTBEAT,
    Client,
    a_mirror,
    ack,
    bare,
    passage,
    recorded,
    ticker,
    wait,
)
from tests.simulator.private import Rest, few_tables

BTC = "BTC/USD"
NOT_RECORDED = {"error": ["EGeneral:Not recorded"]}


def call(path: str, body: str = "") -> str:
    return passage(f"rest/{path.rpartition('/')[2].partition('?')[0]}", "out", f"{path} {body}")


def answer(name: str, *result: object, body: str | None = None) -> str:
    return passage(f"rest/{name}", "in", body or json.dumps({"error": [], "result": result[0]}))


REST = recorded(
    call("/0/public/Ticker?pair=XBTUSD"),
    answer("Ticker", {"a": 1}),
    call("/0/private/OpenOrders", "nonce=redacted&trades=true"),
    answer("OpenOrders", {"open": {"first": {}}}),
    call("/0/private/OpenOrders", "nonce=redacted&trades=true"),
    answer("OpenOrders", {"open": {"second": {}}}),
    call("/0/private/QueryOrders", '{"nonce":0,"txid":"O1"}'),
    answer("QueryOrders", {"O1": {}}),
    call("/0/public/Assets"),
    answer("Assets", body="<html>busy</html>"),
)


def public(world: World, name: str, query: str = "") -> HttpReply:
    return public_rest.handle(world, HttpRequest("GET", f"/0/public/{name}", query))


def test_a_public_call_gets_what_was_answered_to_that_very_call() -> None:
    world = a_mirror(REST)
    assert json.loads(public(world, "Ticker", "pair=XBTUSD").body)["result"] == {"a": 1}
    assert json.loads(public(world, "Ticker", "pair=ETHUSD").body) == NOT_RECORDED
    assert json.loads(public(world, "Depth", "pair=XBTUSD").body) == NOT_RECORDED


def test_answers_come_in_their_order_and_the_last_one_stays() -> None:
    rest = Rest(a_mirror(REST))
    told = [list(rest.call("OpenOrders", trades="true")["result"]["open"]) for _ in range(3)]
    assert told == [["first"], ["second"], ["second"]]
    assert rest.json("OpenOrders", trades=True)["result"]["open"] == {"second": {}}


def test_a_body_that_is_no_json_is_served_as_it_came() -> None:
    reply = public(a_mirror(REST), "Assets")
    assert (reply.body, reply.content_type) == (b"<html>busy</html>", "text/html")


def test_keys_and_tokens_are_its_own() -> None:
    rest = Rest(a_mirror(REST))
    assert rest.call("GetWebSocketsToken")["result"]["token"]
    assert rest.call("GetApiKeyInfo")["result"]["apiKeyName"]
    assert rest.call("BalanceEx") == NOT_RECORDED


def test_a_key_that_is_not_its_own_learns_nothing() -> None:
    world = a_mirror(REST)
    request = HttpRequest(
        "POST",
        "/0/private/OpenOrders",
        body=b"nonce=1&trades=true",
        headers={"api-key": "real", "api-sign": "x"},
    )
    assert json.loads(private_rest.handle(world, request).body) == {"error": ["EAPI:Invalid key"]}


def test_the_time_is_that_of_the_youngest_connection_as_it_was_recorded() -> None:
    """Else all that is told would look as old as the mirror has been running."""
    start_s = 1_785_552_833

    def told_s() -> int:
        return int(json.loads(public(world, "Time").body)["result"]["unixtime"])

    lines = [passage("public", "in", GREETING, t=5), passage("public", "in", ack("ticker", BTC), t=8)]
    world = a_mirror(recorded(*lines))
    wait(world, 60)
    assert told_s() == start_s
    client = Client(world)
    wait(world, 60)
    assert told_s() == start_s + 8  # it waits for the subscription
    client.subscribe("ticker", BTC)
    wait(world, 4)
    assert told_s() == start_s + 12
    client._entrance.frame(client._talk, '{"method":"ping"}')
    assert '"time_in":"2026-08-01T02:54:05.000000Z"' in client.frames[-1]
    Client(world)
    assert told_s() == start_s + 5


def test_the_old_websocket_is_not_mirrored() -> None:
    assert Entrance(a_mirror(REST)).knock("v1", "127.0.0.1") is NOT_MIRRORED
    assert Exchange(Options(mirror=REST)).options.start_us == 1_785_552_833_000_000


@pytest.mark.parametrize(
    "verb", ["account", "market", "pace", "maintenance", "ratecount", "snapshot", "restore"]
)
def test_what_could_change_nothing_is_refused(verb: str) -> None:
    with pytest.raises(Refused, match=f"a mirror says what was recorded: {verb} changes nothing in it"):
        control.command(a_mirror(REST), verb, {})


def test_the_account_of_a_mirror_is_empty_for_it_is_not_known() -> None:
    accounts: Any = control.command(a_mirror(REST), "truth", {})["accounts"]
    assert (accounts["alice"]["balances"], accounts["alice"]["open_orders"]) == ({}, {})


def test_faults_strike_what_is_mirrored() -> None:
    tape = bare(GREETING, ack("ticker", BTC), ticker(BTC, "1.0"), ticker(BTC, "2.0"), times=(0, 0, 1, 2))
    world = a_mirror(tape)
    control.command(
        world, "faults", {"add": {"fault": "dup", "match": {"channel": "ticker"}, "when": {"times": 1}}}
    )
    client = Client(world)
    client.subscribe("ticker", BTC)
    wait(world, 3)
    assert client.frames[2:5] == [ticker(BTC, "1.0"), ticker(BTC, "1.0"), ticker(BTC, "2.0")]


def test_the_sockets_of_a_mirror_are_told() -> None:
    world = a_mirror(bare(GREETING, ack("ticker", BTC)))
    Client(world).subscribe("ticker", BTC)
    sockets: Any = control.command(world, "truth", {})["sockets"]
    assert sockets[0]["subscriptions"] == [{"channel": "ticker", "symbol": BTC}]


@pytest.mark.anyio
async def test_the_log_of_a_mirror_can_be_replayed() -> None:
    told: list[str] = []
    tape = bare(GREETING, ack("ticker", BTC), ticker(BTC), HEARTBEAT, times=(0, 0, 1, 2))
    async with Exchange(Options(manual=True, mirror=tape), told.append) as exchange:
        client = Client(exchange.world)
        client.subscribe("ticker", BTC)
        await exchange.advance(5)
    again: list[str] = []
    replay(told, again.append)
    assert again == told


NAMES = st.sampled_from(["ticker", "book", "executions", "instrument", "status", "heartbeat", "odd"])
LINES = st.sampled_from(
    [
        GREETING,
        HEARTBEAT,
        ack("ticker", BTC),
        ack("ticker", BTC, "unsubscribe", req_id=3),
        ack("executions"),
        ack("book", BTC, depth=10),
        ticker(BTC),
        '{"channel":"executions","type":"update","data":[{"order_id":"O"}],"sequence":4}',
        '{"channel":"book","type":"snapshot","data":[{"symbol":"BTC/USD"}]}',
        '{"method":"cancel_order","success":true,"req_id":1}',
        "no json",
        "[]",
    ]
)
STEPS = st.tuples(
    st.sampled_from(["subscribe", "unsubscribe", "cancel_order", "ping", ""]),
    st.fixed_dictionaries(
        {}, optional={"channel": NAMES, "symbol": st.just([BTC]) | st.none(), "depth": st.integers()}
    ),
    st.floats(0, 3),
)


@given(
    st.lists(LINES, min_size=1, max_size=8),
    st.lists(STEPS, max_size=6),
    st.sampled_from(["public", "private"]),
)
def test_whatever_was_recorded_and_whatever_is_asked_nothing_breaks(
    lines: list[str], steps: list[tuple[str, dict[str, Any], float]], surface: str
) -> None:
    tape = recorded(*(passage(surface, "in", line, t=at) for at, line in enumerate(lines)))
    world = World(Options(manual=True, mirror=tape, start_us=tape.start_us), few_tables())
    world.start()
    client = Client(world, surface)
    for method, params, seconds in steps:
        client.send(method, 1, **params)
        wait(world, seconds)
    assert all(isinstance(frame, str) for frame in client.frames)
