"""The state of the budget in one plain sentence: the tightest limit, its unit, when it frees."""

from collections.abc import Sequence

from krakentui.budget.gauges import LEVELS, Gauge, Level
from krakentui.budget.ledger import Ledger
from krakentui.budget.words import amount, duration, figure
from krakentui.model.clock import SECOND
from krakentui.model.limit import LimitName, units

_TIGHTENS: frozenset[LimitName] = frozenset(
    {"rest", "engine", "open_orders", "scheduled_orders", "connections"}
)
UNITS: dict[LimitName, str] = {
    "open_orders": "orders",
    "scheduled_orders": "orders",
    "connections": "attempts in 10 min",
    "messages": "messages",
    "public_rest": "calls",
}
"""What a limit counts, where that is not points."""
_ORDERS: frozenset[LimitName] = frozenset({"open_orders", "scheduled_orders"})
_FITS: dict[LimitName, str] = {
    "rest": "one more poll",
    "engine": "one more act",
    "connections": "one more connection",
}


NEAR_NS = 60 * SECOND
"""A limit that is full so soon, if the spending of the last minute goes on, is told of."""


def tightest(rows: Sequence[Gauge]) -> Gauge | None:
    """Pick the limit to tell of: what warns most, else what is soon full, else what may be fullest."""
    told = [row for row in rows if row.name in _TIGHTENS]
    return max(told, key=lambda row: (LEVELS.index(row.warning), _is_soon_full(row), row.share), default=None)


def headline(ledger: Ledger, rows: Sequence[Gauge], t_ns: int) -> str:
    """Say how the tightest limit stands and when it frees."""
    for books in ledger.by_key():
        calls = "Private calls" if books.second is None else f"Private calls of the key {books.key_name}"
        lock = books.locked(t_ns)
        if lock is not None:
            return f"{calls} are stopped for {duration(lock.until_ns - t_ns)}: {_clause(lock.reason)}"
        hold = books.held("rest", t_ns)
        if hold is not None:
            wait = duration(hold.until_ns - t_ns)
            return f"The exchange asked for a pause: {_small(calls)} go on in {wait}."
    row = tightest(rows)
    if row is None:
        return "No limit is in use."
    if row.from_start:
        return f"{row.label}: earlier use is unknown; {_frees(row)}."
    unit = UNITS.get(row.name, "points")
    used = amount(units(row.low), units(row.high))
    shared = ", shared" if row.others_high and row.name in {"rest", "engine"} else ""
    if row.name == "rest" and row.free_in_ns is not None and ledger.is_tried(t_ns):
        when = f"in {duration(row.free_in_ns)}" if row.free_in_ns else "now"
        return f"{row.label}: {used} of {figure(units(row.max))} {unit}, shared; the next is tried {when}."
    return f"{row.label}: {used} of {figure(units(row.max))} {unit}{shared}; {_next(row)}."


def overall(rows: Sequence[Gauge]) -> Level:
    """Tell the worst warning of all."""
    return max((row.warning for row in rows if row.name in _TIGHTENS), key=LEVELS.index, default="calm")


def _next(row: Gauge) -> str:
    if _is_soon_full(row):
        return f"at the pace of the last minute full in {duration(row.wall_in_ns or 0)}"
    return _frees(row)


def _is_soon_full(row: Gauge) -> bool:
    return row.wall_in_ns is not None and 0 < row.wall_in_ns <= NEAR_NS


def _frees(row: Gauge) -> str:
    if row.free_in_ns is None:
        return "only an order that ends makes room" if row.name in _ORDERS else "it does not free by waiting"
    fits = _FITS.get(row.name, "one more")
    return f"{fits} fits now" if not row.free_in_ns else f"{fits} surely fits in {duration(row.free_in_ns)}"


def _small(words: str) -> str:
    return words[:1].lower() + words[1:]


def _clause(reason: str) -> str:
    """Make a reason end the sentence."""
    text = reason.strip() or "the exchange asked for silence"
    return text if text.endswith(".") else f"{text}."
