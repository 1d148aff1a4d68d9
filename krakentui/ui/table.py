"""Columns of a table: how wide each is, which go when there is no room.

Widths follow what is shown and only ever grow while the terminal keeps its size, so that figures do
not dance; where the line is too short, gaps shrink first, then the least important columns go.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from msgspec import Struct

from krakentui.ui.line import Drawn, Line, Span, pad
from krakentui.ui.line import cells as width_of

MAX_GAP = 3


class Column(Struct, frozen=True):
    """One column: its title, its side, and how long it is kept when room gets short."""

    title: str
    keep: int
    """Higher goes later; the highest of a table never goes."""
    right: bool = True
    least: int = 0


class Layout(Struct, frozen=True):
    """Which columns are shown, how wide, how far apart."""

    shown: tuple[int, ...]
    widths: tuple[int, ...]
    gap: int


def natural_widths(columns: Sequence[Column], rows: Sequence[Sequence[Span | Drawn]]) -> tuple[int, ...]:
    """Tell how wide each column wants to be."""
    wanted = [max(column.least, width_of(column.title)) for column in columns]
    for cells in rows:
        for index, cell in enumerate(cells):
            wanted[index] = max(wanted[index], width_of(cell.text))
    return tuple(wanted)


def grown(before: tuple[int, ...], now: tuple[int, ...]) -> tuple[int, ...]:
    """Keep the larger width of each column."""
    return tuple(map(max, before, now)) if len(before) == len(now) else now


def arrange(columns: Sequence[Column], natural: tuple[int, ...], width: int) -> Layout:
    """Choose columns and gap for a line of this many cells."""
    shown = [*range(len(columns))]
    dearest = max((column.keep for column in columns), default=0)
    while True:
        room = width - sum(natural[index] for index in shown)
        gaps = max(1, len(shown) - 1)
        if room >= gaps or len(shown) <= 1:
            break
        least = min((index for index in shown), key=lambda index: (columns[index].keep, -index))
        if columns[least].keep == dearest:
            break
        shown.remove(least)
    gap = max(1, min(MAX_GAP, room // gaps))
    widths = tuple(natural[index] for index in shown)
    return Layout(tuple(shown), widths, gap)


class Tail(NamedTuple):
    """A text in place of the last columns of a row."""

    keeps: int
    """Columns of the table that stay in front of it, shown or not."""
    span: Span


def compose(
    columns: Sequence[Column], layout: Layout, cells: Sequence[Span | Drawn], tail: Tail | None = None
) -> Line:
    """Set the cells of one row into a line."""
    spans: list[Span] = []
    last, room = len(layout.shown) - 1, sum(layout.widths) + layout.gap * (len(layout.shown) - 1)
    for place, (index, width) in enumerate(zip(layout.shown, layout.widths, strict=True)):
        if tail is not None and index >= tail.keeps:
            spans.append(Span(pad(tail.span.text, room), tail.span.tone))
            break
        cell, gap = cells[index], " " * layout.gap if place < last else ""
        # The gap belongs to the cell before it: each span of its own costs the terminal 30 bytes.
        if isinstance(cell, Drawn):
            spans += [*cell.spans, Span(" " * (width - width_of(cell.text)) + gap)]
        else:
            spans.append(Span(pad(cell.text, width, right=columns[index].right) + gap, cell.tone))
        room -= width + layout.gap
    return Line(tuple(spans))


def heading(columns: Sequence[Column], layout: Layout) -> Line:
    """Set the titles into a line."""
    return compose(columns, layout, [Span(column.title, "muted") for column in columns])


def steady_order(before: Sequence[str], now: Sequence[str]) -> list[str]:
    """Order the keys of `now` so that those shown before keep their order.

    A new key goes behind the key it follows in `now`: the list never re-sorts under the cursor.
    """
    present = set(now)
    order = [key for key in before if key in present]
    known = set(order)
    if len(known) == len(now):
        return order
    for previous, key in pairwise([None, *now]):
        if key is None or key in known:
            continue
        order.insert(order.index(previous) + 1 if previous is not None else 0, key)
        known.add(key)
    return order
