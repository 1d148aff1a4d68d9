"""The base of everything that lies on the main screen: one panel in a frame, closed by escape."""

from abc import abstractmethod
from typing import ClassVar, TypeVar

from textual import events
from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.containers import Vertical
from textual.screen import ModalScreen

from krakentui.ui.actions import ACTIONS
from krakentui.ui.line import TONE_CLASSES
from krakentui.ui.screens.main import MainScreen
from krakentui.ui.widgets.panel import Pane
from krakentui.ui.widgets.statusline import BADGES

T = TypeVar("T")
FRAME = 2
"""Lines of the border."""
SIDES = 6
"""Cells of border and padding."""
WIDEST = 116
"""As in the style sheet."""
STEPS = {"cursor.up": -1, "cursor.down": 1}
PAGES = {"cursor.page_up": -1, "cursor.page_down": 1}
ENDS = {"cursor.first": -1_000_000, "cursor.last": 1_000_000}
ID_OF_KEY = {
    key: action.id
    for action in sorted(ACTIONS, key=lambda action: action.where == "question")
    for key in action.keys.split(",")
}
"""What a key means on a sheet: the answer to a question rather than what it does on the main screen."""


class Sheet(ModalScreen[T]):
    """A panel on top of the main screen."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {*TONE_CLASSES}
    AUTO_FOCUS = ""

    def __init__(self, body: Pane) -> None:
        super().__init__()
        self.body = body
        self._is_done = False

    def compose(self) -> ComposeResult:
        """Put the panel into its frame."""
        with Vertical(id="sheet"):
            yield self.body

    def dismiss(self, result: T | None = None) -> AwaitComplete:
        """Close, once: a second key may come before the first has closed the sheet."""
        if self._is_done:
            return AwaitComplete()
        self._is_done = True
        return super().dismiss(result)

    @abstractmethod
    def lines_wanted(self, width: int) -> int:
        """Tell how high the panel would like to be."""

    def room(self) -> int:
        """Tell how many lines there are inside the frame."""
        return self.app.size.height - FRAME

    def inner_width(self) -> int:
        """Tell how many cells there are inside the frame."""
        return max(1, min(self.app.size.width, WIDEST) - SIDES)

    def fit_body(self) -> None:
        """Give the panel the lines it wants, or those there are."""
        self.body.styles.height = max(1, min(self.lines_wanted(self.inner_width()), self.room()))

    def on_mount(self) -> None:
        """Size the panel, and say in the frame which exchange this is: it may cover the line that does."""
        self.fit_body()
        for frame in self.query("#sheet"):
            frame.border_title = self._badge()

    def _badge(self) -> str:
        main = next((screen for screen in self.app.screen_stack if isinstance(screen, MainScreen)), None)
        view = None if main is None else main.status.view
        return "" if view is None else BADGES[view.venue][0]

    def on_resize(self, _event: events.Resize) -> None:
        """Size the panel again."""
        self.fit_body()

    def draw(self, t_ns: int) -> None:
        """Take note of the time; most sheets show the same all the while."""

    def admits(self, t_ns: int) -> bool:  # noqa: ARG002 - a question has a use for the time
        """Tell whether a key pressed now counts here."""
        return True

    def wants(self, key: str) -> bool:  # noqa: ARG002 - a sheet with a field leaves it most keys
        """Tell whether this key is for the sheet itself."""
        return True

    def take(self, key: str) -> bool:
        """Scroll, close or answer; False = the key is not for the sheet itself."""
        if self.wants(key):
            self.pressed(ID_OF_KEY.get(key, ""))
            return True
        return False

    def pressed(self, action: str) -> None:
        """Do what a key means here."""
        if action == "question.keep":
            self.dismiss(None)
        elif action in STEPS:
            self.body.move(STEPS[action])
        elif action in PAGES:
            self.body.move(PAGES[action] * self.body.page())
        elif action in ENDS:
            self.body.move(ENDS[action])
