"""One book's levels and checksum, and the frames that carry it."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from krakentui.simulator.book import Book, Side
from krakentui.simulator.jsontext import digits, units_of
from tests.simulator.books import ClientBook
from tests.simulator.publicly import Listener, a_world, pass_time

# the documentation's own vector, BTC/USD
ASKS = """45285.2 0.00100000, 45286.4 1.54571953, 45286.6 1.54571109, 45289.6 1.54560911,
45290.2 0.15890660, 45291.8 1.54553491, 45294.7 0.04454749, 45296.1 0.35380000, 45297.5 0.09945542,
45299.5 0.18772827"""
BIDS = """45283.5 0.10000000, 45283.4 1.54582015, 45282.1 0.10000000, 45281.0 0.10000000,
45280.3 1.54592586, 45279.0 0.07990000, 45277.6 0.03310103, 45277.5 0.30000000, 45277.3 1.54602737,
45276.6 0.15445238"""


def test_the_checksum_is_that_of_the_documented_vector() -> None:
    book = Book()
    for side, text in ((book.asks, ASKS), (book.bids, BIDS)):
        for level in text.split(","):
            price, qty = level.split()
            book.put(side, units_of(price, 1), units_of(qty, 8), 0)
    assert book.checksum() == 3310070434


@pytest.mark.parametrize("name", ["bids", "asks"])
@given(changes=st.lists(st.tuples(st.integers(1, 30), st.integers(0, 3)), max_size=60))
def test_a_side_is_a_sorted_map(name: str, changes: list[tuple[int, int]]) -> None:
    side, plain = Side(name), dict[int, int]()
    for price, qty in changes:
        side.put(price, qty, 0)
        plain[price] = qty
    expected = sorted(((p, q) for p, q in plain.items() if q), reverse=name == "bids")
    assert side.levels(100) == expected
    assert set(side.touched_us) == {price for price, _ in expected}


@pytest.mark.parametrize("depth", [10, 25, 100, 500, 1000])
def test_every_frame_carries_the_checksum_of_the_book_it_makes(depth: int) -> None:
    symbols = ["BTC/USD", "DOGE/USD", "SHIB/USD", "USDT/USD", "DOGE/BTC", "PI/USD"]
    world = a_world(*symbols, seed=depth)
    listener = Listener(world)
    listener.subscribe("book", *symbols, depth=depth)
    pass_time(world, 40)
    books = {symbol: ClientBook(depth) for symbol in symbols}
    for frame in listener.data("book"):
        book = books[frame["data"][0]["symbol"]]
        book.apply(frame)
        assert book.checksum() == int(frame["data"][0]["checksum"])
        assert not book.is_crossed()
    for symbol, book in books.items():
        pair, market = world.pairs[symbol], world.markets[symbol]
        for side, levels in ((market.book.asks, book.asks), (market.book.bids, book.bids)):
            truth = [
                (Decimal(digits(price, pair.price_places)), digits(qty, pair.qty_places))
                for price, qty in side.levels(depth)
            ]
            assert list(levels.items()) == truth


ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("wait"), st.integers(1, 20), st.none()),
        st.tuples(st.just("set"), st.integers(-3000, 3000), st.none()),
        st.tuples(st.just("take"), st.integers(1, 10**10), st.sampled_from(["buy", "sell"])),
        st.tuples(st.just("trade"), st.integers(-500, 500), st.sampled_from(["buy", "sell"])),
    ),
    max_size=8,
)


@settings(max_examples=40)
@given(acts=ACTS)
def test_no_script_or_taker_ever_breaks_a_book(acts: list[tuple[str, int, str | None]]) -> None:
    world = a_world("BTC/USD")
    market, pair = world.markets["BTC/USD"], world.pairs["BTC/USD"]
    listener = Listener(world)
    listener.subscribe("book", pair.symbol, depth=25)
    for act, size, side in acts:
        if act == "wait":
            pass_time(world, size / 10)
        elif act == "set":
            market.set_price(market.last + size)
        elif act == "take":
            market.take(side or "buy", size)
        else:
            market.trade(side or "buy", market.last + size, 1_000_000)
    book = ClientBook(25)
    for frame in listener.data("book"):
        book.apply(frame)
        assert book.checksum() == int(frame["data"][0]["checksum"])
    assert not book.is_crossed()


def test_levels_that_fall_out_of_the_depth_are_not_mentioned() -> None:
    world = a_world("BTC/USD", moving=False)
    market = world.markets["BTC/USD"]
    listener = Listener(world)
    listener.subscribe("book", "BTC/USD", depth=10)
    better = market.best_bid + 1
    market.change(market.book.bids, {better: 5})
    (update,) = listener.data("book", "update")
    assert update["data"][0]["bids"] == [{"price": digits(better, 1), "qty": "0.00000005"}]


def test_a_level_that_comes_back_into_the_depth_is_sent_again() -> None:
    world = a_world("BTC/USD", moving=False)
    market = world.markets["BTC/USD"]
    listener = Listener(world)
    listener.subscribe("book", "BTC/USD", depth=10)
    eleventh = market.book.asks.levels(11)[10]
    best = market.best_ask
    market.change(market.book.asks, {best: 0})
    (update,) = listener.data("book", "update")
    assert update["data"][0]["asks"] == [
        {"price": digits(best, 1), "qty": "0.00000000"},
        {"price": digits(eleventh[0], 1), "qty": digits(eleventh[1], 8)},
    ]


def test_changes_beyond_the_depth_send_nothing() -> None:
    world = a_world("BTC/USD", moving=False)
    market = world.markets["BTC/USD"]
    listener = Listener(world)
    listener.subscribe("book", "BTC/USD", depth=10)
    twentieth = market.book.asks.levels(20)[19][0]
    market.change(market.book.asks, {twentieth: 0})
    assert list(listener.data("book", "update")) == []
