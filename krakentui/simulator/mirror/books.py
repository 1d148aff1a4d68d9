"""The exchange's own books, moved by recorded frames, and what its own writers say of each of them.

A frame is read into the exchange's whole numbers, put into its book, and written again by the writer that
writes the simulated markets' frames, with a checksum worked out anew.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from krakentui.simulator import public_frames
from krakentui.simulator.book import Book, Side
from krakentui.simulator.faults.wire import read_object
from krakentui.simulator.instants import parse_iso
from krakentui.simulator.jsontext import units_of
from krakentui.simulator.tables import Pair

DEPTHS = (10, 25, 100, 500, 1000)
UNREADABLE = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What reading a frame of another form than the recorded ones may raise."""
Levels = list[tuple[int, int]]


@dataclass
class Kept:
    """One book and how deep it is subscribed."""

    pair: Pair
    depth: int
    book: Book = field(default_factory=Book)


class Books:
    """The books of one connection, by symbol."""

    def __init__(self, pairs: Mapping[str, Pair]) -> None:
        self._pairs = pairs
        self._kept: dict[str, Kept] = {}

    def hear(self, text: str, depth: int | None) -> str | None:
        """Take a recorded frame.

        Args:
            text: the frame.
            depth: how deep the book was subscribed, if that is known.

        Returns:
            What the exchange's own writer writes in its place; None where it cannot: it does not know
            the pair, the frame has another form, or the book has not begun.
        """
        document, symbol = read_object(text), None
        try:
            (entry,) = document["data"]
            symbol = entry["symbol"]
            told = self._apply(str(document["type"]), entry, depth)
        except UNREADABLE:
            told = None
        if told != text:  # it is not known for certain any more, until its next snapshot
            self._kept.pop(str(symbol), None)
        return told

    def _apply(self, kind: str, entry: Mapping[str, Any], depth: int | None) -> str | None:
        pair = self._pairs[entry["symbol"]]
        bids, asks = (_levels(pair, entry[side]) for side in ("bids", "asks"))
        t_us = parse_iso(entry["timestamp"])
        if kind == "snapshot":
            fitting = (one for one in DEPTHS if one >= max(len(bids), len(asks)))
            self._kept[pair.symbol] = Kept(pair, depth or next(fitting, DEPTHS[-1]))
        kept = self._kept[pair.symbol]
        book = kept.book
        for side, levels in ((book.bids, bids), (book.asks, asks)):
            _put(book, side, levels, t_us)
        book.cut(kept.depth)
        return _written(pair, kind, bids, asks, book.checksum(), t_us)

    def snapshot(self, symbol: str, t_us: int) -> str | None:
        """Write a book as it stands; None where none is kept."""
        kept = self._kept.get(symbol)
        if kept is None:
            return None
        bids, asks = (side.levels(kept.depth) for side in (kept.book.bids, kept.book.asks))
        return _written(kept.pair, "snapshot", bids, asks, kept.book.checksum(), t_us)


def _written(pair: Pair, kind: str, bids: Levels, asks: Levels, checksum: int, t_us: int) -> str:
    told = public_frames.levels(pair, bids), public_frames.levels(pair, asks)
    return public_frames.book(pair, kind, told[0], told[1], checksum, t_us)


def _put(book: Book, side: Side, levels: Levels, t_us: int) -> None:
    """Set levels in the order given: a frame may name a price twice."""
    for price, qty in levels:
        book.put(side, price, qty, t_us)


def _levels(pair: Pair, rows: list[dict[str, str]]) -> Levels:
    return [(exact(row["price"], pair.price_places), exact(row["qty"], pair.qty_places)) for row in rows]


def exact(text: str, places: int) -> int:
    """Read a number into units of 10^-places.

    Raises:
        ValueError: it has more decimals than that, or it is no number.
    """
    _, _, part = text.partition(".")
    if len(part) > places or not text.isascii():
        raise ValueError(text)
    return units_of(text, places)
