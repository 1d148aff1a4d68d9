"""The orders of a question: on one line each, or on two where one has no room for all of it.

What names an order, says what it is worth and what its cancel costs is never left out. Where there is height
for two lines each, ids stay whole; where there is not, ids and words get shorter, then the worth goes without
its places after the point.
"""

from collections.abc import Sequence
from typing import NamedTuple

from krakentui.state.view import QuestionOrder
from krakentui.ui.fmt import HIDDEN, UNKNOWN, cancel_cost, number, whole_amount
from krakentui.ui.line import Line, Span, Tone
from krakentui.ui.ordertext import SHORT_ID, SHORT_TYPES, SHORTER_TYPES, with_trigger
from krakentui.ui.table import Column, arrange, compose, heading, natural_widths

VALUE_PLACES = 2
COLUMNS: tuple[Column, ...] = (
    Column("Order", 9, right=False),
    Column("Pair", 9, right=False),
    Column("Side", 8, right=False),
    Column("Type", 7, right=False),
    Column("Price", 8),
    Column("Remaining", 6),
    Column("Value", 8),
    Column("Cost", 8),
    Column("", 7, right=False),
)
MEANS = 6
"""Of two lines the upper one has the columns before this one, the lower one those from it on."""
INDENT = "  "
ROOMY = 60
"""Cells for a stop limit with price and trigger on an upper line."""


class Form(NamedTuple):
    """How much room a row takes."""

    short_id: bool = False
    brief: bool = False
    """Short words, and of a price only the trigger where there is one."""
    rounded: bool = False
    """The worth in whole units."""


SHORT = (Form(short_id=True), Form(short_id=True, brief=True), Form(short_id=True, brief=True, rounded=True))


class Rows(NamedTuple):
    """The orders as lines."""

    titles: Line
    blocks: tuple[tuple[Line, ...], ...]
    """The lines of each order."""
    short_id: bool


class Wording(NamedTuple):
    """What is said of the orders besides what they are."""

    ended: frozenset[str]
    changed: frozenset[str]
    private: bool


def rows(orders: Sequence[QuestionOrder], wording: Wording, width: int, room: int) -> Rows:
    """Write the orders into this width, whole where they then take no more lines than this."""
    whole = _on_one_line(orders, wording, width, Form())
    if whole is not None:
        return whole
    if 2 * len(orders) <= room:
        return _on_two_lines(orders, wording, width, Form(brief=width < ROOMY))
    for form in SHORT:
        short = _on_one_line(orders, wording, width, form)
        if short is not None:
            return short
    return _on_two_lines(orders, wording, width, SHORT[1])


def _on_one_line(orders: Sequence[QuestionOrder], wording: Wording, width: int, form: Form) -> Rows | None:
    """Write each on a line; None where that drops a column."""
    cells = [_cells(order, wording, form) for order in orders]
    layout = arrange(COLUMNS, natural_widths(COLUMNS, cells), width)
    if len(layout.shown) < len(COLUMNS):
        return None
    lines = tuple((compose(COLUMNS, layout, row),) for row in cells)
    return Rows(heading(COLUMNS, layout), lines, form.short_id)


def _on_two_lines(orders: Sequence[QuestionOrder], wording: Wording, width: int, form: Form) -> Rows:
    """Write each on two lines; an id that is whole stands on the lower one."""
    first = 0 if form.short_id else 1
    cells = [_cells(order, wording, form) for order in orders]
    upper = [row[first:MEANS] for row in cells]
    layout = arrange(COLUMNS[first:MEANS], natural_widths(COLUMNS[first:MEANS], upper), width)
    lower = [(*row[:first], *row[MEANS:-2], _priced(row[-2]), row[-1]) for row in cells]
    untitled = [Column("", one.keep, right=one.right) for one in (*COLUMNS[:first], *COLUMNS[MEANS:])]
    below = arrange(untitled, natural_widths(untitled, lower), width - len(INDENT))
    indented = [Line((Span(INDENT), *compose(untitled, below, row).spans)) for row in lower]
    upright = [compose(COLUMNS[first:MEANS], layout, row) for row in upper]
    blocks = tuple(zip(upright, indented, strict=True))
    return Rows(heading(COLUMNS[first:MEANS], layout), blocks, form.short_id)


def _priced(cost: Span) -> Span:
    """Say of a cost that stands under no title what it is."""
    return Span(f"cost {cost.text}" if cost.text else "", cost.tone)


def _cells(order: QuestionOrder, wording: Wording, form: Form) -> Sequence[Span]:
    value, over, hidden = order.value, order.id in wording.ended, wording.private
    places = 0 if form.rounded else VALUE_PLACES
    worth = UNKNOWN if value is None else f"{number(value, places)} {order.quote or ''}".strip()
    name = f"{order.id[: SHORT_ID - 1]}…" if form.short_id and len(order.id) > SHORT_ID else order.id
    types = SHORTER_TYPES if form.brief else SHORT_TYPES
    side: Tone = "good" if order.side == "buy" else "bad"
    remaining = HIDDEN if hidden else whole_amount(order.remaining, order.qty_places)
    return (
        Span(HIDDEN if hidden else name, "muted" if over else "strong"),
        Span(order.pair or UNKNOWN),
        Span(order.side or UNKNOWN, side),
        Span(types.get(order.type, order.type) if order.type else UNKNOWN),
        Span(with_trigger(order, brief=form.brief)),
        Span("ended", "strong") if over else Span(remaining),
        Span("" if over else HIDDEN if hidden else worth),
        Span("" if over else cancel_cost(order.cost, brief=form.brief), "muted"),
        _mark(order, wording, form),
    )


def _mark(order: QuestionOrder, wording: Wording, form: Form) -> Span:
    if order.id in wording.ended:
        return Span("")
    if order.id in wording.changed:
        return Span("~" if form.short_id else "~ changed", "warn")
    return Span("!" if form.short_id else "! guards", "warn") if order.protective else Span("")
