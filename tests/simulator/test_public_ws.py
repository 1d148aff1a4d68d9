"""The public websocket: greeting, acks, refusals, heartbeat, snapshots."""

import json
from typing import Any

import pytest

from tests.simulator.publicly import Listener, a_world, pass_time


def answer(frames: list[dict[str, Any]]) -> dict[str, Any]:
    """Give the only frame, without its times."""
    (frame,) = frames
    return {name: value for name, value in frame.items() if name not in {"time_in", "time_out"}}


def test_the_first_frame_is_the_status_with_a_64_bit_connection_id() -> None:
    listener = Listener(a_world("BTC/USD"))
    (frame,) = (json.loads(text) for text in listener.frames)
    assert (frame["channel"], frame["type"]) == ("status", "update")
    assert 2**53 < frame["data"][0]["connection_id"] < 2**64


def test_a_change_of_the_engine_is_told_without_a_connection_id() -> None:
    world = a_world("BTC/USD")
    listener = Listener(world)
    world.set_system("maintenance")
    entry = json.loads(listener.frames[-1])["data"][0]
    assert entry["system"] == "maintenance"
    assert "connection_id" not in entry


def test_ping_brings_pong_with_its_number() -> None:
    listener = Listener(a_world("BTC/USD"))
    assert answer(listener.send({"method": "ping", "req_id": 7})) == {"method": "pong", "req_id": 7}
    assert answer(listener.send({"method": "ping"})) == {"method": "pong"}


def test_every_symbol_is_acked_before_any_snapshot_comes() -> None:
    listener = Listener(a_world("BTC/USD", "ETH/USD"))
    frames = listener.subscribe("ticker", "BTC/USD", "ETH/USD")
    assert [frame.get("method") or frame["type"] for frame in frames] == [
        "subscribe",
        "subscribe",
        "snapshot",
        "snapshot",
    ]
    assert [frame["result"]["symbol"] for frame in frames[:2]] == ["BTC/USD", "ETH/USD"]


@pytest.mark.parametrize(
    ("channel", "params", "result"),
    [
        (
            "ticker",
            {},
            {"channel": "ticker", "event_trigger": "trades", "snapshot": True, "symbol": "BTC/USD"},
        ),
        (
            "ticker",
            {"event_trigger": "bbo", "snapshot": False},
            {"channel": "ticker", "event_trigger": "bbo", "snapshot": False, "symbol": "BTC/USD"},
        ),
        ("book", {}, {"channel": "book", "depth": 10, "snapshot": True, "symbol": "BTC/USD"}),
        ("book", {"depth": 100}, {"channel": "book", "depth": 100, "snapshot": True, "symbol": "BTC/USD"}),
        ("trade", {}, {"channel": "trade", "snapshot": False, "symbol": "BTC/USD"}),
        (
            "ohlc",
            {"interval": 60},
            {
                "channel": "ohlc",
                "interval": 60,
                "snapshot": True,
                "symbol": "BTC/USD",
                "warnings": ["timestamp is deprecated, use interval_begin"],
            },
        ),
    ],
)
def test_an_ack_repeats_what_is_subscribed(
    channel: str, params: dict[str, object], result: dict[str, object]
) -> None:
    listener = Listener(a_world("BTC/USD"))
    ack = listener.subscribe(channel, "BTC/USD", **params)[0]
    assert list(ack) == ["method", "result", "success", "time_in", "time_out"]
    assert list(ack["result"].items()) == list(result.items())


