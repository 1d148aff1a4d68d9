"""The keys of the Limits screen."""

from collections.abc import Sequence

from krakentui.ui.actions import BY_ID, shown_key
from krakentui.ui.line import Line, Span, span_width
from krakentui.ui.widgets.panel import Panel


class Hint(Panel[str]):
    """The last line; its view is the title of the panel that comes next, empty where all are in sight."""

    title = "keys"

    def draw_lines(self, width: int, height: int) -> Sequence[Line]:  # noqa: ARG002 - one line, any height
        """Draw as many keys as fit."""
        keys = [(f"{_key('cursor.up')}{_key('cursor.down')}", "Choose a limit")]
        if self._view:
            keys.append((_key("panel.next"), self._view))
        keys += [
            (_key("question.keep"), "Close"),
            (f"{_key('cursor.page_up')} {_key('cursor.page_down')}", "Scroll below"),
        ]
        spans: tuple[Span, ...] = ()
        for key, word in keys:
            more = (Span("  " if spans else ""), Span(key, "key"), Span(f" {word}", "muted"))
            if span_width((*spans, *more)) <= width:
                spans = (*spans, *more)
        return (Line(spans),)


def _key(action: str) -> str:
    return shown_key(BY_ID[action])
