"""Order books: order, truncation, and the checksums of the reference and of every recording."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from krakentui.model.event import BookBroken, BookChanged
from krakentui.model.market import Level
from krakentui.wire.spot.book import Book
from krakentui.wire.spot.ws import Conversation
from tests.support.samples import frames, samples

A_ASKS = (
    "45285.2 0.00100000, 45286.4 1.54571953, 45286.6 1.54571109, 45289.6 1.54560911, 45290.2 0.15890660, "
    "45291.8 1.54553491, 45294.7 0.04454749, 45296.1 0.35380000, 45297.5 0.09945542, 45299.5 0.18772827"
)
A_BIDS = (
    "45283.5 0.10000000, 45283.4 1.54582015, 45282.1 0.10000000, 45281.0 0.10000000, 45280.3 1.54592586, "
    "45279.0 0.07990000, 45277.6 0.03310103, 45277.5 0.30000000, 45277.3 1.54602737, 45276.6 0.15445238"
)
B_ASKS = (
    "71770.4 1.80783344, 71770.6 5.1e-05, 71770.8 0.69666257, 71771.7 0.69665386, 71772.0 0.01617936, "
    "71774.2 5.1e-05, 71774.6 0.69662614, 71774.7 0.06, 71777.5 0.009, 71777.6 0.0776"
)
B_BIDS = (
    "71770.3 0.03228444, 71769.0 0.002348, 71767.1 5.1e-05, 71763.5 5.1e-05, 71760.5 0.11146517, "
    "71760.4 0.15525921, 71760.0 5.1e-05, 71758.6 0.02, 71758.1 1.210778, 71756.4 5.1e-05"
)
C_ASKS = (
    "29430.3 8.25215653, 29430.4 2.55637606, 29430.5 0.2997598, 29430.9 2.56473216, 29431.0 0.00011662, "
    "29431.1 0.001, 29432.3 0.0241, 29432.4 0.02210682, 29432.5 3.39761477, 29433.1 0.01021497"
)
C_BIDS = (
    "29430.2 0.18967538, 29429.6 0.00011621, 29427.4 0.001, 29426.7 4.0, 29425.7 0.67945399, "
    "29423.5 0.67950478, 29422.1 0.16314267, 29421.8 0.06797895, 29421.7 0.23401846, 29421.5 0.28639276"
)


def levels(text: str) -> list[Level]:
    pairs = (pair.split() for pair in text.split(",") if pair.strip())
    return [Level(Decimal(price), Decimal(qty)) for price, qty in pairs]


def a_book(bids: str = "", asks: str = "", depth: int = 10, places: tuple[int, int] = (1, 8)) -> Book:
    book = Book("BTC/USD", depth, *places)
    book.apply(levels(bids), levels(asks), snapshot=True)
    return book


def prices(side: tuple[Level, ...]) -> list[str]:
    return [str(level.price) for level in side]


@pytest.mark.parametrize(
    ("bids", "asks", "checksum"),
    [(A_BIDS, A_ASKS, 3310070434), (B_BIDS, B_ASKS, 2552662837), (C_BIDS, C_ASKS, 2785033588)],
    ids=["A", "B", "C"],
)
def test_the_vectors_of_the_reference_verify(bids: str, asks: str, checksum: int) -> None:
    assert a_book(bids, asks).checksum() == checksum


def test_vector_c_verifies_step_by_step() -> None:
    book = a_book(C_BIDS, C_ASKS)
    found = []
    for bids, asks in (
        ("", "29431.1 0, 29433.3 0.8, 29430.6 0.001"),
        ("", "29430.3 8.25182177"),
        ("29423.0 2.54902601", ""),
    ):
        book.apply(levels(bids), levels(asks), snapshot=False)
        found.append(book.checksum())
    assert found == [3547452596, 3111681483, 434883881]


def test_the_checksum_covers_ten_levels_of_a_deeper_book() -> None:
    deeper = a_book(A_BIDS + ", 45000.0 1", A_ASKS + ", 46000.0 1", depth=25)
    assert deeper.checksum() == 3310070434


def test_a_thin_book_is_legal() -> None:
    assert a_book("1.0 2", "3.0 4").checksum() == a_book("1.0 2", "3.0 4", depth=100).checksum()


def test_an_empty_book_has_the_checksum_of_nothing() -> None:
    assert a_book().checksum() == 0


def test_both_sides_come_best_first() -> None:
    book = a_book("1.0 1, 3.0 1, 2.0 1", "6.0 1, 4.0 1, 5.0 1")
    assert prices(book.bids) == ["3.0", "2.0", "1.0"]
    assert prices(book.asks) == ["4.0", "5.0", "6.0"]


def test_the_last_word_on_a_price_wins_within_a_message() -> None:
    book = a_book("2.0 1")
    book.apply(levels("2.0 6, 2.0 5"), [], snapshot=False)
    assert book.bids == (Level(Decimal("2.0"), Decimal(5)),)


def test_removing_a_level_that_is_not_there_changes_nothing() -> None:
    book = a_book("2.0 1", "3.0 1")
    book.apply(levels("1.5 0"), levels("9.0 0"), snapshot=False)
    assert (prices(book.bids), prices(book.asks)) == (["2.0"], ["3.0"])


def test_the_worst_levels_leave_after_the_whole_message() -> None:
    book = a_book("1.0 1, 2.0 1", "5.0 1, 6.0 1", depth=2)
    book.apply(levels("3.0 1, 2.0 0"), levels("4.0 1"), snapshot=False)
    assert prices(book.bids) == ["3.0", "1.0"]
    assert prices(book.asks) == ["4.0", "5.0"]


def test_a_snapshot_replaces_everything() -> None:
    book = a_book("1.0 1", "2.0 1")
    book.apply(levels("7.0 1"), levels("8.0 1"), snapshot=True)
    assert (prices(book.bids), prices(book.asks)) == (["7.0"], ["8.0"])


def test_digits_of_the_text_are_kept() -> None:
    assert str(a_book("2.50 0.10000000").bids[0].qty) == "0.10000000"


def test_corrected_places_correct_the_checksum() -> None:
    book = a_book(A_BIDS, A_ASKS, places=(2, 5))
    book.set_places(1, 8)
    assert book.checksum() == 3310070434


_changes = st.lists(
    st.tuples(st.integers(min_value=1, max_value=40), st.integers(min_value=0, max_value=3)), max_size=30
)


@given(st.lists(_changes, max_size=6), st.integers(min_value=1, max_value=12))
def test_a_book_equals_a_sorted_cut_dictionary(messages: list[list[tuple[int, int]]], depth: int) -> None:
    book = Book("X/Y", depth, 0, 0)
    plain: dict[int, int] = {}
    for changes in messages:
        book.apply([], [Level(Decimal(price), Decimal(qty)) for price, qty in changes], snapshot=False)
        for price, qty in changes:
            plain.pop(price, None)
            if qty:
                plain[price] = qty
        plain = dict(sorted(plain.items())[:depth])
    assert [(int(level.price), int(level.qty)) for level in book.asks] == list(plain.items())


@pytest.mark.parametrize(
    ("name", "symbol", "depth", "verified"),
    [
        ("book-sequence.btcusd-d10.jsonl", "BTC/USD", 10, 301),
        ("book-sequence.ethusd-d25.jsonl", "ETH/USD", 25, 1129),
    ],
)
def test_every_checksum_of_a_recorded_sequence_is_right(
    name: str, symbol: str, depth: int, verified: int
) -> None:
    talk = Conversation("public")
    talk.subscribe("book", symbol=symbol, depth=depth)
    heard = [event for _, line in frames(samples("ws-v2", name)) for event in talk.receive(line)]
    assert sum(isinstance(event, BookChanged) for event in heard) == verified
    assert not [event for event in heard if isinstance(event, BookBroken)]


def test_a_recorded_sequence_ends_with_a_whole_book() -> None:
    talk = Conversation("public")
    talk.subscribe("book", symbol="ETH/USD", depth=25)
    for _, line in frames(samples("ws-v2", "book-sequence.ethusd-d25.jsonl")):
        talk.receive(line)
    book = talk.books["ETH/USD"]
    assert (len(book.bids), len(book.asks)) == (25, 25)
    assert book.bids[0].price < book.asks[0].price


def test_the_recorded_algo_snapshot_verifies_from_its_text() -> None:
    ((_, frame),) = frames(samples("ws-v2", "book-snapshot.algo-usd.json"))
    assert Conversation("public").receive(frame) == [BookChanged(symbol="ALGO/USD")]


@pytest.mark.parametrize("places", [None, (4, 8)])
def test_the_recorded_matic_frames_verify(places: tuple[int, int] | None) -> None:
    talk = Conversation("public")
    if places is not None:
        talk.set_precision("MATIC/USD", *places)
    for name in ("book-snapshot.matic-usd.json", "book-update.matic-usd.json"):
        ((_, frame),) = frames(samples("ws-v2", name))
        assert talk.receive(frame) == [BookChanged(symbol="MATIC/USD")]


def test_a_snapshot_cut_by_its_recorder_is_caught() -> None:
    ((_, frame),) = frames(samples("ws-v2", "book-snapshot.cut-to-3-levels.json"))
    (event,) = Conversation("public").receive(frame)
    assert isinstance(event, BookBroken)
    assert event.named == json.loads(frame)["data"][0]["checksum"]
