"""The question before leaving, or taking another key, while something still hangs on the key in use.

That is a cancel that is unsettled or waits, or the dead man's switch.
"""

from collections.abc import Sequence
from typing import NamedTuple

from textual import events

from krakentui.model.clock import Clock
from krakentui.state.parting import Parting
from krakentui.state.view import SwitchView
from krakentui.ui.fmt import HIDDEN, time_of_day
from krakentui.ui.line import Line, Span, line, wrapped
from krakentui.ui.screens.guarded import GuardedSheet, Terminal
from krakentui.ui.widgets.scroll import Scroll

LISTED = 8


class Goal(NamedTuple):
    """The words for what the user wants to do."""

    do: str
    doing: str
    gone: str
    ends: bool
    """It ends the exchange of a demo."""


class PartingScreen(GuardedSheet):
    """Asks whether to go on; True for `enter`."""

    goal: Goal

    def __init__(self, hanging: Parting, clock: Clock, terminal: Terminal, *, private: bool) -> None:
        self._ids, self._switch, self._private = hanging.unsettled, hanging.switch, private
        self._waiting = len(hanging.waiting)
        self._ends = self.goal.ends and hanging.venue == "demo"
        self._scroll = Scroll()
        super().__init__(self._scroll, clock, terminal)

    def lines_wanted(self, width: int) -> int:
        """Tell how high the question is."""
        return len(self._lines(width)) + self._scroll.framing

    def on_mount(self) -> None:
        """Draw."""
        self.tell("")

    def tell(self, told: str) -> None:
        """Say why an answer does not count, above the answers."""
        keys = (
            Span("Enter", "key"),
            Span(f" {self.goal.do}     "),
            Span("Esc", "key"),
            Span(" stay and see"),
        )
        said = wrapped(f"{told}.", self.inner_width(), "bad") if told else (Line(),)
        self._scroll.frame(foot=(*said, Line(keys)))
        self._scroll.show(self._lines(self.inner_width()))

    def on_resize(self, event: events.Resize) -> None:
        """Break the lines anew."""
        super().on_resize(event)
        self._scroll.show(self._lines(self.inner_width()))

    def _lines(self, width: int) -> tuple[Line, ...]:
        parts: list[Line] = []
        if self._ids:
            parts += _cancels(self._ids, self.goal, width, private=self._private)
        if self._switch is not None:
            parts += [*([Line()] if parts else []), *_switch(self._switch, self.goal, width, ends=self._ends)]
        if self._waiting:
            one = self._waiting == 1
            what = "1 cancel waits" if one else f"{self._waiting} cancels wait"
            parts += [*([Line()] if parts else []), line(Span(f"{what} until that is free", "bad"))]
            dropped = "it: the order stays" if one else "them: they stay"
            parts += wrapped(f"{self.goal.doing.capitalize()} drops {dropped} open.", width, "text")
        return tuple(parts)


class LeaveScreen(PartingScreen):
    """Asks before leaving the program."""

    goal = Goal("leave now", "leaving", "once krakentui is closed", ends=True)


class SwitchKeyScreen(PartingScreen):
    """Asks before another key takes the place of the one in use."""

    goal = Goal("switch now", "switching", "once another key is in use", ends=False)


def _switch(switch: SwitchView, goal: Goal, width: int, *, ends: bool) -> list[Line]:
    """Say what becomes of the switch when nobody renews it any more, or its exchange ends."""
    head = line(Span("The dead man's switch is armed", "bad"))
    if ends:
        text = "It ends with the demo: its exchange and all orders there are gone once krakentui is closed."
        return [head, *wrapped(text, width, "text")]
    when = "" if switch.fires_wall_ns is None else f", at {time_of_day(switch.fires_wall_ns)} UTC"
    text = (
        f"Nobody renews it {goal.gone}: {switch.timeout_s} s later at the latest{when}, the "
        "exchange cancels every open order of this account. To disarm it: Esc, then D."
    )
    return [head, *wrapped(text, width, "text")]


def _cancels(ids: Sequence[str], goal: Goal, width: int, *, private: bool) -> list[Line]:
    many = len(ids) > 1
    head = f"{len(ids)} cancels are not settled yet" if many else "1 cancel is not settled yet"
    listed = [line(Span(f"  {HIDDEN if private else order_id}")) for order_id in ids[:LISTED]]
    if len(ids) > LISTED:
        listed.append(line(Span(f"  and {len(ids) - LISTED} more", "muted")))
    return [
        line(Span(head, "bad")),
        *listed,
        *wrapped(
            f"What was sent is decided by the exchange; {goal.doing} means not seeing how it ends.", width
        ),
    ]
