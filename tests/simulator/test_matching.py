"""Own orders meet the market: crossing, queueing, partial fills, stops, takers, and no trade with oneself."""

from typing import Any

import pytest

from krakentui.simulator import accounts
from krakentui.simulator.orders import Order, Request, Side
from krakentui.simulator.world import World
from tests.simulator.private import a_world, alice, place

SYMBOL = "BTC/USD"


def prints(world: World, side: str, price: int, qty: int) -> None:
    world.markets[SYMBOL].trade(side, price, qty)


def alone(world: World) -> None:
    """Cancel the seeded orders, so that only the test's own are there."""
    for order in list(alice(world).open.values()):
        accounts.of(world).desk.cancel(order, "User requested")


@pytest.fixture
def world() -> World:
    fresh = a_world()
    alone(fresh)
    return fresh


def test_a_print_below_a_buy_fills_it_at_its_own_price(world: World) -> None:
    order = place(world, qty=1_000_000)
    assert order.limit_price is not None
    prints(world, "sell", order.limit_price - 5, 400_000)
    assert (order.filled, order.status) == (400_000, "partially_filled")
    assert order.average == order.limit_price


def test_a_print_above_a_sell_fills_it(world: World) -> None:
    order = place(world, side="sell", away_bp=100, qty=300_000)
    assert order.limit_price is not None
    prints(world, "buy", order.limit_price + 5, 400_000)
    assert order.status == "filled"


def test_a_print_that_does_not_reach_leaves_it_alone(world: World) -> None:
    order = place(world)
    assert order.limit_price is not None
    prints(world, "sell", order.limit_price + 1, 400_000)
    assert order.filled == 0


def test_at_its_price_an_order_waits_for_the_volume_ahead(world: World) -> None:
    order = place(world, qty=500_000)
    assert order.limit_price is not None
    order.ahead = 300_000
    prints(world, "sell", order.limit_price, 200_000)
    assert (order.filled, order.ahead) == (0, 100_000)
    prints(world, "sell", order.limit_price, 250_000)
    assert (order.filled, order.ahead) == (150_000, 0)


def test_a_taker_on_the_own_side_does_not_hit_a_queue(world: World) -> None:
    order = place(world, qty=500_000)
    assert order.limit_price is not None
    prints(world, "buy", order.limit_price, 200_000)
    assert order.filled == 0


def test_one_print_is_not_given_out_twice(world: World) -> None:
    better, worse = place(world, away_bp=-50, qty=300_000), place(world, away_bp=-60, qty=300_000)
    prints(world, "sell", (worse.limit_price or 0) - 10, 400_000)
    assert (better.filled, worse.filled) == (300_000, 100_000)


def test_the_older_of_two_equal_orders_is_served_first(world: World) -> None:
    first = place(world, qty=300_000)
    world.clock.advance_to(world.clock.now_us() + 1)
    second = place(world, qty=300_000, limit_price=first.limit_price)
    prints(world, "sell", (first.limit_price or 0) - 10, 300_000)
    assert (first.filled, second.filled) == (300_000, 0)


def test_a_joining_order_queues_behind_what_rests(world: World) -> None:
    market = world.markets[SYMBOL]
    order = place(world, limit_price=market.best_bid)
    assert order.ahead == market.queue_ahead("buy", market.best_bid) > 0


def test_an_amend_that_keeps_the_price_and_lowers_the_quantity_keeps_the_place(world: World) -> None:
    desk, order = accounts.of(world).desk, place(world, qty=500_000)
    order.ahead = 7
    assert desk.amend(order, qty=400_000) is None
    assert order.ahead == 7


def test_an_amend_of_the_price_loses_the_place(world: World) -> None:
    desk, order = accounts.of(world).desk, place(world, qty=500_000)
    order.ahead = 7
    assert desk.amend(order, limit_price=world.markets[SYMBOL].best_bid) is None
    assert order.ahead == world.markets[SYMBOL].queue_ahead("buy", world.markets[SYMBOL].best_bid)


def test_an_amend_below_what_is_filled_cancels_the_rest(world: World) -> None:
    desk, order = accounts.of(world).desk, place(world, qty=500_000)
    prints(world, "sell", (order.limit_price or 0) - 5, 300_000)
    desk.amend(order, qty=200_000)
    assert (order.status, order.filled) == ("canceled", 300_000)


def test_a_crossing_limit_takes_what_it_reaches_and_rests_with_the_remainder(world: World) -> None:
    market = world.markets[SYMBOL]
    top = market.best_ask
    there = market.book.asks.qty[top]
    order = place(world, limit_price=top, qty=there + 200_000)
    assert order.filled == there
    assert order.status == "partially_filled"
    assert not alice(world).fills[-1].maker


