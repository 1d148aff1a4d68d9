"""The journal: everything that happened, newest last, every sentence whole."""

from collections.abc import Callable

from krakentui.state.view import JournalLine
from krakentui.ui.fmt import time_of_day, without_figures
from krakentui.ui.line import Line, Span, hung, keyed, line
from krakentui.ui.screens.sheet import Sheet
from krakentui.ui.widgets.journalline import LEVELS
from krakentui.ui.widgets.scroll import Scroll

ALL = 1_000_000
KIND = 8
KEYS_HERE = (("↑↓", "scroll"), ("End", "newest"), ("Esc", "close"))
DOWN = frozenset({"cursor.last", "cursor.down", "cursor.page_down"})


class JournalScreen(Sheet[None]):
    """Shows the journal and follows it while its end is in sight."""

    def __init__(self, read: Callable[[], tuple[JournalLine, ...]], *, private: bool) -> None:
        self._scroll = Scroll()
        super().__init__(self._scroll)
        self._read = read
        self._private = private
        self._follows = True
        self._shown: tuple[int, int] | None = None

    def lines_wanted(self, width: int) -> int:  # noqa: ARG002 - whatever there is
        """Take all the room there is."""
        return ALL

    def on_mount(self) -> None:
        """Begin at the end."""
        self.call_after_refresh(self.draw, 0)

    def draw(self, t_ns: int) -> None:  # noqa: ARG002 - lines carry their own time
        """Show what there is now; sentences are broken anew only when there are more of them."""
        items, width = self._read(), self._scroll.size.width
        now = (items[-1].number if items else 0, width)
        if now == self._shown or not width:
            return
        self._shown = now
        self._scroll.frame(foot=keyed(KEYS_HERE, width))
        self._scroll.show(journal_lines(items, width, private=self._private))
        if self._follows:
            self._scroll.move(ALL)

    def pressed(self, action: str) -> None:
        """Scroll; close on the key that opened it, too."""
        super().pressed("question.keep" if action in {"view.journal", "app.quit"} else action)
        self._follows = action in DOWN and self._scroll.at_end


def journal_lines(items: tuple[JournalLine, ...], width: int, *, private: bool) -> tuple[Line, ...]:
    """Write all entries, each sentence broken to the width."""
    if not items:
        return (line(Span("nothing has happened yet", "muted")),)
    lines: list[Line] = []
    for item in items:
        lead = Span(f"{time_of_day(item.wall_ns)} {item.kind:<{KIND}} ", "muted")
        text = without_figures(item.text) if private else item.text
        lines += hung((lead,), text, width, LEVELS.get(item.level, "text"))
    return tuple(lines)
