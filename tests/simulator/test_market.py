"""A market's life: its flow, its takers, its scripts."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from krakentui.simulator import control
from krakentui.simulator.refusal import Refused
from krakentui.simulator.tape import MarketTrade
from tests.simulator.publicly import Listener, a_world, pass_time


def test_every_book_stays_deep_and_uncrossed() -> None:
    world = a_world()
    for _ in range(8):
        pass_time(world, 6)
        for market in world.markets.values():
            assert 0 < market.best_bid < market.best_ask
            assert min(len(market.book.bids.keys), len(market.book.asks.keys)) >= 100, market.pair.symbol


def test_spreads_stay_narrow() -> None:
    world = a_world()
    pass_time(world, 60)
    for market in world.markets.values():
        spread = (market.best_ask - market.best_bid) / market.last
        assert spread < max(0.01, 6 / market.last), market.pair.symbol


def test_a_pair_has_about_three_public_events_a_second() -> None:
    world = a_world()
    listener = Listener(world)
    listener.subscribe("book", *world.pairs, depth=100)
    listener.subscribe("trade", *world.pairs)
    start = len(listener.frames)
    pass_time(world, 20)
    rate = (len(listener.frames) - start) / 20 / len(world.pairs)
    assert 2 < rate < 6


def test_prices_move_and_come_back() -> None:
    world = a_world("BTC/USD")
    market = world.markets["BTC/USD"]
    seen: list[int] = []
    for _ in range(60):
        pass_time(world, 10)
        seen.append(market.last)
    opening = market.tape.opening.price
    assert len(set(seen)) > 40
    assert all(abs(price - opening) < opening * 0.03 for price in seen)


def test_crosses_follow_their_legs() -> None:
    world = a_world("BTC/USD", "EUR/USD", "BTC/EUR")
    world.markets["BTC/USD"].set_price(1_200_000)
    pass_time(world, 20)
    market = world.markets["BTC/EUR"]
    implied = 1_200_000 / 1.1523
    assert abs(market.last - implied) < implied * 0.01


def test_trade_ids_rise_by_one() -> None:
    world = a_world("ETH/USD")
    ids: list[int] = []
    world.markets["ETH/USD"].on_trade.append(lambda trade: ids.append(trade.trade_id))
    pass_time(world, 120)
    assert len(ids) > 20
    assert all(later == earlier + 1 for earlier, later in itertools.pairwise(ids))


@settings(max_examples=50)
@given(side=st.sampled_from(["buy", "sell"]), qty=st.integers(1, 5 * 10**9), seconds=st.integers(0, 5))
def test_a_taker_gets_the_best_levels_in_order_and_no_more_than_they_hold(
    side: str, qty: int, seconds: int
) -> None:
    world = a_world("BTC/USD")
    pass_time(world, seconds)
    market = world.markets["BTC/USD"]
    before = (market.book.asks if side == "buy" else market.book.bids).levels(200)
    fills = market.take(side, qty)
    assert sum(taken for _, taken in fills) == min(qty, sum(there for _, there in before))
    for (price, taken), (level, there) in zip(fills, before, strict=False):
        assert price == level
        assert 0 < taken <= there
    assert all(taken == there for (_, taken), (_, there) in zip(fills[:-1], before, strict=False))


def test_a_limited_taker_stops_at_its_price() -> None:
    market = a_world("BTC/USD").markets["BTC/USD"]
    third = market.book.asks.levels(3)[2][0]
    fills = market.take("buy", 10**12, third)
    assert [price for price, _ in fills][-1] == third
    assert market.best_ask > third


def test_a_taker_prints_its_trades() -> None:
    world = a_world("BTC/USD", moving=False)
    market = world.markets["BTC/USD"]
    seen: list[MarketTrade] = []
    market.on_trade.append(seen.append)
    fills = market.take("sell", 10**9)
    assert [(trade.price, trade.qty) for trade in seen] == fills
    assert {(trade.side, trade.ord_type) for trade in seen} == {("sell", "market")}
    assert market.last == fills[-1][0]


def test_who_trades_in_reaction_to_a_print_is_served_after_it() -> None:
    world = a_world("BTC/USD", moving=False)
    market = world.markets["BTC/USD"]
    seen: list[int] = []

    def react(trade: MarketTrade) -> None:
        if not seen:
            market.take("buy", 1)
        seen.append(trade.trade_id)

    market.on_trade.append(react)
    market.trade("sell", market.best_bid, 10)
    assert seen == sorted(seen)
    assert len(seen) == 2


def test_a_scripted_price_is_exact() -> None:
    world = a_world("ETH/USD")
    market = world.markets["ETH/USD"]
    market.freeze(frozen=True)
    market.set_price(300_000)
    assert (market.best_bid, market.last, market.best_ask) == (299_999, 300_000, 300_001)
    pass_time(world, 60)
    assert (market.best_bid, market.last, market.best_ask) == (299_999, 300_000, 300_001)


def test_a_market_lives_on_around_its_scripted_price() -> None:
    world = a_world("ETH/USD")
    market = world.markets["ETH/USD"]
    market.set_price(300_000)
    pass_time(world, 120)
    assert abs(market.last - 300_000) < 6_000


def test_a_scripted_trade_prints_exactly_that_and_takes_what_it_passes() -> None:
    world = a_world("BTC/USD", moving=False)
    market = world.markets["BTC/USD"]
    seen: list[MarketTrade] = []
    market.on_trade.append(seen.append)
    level, there = market.book.bids.levels(4)[3]
    market.trade("sell", level, 1)
    assert [(trade.price, trade.qty, trade.side) for trade in seen] == [(level, 1, "sell")]
    assert market.queue_ahead("buy", level) == there - 1
    assert market.best_bid == (level if there > 1 else market.best_bid)


def test_a_frozen_market_is_still_and_wakes_again() -> None:
    world = a_world("BTC/USD")
    market = world.markets["BTC/USD"]
    market.freeze(frozen=True)
    before = market.tape.next_id, market.book.checksum()
    pass_time(world, 60)
    assert (market.tape.next_id, market.book.checksum()) == before
    market.freeze(frozen=False)
    pass_time(world, 60)
    assert market.tape.next_id > before[0]


def test_even_the_lowest_price_can_be_set() -> None:
    world = a_world("BTC/USD", "DOGE/USD", "DOGE/BTC")
    market = world.markets["DOGE/BTC"]
    market.set_price(1)
    pass_time(world, 60)
    assert market.best_bid < market.best_ask


def test_one_pair_does_not_disturb_another() -> None:
    calm, shaken = a_world("ADA/USD"), a_world("XRP/USD", "ADA/USD")
    shaken.markets["XRP/USD"].take("buy", 10**13)
    for world in (calm, shaken):
        pass_time(world, 60)
    assert calm.markets["ADA/USD"].book.checksum() == shaken.markets["ADA/USD"].book.checksum()


def test_a_market_frozen_by_its_own_print_stays_frozen() -> None:
    world = a_world("BTC/USD")
    market = world.markets["BTC/USD"]
    market.on_trade.append(lambda _: market.freeze(frozen=True))
    pass_time(world, 60)
    before = market.tape.next_id
    pass_time(world, 60)
    assert market.tape.next_id == before


@pytest.mark.parametrize("percent", [20, -20])
def test_a_trend_moves_the_price_by_so_much_an_hour(percent: int) -> None:
    world = a_world("BTC/USD")
    before = world.markets["BTC/USD"].last
    control.command(world, "market", {"pair": "BTC/USD", "trend": str(percent)})
    pass_time(world, 3_600)
    grown = 100 * (world.markets["BTC/USD"].last / before - 1)
    assert percent - 5 < grown < percent + 5
    control.command(world, "market", {"pair": "BTC/USD", "trend": 0})
    level = world.markets["BTC/USD"].last
    pass_time(world, 3_600)
    assert abs(world.markets["BTC/USD"].last / level - 1) < 0.05


def test_a_cross_follows_the_trend_of_its_legs() -> None:
    world = a_world("BTC/USD", "EUR/USD", "BTC/EUR")
    with pytest.raises(Refused, match="follows its legs"):
        control.command(world, "market", {"pair": "BTC/EUR", "trend": 5})
    control.command(world, "market", {"pair": "BTC/USD", "trend": 50})
    before = world.markets["BTC/EUR"].last
    pass_time(world, 3_600)
    assert world.markets["BTC/EUR"].last > before * 1.3


@pytest.mark.parametrize("trend", ["steep", 101, -101, True, None])
def test_a_trend_is_a_number_within_reason(trend: object) -> None:
    with pytest.raises(Refused, match="trend"):
        control.command(a_world("BTC/USD"), "market", {"pair": "BTC/USD", "trend": trend})