def test_the_instrument_channel_lists_every_asset_and_pair() -> None:
    world = a_world()
    listener = Listener(world)
    ack, frame = listener.send({"method": "subscribe", "params": {"channel": "instrument"}, "req_id": 79})
    assert ack["result"] == {
        "channel": "instrument",
        "snapshot": True,
        "warnings": ["tick_size is deprecated, use price_increment"],
    }
    assert ack["req_id"] == 79
    assert {pair["symbol"] for pair in frame["data"]["pairs"]} == set(world.pairs)
    assert {asset["id"] for asset in frame["data"]["assets"]} == set(world.assets)


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (
            {"method": "subscribe", "params": {"channel": "book", "symbol": ["XBT/USD"]}, "req_id": 3},
            {
                "error": "Currency pair not supported XBT/USD",
                "method": "subscribe",
                "req_id": 3,
                "success": False,
                "symbol": "XBT/USD",
            },
        ),
        (
            {"method": "subscribe", "params": {"channel": "book", "symbol": ["BTC/USD"], "depth": 7}},
            {"error": "Subscription depth not supported", "method": "subscribe", "success": False},
        ),
        (
            {"method": "subscribe", "params": {"channel": "book", "symbol": ["BTC/USD"], "depth": True}},
            {"error": "Subscription depth not supported", "method": "subscribe", "success": False},
        ),
        (
            {"method": "subscribe", "params": {"channel": "ohlc", "symbol": ["BTC/USD"], "interval": 2}},
            {"error": "Subscription ohlc interval not supported", "method": "subscribe", "success": False},
        ),
        (
            {"method": "unsubscribe", "params": {"channel": "ticker", "symbol": ["BTC/USD"]}},
            {
                "error": "Subscription Not Found",
                "method": "subscribe",
                "success": False,
                "symbol": "BTC/USD",
            },
        ),
        (
            {"method": "subscribe", "params": {"channel": "executions", "token": "x"}},
            {
                "error": "Private data and trading are unavailable on this endpoint. Try ws-auth.kraken.com",
                "method": "subscribe",
                "success": False,
            },
        ),
        (
            {"method": "cancel_all", "params": {"token": "x"}, "req_id": 4},
            {
                "error": "Private data and trading are unavailable on this endpoint. Try ws-auth.kraken.com",
                "method": "cancel_all",
                "req_id": 4,
                "success": False,
            },
        ),
        (
            {"method": "ping", "params": {}},
            {
                "error": "Unsupported field: 'params' for the given msg type: ping",
                "method": "ping",
                "success": False,
            },
        ),
        (
            {"method": "subscribe", "params": {"channel": "trade", "symbol": ["BTC/USD"], "depth": 10}},
            {
                "error": "Unsupported field: 'depth' for the given msg type: subscribe",
                "method": "subscribe",
                "success": False,
            },
        ),
        (
            {"method": "subscribe", "params": {"channel": "nope", "symbol": ["BTC/USD"]}},
            {"error": "Unsupported event", "method": "subscribe", "success": False},
        ),
        ({"method": "dance"}, {"error": "Unsupported event", "method": "dance", "success": False}),
        ({"req_id": 1}, {"error": "Unsupported event", "req_id": 1, "success": False}),
    ],
)
def test_refusals_read_as_on_the_exchange(request_: dict[str, object], expected: dict[str, object]) -> None:
    found = answer(Listener(a_world("BTC/USD")).send(request_))
    assert list(found.items()) == list(expected.items())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nope",
        "[]",
        "1",
        "null",
        '{"method":1}',
        '{"method":"subscribe"}',
        '{"method":"subscribe","params":[]}',
        '{"method":"subscribe","params":{"channel":{}}}',
        '{"method":"subscribe","params":{"channel":"book","symbol":"BTC/USD"}}',
        '{"method":"subscribe","params":{"channel":"book","symbol":[1]}}',
        '{"method":"subscribe","params":{"channel":"book","symbol":[],"depth":[]}}',
        '{"method":"subscribe","params":{"channel":"book","symbol":["BTC/USD"],"depth":[]}}',
        '{"method":"subscribe","params":{"channel":"book","symbol":["BTC/USD"],"snapshot":1}}',
        '{"method":"ping","req_id":"1"}',
        '{"method":"ping","extra":1}',
        '{"method":"subscribe","params":{"channel":"book","symbol":["\\ud800"]}}',
        "[" * 100_000,
        "1" * 10_000,
    ],
)
def test_nonsense_is_refused_and_never_raises(text: str) -> None:
    (frame,) = Listener(a_world("BTC/USD")).send(text)
    assert frame["success"] is False
    assert frame["error"]


def test_a_second_subscription_of_the_same_is_refused() -> None:
    listener = Listener(a_world("BTC/USD"))
    listener.subscribe("book", "BTC/USD")
    assert answer(listener.subscribe("book", "BTC/USD"))["error"] == "Already subscribed"
    assert len(listener.subscribe("book", "BTC/USD", depth=25)) == 2


def test_one_bad_symbol_does_not_spoil_the_others() -> None:
    listener = Listener(a_world("BTC/USD", "ETH/USD"))
    frames = listener.subscribe("trade", "BTC/USD", "NO/PE", "ETH/USD")
    assert [frame["success"] for frame in frames] == [True, False, True]


def test_after_unsubscribing_no_more_data_comes() -> None:
    world = a_world("BTC/USD")
    listener = Listener(world)
    listener.subscribe("book", "BTC/USD")
    listener.subscribe("ticker", "BTC/USD", event_trigger="bbo")
    assert answer(listener.unsubscribe("book", "BTC/USD"))["result"] == {
        "channel": "book",
        "depth": 10,
        "symbol": "BTC/USD",
    }
    listener.unsubscribe("ticker", "BTC/USD", event_trigger="bbo")
    before = len(listener.frames)
    pass_time(world, 20)
    assert len(listener.frames) == before
    market = world.markets["BTC/USD"]
    assert not market.on_book
    assert not market.on_settled


def test_a_closed_socket_leaves_nothing_behind() -> None:
    world = a_world("BTC/USD")
    listener = Listener(world)
    for channel in ("book", "ticker", "trade", "ohlc"):
        listener.subscribe(channel, "BTC/USD")
    listener.send({"method": "subscribe", "params": {"channel": "instrument"}})
    listener.talk.closed()
    before = len(listener.frames)
    pass_time(world, 120)
    assert len(listener.frames) == before
    assert not world.talks
    assert not world.markets["BTC/USD"].on_book


