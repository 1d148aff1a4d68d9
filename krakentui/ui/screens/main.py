"""The main screen: status line, markets, balances, open orders, call budget, journal line, keys."""

import logging
from collections.abc import Callable, Sequence
from typing import ClassVar, TypeVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.screen import Screen

from krakentui.engine.face import Face
from krakentui.state.view import StatusView
from krakentui.ui.actions import bindings
from krakentui.ui.fmt import WAITING
from krakentui.ui.line import TONE_CLASSES
from krakentui.ui.widgets.balances import Balances
from krakentui.ui.widgets.budget import Budget
from krakentui.ui.widgets.filterline import FilterLine
from krakentui.ui.widgets.journalline import LastLine, Latest
from krakentui.ui.widgets.keyline import KeyLine, Keys
from krakentui.ui.widgets.markets import Markets
from krakentui.ui.widgets.orders import Orders
from krakentui.ui.widgets.panel import Pane, Panel
from krakentui.ui.widgets.statusline import StatusLine

V = TypeVar("V")
COMPACT_WIDTH, COMPACT_HEIGHT = 80, 20
"""Below either, one panel at a time stands above the budget."""
MANY_ORDERS = 100
MEDIUM_HEIGHT, HIGH_HEIGHT = 32, 48
_log = logging.getLogger(__name__)


def why_waiting(status: StatusView) -> str:
    """Say why the account is not shown yet: nothing came so far, or what stands in the way."""
    obstacle = status.key_refused or status.key_held_back
    if obstacle is not None:
        return obstacle
    feeds = [feed for feed in status.feeds if feed.role != "public"]
    failed = [feed.why for feed in feeds if feed.why and feed.state != "live"]
    if not failed or any(feed.state == "live" for feed in feeds):
        return WAITING
    return f"{failed[0].rstrip('.')}. It is tried again."


def _due(tick: int | None, every: int, turn: int) -> bool:
    """Tell whether the turn of something has come that comes every so many ticks; without a tick it has."""
    return tick is None or tick % every == turn


class Top(Horizontal):
    """Holds two panels and draws nothing itself."""

    BLANK = True


class MainScreen(Screen[None], inherit_bindings=False):
    """Everything at a glance."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {*TONE_CLASSES}
    BLANK = True
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("main")]
    AUTO_FOCUS = "#orders"

    def __init__(self) -> None:
        super().__init__()
        self.private = False
        """Whether amounts and ids are hidden."""
        self.status = StatusLine(id="status")
        self.markets = Markets(id="markets")
        self.balances = Balances(id="balances")
        self.top = Top(self.markets, self.balances, id="top")
        self.orders = Orders(id="orders")
        self.filter_line = FilterLine(id="filter")
        self.budget = Budget(id="budget")
        self.last = LastLine(id="journal")
        self.key_line = KeyLine(id="keys")
        self._compact = False

    def compose(self) -> ComposeResult:
        """Lay the panels out."""
        yield self.status
        yield self.top
        yield self.orders
        yield self.filter_line
        yield self.budget
        yield self.last
        yield self.key_line

    @property
    def panels(self) -> tuple[Pane, ...]:
        """All panels."""
        return tuple(widget for widget in self.query() if isinstance(widget, Pane))

    @property
    def moved(self) -> Pane:
        """The panel that the arrow keys move."""
        return self.focused if isinstance(self.focused, Pane) else self.orders

    # --- drawing ------------------------------------------------------------------------------

    def draw(self, face: Face, t_ns: int, latest: Latest, tick: int | None = None) -> None:
        """Show every panel its view of now; one that fails says so and the others go on.

        On a tick only those panels that are due: prices always, the others in turns, so that the work of
        a second is spread over it. A long list of orders costs more and comes once a second.
        """
        many = len(self.orders.keys) > MANY_ORDERS
        if _due(tick, 2, 0):
            self._show_status(face, t_ns, latest)
        self._show(self.markets, lambda: face.markets(t_ns))
        if _due(tick, 4, 1):
            self._show(self.balances, lambda: face.balances(t_ns))
        if _due(tick, 8 if many else 2, 1):
            self._show(self.orders, lambda: face.orders(t_ns))
        if _due(tick, 4, 3):
            self._show(self.budget, lambda: face.budget(t_ns))
        self._show(self.last, lambda: latest)

    def _show_status(self, face: Face, t_ns: int, latest: Latest) -> None:
        status = self._show(self.status, lambda: face.status(t_ns))
        if isinstance(status, StatusView):
            for table in (self.orders, self.balances):
                table.explain(
                    why_waiting(status), keyless=status.power == "public" and status.key_refused is None
                )
            may_cancel = status.power == "watch+cancel" and not status.read_only
            self._show(self.key_line, lambda: Keys(may_cancel, self.moved is self.orders, latest.said))

    def _show(self, panel: Panel[V], ask: Callable[[], V]) -> V | None:
        try:
            view = ask()
        except Exception as error:  # noqa: BLE001 - a supervisor: one failing view must not end the app
            panel.fail(error)
            return None
        panel.show(view)
        return view

    def mask(self, private: bool) -> None:
        """Hide amounts and ids everywhere, or show them again."""
        self.private = private
        for panel in self.panels:
            panel.mask(private)

    def forget(self) -> None:
        """Show nothing that was shown so far: another session is drawn from here on."""
        self.filter_line.end()
        for panel in self.panels:
            panel.forget()

    # --- room ---------------------------------------------------------------------------------

    def adapt(self, width: int, height: int) -> None:
        """Choose the layout for a terminal of this size."""
        self._compact = width < COMPACT_WIDTH or height < COMPACT_HEIGHT
        self.set_class(self._compact, "-compact")
        self.set_class(not self._compact and height < MEDIUM_HEIGHT, "-medium")
        self.set_class(not self._compact and height >= HIGH_HEIGHT, "-high")
        self._turn_to(self._shown())

    def on_screen_resume(self, _event: events.ScreenResume) -> None:
        """Adapt to a size that changed while something lay on this screen."""
        self.adapt(*self.app.size)

    def on_descendant_focus(self, _event: events.DescendantFocus) -> None:
        """Close the field of the filter when the keys go elsewhere."""
        if self.filter_line.is_open and self.focused is not self.filter_line.field:
            self.filter_line.close()

    def _shown(self) -> Pane:
        focused = self.focused
        tables: Sequence[Pane] = (self.markets, self.balances)
        return focused if isinstance(focused, Pane) and focused in tables else self.orders

    def _turn_to(self, shown: Pane) -> None:
        self.top.set_class(self._compact and shown is self.orders, "-away")
        for panel in (self.markets, self.balances, self.orders):
            panel.set_class(self._compact and panel is not shown, "-away")

    def turn(self, step: int) -> None:
        """Give the keys to the next or previous panel; in little room it also takes the place."""
        ring: list[Pane] = [self.orders, self.budget, self.markets, self.balances]
        if self._compact:
            ring.remove(self.budget)
        focused = self.focused
        at = ring.index(focused) if isinstance(focused, Pane) and focused in ring else 0
        target = ring[(at + step) % len(ring)]
        self._turn_to(target if target is not self.budget else self.orders)
        self.set_focus(target)
