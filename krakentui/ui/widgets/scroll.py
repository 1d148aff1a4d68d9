"""A panel of ready lines that can be longer than the room: help, journal, the question before leaving.

Its title and its keys are no part of what scrolls: they stay in sight however little room there is.
"""

from collections.abc import Sequence

from krakentui.ui.line import Line, Span, fit, spread
from krakentui.ui.widgets.panel import Panel


class Scroll(Panel[tuple[Line, ...]]):
    """Shows lines; keys move them."""

    title = "text"

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self._top = 0
        self._head: tuple[Line, ...] = ()
        self._foot: tuple[Line, ...] = ()

    def frame(self, *, head: Sequence[Line] = (), foot: Sequence[Line] = ()) -> None:
        """Take the lines that stand above and below whatever else is in sight."""
        if (*head, None, *foot) != (*self._head, None, *self._foot):
            self._head, self._foot = (*head,), (*foot,)
            self.redraw()

    @property
    def framing(self) -> int:
        """Tell how many lines do not scroll."""
        return len(self._head) + len(self._foot)

    def draw_lines(self, width: int, height: int) -> Sequence[Line]:
        """Draw the lines in sight; the last of those that scroll says when there are more."""
        lines, room = self._view or (), max(1, height - self.framing)
        self._top = max(0, min(self._top, len(lines) - room))
        seen = [*lines[self._top : self._top + room]]
        below = len(lines) - self._top - room
        if below > 0:
            more = Span(f"{below + 1} more lines: ↓", "muted")
            seen[-1] = Line(spread((), (more,), width))
        seen += [Line()] * (room - len(seen) if self._foot else 0)
        return [Line(fit(item.spans, width), item.base) for item in (*self._head, *seen, *self._foot)]

    @property
    def at_end(self) -> bool:
        """Tell whether the last line is in sight."""
        return self._top + self.size.height - self.framing >= len(self._view or ())

    def move(self, step: int) -> None:
        """Scroll."""
        self._top = max(0, self._top + step)
        self.redraw()

    def reveal(self, head: str) -> None:
        """Bring the section with this head to the top."""
        lines = self._view or ()
        heads = [place for place, item in enumerate(lines) if item.spans[:1] == (Span(head, "head"),)]
        if heads:
            self._top = heads[0]
            self.redraw()

    def page(self) -> int:
        """Tell how far one page goes."""
        return max(1, self.size.height - self.framing - 1)