def test_the_heartbeat_comes_each_second_of_silence() -> None:
    world = a_world("BTC/USD", moving=False)
    listener = Listener(world)
    pass_time(world, 5)
    assert not list(listener.data("heartbeat"))
    listener.subscribe("book", "BTC/USD")
    pass_time(world, 5)
    assert listener.frames[-1] == '{"channel":"heartbeat"}'
    assert len(list(listener.data("heartbeat"))) == 5


def test_the_heartbeat_keeps_away_while_data_flows() -> None:
    world = a_world("BTC/USD", moving=False)
    listener = Listener(world)
    listener.subscribe("trade", "BTC/USD")
    for _ in range(10):
        pass_time(world, 0.6)
        world.markets["BTC/USD"].trade("buy", world.markets["BTC/USD"].best_ask, 10)
    assert len(list(listener.data("heartbeat"))) <= 1
    pass_time(world, 3)
    assert len(list(listener.data("heartbeat"))) >= 2


def test_a_pong_does_not_hold_the_heartbeat_back() -> None:
    world = a_world("BTC/USD", moving=False)
    listener = Listener(world)
    listener.subscribe("trade", "BTC/USD")
    for _ in range(10):
        pass_time(world, 0.5)
        listener.send({"method": "ping"})
    assert len(list(listener.data("heartbeat"))) >= 4


def test_an_idle_socket_is_closed_after_a_minute() -> None:
    world = a_world("BTC/USD", moving=False)
    listener = Listener(world)
    pass_time(world, 50)
    listener.send({"method": "ping"})
    pass_time(world, 50)
    assert not listener.closes
    pass_time(world, 15)
    assert len(listener.closes) == 1


def test_a_ticker_on_trades_is_silent_between_trades_and_one_on_bbo_is_not() -> None:
    world = a_world("BTC/USD", moving=False)
    market = world.markets["BTC/USD"]
    slow, fast = Listener(world), Listener(world)
    slow.subscribe("ticker", "BTC/USD")
    fast.subscribe("ticker", "BTC/USD", event_trigger="bbo")
    market.change(market.book.bids, {market.best_bid + 1: 10})
    market.settle()
    market.change(market.book.bids, {market.best_bid - 400: 10})
    market.settle()
    counts = [len(list(listener.data("ticker", "update"))) for listener in (slow, fast)]
    assert counts == [0, 1]
    market.take("buy", 1)
    counts = [len(list(listener.data("ticker", "update"))) for listener in (slow, fast)]
    assert counts == [1, 2]


def test_the_trade_snapshot_is_the_last_fifty_and_updates_join_it() -> None:
    world = a_world("BTC/USD")
    pass_time(world, 10)
    listener = Listener(world)
    listener.subscribe("trade", "BTC/USD", snapshot=True)
    pass_time(world, 20)
    ids = [int(trade["trade_id"]) for frame in listener.data("trade") for trade in frame["data"]]
    assert ids == list(range(ids[0], ids[0] + len(ids)))
    (snapshot,) = listener.data("trade", "snapshot")
    assert len(snapshot["data"]) == 50


def test_numbers_keep_the_pairs_decimals_and_trailing_zeros() -> None:
    world = a_world()
    listener = Listener(world)
    listener.subscribe("ticker", *world.pairs, event_trigger="bbo")
    listener.subscribe("book", *world.pairs)
    pass_time(world, 5)
    places = {symbol: (pair.price_places, pair.qty_places) for symbol, pair in world.pairs.items()}
    for frame in [*listener.data("ticker"), *listener.data("book")]:
        entry = frame["data"][0]
        price_places, qty_places = places[entry["symbol"]]
        levels = [*entry.get("bids", []), *entry.get("asks", [])]
        prices = [level["price"] for level in levels]
        prices += [entry[name] for name in ("bid", "ask", "last", "vwap", "low", "high") if name in entry]
        quantities = [level["qty"] for level in levels]
        quantities += [entry[name] for name in ("bid_qty", "ask_qty", "volume") if name in entry]
        assert {len(text.partition(".")[2]) for text in prices} <= {price_places}
        assert {len(text.partition(".")[2]) for text in quantities} <= {qty_places}


def test_requests_are_in_the_log_with_their_verdict() -> None:
    world = a_world("BTC/USD")
    listener = Listener(world)
    listener.subscribe("book", "BTC/USD")
    listener.subscribe("book", "XBT/USD")
    rows = [entry.row() for entry in world.requests]
    assert [(row["surface"], row["what"], row["verdict"]) for row in rows] == [
        ("spot-ws-public", "subscribe book", "ok"),
        ("spot-ws-public", "subscribe book", "Currency pair not supported XBT/USD"),
    ]
