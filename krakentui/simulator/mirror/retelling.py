"""A recorded connection told again in the exchange's own words: its books, orders and writers, moved by it.

What comes out is the recorded text where the exchange writes as the real one does: keys and their order,
decimals, instants, checksums and running figures are all its own work. That makes it a mirror and no tape:
where its words have been the recorded ones, it may speak for itself.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from krakentui.simulator.faults.wire import read_object
from krakentui.simulator.instants import iso_ns, parse_iso
from krakentui.simulator.mirror import prints
from krakentui.simulator.mirror.books import UNREADABLE, Books
from krakentui.simulator.mirror.orders import Orders
from krakentui.simulator.mirror.recording import Connection, Frame, Recording, Strand
from krakentui.simulator.public_feeds import CANDLES_IN_SNAPSHOT, TRADES_IN_SNAPSHOT
from krakentui.simulator.tables import Pair
from krakentui.simulator.ws_envelope import HEARTBEAT, answered

WRITERS: Mapping[str, Callable[[prints.Pairs, prints.Given], str]] = {
    "trade": prints.trades,
    "ticker": prints.ticker,
    "ohlc": prints.candles,
}
ROW_KEYS = {"trade": "trade_id", "ticker": "symbol", "ohlc": "interval_begin"}
"""What tells a row from others of its channel and symbol: the newer one takes the place of the older."""
ROWS_KEPT = {"trade": TRADES_IN_SNAPSHOT, "ticker": 1, "ohlc": CANDLES_IN_SNAPSHOT}
Rows = dict[object, prints.Given]


class Retelling:
    """One connection, as far as it has been told."""

    def __init__(self, pairs: Mapping[str, Pair], tape: Connection | None) -> None:
        self._pairs = pairs
        self._tape = tape
        self._books = Books(pairs)
        self._orders = Orders(pairs)
        self._rows: dict[Strand, Rows] = {}

    def hear(self, frame: Frame) -> str | None:
        """Take the next frame; give what the exchange writes in its place, None = it cannot write it."""
        if frame.method is not None:
            return _answer(frame.text)
        if frame.strand is None:
            return HEARTBEAT if read_object(frame.text).get("channel") == "heartbeat" else None
        channel = frame.strand[0]
        if channel == "book":
            return self._books.hear(frame.text, self.depth(frame.strand))
        if channel == "executions":
            return self._orders.hear(frame.text)
        return self._written(frame.strand, frame.text)

    def follow(self, frame: Frame) -> None:
        """Take the next frame for the sake of what may be asked for later."""
        if frame.method is None and frame.strand is not None:
            self.hear(frame)

    def snapshot(self, strand: Strand, t_us: int) -> str | None:
        """Write what a new subscription begins with; None where that is not known for certain."""
        channel, symbol = strand
        if channel == "executions":
            return self._orders.snapshot()
        if channel == "book":
            return self._books.snapshot(symbol, t_us)
        if strand not in self._rows:
            return None
        rows = [*self._rows[strand].values()][-ROWS_KEPT[channel] :]
        told = {"type": "snapshot", "timestamp": iso_ns(t_us), "data": rows}
        return WRITERS[channel](self._pairs, told)

    def depth(self, strand: Strand) -> int | None:
        """Tell how deep a book was subscribed, where that was recorded."""
        place = self._tape.first.get(strand) if self._tape is not None and strand[0] == "book" else None
        variant = "" if self._tape is None or place is None else self._tape.frames[place].variant
        return int(variant) if variant.isdecimal() else None

    def _written(self, strand: Strand, text: str) -> str | None:
        """Write rows again, and keep them while they are the recorded ones."""
        channel, document = strand[0], read_object(text)
        if channel not in WRITERS:
            return None
        kept = self._rows.pop(strand, {})
        try:
            told = WRITERS[channel](self._pairs, document)
            for row in document["data"]:
                key = row[ROW_KEYS[channel]]
                kept.pop(key, None)
                kept[key] = row
        except UNREADABLE:
            return None
        if told == text:
            while len(kept) > ROWS_KEPT[channel]:
                del kept[next(iter(kept))]
            self._rows[strand] = kept
        return told


@dataclass(frozen=True, slots=True)
class Report:
    """How a recording is told again."""

    same: int
    """Frames that the exchange writes to the byte."""
    other: int
    """Frames that it writes otherwise."""
    untold: int
    """Frames that it does not write."""


def report(recording: Recording, pairs: Mapping[str, Pair], most: int) -> Report:
    """Tell a recording again and count, up to so many frames."""
    same = other = untold = 0
    for tape in recording.connections:
        retelling = Retelling(pairs, tape)
        for frame in tape.frames[: most - same - other - untold]:
            told = retelling.hear(frame)
            same += told == frame.text
            other += told is not None and told != frame.text
            untold += told is None
    return Report(same, other, untold)


def _answer(text: str) -> str | None:
    document: dict[str, Any] = read_object(text)
    try:
        in_us, out_us = (parse_iso(document.pop(name)) for name in ("time_in", "time_out"))
        result = document.get("result")
        if isinstance(result, dict):
            document["result"] = dict(sorted(result.items()))
        return answered(document, in_us, out_us)
    except UNREADABLE:
        return None
