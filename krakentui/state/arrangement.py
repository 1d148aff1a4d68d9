"""The open orders as the list shows them: filtered, sorted, in groups with subtotals.

Pure: a view and what the user wants go in, sections of rows come out. Whatever the sort, rows that are
equal stay in the usual order (pair, price from high to low, id), and what is not known comes last in
either direction.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from heapq import merge
from typing import Final, Literal

from msgspec import Struct

from krakentui.state.filters import NO_FILTER, OrderFilter
from krakentui.state.view import CancelState, OrderRow, OrdersView

SortKey = Literal[
    "pair",
    "side",
    "type",
    "price",
    "trigger",
    "distance",
    "remaining",
    "filled",
    "age",
    "cost",
    "state",
]
SORT_KEYS: Final[tuple[SortKey, ...]] = SortKey.__args__  # type: ignore[attr-defined]  # a Literal keeps them there


class Arrangement(Struct, frozen=True, kw_only=True):
    """What the user wants to see, in which order."""

    wanted: OrderFilter = NO_FILTER
    sort: SortKey | None = None
    """None = the usual order."""
    descending: bool = False
    grouped: bool = False
    """A section for each pair."""


class Subtotal(Struct, frozen=True, kw_only=True):
    """The open orders of one section together. A sum leaves out what is not known and counts it."""

    orders: int
    buy_qty: Decimal
    sell_qty: Decimal
    buy_value: Decimal
    sell_value: Decimal
    quote: str | None
    qty_places: int
    cost_low: Fraction
    """What their cancels would cost now, in points of the pair's trading limit."""
    cost_high: Fraction
    unknown: int
    """Orders whose side, quantity, value or cost is not in the sums."""


class Section(Struct, frozen=True, kw_only=True):
    """Rows that stand together; ungrouped there is one section without a pair and subtotal."""

    pair: str | None
    rows: tuple[OrderRow, ...]
    subtotal: Subtotal | None = None


class Arranged(Struct, frozen=True, kw_only=True):
    """The list: what is shown of how many. Rows of orders that have ended are not counted."""

    sections: tuple[Section, ...]
    shown: int
    total: int
    doubtful: int
    """Orders that are not shown because too little is known of them to tell whether they fit."""


def arrange(view: OrdersView, wish: Arrangement) -> Arranged:
    """Filter, sort and group the orders of a view, the traces of ended ones at their places."""
    rows = merge(view.rows, view.traces, key=place) if view.traces else view.rows
    judged = [(row, wish.wanted.judge(row)) for row in rows]
    fitting = [row for row, fits in judged if fits]
    still_open = [fits for row, fits in judged if not row.is_over]
    return Arranged(
        sections=_sections(ordered(fitting, wish.sort, descending=wish.descending), grouped=wish.grouped),
        shown=still_open.count(True),
        total=len(still_open),
        doubtful=still_open.count(None),
    )


def place(row: OrderRow) -> tuple[bool, str, bool, Decimal, str]:
    """Give the usual order: by pair, then price from high to low; nameless and priceless ones come last."""
    return row.pair is None, row.pair or "", row.price is None, -(row.price or Decimal(0)), row.id


def ordered(usual: Sequence[OrderRow], sort: SortKey | None, *, descending: bool = False) -> list[OrderRow]:
    """Sort rows that come in the usual order: equal ones keep it, unknown ones come last."""
    if sort is None:
        return [*reversed(usual)] if descending else [*usual]
    tell = _KEYS[sort]
    known = [(figure, row) for row in usual if (figure := tell(row)) is not None]
    known.sort(key=lambda pair: pair[0], reverse=descending)  # stable, in reverse too
    return [*(row for _, row in known), *(row for row in usual if tell(row) is None)]


def _sections(rows: Sequence[OrderRow], *, grouped: bool) -> tuple[Section, ...]:
    if not grouped:
        return (Section(pair=None, rows=tuple(rows)),)
    by_pair: dict[str | None, list[OrderRow]] = {}
    for row in rows:
        by_pair.setdefault(row.pair, []).append(row)
    pairs = sorted(by_pair, key=lambda pair: (pair is None, pair or ""))
    return tuple(
        Section(pair=pair, rows=tuple(by_pair[pair]), subtotal=subtotal(by_pair[pair])) for pair in pairs
    )


def subtotal(rows: Iterable[OrderRow]) -> Subtotal:
    """Add up the orders of one pair that are still open."""
    still_open = [row for row in rows if not row.is_over]
    qty = {"buy": Decimal(0), "sell": Decimal(0)}
    value = {"buy": Decimal(0), "sell": Decimal(0)}
    low = high = Fraction(0)
    unknown = 0
    for row in still_open:
        if row.side not in qty or row.remaining is None or row.value is None or row.cost is None:
            unknown += 1
            continue
        qty[row.side] += row.remaining
        value[row.side] += row.value
        low += row.cost.low
        high += row.cost.high
    return Subtotal(
        orders=len(still_open),
        buy_qty=qty["buy"],
        sell_qty=qty["sell"],
        buy_value=value["buy"],
        sell_value=value["sell"],
        quote=next((row.quote for row in still_open if row.quote is not None), None),
        qty_places=max((row.qty_places for row in still_open), default=0),
        cost_low=low,
        cost_high=high,
        unknown=unknown,
    )


_Key = Callable[[OrderRow], str | int | Decimal | Fraction | None]
_WAITING: Final = 8
_CANCELS: Final[Mapping[CancelState, int]] = {"unknown": 0, "asked": 1, "sent": 1, "closing": 1}


def _urgency(row: OrderRow) -> int:
    """Rank states: what needs a look first comes first."""
    if row.is_over:
        return _WAITING + 1
    if row.cancel is not None:
        return _CANCELS[row.cancel]
    if row.last_outcome is not None:
        return 2
    if row.details_loading:
        return 3
    if row.freshness != "live":
        return 5 if row.freshness == "old" else 4
    if row.trigger is not None and row.trigger_state == "untriggered":
        return _WAITING
    return 6 if row.status == "partially_filled" else 7


_KEYS: Final[Mapping[SortKey, _Key]] = {
    "pair": lambda row: row.pair,
    "side": lambda row: row.side,
    "type": lambda row: row.type,
    "price": lambda row: row.price,
    "trigger": lambda row: row.trigger,
    "distance": lambda row: None if row.distance_pct is None else abs(row.distance_pct),
    "remaining": lambda row: row.remaining,
    "filled": lambda row: row.filled_pct,
    "age": lambda row: row.order_age_ns,
    "cost": lambda row: None if row.cost is None else row.cost.high,
    "state": _urgency,
}
