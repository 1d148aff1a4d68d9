"""Listings fill the market up to any number, cost little until watched, and are like any other market."""

import json
import time

import pytest

from krakentui.commands.parser import MOST_PAIRS
from krakentui.simulator.options import Options
from krakentui.simulator.public_rest import handle
from krakentui.simulator.surface import HttpRequest
from krakentui.simulator.tables import load
from krakentui.simulator.world import World
from tests.simulator.private import Rest, place, wait
from tests.simulator.publicly import Listener

MANY = MOST_PAIRS
"""As many as the command line takes."""


def a_big_world(pairs: int = MANY, seed: int = 1) -> World:
    world = World(Options(manual=True, quiet=True, pairs=pairs, seed=seed))
    world.start()
    return world


@pytest.fixture(scope="module")
def big() -> World:
    return a_big_world()


def ask(world: World, name: str, query: str = "") -> dict[str, dict[str, object]]:
    envelope = json.loads(handle(world, HttpRequest("GET", f"/0/public/{name}", query)).body)
    assert envelope["error"] == []
    found: dict[str, dict[str, object]] = envelope["result"]
    return found


def a_listing(world: World) -> str:
    return next(symbol for symbol, pair in world.pairs.items() if pair.is_listing)


def test_there_are_as_many_pairs_as_asked_for(big: World) -> None:
    assert len(ask(big, "AssetPairs")) == MANY


def test_every_pair_has_a_price_and_a_spread(big: World) -> None:
    rows = ask(big, "Ticker")
    assert len(rows) == MANY
    for row in rows.values():
        ask_price, bid_price = row["a"], row["b"]
        assert isinstance(ask_price, list)
        assert isinstance(bid_price, list)
        assert 0 < float(bid_price[0]) < float(ask_price[0])


def test_without_the_option_only_the_table_is_there() -> None:
    assert World(Options()).pairs == load().pairs


def test_the_table_is_as_it_is_without_listings(big: World) -> None:
    assert {symbol: big.pairs[symbol] for symbol in load().pairs} == load().pairs


def test_a_seed_makes_the_same_listings_and_another_seed_others() -> None:
    first, again, other = (a_big_world(60, seed).pairs for seed in (5, 5, 6))
    assert list(first) == list(again) != list(other)


def test_a_smaller_number_makes_the_first_of_a_larger() -> None:
    few, more = a_big_world(60).pairs, a_big_world(90).pairs
    assert few == {symbol: more[symbol] for symbol in few}


def test_spellings_are_unambiguous(big: World) -> None:
    for pair in big.pairs.values():
        assert all(big.find_pair(name) is pair for name in (pair.symbol, pair.rest_id, pair.altname))


def test_the_most_pairs_start_within_3_seconds() -> None:
    began = time.process_time()
    a_big_world()
    assert time.process_time() - began < 3


def test_listings_that_nobody_watches_cost_nothing() -> None:
    few, many = a_big_world(0), a_big_world()

    def cost(world: World) -> float:
        began = time.process_time()
        wait(world, 20)
        return time.process_time() - began

    assert cost(many) < 2 * cost(few) + 0.05


def test_a_listing_moves_once_it_is_watched() -> None:
    world = a_big_world(60)
    symbol = a_listing(world)
    market = world.markets[symbol]
    wait(world, 120)
    still = (market.best_bid, market.tape.next_id)
    client = Listener(world)
    client.subscribe("book", symbol, depth=10)
    wait(world, 300)
    assert (market.best_bid, market.tape.next_id) != still


def test_a_listing_has_no_past() -> None:
    world = a_big_world(60)
    pair = world.pairs[a_listing(world)]
    rows = ask(world, "Trades", f"pair={pair.rest_id}")[pair.rest_id]
    assert list(rows) == []


def test_an_order_on_a_listing_fills_like_any_other() -> None:
    world = a_big_world(60)
    symbol = a_listing(world)
    order = place(world, symbol=symbol, away_bp=-50)
    world.markets[symbol].trade("sell", (order.limit_price or 0) - 1, order.qty)
    assert order.status == "filled"
    assert Rest(world).call("QueryOrders", txid=order.id)["result"][order.id]["status"] == "closed"
