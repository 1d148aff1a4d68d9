"""The engine's own counter, where `executions` carries it.

With `ratecounter: true` the stream is documented to name the counter of a pair after each event, but
neither a field table nor a recording of v2 shows the field (websocket reference, 7.4): every plausible
name is read, on the entry and on the frame, as a number or as text, and an unknown `rate…` field is
reported once.
"""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

from krakentui.model.event import CounterReported, Happening, OrderPatched, OrdersSnapshot, Unknown
from krakentui.model.limit import POINT, PairScope
from krakentui.model.number import BadNumber, exact
from krakentui.model.order import DONE
from krakentui.model.text import clean

RATE_NAMES = frozenset({"ratecount", "rate_count", "ratecounter", "rate_counter"})
_MOST_UNKNOWN = 20


class Counters:
    """Reads the engine's counter out of frames that carry it, and remembers whose pair an order is.

    Deltas do not name the pair, so open orders are remembered by id until they are done.
    """

    def __init__(self, account: str) -> None:
        """Start with no order known."""
        self._account = account
        self._pairs: dict[str, str] = {}
        self._unknown: set[str] = set()

    def note(self, events: Iterable[Happening]) -> None:
        """Remember the pairs of the orders in these events."""
        for event in events:
            match event:
                case OrdersSnapshot(orders=orders):
                    self._pairs = {one.id: one.pair for one in orders if one.pair is not None}
                case OrderPatched(patch=one) if one.status in DONE:
                    self._pairs.pop(one.id, None)
                case OrderPatched(patch=one) if one.pair is not None:
                    self._pairs[one.id] = one.pair

    def read(self, frame: object) -> list[Happening]:
        """Read every `rate…` field of a frame decoded without types."""
        if not isinstance(frame, dict):
            return []
        rows = frame.get("data")
        entries = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
        events: list[Happening] = []
        for entry in entries:
            events += self._fields(entry, self._pair_of(entry))
        return events + self._fields(frame, self._pair_of(entries[-1]) if entries else None)

    def _pair_of(self, entry: dict[object, object]) -> str | None:
        symbol, order_id = entry.get("symbol"), entry.get("order_id")
        if isinstance(symbol, str):
            return clean(symbol)
        return self._pairs.get(clean(order_id)) if isinstance(order_id, str) else None

    def _fields(self, entry: dict[object, object], pair: str | None) -> list[Happening]:
        events: list[Happening] = []
        for name, value in entry.items():
            if not isinstance(name, str) or not name.startswith("rate"):
                continue
            if name not in RATE_NAMES:
                events += self._first_time(clean(name, 40))
            elif pair is not None and (counted := counted_units(value)) is not None:
                scope = PairScope(self._account, pair)
                source = f"executions.{name}"
                events.append(CounterReported(name="engine", scope=scope, units=counted, source=source))
        return events

    def _first_time(self, name: str) -> list[Happening]:
        if name in self._unknown or len(self._unknown) >= _MOST_UNKNOWN:
            return []
        self._unknown.add(name)
        return [Unknown(where="executions", what=name)]


def counted_units(value: object) -> int | None:
    """Turn reported points into units, rounded up; None where it is no sane figure."""
    if not isinstance(value, str | int | Decimal):
        return None
    try:
        points = exact(value)
    except BadNumber:
        return None
    scaled = Fraction(points) * POINT
    return -(-scaled.numerator // scaled.denominator) if points >= 0 else None
