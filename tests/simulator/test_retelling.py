"""Recorded frames told again by the exchange's own books, orders and writers: the same to the byte.

What a mirror serves is the recorded text; this shows that the simulator's own words are that text, so that
what it says where nothing was recorded may be trusted, too.
"""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from krakentui.simulator.book import Book, Side
from krakentui.simulator.instants import parse_iso
from krakentui.simulator.mirror.books import exact
from krakentui.simulator.mirror.reading import load
from krakentui.simulator.mirror.recording import Frame
from krakentui.simulator.mirror.retelling import Report, Retelling, report
from krakentui.simulator.public_feeds import BookFeed
from krakentui.simulator.tables import load as load_tables
from tests.simulator.publicly import Listener, a_world
from tests.simulator.publicly import exact as read_exactly
from tests.support.samples import frames, samples

PAIRS = load_tables().pairs
SEQUENCES = {
    "book-sequence.btcusd-d10.jsonl": Report(same=376, other=0, untold=1),
    "book-sequence.ethusd-d25.jsonl": Report(same=1169, other=0, untold=1),
    "executions-sequence.limit-post-only-then-cancel.jsonl": Report(same=2, other=0, untold=1),
    "executions-sequence.market-buy-filled.jsonl": Report(same=4, other=0, untold=0),
    "executions-sequence.market-sell-filled.jsonl": Report(same=4, other=0, untold=0),
}
"""Untold are the greetings, and the end of an order whose beginning was not recorded."""
SINGLE = [
    *("book-snapshot.json", "heartbeat.json", "ohlc-update.json", "ticker-update.json", "trade-update.json"),
    *("executions-snapshot.open-order.json", "subscribe-ack.book.json", "subscribe-ack.trade.json"),
    *("subscribe-error.depth-not-supported.json", "subscribe-error.invalid-session.json"),
    *("subscribe-error.legacy-name.json", "subscribe-error.private-on-public-host.json"),
    *("subscribe-error.public-on-private-host.json", "unsubscribe-ack.book.json"),
    *("kraken-async-rs/trade-snapshot.jsonl", "kraken-async-rs/trade-update.jsonl"),
    *("kraken-async-rs/candles-snapshot.jsonl", "kraken-async-rs/amend-order.jsonl"),
    "kraken-async-rs/batch-add.jsonl",
]


@pytest.mark.parametrize("name", SEQUENCES)
def test_a_whole_sequence_is_told_again_to_the_byte(name: str) -> None:
    assert report(load(samples("ws-v2", name)), PAIRS, 10_000) == SEQUENCES[name]


@pytest.mark.parametrize("name", SINGLE)
def test_a_recorded_frame_is_told_again_to_the_byte(name: str) -> None:
    assert report(load(samples("ws-v2", name)), PAIRS, 10_000) == Report(same=1, other=0, untold=0)


def test_a_wrong_checksum_or_figure_is_noticed() -> None:
    """What was cut or changed is told otherwise: the figures are worked out, not copied."""
    cut = report(load(samples("ws-v2", "book-snapshot.cut-to-3-levels.json")), PAIRS, 10)
    assert (cut.same, cut.other) == (0, 1)
    (text,) = (line.decode().strip() for _, line in frames(samples("ws-v2", "ticker-update.json")))
    assert Retelling(PAIRS, None).hear(Frame(0, text, ("ticker", "BTC/USD"))) == text
    changed = text.replace('"change_pct":-0.51', '"change_pct":-0.52')
    assert Retelling(PAIRS, None).hear(Frame(0, changed, ("ticker", "BTC/USD"))) == text


@pytest.mark.parametrize(
    ("name", "symbol", "depth"),
    [("book-sequence.btcusd-d10.jsonl", "BTC/USD", 10), ("book-sequence.ethusd-d25.jsonl", "ETH/USD", 25)],
)
def test_a_market_that_is_moved_as_recorded_feeds_its_subscribers_what_was_recorded(
    name: str, symbol: str, depth: int
) -> None:
    """The very feed of the simulated markets decides what of each change is told, and in which order.

    The exchange puts all changes of an instant into one frame; here each is told by itself, so that of
    several the levels are compared and of one the bytes.
    """
    moved = Moved(symbol, depth)
    for _, line in frames(samples("ws-v2", name)):
        frame = read_exactly(line.decode())
        if frame.get("channel") == "book":
            (entry,) = frame["data"]
            told = moved.snapshot(entry) if frame["type"] == "snapshot" else moved.update(entry)
            read = [read_exactly(text)["data"][0] for text in told]
            for side in ("bids", "asks"):
                assert [level for one in read for level in one[side]] == entry[side]
            assert (read[-1]["checksum"], read[-1]["timestamp"]) == (entry["checksum"], entry["timestamp"])
            assert len(told) > 1 or told[0].encode() == line


class Moved:
    """A simulated market whose levels are set as recorded, and what its book feed tells of that."""

    def __init__(self, symbol: str, depth: int) -> None:
        world = a_world(symbol, moving=False)
        listener = Listener(world)
        self._told = listener.frames
        self._market = world.markets[symbol]
        self._feed = BookFeed(self._market, depth)
        self._feed.talks[1] = listener.talk

    def snapshot(self, entry: dict[str, Any]) -> list[str]:
        """Begin with a book as it was recorded; give the snapshot that a subscriber gets of it."""
        if self._market.on_book:
            self._feed.detach()
        self._market.book = Book()
        self._set(entry)
        self._market.on_book.append(self._feed._changed)
        self._feed._edges = {"bids": self._edge("bids"), "asks": self._edge("asks")}
        return [self._feed.snapshot()]

    def update(self, entry: dict[str, Any]) -> list[str]:
        """Make the recorded changes one by one; give what the feed tells."""
        self._told.clear()
        self._set(entry)
        self._market.book.cut(self._feed.depth)
        return self._told

    def _set(self, entry: dict[str, Any]) -> None:
        market = self._market
        market.clock._now_us = parse_iso(str(entry["timestamp"]))
        for side in (market.book.bids, market.book.asks):
            for level in entry[side.name]:
                price = exact(level["price"], market.pair.price_places)
                market.change(side, {price: exact(level["qty"], market.pair.qty_places)})

    def _edge(self, side: str) -> int | None:
        found: Side = getattr(self._market.book, side)
        return found.edge(self._feed.depth)


ROW = st.dictionaries(
    st.sampled_from(["symbol", "price", "qty", "exec_type", "order_id", "timestamp", "bids", "asks", "last"]),
    st.sampled_from(["BTC/USD", "1.0", "new", "2026-08-01T02:53:53.398143Z"]) | st.integers() | st.none(),
)
CHANNELS = st.sampled_from(["book", "trade", "ticker", "ohlc", "executions", "balances", "status"])


@given(CHANNELS, st.lists(ROW, max_size=2), st.sampled_from(["snapshot", "update", ""]), st.integers())
def test_any_frame_is_told_again_or_not_and_nothing_breaks(
    channel: str, data: list[object], kind: str, sequence: int
) -> None:
    text = json.dumps({"channel": channel, "type": kind, "data": data, "sequence": sequence})
    retelling = Retelling(PAIRS, None)
    for method in (None, "subscribe"):
        told = retelling.hear(Frame(0, text, (channel, "BTC/USD"), method))
        assert told is None or isinstance(told, str)
    retelling.snapshot((channel, "BTC/USD"), 0)
