"""The Limits screen: every limit, its next five minutes, who spent it, what was refused.

The arrow keys choose a limit; curve and spending are those of the chosen one. In little room the panels
below the table take turns.
"""

from collections.abc import Sequence
from typing import NamedTuple

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from krakentui.budget.forecast import Curve
from krakentui.budget.gauges import Gauge
from krakentui.engine.face import Face
from krakentui.model.clock import SECOND
from krakentui.state.usage import SpentRow, UsageView
from krakentui.ui.screens.sheet import PAGES, Sheet
from krakentui.ui.widgets.limits.counters import Counters
from krakentui.ui.widgets.limits.curve import CurveShown, Forecast
from krakentui.ui.widgets.limits.grounds import Grounds
from krakentui.ui.widgets.limits.head import Head
from krakentui.ui.widgets.limits.hint import Hint
from krakentui.ui.widgets.limits.spent import SpentShown, SpentTable
from krakentui.ui.widgets.panel import Pane
from krakentui.ui.widgets.rows import HEAD
from krakentui.ui.widgets.statusline import StatusLine

DRAWN_EVERY_NS = SECOND // 2
WIDE, HIGH = 110, 30
"""From this size on everything is in sight."""
LITTLE = 20
"""Below this height one panel alone stands below the table."""
EDGES = 2
"""Lines of the status line and of the keys."""
LEAST_ROWS, MOST_ROWS = 5, 12


class Room(NamedTuple):
    """How many lines each part has; 0 = it is out of sight."""

    counters: int
    curve: int
    foot: int


def shared(height: int, limits: int, *, wide: bool, little: bool, curve: bool) -> Room:
    """Share out the lines between head and keys.

    Args:
        height: The lines there are.
        limits: How many limits there are.
        wide: Everything is in sight.
        little: One panel alone stands below the table.
        curve: It is the curve.
    """
    if little:
        counters = max(HEAD + 2, height // 2)
        below = height - counters
        return Room(counters, below, 0) if curve else Room(counters, 0, below)
    most = MOST_ROWS if wide else LEAST_ROWS
    counters = min(HEAD + max(LEAST_ROWS, min(limits, most)), height * 2 // 5)
    foot = (height - counters - 1) // 2
    return Room(counters, height - counters - foot, foot)


class LimitsScreen(Sheet[None]):
    """Tells everything about limits."""

    def __init__(self, face: Face, *, private: bool) -> None:
        self._counters = Counters(id="limits-counters")
        super().__init__(self._counters)
        self._face = face
        self._private = private
        self._status = StatusLine(id="limits-status")
        self._head = Head(id="limits-head")
        self._curve = Forecast(id="limits-curve")
        self._spent = SpentTable(id="limits-spent")
        self._grounds = Grounds(id="limits-grounds")
        self._foot = Horizontal(self._spent, self._grounds, id="limits-foot")
        self._hint = Hint(id="limits-hint")
        self._drawn_ns: int | None = None
        self._turned = 0

    def compose(self) -> ComposeResult:
        """Lay the panels out."""
        with Vertical(id="limits"):
            yield self._status
            yield self._head
            yield self._counters
            yield self._curve
            yield self._foot
            yield self._hint

    # --- drawing --------------------------------------------------------------------------------------

    def on_mount(self) -> None:
        """Give the keys to the table and draw."""
        for pane in (self._status, self._head, self._counters, self._curve, self._spent, self._grounds):
            pane.mask(self._private)
        self._counters.focus()
        self.call_after_refresh(self._show)

    def draw(self, t_ns: int) -> None:
        """Show what there is now, twice a second: fifty pairs cost 22 ms."""
        if self._drawn_ns is None or t_ns - self._drawn_ns >= DRAWN_EVERY_NS:
            self._drawn_ns = t_ns
            self._show()

    def _show(self) -> None:
        t_ns = self._face.clock.mono_ns()
        view = self._face.usage(t_ns)
        self._status.show(self._face.status(t_ns))
        self._head.show(view)
        self._counters.show(view)
        self._grounds.show(view)
        self._follow(view)
        self.fit_body()

    def _follow(self, view: UsageView) -> None:
        """Show curve and spending of the chosen limit."""
        row = next((one for one in view.budget.gauges if one.label == self._counters.chosen), None)
        curve = next((one for one in view.curves if _is_of(one, row)), None)
        self._curve.show(CurveShown(row, curve, view.polls))
        self._spent.show(SpentShown(row, tuple(one for one in view.spent if _is_of(one, row))))

    # --- room -----------------------------------------------------------------------------------------

    def lines_wanted(self, width: int) -> int:  # noqa: ARG002 - whatever there is
        """Take all the room there is."""
        return self.app.size.height

    def fit_body(self) -> None:
        """Share the lines out; where there are few, the panels below the table take turns."""
        width, height = self.app.size
        wide, little = width >= WIDE and height >= HIGH, height < LITTLE
        turns = self._turns(wide=wide, little=little)
        turned = turns[self._turned % len(turns)] if turns else None
        head = max(1, self._head.lines_wanted(max(1, width - EDGES)))
        view = self._counters.view
        room = shared(
            height - head - EDGES,
            0 if view is None else len(view.budget.gauges),
            wide=wide,
            little=little,
            curve=turned is self._curve,
        )
        self._head.styles.height = head
        for part, lines in (
            (self._counters, room.counters),
            (self._curve, room.curve),
            (self._foot, room.foot),
        ):
            part.styles.height = lines
            part.display = lines > 0
        self._spent.display = turned in {None, self._spent, self._curve}
        self._grounds.display = turned in {None, self._grounds}
        self._hint.show(turns[(self._turned + 1) % len(turns)].title if turns else "")

    def _turns(self, *, wide: bool, little: bool) -> Sequence[Pane]:
        """List the panels that take turns."""
        if wide:
            return ()
        return (self._curve, self._spent, self._grounds) if little else (self._spent, self._grounds)

    # --- keys -----------------------------------------------------------------------------------------

    def pressed(self, action: str) -> None:
        """Choose, turn, scroll or close; the key that opened the screen closes it, too."""
        if action in {"view.limits", "app.quit"}:
            self.dismiss(None)
        elif action in {"panel.next", "panel.previous"}:
            self._turned += 1 if action == "panel.next" else -1
            self.fit_body()
        elif action in PAGES:
            for pane in (self._spent, self._grounds):
                pane.move(PAGES[action] * pane.page())
        else:
            super().pressed(action)
            if (view := self._counters.view) is not None:
                self._follow(view)


def _is_of(one: Curve | SpentRow, row: Gauge | None) -> bool:
    return row is not None and (one.name, one.scope) == (row.name, row.scope)
