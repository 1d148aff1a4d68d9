"""The journal line: what happened last, or what we just told the user."""

from collections.abc import Sequence
from typing import NamedTuple

from krakentui.state.view import JournalLine
from krakentui.ui.fmt import time_of_day, without_figures
from krakentui.ui.line import Line, Span, Tone, cells, clip, line, wrapped
from krakentui.ui.widgets.panel import Panel

SAID = "▌ "
BOTH = 2
NARROW = 100
"""Below it an entry goes without its kind."""
MORE = "… J tells the rest"
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
            return (said_lines(view.said, width)[0],)
        if view is None or view.line is None:
            return (line(Span("nothing has happened yet", "muted")),)
        return (entry(view.line, width, private=self.private),)


def said_lines(said: str, width: int) -> list[Line]:
    """Break a sentence of ours into at most two lines; the second stands in the key line for a while."""
    lines = wrapped(said, width - len(SAID), "key")
    if len(lines) > BOTH:
        rest = " ".join(span.text for item in lines[1:] for span in item.spans)
        lines = [lines[0], line(Span(clip(rest, width - len(SAID)), "key"))]
    return [Line((Span(SAID, "key"), *item.spans)) for item in lines]


def entry(item: JournalLine, width: int, *, private: bool) -> Line:
    """Write one journal entry; one that is too long says where the rest is."""
    text = without_figures(item.text) if private else item.text
    lead = f"{time_of_day(item.wall_ns)} "
    if width >= NARROW:
        lead += f"{item.kind:<8} "
    room = width - len(lead)
    if cells(text) > room:
        text = clip(text, room - len(MORE) + 1)[:-1] + MORE
    return line(Span(lead, "muted"), Span(text, LEVELS.get(item.level, "text")))
