"""The limits in words: the tightest one, or a lockout, its end and what is blocked meanwhile."""

from collections.abc import Sequence

from krakentui.state.usage import UsageView
from krakentui.ui.line import Line, Span, line, wrapped
from krakentui.ui.widgets.budget import head_lines
from krakentui.ui.widgets.panel import Panel


class Head(Panel[UsageView]):
    """Draws the headline, and during a lockout below it what goes on."""

    title = "headline"

    def lines_wanted(self, width: int) -> int:
        """Tell how many lines the words need."""
        return len(self._words(width))

    def draw_lines(self, width: int, height: int) -> Sequence[Line]:  # noqa: ARG002 - as many as it wants
        """Draw all of it."""
        return self._words(width) or (line(Span("")),)

    def _words(self, width: int) -> list[Line]:
        view = self._view
        if view is None:
            return []
        works = [part for lock in view.budget.lockouts[:1] for part in wrapped(lock.meanwhile, width)]
        return [*head_lines(view.budget, width), *works]
