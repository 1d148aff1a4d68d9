"""The base of all panels: a view in, lines of toned text out, only changed lines repainted.

Figures change eight times a second, so a panel never lays out and never renders what stays equal.
A panel whose drawing fails shows one line that says so; the others go on, and it tries again at the
next view.
"""

import logging
from abc import abstractmethod
from collections.abc import Sequence
from typing import Generic, TypeVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from krakentui.ui.line import Line, Span, Tone, clip, line

V = TypeVar("V")
_log = logging.getLogger(__name__)


class Pane(Widget):
    """Draws lines."""

    ALLOW_SELECT = False

    title = ""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self._lines: tuple[Line, ...] = ()
        self._styles_of: dict[tuple[Tone, Tone | None], Style] = {}
        self._failed = ""
        self.private = False

    def mask(self, private: bool) -> None:
        """Hide amounts and ids, or show them again."""
        if private != self.private:
            self.private = private
            self.redraw()

    def forget(self) -> None:
        """Forget everything that was shown: it was another account's."""

    @abstractmethod
    def draw_lines(self, width: int, height: int) -> Sequence[Line]:
        """Say what to draw in this room; each kind of panel has its own."""

    def move(self, step: int) -> None:
        """Move the cursor or the sight by this many lines; a panel without either stays."""

    def page(self) -> int:
        """Tell how many lines one page has."""
        return 1

    def redraw(self) -> None:
        """Work out the lines again and repaint those that changed."""
        width, height = self.size
        if not width or not height:
            return
        try:
            lines = tuple(self.draw_lines(width, height))[:height]
            self._failed = ""
        except Exception as error:  # noqa: BLE001 - a supervisor: one broken panel must not end the app
            lines = self._broken(error, width)
        self._take(lines)

    def fail(self, error: Exception) -> None:
        """Show that the view of this panel could not be had."""
        self._take(self._broken(error, self.size.width))

    def _broken(self, error: Exception, width: int) -> tuple[Line, ...]:
        kind = type(error).__name__
        if self._failed != kind:
            self._failed = kind
            _log.error("panel %s cannot be drawn", self.title or self.id, exc_info=error)
        text = f"{self.title or self.id} cannot be drawn ({kind}): the rest goes on, the log says more"
        return (line(Span(clip(f"! {text}", width), "bad")),)

    def _take(self, lines: tuple[Line, ...]) -> None:
        before, self._lines = self._lines, lines
        if len(before) != len(lines):
            self.refresh()
            return
        for y, (old, new) in enumerate(zip(before, lines, strict=True)):
            if old != new:
                self.refresh(Region(0, y, self.size.width, 1))

    def render_line(self, y: int) -> Strip:
        """Hand Textual one line."""
        width = self.size.width
        if y >= len(self._lines):
            return Strip.blank(width, self._style("text", None))
        spans, base = self._lines[y]
        segments = [Segment(text, self._style(tone, base)) for text, tone in spans if text]
        return Strip(segments).adjust_cell_length(width, self._style("text", base))

    def _style(self, tone: Tone, base: Tone | None) -> Style:
        style = self._styles_of.get((tone, base))
        if style is None:
            style = self.rich_style + self.screen.get_component_rich_style(f"tone--{tone}", partial=True)
            if base is not None:
                under = self.screen.get_component_rich_style(f"tone--{base}", partial=True)
                style = style + Style(bgcolor=under.bgcolor, bold=under.bold, reverse=under.reverse)
            self._styles_of[tone, base] = style
        return style

    def notify_style_update(self) -> None:
        """Forget styles when the theme changes."""
        super().notify_style_update()
        self._styles_of.clear()

    def watch_has_focus(self, has_focus: bool) -> None:
        """Light the rule where the keys are."""
        super().watch_has_focus(has_focus)
        if self.can_focus:
            self.redraw()

    def on_resize(self, _event: events.Resize) -> None:
        """Draw for the new room."""
        self.redraw()


class Panel(Pane, Generic[V]):
    """Draws one view as lines."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self._view: V | None = None

    @property
    def view(self) -> V | None:
        """The view shown last."""
        return self._view

    def forget(self) -> None:
        """Forget the view."""
        self._view = None
        self.redraw()

    def show(self, view: V) -> None:
        """Draw this view, unless it is the one shown already."""
        if view == self._view and not self._failed:
            return
        self._view = view
        self.redraw()
