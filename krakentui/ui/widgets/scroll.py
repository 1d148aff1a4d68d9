"""A panel of ready lines that can be longer than the room: help, journal, the question before leaving."""

from collections.abc import Sequence

from krakentui.ui.line import Line, Span, fit, spread
from krakentui.ui.widgets.panel import Panel


class Scroll(Panel[tuple[Line, ...]]):
    """Shows lines; keys move them."""

    title = "text"

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self._top = 0

    def draw_lines(self, width: int, height: int) -> Sequence[Line]:
        """Draw the lines in sight; the last says when there are more."""
        lines = self._view or ()
        self._top = max(0, min(self._top, len(lines) - height))
        seen = [Line(fit(item.spans, width), item.base) for item in lines[self._top : self._top + height]]
        below = len(lines) - self._top - height
        if below > 0:
            more = Span(f"{below + 1} more lines: ↓", "muted")
            seen[-1] = Line(spread((), (more,), width))
        return seen

    @property
    def at_end(self) -> bool:
        """Tell whether the last line is in sight."""
        return self._top + self.size.height >= len(self._view or ())

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
        return max(1, self.size.height - 1)