def test_own_prints_fill_no_own_order(world: World) -> None:
    market = world.markets[SYMBOL]
    resting = place(world, side="sell", limit_price=market.best_ask + 1, qty=300_000)
    place(world, limit_price=market.best_ask + 400, qty=4_000_000)
    assert resting.filled == 0


def test_post_only_that_would_take_is_canceled(world: World) -> None:
    order = place(world, limit_price=world.markets[SYMBOL].best_ask, post_only=True)
    assert (order.status, order.reason) == ("canceled", "Post only order")


def test_a_market_order_fills_at_once(world: World) -> None:
    order = place(world, side="sell", type="market", limit_price=None, qty=300_000)
    assert order.status == "filled"
    assert not alice(world).fills[-1].maker


def stop(world: World, side: Side, kind: str, bp: int) -> Order:
    last = world.markets[SYMBOL].last
    return place(world, side=side, type=kind, limit_price=None, trigger_price=last * (10_000 + bp) // 10_000)


@pytest.mark.parametrize(
    ("side", "kind", "bp"),
    [
        ("sell", "stop-loss", -100),
        ("buy", "stop-loss", 100),
        ("sell", "take-profit", 100),
        ("buy", "take-profit", -100),
    ],
)
def test_a_stop_fires_when_the_last_price_reaches_its_trigger(
    world: World, side: Side, kind: str, bp: int
) -> None:
    order = stop(world, side, kind, bp)
    trigger = order.trigger_price or 0
    world.markets[SYMBOL].set_price(trigger + (1 if bp < 0 else -1))
    assert not order.triggered
    world.markets[SYMBOL].set_price(trigger)
    assert order.status == "filled"


def test_a_triggered_stop_limit_rests_at_its_limit(world: World) -> None:
    last = world.markets[SYMBOL].last
    order = place(
        world, side="sell", type="stop-loss-limit", trigger_price=last * 99 // 100, limit_price=last
    )
    world.markets[SYMBOL].set_price(last * 98 // 100)
    assert order.triggered
    assert order.rests
    world.markets[SYMBOL].trade("buy", last + 5, order.qty)
    assert order.status == "filled"


def test_a_trailing_stop_follows_the_best_price_and_never_back(world: World) -> None:
    market = world.markets[SYMBOL]
    last = market.last
    order = place(world, side="sell", type="trailing-stop", limit_price=None, trail_bp=200)
    market.set_price(last * 103 // 100)
    raised = order.trigger_price or 0
    assert order.peak_price == last * 103 // 100
    market.set_price(last * 102 // 100)
    assert order.trigger_price == raised
    market.set_price(raised)
    assert order.status == "filled"


def test_a_buy_stop_that_trails_falls_with_the_price(world: World) -> None:
    market = world.markets[SYMBOL]
    order = place(world, type="trailing-stop", limit_price=None, trail_bp=200)
    before = order.trigger_price or 0
    market.set_price(market.last * 97 // 100)
    assert (order.trigger_price or 0) < before


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"qty": 1}, "EOrder:Order minimum not met"),
        ({"qty": 10**14}, "EOrder:Insufficient funds"),
        ({"qty": 10_000, "limit_price": 1}, "EOrder:Cost minimum not met"),
        ({"limit_price": 0}, "EOrder:Invalid price"),
        ({"limit_price": None}, "EOrder:Invalid price"),
        ({"type": "stop-loss"}, "EOrder:Invalid price"),
        ({"type": "trailing-stop", "trail_bp": 0}, "EOrder:Invalid price"),
        ({"type": "iceberg"}, "EGeneral:Invalid arguments:ordertype"),
    ],
)
def test_an_order_that_cannot_be_is_refused(world: World, change: dict[str, Any], error: str) -> None:
    wanted: dict[str, Any] = {"qty": 100_000, "limit_price": 1_000_000, "side": "buy"} | change
    ask = Request(pair=world.pairs[SYMBOL], **wanted)
    assert accounts.of(world).desk.place(alice(world), ask) == error
    assert not alice(world).open


def test_a_client_id_is_taken_once(world: World) -> None:
    place(world, cl_ord_id="mine")
    ask = Request(pair=world.pairs[SYMBOL], side="buy", qty=100_000, limit_price=1_000_000, cl_ord_id="mine")
    assert accounts.of(world).desk.place(alice(world), ask) == "EGeneral:Invalid arguments:cl_ord_id"


def test_fees_follow_the_30_day_volume(world: World) -> None:
    account = alice(world)
    account.volume_usd = 0
    assert [str(account.fee_rate(maker=maker)) for maker in (True, False)] == ["1/400", "1/250"]
    account.volume_usd = 60_000
    assert [str(account.fee_rate(maker=maker)) for maker in (True, False)] == ["7/5000", "3/1250"]
