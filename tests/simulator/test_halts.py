"""Pairs that are halted: nothing trades, cancels go through, and everybody is told."""

import json
from typing import Any

import pytest

from krakentui.simulator.refusal import Refused
from krakentui.simulator.world import World
from tests.simulator.private import Rest, Talk, a_world, alice, tell, wait
from tests.simulator.publicly import Listener, ask

ORDER = {"pair": "XBTUSD", "type": "buy", "ordertype": "limit", "price": "90000", "volume": "0.001"}


def prints(world: World, symbol: str) -> int:
    return world.markets[symbol].tape.next_id


def moving() -> World:
    return a_world(frozen=False)


def test_nothing_is_printed_while_a_pair_is_halted_and_others_go_on() -> None:
    world = moving()
    wait(world, 5)
    assert tell(world, "market", pair="BTC/USD", halt=True)["status"] == "cancel_only"
    before = prints(world, "BTC/USD"), prints(world, "ETH/USD")
    wait(world, 60)
    assert prints(world, "BTC/USD") == before[0]
    assert prints(world, "ETH/USD") > before[1]
    assert tell(world, "market", pair="BTC/USD", halt=False)["status"] == "online"
    wait(world, 60)
    assert prints(world, "BTC/USD") > before[0]


def test_orders_are_refused_and_cancels_go_through() -> None:
    world = a_world()
    rest = Rest(world, "full")
    opened = rest.call("AddOrder", **ORDER)["result"]["txid"][0]
    tell(world, "market", pair="BTC/USD", halt=True)
    refused = "EService:Market in cancel_only mode"
    assert rest.error("AddOrder", **ORDER) == refused
    assert rest.error("AmendOrder", txid=opened, limit_price="90001") == refused
    assert rest.error("EditOrder", pair="XBTUSD", txid=opened, price="90001") == refused
    assert rest.error("AddOrder", **(ORDER | {"pair": "ETHUSD", "price": "2000", "volume": "0.01"})) is None
    assert rest.error("CancelOrder", txid=opened) is None
    assert opened not in alice(world).open
    tell(world, "market", pair="BTC/USD", halt=False)
    assert rest.error("AddOrder", **ORDER) is None


def test_the_websocket_refuses_with_the_same_words() -> None:
    world = a_world()
    talk = Talk(world, "full")
    tell(world, "market", pair="BTC/USD", halt=True)
    order: dict[str, Any] = {
        "symbol": "BTC/USD",
        "side": "buy",
        "order_type": "limit",
        "limit_price": 90000,
        "order_qty": 0.001,
    }
    (answer,) = talk.send("add_order", **order)
    assert answer["error"] == "EService:Market in cancel_only mode"


def test_who_watches_the_instruments_is_told_of_that_pair_alone() -> None:
    world = a_world()
    listener = Listener(world)
    listener.send({"method": "subscribe", "params": {"channel": "instrument"}})
    listener.frames.clear()
    for halted in (True, True, False):
        tell(world, "market", pair="BTC/USD", halt=halted)
    told: list[dict[str, Any]] = [json.loads(frame) for frame in listener.frames]
    assert [(frame["type"], frame["data"]["assets"]) for frame in told] == [("update", [])] * 2
    assert [[(p["symbol"], p["status"]) for p in frame["data"]["pairs"]] for frame in told] == [
        [("BTC/USD", "cancel_only")],
        [("BTC/USD", "online")],
    ]


def test_rest_and_a_new_subscription_tell_the_status() -> None:
    world = a_world()
    tell(world, "market", pair="BTC/USD", halt=True)
    assert ask(world, "AssetPairs", "pair=XBTUSD")["result"]["XXBTZUSD"]["status"] == "cancel_only"
    listener = Listener(world)
    snapshot = listener.send({"method": "subscribe", "params": {"channel": "instrument"}})[-1]
    statuses = {pair["symbol"]: pair["status"] for pair in snapshot["data"]["pairs"]}
    assert {symbol for symbol, status in statuses.items() if status == "cancel_only"} == {"BTC/USD"}


def test_a_market_that_was_frozen_by_hand_stays_frozen_after_a_halt() -> None:
    world = a_world(frozen=True)
    for halted in (True, False):
        tell(world, "market", pair="BTC/USD", halt=halted)
    assert not world.markets["BTC/USD"].flow.is_running


def test_a_market_that_is_let_go_while_halted_moves_when_the_halt_ends() -> None:
    world = a_world(frozen=True)
    tell(world, "market", pair="BTC/USD", halt=True, freeze=False)
    tell(world, "market", pair="BTC/USD", freeze=True)
    tell(world, "market", pair="BTC/USD", freeze=False)
    assert not world.markets["BTC/USD"].flow.is_running
    tell(world, "market", pair="BTC/USD", halt=False)
    assert world.markets["BTC/USD"].flow.is_running


@pytest.mark.parametrize("field", ["halt", "freeze"])
def test_maintenance_and_a_halt_may_overlap_in_any_order(field: str) -> None:
    world = moving()
    market = world.markets["BTC/USD"]
    tell(world, "maintenance", mode="maintenance")
    tell(world, "market", pair="BTC/USD", **{field: True})
    tell(world, "maintenance", mode="online")
    assert not market.flow.is_running
    assert world.markets["ETH/USD"].flow.is_running
    tell(world, "maintenance", mode="maintenance")
    tell(world, "market", pair="BTC/USD", **{field: False})
    assert not market.flow.is_running
    tell(world, "maintenance", mode="online")
    assert market.flow.is_running


@pytest.mark.parametrize("value", [1, "true", None, []])
def test_a_halt_is_true_or_false(value: object) -> None:
    with pytest.raises(Refused, match="halt is true or false"):
        tell(a_world(), "market", pair="BTC/USD", halt=value)
