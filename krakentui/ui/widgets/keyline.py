"""The key line: the keys that matter here, from the table of actions."""

from collections.abc import Sequence

from krakentui.ui.actions import key_line, shown_key
from krakentui.ui.line import Line, Span, span_width
from krakentui.ui.widgets.panel import Panel


class KeyLine(Panel[bool]):
    """The last line; its view says whether this session may cancel."""

    title = "keys"

    def draw_lines(self, width: int, height: int) -> Sequence[Line]:  # noqa: ARG002 - one line, any height
        """Draw as many keys as fit."""
        may_cancel = bool(self._view)
        spans: tuple[Span, ...] = ()
        for action in key_line():
            idle = action.id.startswith("order.") and not may_cancel
            more = (
                Span("  " if spans else ""),
                Span(shown_key(action), "muted" if idle else "key"),
                Span(f" {action.short or action.label}", "faint" if idle else "muted"),
            )
            if span_width((*spans, *more)) <= width:
                spans = (*spans, *more)
        return (Line(spans),)
