"""The question before leaving while the outcome of a cancel is still open."""

from collections.abc import Sequence

from krakentui.model.clock import Clock
from krakentui.ui.fmt import HIDDEN
from krakentui.ui.line import Line, Span, line
from krakentui.ui.screens.guarded import GuardedSheet, Terminal
from krakentui.ui.widgets.scroll import Scroll

LISTED = 8


class LeaveScreen(GuardedSheet):
    """Asks whether to leave; True for `enter`."""

    def __init__(self, ids: Sequence[str], clock: Clock, terminal: Terminal, *, private: bool) -> None:
        self._text = _lines(ids, private=private)
        self._scroll = Scroll()
        super().__init__(self._scroll, clock, terminal)

    def lines_wanted(self, width: int) -> int:  # noqa: ARG002 - lines are cut, not wrapped
        """Tell how high the question is."""
        return len(self._text)

    def on_mount(self) -> None:
        """Draw."""
        self._scroll.show(self._text)


def _lines(ids: Sequence[str], *, private: bool) -> tuple[Line, ...]:
    many = len(ids) > 1
    head = f"{len(ids)} cancels are not settled yet" if many else "1 cancel is not settled yet"
    listed = [line(Span(f"  {HIDDEN if private else order_id}")) for order_id in ids[:LISTED]]
    if len(ids) > LISTED:
        listed.append(line(Span(f"  and {len(ids) - LISTED} more", "muted")))
    return (
        line(Span(head, "bad")),
        *listed,
        line(Span("What was sent is decided by the exchange; leaving means not seeing how it ends.")),
        Line(),
        line(Span("Enter", "key"), " leave now     ", Span("Esc", "key"), " stay and see"),
    )
