"""The journal line: what happened last, or what we just told the user."""

from collections.abc import Sequence
from typing import NamedTuple

from krakentui.state.view import JournalLine
from krakentui.ui.fmt import time_of_day, without_digits
from krakentui.ui.line import Line, Span, Tone, clip, fit, line
from krakentui.ui.widgets.panel import Panel

LEVELS: dict[str, Tone] = {"info": "text", "good": "good", "warn": "warn", "bad": "bad"}


class Latest(NamedTuple):
    """What the line shows: a sentence of ours while it is young, else the last thing that happened."""

    said: str
    line: JournalLine | None


class LastLine(Panel[Latest]):
    """One line below the panels."""

    title = "journal"

    def draw_lines(self, width: int, height: int) -> Sequence[Line]:  # noqa: ARG002 - one line, any height
        """Draw the sentence or the entry."""
        view = self._view
        if view is not None and view.said:
            return (line(Span("▌ ", "key"), Span(clip(view.said, width - 2), "key")),)
        if view is None or view.line is None:
            return (line(Span("nothing has happened yet", "muted")),)
        return (Line(fit(entry(view.line, private=self.private), width)),)


def entry(item: JournalLine, *, private: bool) -> tuple[Span, ...]:
    """Write one journal entry."""
    text = without_digits(item.text) if private else item.text
    return (
        Span(f"{time_of_day(item.wall_ns)} ", "muted"),
        Span(f"{item.kind:<8} ", "muted"),
        Span(text, LEVELS.get(item.level, "text")),
    )
