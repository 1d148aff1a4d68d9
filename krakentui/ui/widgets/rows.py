"""`LiveRows`: a live table whose cursor is a key, not a position.

What the cursor stands on stays chosen wherever its row moves. When that row vanishes nothing else
becomes chosen: the place is remembered, and only a key of the user chooses again. Rows stand in groups,
one or many; a group's heading is a line that cannot be chosen.
"""

from abc import abstractmethod
from collections.abc import Sequence
from typing import ClassVar, Generic, NamedTuple, TypeVar

from textual import events

from krakentui.ui.fmt import WAITING
from krakentui.ui.line import Drawn, Line, Span, Tone, fit, rule, span_width, wrapped
from krakentui.ui.table import (
    Column,
    Layout,
    Tail,
    arrange,
    compose,
    grown,
    heading,
    natural_widths,
    steady_order,
)
from krakentui.ui.widgets.panel import Panel

V = TypeVar("V")
R = TypeVar("R")

HEAD = 2
"""Lines above the first row: the rule and the column titles; a table may have one more between them."""
MARGIN = 2
"""Cells before the first column: cursor and mark."""
HEADING = "\0"
"""Begins the key of a heading: no key of a row does, since texts from outside hold no control character."""


class Group(NamedTuple, Generic[R]):
    """Rows that stand together."""

    rows: Sequence[tuple[str, R]]
    name: str = ""
    headings: Sequence[tuple[Span, ...]] = ()
    """The heading, longest form first; the first that fits is shown. None = no heading."""


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
        self.drifted = False
        """Rows were held where they stood although the wished order would have them elsewhere by now."""
        self.keyless = False
        """Whether there is no key at all: then nothing of an account can be known."""
        self._waiting = WAITING
        self._keys: list[str] = []
        self._top = 0
        self._place = 0
        self._preferred: str | None = None
        """What the user's own key chose last: chosen again when it comes back into the list."""
        self._anew = True
        self._head = HEAD
        self._natural: tuple[int, ...] = ()
        self._room = 0
        """Cells that the widths are of."""
        self._layout: Layout | None = None
        self._composed: dict[str, tuple[tuple[tuple[Span | Drawn, ...], Tail | None], Line]] = {}
        """The line of each row, kept while its cells stay equal: most rows do from frame to frame."""

    # --- what a table of its own says ---------------------------------------------------------

    def columns_for(self, width: int) -> tuple[Column, ...]:  # noqa: ARG002 - for those with a choice
        """Give the columns for a table of this width; `cells_of` has to match."""
        return self.columns

    @abstractmethod
    def groups_of(self, view: V) -> Sequence[Group[R]]:
        """Give the key and the matter of each row, in groups; most tables have one, without a heading."""

    def markable(self, view: V) -> frozenset[str]:
        """Give the keys whose marks are kept, shown or not."""
        return frozenset(key for group in self.groups_of(view) for key, _ in group.rows)

    def counted(self, view: V) -> frozenset[str]:  # noqa: ARG002 - for those who show more than they count
        """Give the keys of the rows that count: of so many it is told which are in sight."""
        return frozenset(self.keys)

    def wish_lines(self, view: V, width: int) -> Sequence[Line]:  # noqa: ARG002 - for those who have one
        """Say, above the column titles, what the list shows and in which order."""
        return ()

    def tail_of(self, row: R) -> Tail | None:  # noqa: ARG002 - for those who have one
        """Give what stands in place of the last columns of this row; None = the columns do."""
        return None

    @abstractmethod
    def cells_of(self, row: R) -> Sequence[Span | Drawn]:
        """Turn one row into cells, one a column."""

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

    def forget(self) -> None:
        """Forget all rows, which of them was chosen, which are marked."""
        self.chosen = self.lost = self._preferred = None
        self.marked, self._keys = frozenset(), []
        self._top = self._place = 0
        self._natural, self._anew = (), True
        self._composed.clear()
        super().forget()

    # --- drawing ------------------------------------------------------------------------------

    @property
    def keys(self) -> tuple[str, ...]:
        """All keys in the order shown."""
        return tuple(key for key in self._keys if not key.startswith(HEADING))

    @property
    def head(self) -> int:
        """Tell how many lines stand above the first row."""
        return self._head

    def arrange_anew(self) -> None:
        """Let the rows take the places of the wished order: the user asked for it."""
        self._anew = True
        self.redraw()

    def draw_lines(self, width: int, height: int) -> Sequence[Line]:
        """Draw the rule, the titles and the rows in sight."""
        view = self._view
        groups = self.groups_of(view) if view is not None else ()
        if self.marked and view is not None:
            self.marked &= self.markable(view)
        self._follow(groups)
        wish = self.wish_lines(view, width) if view is not None else ()
        self._head = HEAD + len(wish)
        room = max(0, height - self._head)
        self._top = max(0, min(self._top, len(self._keys) - room))
        top = self._rule(view, width, room)
        if not self._keys:
            return (top, *wish, *self.empty_lines(view, width))
        return (top, *wish, *self._rows_in_sight(groups, width, room))

    def _rule(self, view: V | None, width: int, room: int) -> Line:
        notes = self.notes(view) if view is not None else ()
        ends = [] if view is None else [*self.end_notes(view)]
        if view is not None and len(self._keys) > room > 0:
            known = self.counted(view)
            above = sum(key in known for key in self._keys[: self._top])
            seen = sum(key in known for key in self._keys[self._top : self._top + room])
            ends.append(Span(f"{above + min(1, seen)}–{above + seen} of {len(known)}", "muted"))
        return rule(self.title, notes, tuple(ends), width, lit=self.has_focus)

    def _rows_in_sight(self, groups: Sequence[Group[R]], width: int, room: int) -> list[Line]:
        matter = {key: row for group in groups for key, row in group.rows}
        headings = {f"{HEADING}{group.name}": group.headings for group in groups}
        columns = self.columns_for(width)
        seen = self._keys[self._top : self._top + room]
        cells = {key: tuple(self.cells_of(matter[key])) for key in seen if key in matter}
        self._natural = grown(self._natural, natural_widths(columns, [*cells.values()]))
        margin = MARGIN if self.has_cursor else 0
        layout = arrange(columns, self._natural, width - margin)
        if layout != self._layout:
            self._layout = layout
            self._composed.clear()
        head = heading(columns, layout)
        lines = [Line((Span(" " * margin), *head.spans))]
        for key in seen:
            if key not in matter:
                lines.append(_heading_line(headings[key], width))
                continue
            known, now = self._composed.get(key), (cells[key], self.tail_of(matter[key]))
            if known is None or known[0] != now:
                known = self._composed[key] = (now, compose(columns, layout, *now))
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

    def _follow(self, groups: Sequence[Group[R]]) -> None:
        """Take the new keys; the chosen row keeps its height on the screen."""
        before, anew = self._keys, self._anew
        wished = [(group, [key for key, _ in group.rows]) for group in groups]
        keys: list[str] = []
        for group, now in wished:
            keys += [f"{HEADING}{group.name}"] if group.headings else []
            keys += now if anew or not before else steady_order(before, now)
        self._keys, self._anew = keys, anew and not groups
        self.drifted = self.keys != tuple(key for _, now in wished for key in now)
        if keys != before:
            present = set(keys)
            self._composed = {key: kept for key, kept in self._composed.items() if key in present}
            self._follow_chosen(before, present, anew=anew)

    def _follow_chosen(self, before: list[str], present: set[str], *, anew: bool) -> None:
        """Keep the cursor on its row and the row at its height, or take note that it is lost."""
        was, rows = self.chosen, self.keys
        if anew and self._preferred in present:
            self.chosen, self.lost = self._preferred, None
        if self.chosen in present:
            if was in before and was == self.chosen:
                self._top += self._keys.index(was) - before.index(was)
        elif self.chosen is not None and not anew:
            self._place = rows_before(before, before.index(self.chosen)) if self.chosen in before else 0
            self.lost, self.chosen = self.chosen, None
        elif self.has_cursor and self.lost is None:  # at the start, or where the user narrowed the list
            self.chosen, self._top = (rows[0] if rows else None), 0

    # --- moving -------------------------------------------------------------------------------

    def move(self, step: int) -> None:
        """Move the cursor, or the view of a table without one."""
        if not self.has_cursor:
            self.scroll_rows(step)
            return
        rows = self.keys
        if not rows:
            return
        place = self._place if self.chosen is None else rows.index(self.chosen) + step
        self.choose(rows[max(0, min(place, len(rows) - 1))])

    def choose(self, key: str) -> None:
        """Put the cursor on this row and bring it into sight."""
        self.chosen = self._preferred = key
        self.lost = None
        self.reveal()

    def reveal(self) -> None:
        """Bring the chosen row into sight."""
        if self.chosen is not None:
            room = max(1, self.size.height - self._head)
            place = self._keys.index(self.chosen)
            first = place - (place > 0 and self._keys[place - 1].startswith(HEADING))
            self._top = max(min(self._top, first), place - room + 1)
        self.redraw()

    def to_top(self) -> bool:
        """Show the first row; tell whether the chosen one is still in sight, or none is chosen."""
        self._top = 0
        self.redraw()
        return self.chosen is None or self._keys.index(self.chosen) < self.size.height - self._head

    def scroll_rows(self, step: int) -> None:
        """Move what is in sight, the cursor stays."""
        self._top = max(0, self._top + step)
        self.redraw()

    def page(self) -> int:
        """Tell how many rows one page has."""
        return max(1, self.size.height - self._head - 1)

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
        index = event.y - self._head + self._top
        if self.has_cursor and event.y >= self._head and index < len(self._keys):
            key = self._keys[index]
            if not key.startswith(HEADING):
                self.choose(key)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll with the wheel."""
        event.stop()
        self.scroll_rows(1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll with the wheel."""
        event.stop()
        self.scroll_rows(-1)

    def on_resize(self, event: events.Resize) -> None:
        """Forget the widths of the old room; a line more or less leaves columns where they are."""
        if event.size.width != self._room:
            self._room, self._natural = event.size.width, ()

    def mask(self, private: bool) -> None:
        """Hide or show; widths start anew."""
        self._natural = ()
        super().mask(private)


def rows_before(keys: Sequence[str], place: int) -> int:
    """Count the rows above this line, headings left out."""
    return sum(not key.startswith(HEADING) for key in keys[:place])


def _heading_line(forms: Sequence[tuple[Span, ...]], width: int) -> Line:
    room = width - MARGIN
    best = next((form for form in forms if span_width(form) <= room), forms[-1])
    return Line(fit((Span(" " * MARGIN), *best), width))
