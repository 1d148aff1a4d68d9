"""The question before leaving while a cancel is unsettled or waits, or the dead man's switch is on."""

from collections.abc import Sequence

from textual import events

from krakentui.model.clock import Clock
from krakentui.state.view import SwitchView
from krakentui.ui.fmt import HIDDEN, time_of_day
from krakentui.ui.line import Line, Span, line, wrapped
from krakentui.ui.screens.guarded import GuardedSheet, Terminal
from krakentui.ui.widgets.scroll import Scroll

LISTED = 8
ANSWERS = Line((Span("Enter", "key"), Span(" leave now     "), Span("Esc", "key"), Span(" stay and see")))


class LeaveScreen(GuardedSheet):
    """Asks whether to leave; True for `enter`."""

    def __init__(
        self,
        ids: Sequence[str],
        switch: SwitchView | None,
        waiting: int,
        clock: Clock,
        terminal: Terminal,
        *,
        private: bool,
    ) -> None:
        self._ids, self._switch, self._private = ids, switch, private
        self._waiting = waiting
        self._scroll = Scroll()
        super().__init__(self._scroll, clock, terminal)

    def lines_wanted(self, width: int) -> int:
        """Tell how high the question is."""
        return len(self._lines(width)) + self._scroll.framing

    def on_mount(self) -> None:
        """Draw."""
        self._scroll.frame(foot=(Line(), ANSWERS))
        self._scroll.show(self._lines(self.inner_width()))

    def on_resize(self, event: events.Resize) -> None:
        """Break the lines anew."""
        super().on_resize(event)
        self._scroll.show(self._lines(self.inner_width()))

    def _lines(self, width: int) -> tuple[Line, ...]:
        parts: list[Line] = []
        if self._ids:
            parts += _cancels(self._ids, width, private=self._private)
        if self._switch is not None:
            parts += [*([Line()] if parts else []), *_switch(self._switch, width)]
        if self._waiting:
            one = self._waiting == 1
            what = "1 cancel waits" if one else f"{self._waiting} cancels wait"
            parts += [*([Line()] if parts else []), line(Span(f"{what} until that is free", "bad"))]
            dropped = "it: the order stays" if one else "them: they stay"
            parts += wrapped(f"Leaving drops {dropped} open.", width, "text")
        return tuple(parts)


def _switch(switch: SwitchView, width: int) -> list[Line]:
    """Say what becomes of the switch when nobody renews it any more."""
    when = "" if switch.fires_wall_ns is None else f", at {time_of_day(switch.fires_wall_ns)} UTC"
    text = (
        f"Nobody renews it once krakentui is closed: {switch.timeout_s} s later at the latest{when}, the "
        "exchange cancels every open order of this account. To disarm it: Esc, then D."
    )
    return [line(Span("The dead man's switch is armed", "bad")), *wrapped(text, width, "text")]


def _cancels(ids: Sequence[str], width: int, *, private: bool) -> list[Line]:
    many = len(ids) > 1
    head = f"{len(ids)} cancels are not settled yet" if many else "1 cancel is not settled yet"
    listed = [line(Span(f"  {HIDDEN if private else order_id}")) for order_id in ids[:LISTED]]
    if len(ids) > LISTED:
        listed.append(line(Span(f"  and {len(ids) - LISTED} more", "muted")))
    return [
        line(Span(head, "bad")),
        *listed,
        *wrapped("What was sent is decided by the exchange; leaving means not seeing how it ends.", width),
    ]
