"""`LiveRows`: a live table whose cursor is a key, not a position.

What the cursor stands on stays chosen wherever its row moves. When that row vanishes nothing else
becomes chosen: the place is remembered, and only a key of the user chooses again.
"""

from collections.abc import Sequence
from typing import ClassVar, Generic, TypeVar

from textual import events

from krakentui.ui.fmt import WAITING
from krakentui.ui.line import Line, Span, Tone, rule, wrapped
from krakentui.ui.table import Column, Layout, arrange, compose, grown, heading, natural_widths, steady_order
from krakentui.ui.widgets.panel import Panel

V = TypeVar("V")
R = TypeVar("R")

HEAD = 2
"""Lines above the first row: the rule and the column titles."""
MARGIN = 2
"""Cells before the first column: cursor and mark."""


class LiveRows(Panel[V], Generic[V, R], can_focus=True):
    """A table of live rows."""

    columns: ClassVar[tuple[Column, ...]] = ()
    has_cursor: ClassVar[bool] = False

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self.chosen: str | None = None
        self.lost: str | None = None
        """The key that was chosen when its row vanished; None once the user has chosen again."""
        self.marked: frozenset[str] = frozenset()
        self.keyless = False
        """Whether there is no key at all: then nothing of an account can be known."""
        self._waiting = WAITING
        self._keys: list[str] = []
        self._top = 0
        self._place = 0
        self._natural: tuple[int, ...] = ()
        self._layout: Layout | None = None
        self._composed: dict[str, tuple[tuple[Span, ...], Line]] = {}
        """The line of each row, kept while its cells stay equal: most rows do from frame to frame."""

    # --- what a table of its own says ---------------------------------------------------------

    def columns_for(self, width: int) -> tuple[Column, ...]:  # noqa: ARG002 - for those with a choice
        """Give the columns for a table of this width; `cells_of` has to match."""
        return self.columns

    def rows_of(self, view: V) -> Sequence[tuple[str, R]]:
        """Give the key and the matter of each row."""
        raise NotImplementedError

    def cells_of(self, row: R) -> Sequence[Span]:
        """Turn one row into cells, one a column."""
        raise NotImplementedError

    def empty_lines(self, view: V | None, width: int) -> Sequence[Line]:  # noqa: ARG002 - for those who say more
        """Say why there is no row."""
        return wrapped(self._waiting, width, "muted" if self._waiting == WAITING else "warn")

    def notes(self, view: V) -> tuple[Span, ...]:  # noqa: ARG002 - for those who have something to say
        """Say what stands behind the title."""
        return ()

    def end_notes(self, view: V) -> tuple[Span, ...]:  # noqa: ARG002 - for those who have something to say
        """Say what stands at the right end of the rule."""
        return ()

    def explain(self, waiting: str, *, keyless: bool) -> None:
        """Take what is to be said while nothing is known."""
        if (waiting, keyless) != (self._waiting, self.keyless):
            self._waiting, self.keyless = waiting, keyless
            self.redraw()

    @property
    def top(self) -> int:
        """Tell how many rows are above those in sight."""
        return self._top

    # --- drawing ------------------------------------------------------------------------------

    @property
    def keys(self) -> tuple[str, ...]:
        """All keys in the order shown."""
        return tuple(self._keys)

    def draw_lines(self, width: int, height: int) -> Sequence[Line]:
        """Draw the rule, the titles and the rows in sight."""
        view = self._view
        matter = dict(self.rows_of(view)) if view is not None else {}
        room = max(0, height - HEAD)
        self._follow([*matter], room)
        notes = self.notes(view) if view is not None else ()
        ends = [] if view is None else [*self.end_notes(view)]
        if len(self._keys) > room > 0:
            position = f"{self._top + 1}–{min(self._top + room, len(self._keys))} of {len(self._keys)}"
            ends.append(Span(position, "muted"))
        top = rule(self.title, notes, tuple(ends), width, lit=self.has_focus)
        if not matter:
            return (top, *self.empty_lines(view, width))
        columns = self.columns_for(width)
        seen = self._keys[self._top : self._top + room]
        cells = [tuple(self.cells_of(matter[key])) for key in seen]
        self._natural = grown(self._natural, natural_widths(columns, cells))
        margin = MARGIN if self.has_cursor else 0
        layout = arrange(columns, self._natural, width - margin)
        if layout != self._layout:
            self._layout = layout
            self._composed.clear()
        head = heading(columns, layout)
        lines = [top, Line((Span(" " * margin), *head.spans))]
        for key, row in zip(seen, cells, strict=True):
            known = self._composed.get(key)
            if known is None or known[0] != row:
                known = self._composed[key] = (row, compose(columns, layout, row))
            lines.append(self._row_line(key, known[1]))
        return lines

    def _row_line(self, key: str, row: Line) -> Line:
        if not self.has_cursor:
            return row
        chosen = key == self.chosen
        lead = Span("▌" if chosen else " ", "accent")
        mark = Span("*" if key in self.marked else " ", "key")
        base: Tone | None = ("cursor" if self.has_focus else "cursor-away") if chosen else None
        return Line((lead, mark, *row.spans), base or ("marked" if key in self.marked else None))

    def _follow(self, now: list[str], room: int) -> None:
        """Take the new keys; the chosen row keeps its height on the screen."""
        before = self._keys
        if now != before:
            self._keys = steady_order(before, now)
            present = set(self._keys)
            self.marked &= present
            self._composed = {key: kept for key, kept in self._composed.items() if key in present}
            if self.chosen is not None:
                place = before.index(self.chosen) if self.chosen in before else self._place
                if self.chosen in present:
                    self._top += self._keys.index(self.chosen) - place
                else:
                    self.lost, self.chosen, self._place = self.chosen, None, place
            elif self.has_cursor and self.lost is None and self._keys:
                self.chosen = self._keys[0]
        self._top = max(0, min(self._top, len(self._keys) - room))

    # --- moving -------------------------------------------------------------------------------

    def move(self, step: int) -> None:
        """Move the cursor, or the view of a table without one."""
        if not self.has_cursor:
            self.scroll_rows(step)
            return
        if not self._keys:
            return
        if self.chosen is None:
            place = min(self._place, len(self._keys) - 1)
        else:
            place = self._keys.index(self.chosen) + step
        self.choose(self._keys[max(0, min(place, len(self._keys) - 1))])

    def choose(self, key: str) -> None:
        """Put the cursor on this row and bring it into sight."""
        self.chosen, self.lost = key, None
        self.reveal()

    def reveal(self) -> None:
        """Bring the chosen row into sight."""
        if self.chosen is not None:
            room = max(1, self.size.height - HEAD)
            place = self._keys.index(self.chosen)
            self._top = max(min(self._top, place), place - room + 1)
        self.redraw()

    def scroll_rows(self, step: int) -> None:
        """Move what is in sight, the cursor stays."""
        self._top = max(0, self._top + step)
        self.redraw()

    def page(self) -> int:
        """Tell how many rows one page has."""
        return max(1, self.size.height - HEAD - 1)

    def toggle_mark(self) -> None:
        """Mark or unmark the chosen row."""
        if self.chosen is not None:
            self.marked ^= {self.chosen}
            self.redraw()

    def unmark(self) -> None:
        """Drop all marks."""
        self.marked = frozenset()
        self.redraw()

    # --- what Textual tells -------------------------------------------------------------------

    def on_click(self, event: events.Click) -> None:
        """Choose the row under the mouse."""
        index = event.y - HEAD + self._top
        if self.has_cursor and event.y >= HEAD and index < len(self._keys):
            self.choose(self._keys[index])

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll with the wheel."""
        event.stop()
        self.scroll_rows(1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll with the wheel."""
        event.stop()
        self.scroll_rows(-1)

    def on_resize(self, _event: events.Resize) -> None:
        """Forget the widths of the old room."""
        self._natural = ()

    def mask(self, private: bool) -> None:
        """Hide or show; widths start anew."""
        self._natural = ()
        super().mask(private)
