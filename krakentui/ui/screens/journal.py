"""The journal: everything that happened, newest last."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from krakentui.state.view import JournalLine
from krakentui.ui.fmt import time_of_day, without_digits
from krakentui.ui.line import Line, Span, line
from krakentui.ui.screens.sheet import Sheet
from krakentui.ui.table import Column
from krakentui.ui.widgets.journalline import LEVELS
from krakentui.ui.widgets.rows import HEAD, LiveRows

BOTTOM = 1_000_000


class JournalRows(LiveRows[tuple[JournalLine, ...], JournalLine]):
    """All lines the session still has."""

    title = "Journal"
    columns: ClassVar[tuple[Column, ...]] = (
        Column("Time", 8, right=False),
        Column("Kind", 7, right=False),
        Column("What happened", 9, right=False),
    )

    def rows_of(self, view: tuple[JournalLine, ...]) -> Sequence[tuple[str, JournalLine]]:
        """Key each line by its number."""
        return [(str(item.number), item) for item in view]

    def cells_of(self, row: JournalLine) -> Sequence[Span]:
        """Write one line."""
        text = without_digits(row.text) if self.private else row.text
        return (
            Span(time_of_day(row.wall_ns), "muted"),
            Span(row.kind, "muted"),
            Span(text, LEVELS.get(row.level, "text")),
        )

    def empty_lines(self, view: tuple[JournalLine, ...] | None, width: int) -> Sequence[Line]:  # noqa: ARG002 - same for all
        """Say that nothing has happened."""
        return (line(Span("nothing has happened yet", "muted")),)


class JournalScreen(Sheet[None]):
    """Shows the journal and follows it while its end is in sight."""

    def __init__(self, read: Callable[[], tuple[JournalLine, ...]], *, private: bool) -> None:
        self._rows = JournalRows()
        self._rows.private = private
        self._read = read
        self._follows = True
        super().__init__(self._rows)

    def lines_wanted(self, width: int) -> int:  # noqa: ARG002 - lines are cut, not wrapped
        """Take all the room there is."""
        return BOTTOM

    def on_mount(self) -> None:
        """Begin at the end."""
        self.call_after_refresh(self.draw, 0)

    def draw(self, t_ns: int) -> None:  # noqa: ARG002 - lines carry their own time
        """Show what there is now."""
        items = self._read()
        self._rows.show(items)
        if self._follows:
            self._rows.scroll_rows(BOTTOM)

    def pressed(self, action: str) -> None:
        """Scroll; close on the key that opened it, too."""
        if action in {"view.journal", "app.quit"}:
            action = "question.keep"
        self._follows = action in {"cursor.last", "cursor.down", "cursor.page_down"} and self._at_end()
        super().pressed(action)

    def _at_end(self) -> bool:
        return len(self._rows.keys) - self._rows.top <= self._rows.size.height - HEAD + self._rows.page()
