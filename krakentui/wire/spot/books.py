"""All order books of one conversation: made by snapshots, dropped when a checksum is wrong."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType

from krakentui.model.event import BookBroken, BookChanged, Garbled, Happening, InstrumentsSeen
from krakentui.model.market import Level
from krakentui.wire.spot.book import Book
from krakentui.wire.spot.frames import BookFrame, BookRow

DEFAULT_DEPTH = 10


class Shelf:
    """The books by symbol, and the decimals that their checksums are written with."""

    def __init__(self) -> None:
        """Start empty."""
        self._books: dict[str, Book] = {}
        self._places: dict[str, tuple[int, int]] = {}

    @property
    def books(self) -> Mapping[str, Book]:
        """The books whose checksum was right at their last frame."""
        return MappingProxyType(self._books)

    def set_places(self, symbol: str, price_places: int, qty_places: int) -> None:
        """Take the decimals of a pair."""
        self._places[symbol] = (price_places, qty_places)
        book = self._books.get(symbol)
        if book is not None and book.places != (price_places, qty_places):
            book.set_places(price_places, qty_places)

    def learn(self, events: Iterable[Happening]) -> None:
        """Take the decimals of every pair that was just described."""
        for event in events:
            if isinstance(event, InstrumentsSeen):
                for pair in event.pairs:
                    self.set_places(pair.symbol, pair.price_places, pair.qty_places)

    def drop(self, symbols: Iterable[str]) -> None:
        """Forget books that are no longer subscribed."""
        for symbol in symbols:
            self._books.pop(symbol, None)

    def apply(self, symbol: str, row: BookRow, depth: int | None, frame: BookFrame) -> list[Happening]:
        """Apply one message to its book and compare the checksum.

        An update before its snapshot, or after a break, says nothing. Other books are never touched.
        """
        fresh = frame.is_snapshot
        book = self._new(symbol, row, depth) if fresh else self._books.get(symbol)
        if book is None:
            return []
        book.apply(row.bids, row.asks, snapshot=fresh)
        found = book.checksum()
        if row.checksum == found:
            self._books[symbol] = book
            return [BookChanged(symbol=symbol)]
        self._books.pop(symbol, None)
        if row.checksum is None:
            return [Garbled(where=f"book {symbol}", why="no checksum")]
        return [BookBroken(symbol=symbol, named=row.checksum, found=found)]

    def _new(self, symbol: str, row: BookRow, depth: int | None) -> Book:
        if depth is None:  # never subscribed here: a recording
            depth = max(DEFAULT_DEPTH, len(row.bids), len(row.asks))
        price_places, qty_places = self._places.get(symbol) or _places_in((*row.bids, *row.asks))
        return Book(symbol, depth, price_places, qty_places)


def _places_in(levels: Sequence[Level]) -> tuple[int, int]:
    """Tell the decimals written in a snapshot: the wire keeps trailing zeros."""
    price = max((_decimals(level.price) for level in levels), default=0)
    return price, max((_decimals(level.qty) for level in levels), default=0)


def _decimals(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
