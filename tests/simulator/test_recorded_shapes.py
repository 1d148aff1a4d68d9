"""What the simulator says has the shape of what the real exchange said (recorded, class R)."""

import json
from typing import Any

import pytest

from krakentui.simulator import public_rest
from krakentui.simulator.surface import HttpRequest
from tests.simulator.publicly import Listener, a_world, exact, pass_time
from tests.support.samples import samples


def recorded(*parts: str) -> dict[str, Any]:
    """Read a recorded payload, numbers as text."""
    return exact(samples(*parts).read_text("utf-8"))


def shape(value: object) -> object:
    """Give the keys in order, the JSON types, and of a decimal number its places."""
    if isinstance(value, dict):
        return {name: shape(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return type(value).__name__


def places(value: object) -> object:
    """Give the decimals of every number, read as text."""
    if isinstance(value, dict):
        return {name: places(inner) for name, inner in value.items() if name != "timestamp"}
    if isinstance(value, list):
        return [places(value[0])] if value else []
    return len(str(value).partition(".")[2]) if str(value)[-1:].isdigit() else None


def typed(*parts: str) -> dict[str, Any]:
    """Read a recorded payload with JSON's own types."""
    read: dict[str, Any] = json.loads(samples(*parts).read_text("utf-8"))
    return read


def first(listener: Listener, channel: str, kind: str) -> str:
    """Give the text of the first frame of a kind with entries on the same sides as the recorded one."""
    for text in listener.frames:
        frame = json.loads(text)
        if frame.get("channel") == channel and frame.get("type") == kind:
            entry = frame["data"][0]
            if channel != "book" or kind == "snapshot" or (entry["asks"] and not entry["bids"]):
                return text
    raise AssertionError(channel)


@pytest.fixture(scope="module")
def heard() -> Listener:
    """A listener who has heard BTC/USD on every channel for half a minute."""
    world = a_world("BTC/USD")
    listener = Listener(world)
    listener.subscribe("book", "BTC/USD", depth=10)
    listener.subscribe("ticker", "BTC/USD")
    listener.subscribe("trade", "BTC/USD")
    listener.subscribe("ohlc", "BTC/USD")
    pass_time(world, 30)
    return listener


@pytest.mark.parametrize(
    ("channel", "kind", "file"),
    [
        ("book", "snapshot", "book-snapshot.json"),
        ("book", "update", "book-update.json"),
        ("ticker", "update", "ticker-update.json"),
        ("trade", "update", "trade-update.json"),
        ("ohlc", "update", "ohlc-update.json"),
        ("status", "update", "status.2026-09.json"),
    ],
)
def test_stream_frames_have_recorded_keys_order_types_and_decimals(
    heard: Listener, channel: str, kind: str, file: str
) -> None:
    text = first(heard, channel, kind)
    real = samples("ws-v2", file).read_text("utf-8")
    ours, theirs = json.loads(text), json.loads(real)
    assert json.dumps(shape(ours)) == json.dumps(shape(theirs))
    assert places(exact(text)) == places(exact(real))


@pytest.mark.parametrize(
    ("file", "request_"),
    [
        ("subscribe-ack.book.json", {"channel": "book", "symbol": ["BTC/USD"]}),
        ("subscribe-ack.trade.json", {"channel": "trade", "symbol": ["BTC/USD"]}),
        ("subscribe-error.depth-not-supported.json", {"channel": "book", "symbol": ["BTC/USD"], "depth": 3}),
        ("subscribe-error.legacy-name.json", {"channel": "book", "symbol": ["XBT/USD"]}),
        ("subscribe-error.private-on-public-host.json", {"channel": "executions", "token": "x"}),
    ],
)
def test_answers_equal_the_recorded_ones_but_for_the_times(file: str, request_: dict[str, object]) -> None:
    listener = Listener(a_world("BTC/USD", moving=False))
    ours = listener.send({"method": "subscribe", "params": request_})[0]
    real = typed("ws-v2", file)
    assert list(ours) == list(real)
    for frame in (ours, real):
        del frame["time_in"], frame["time_out"]
    assert ours == real


def test_an_unsubscribe_ack_equals_the_recorded_one_but_for_the_times() -> None:
    listener = Listener(a_world("BTC/USD", moving=False))
    listener.subscribe("book", "BTC/USD")
    (ours,) = listener.unsubscribe("book", "BTC/USD")
    real = typed("ws-v2", "unsubscribe-ack.book.json")
    assert list(ours) == list(real)
    assert ours["result"] == real["result"]


def test_the_heartbeat_equals_the_recorded_one() -> None:
    world = a_world("BTC/USD", moving=False)
    listener = Listener(world)
    listener.subscribe("trade", "BTC/USD")
    pass_time(world, 2)
    assert listener.frames[-1] == samples("ws-v2", "heartbeat.json").read_text("utf-8").strip()


@pytest.mark.parametrize(
    ("name", "query", "file"),
    [
        ("Assets", "asset=XBT,XDG,ETH,USD,SOL", "assets.2026-09.five.json"),
        ("OHLC", "pair=BTC/USD&interval=60", "ohlc.2026-09.json"),
        ("Trades", "pair=BTC/USD", "trades.2026-09.json"),
        ("Ticker", "pair=XBTUSDT", "ticker.json"),
        ("Depth", "pair=XBTUSDT", "depth.json"),
        ("Time", "", "time.json"),
    ],
)
def test_rest_replies_have_recorded_keys_order_and_types(name: str, query: str, file: str) -> None:
    world = a_world("BTC/USD", "USDT/USD", "BTC/USDT")
    pass_time(world, 5)
    body = public_rest.handle(world, HttpRequest("GET", f"/0/public/{name}", query)).body
    assert json.dumps(shape(json.loads(body))) == json.dumps(shape(typed("rest", file)))


@pytest.mark.parametrize("rest_id", ["XXBTZUSD", "XDGUSD", "XETHXXBT", "SOLUSD"])
def test_asset_pairs_have_the_recorded_keys_and_figures(rest_id: str) -> None:
    body = public_rest.handle(a_world(moving=False), HttpRequest("GET", "/0/public/AssetPairs", "")).body
    ours = json.loads(body)["result"][rest_id]
    real = typed("rest", "asset-pairs.2026-09.five.json")["result"][rest_id]
    assert list(ours) == list(real)
    for name in set(real) - {"fees", "fees_maker"}:  # recorded empty on that day
        assert ours[name] == real[name], name


def test_system_status_has_the_recorded_keys_and_the_newer_two() -> None:
    body = public_rest.handle(a_world("BTC/USD"), HttpRequest("GET", "/0/public/SystemStatus", "")).body
    real = typed("rest", "system-status.json")["result"]
    assert list(json.loads(body)["result"]) == [*real, "upcoming_maintenance", "emergency"]


def test_decimals_of_trades_are_the_recorded_ones() -> None:
    world = a_world("BTC/USD", moving=False)
    body = public_rest.handle(world, HttpRequest("GET", "/0/public/Trades", "pair=BTC/USD")).body.decode()
    ours = exact(body)["result"]["BTC/USD"][0]
    real = recorded("rest", "trades.2026-09.json")["result"]["BTC/USD"][0]
    assert [len(text.partition(".")[2]) for text in ours[:3]] == [
        len(text.partition(".")[2]) for text in real[:3]
    ]
