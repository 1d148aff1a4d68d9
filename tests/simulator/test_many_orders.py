"""Five thousand open orders: made, listed, streamed and cancelled without anybody waiting long."""

import json
import time
from collections.abc import Callable

import pytest

from krakentui.simulator.world import World
from tests.simulator.private import Rest, Talk, a_world, alice, tell

MANY = 5_000
LONG_S = 3.0
"""Processor time that none of these may reach; each takes well below one second on a machine of its own."""


@pytest.fixture(scope="module")
def laden() -> World:
    world = a_world()
    tell(world, "account", orders=MANY)
    return world


def took(act: Callable[[], object]) -> float:
    began = time.process_time()
    act()
    return time.process_time() - began


def test_making_them_is_quick() -> None:
    world = a_world()
    assert took(lambda: tell(world, "account", orders=MANY)) < LONG_S


def test_every_one_is_open(laden: World) -> None:
    assert len(alice(laden).open) >= MANY
    tell(laden, "truth")


def test_open_orders_lists_every_one(laden: World) -> None:
    found = Rest(laden).call("OpenOrders")["result"]["open"]
    assert set(found) == set(alice(laden).open)


def test_open_orders_is_quick(laden: World) -> None:
    assert took(lambda: Rest(laden).call("OpenOrders")) < LONG_S


def test_the_snapshot_of_executions_has_every_one(laden: World) -> None:
    frames = Talk(laden).executions()
    assert {entry["order_id"] for entry in frames[1]["data"]} == set(alice(laden).open)


def test_the_snapshot_of_executions_is_quick(laden: World) -> None:
    talk = Talk(laden)
    assert took(talk.executions) < LONG_S


def test_the_market_goes_on_beside_them(laden: World) -> None:
    for market in laden.markets.values():
        market.freeze(frozen=False)
    seconds = 10
    assert took(lambda: laden.clock.advance_to(laden.clock.now_us() + seconds * 1_000_000)) < LONG_S
    for market in laden.markets.values():
        market.freeze(frozen=True)


def test_all_are_cancelled_at_once_and_quickly() -> None:
    world = a_world()
    tell(world, "account", orders=MANY)
    talk = Talk(world)
    talk.executions()
    assert took(lambda: Rest(world).call("CancelAll")) < LONG_S
    assert not alice(world).open
    ended = [json.loads(text) for text in talk.frames if '"canceled"' in text]
    assert len(ended) >= MANY


def test_the_counters_of_their_pairs_are_told_exactly(laden: World) -> None:
    rows = [row for row in tell(laden, "limits")["limits"] if row["name"] == "open_orders"]
    counted = {row["scope"]["pair"]: row["used"] for row in rows if row["scope"]["account"] == "alice"}
    open_orders = [order.pair.symbol for order in alice(laden).open.values()]
    assert counted == {symbol: f"{open_orders.count(symbol)}/1" for symbol in set(open_orders)}
