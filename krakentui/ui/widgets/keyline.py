"""The key line: the keys that matter here, from the table of actions."""

from collections.abc import Sequence
from typing import NamedTuple

from krakentui.ui.actions import key_line, shown_key
from krakentui.ui.line import Line, Span, span_width
from krakentui.ui.widgets.journalline import said_lines
from krakentui.ui.widgets.panel import Panel


class Keys(NamedTuple):
    """What the key line goes by."""

    may_cancel: bool
    on_orders: bool
    """The list of orders has the keys."""
    said: str
    """A sentence of ours that needs a second line takes this one for as long as it stands."""


class KeyLine(Panel[Keys]):
    """The last line."""

    title = "keys"

    def draw_lines(self, width: int, height: int) -> Sequence[Line]:  # noqa: ARG002 - one line, any height
        """Draw as many keys as fit."""
        view = self._view
        if view is not None and len(said := said_lines(view.said, width)) > 1:
            return (said[1],)
        may_cancel = view is not None and view.may_cancel
        on_orders = view is None or view.on_orders
        spans: tuple[Span, ...] = ()
        for action in key_line():
            cancels = action.id.startswith("order.") and action.id != "order.details"
            if cancels and not may_cancel:
                continue
            idle = action.on_orders and not on_orders
            more = (
                Span("  " if spans else ""),
                Span(shown_key(action), "muted" if idle else "key"),
                Span(f" {action.short or action.label}", "faint" if idle else "muted"),
            )
            if span_width((*spans, *more)) <= width:
                spans = (*spans, *more)
        return (Line(spans),)
