"""The app: draws a session on a tick, does what keys ask for, keeps its own failures quiet.

It pulls: eight times a second it asks the face for views. What the user does draws at once.
"""

import logging
import os
from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from rich.console import RenderableType
from textual import events
from textual.app import SystemCommand
from textual.binding import BindingType
from textual.command import Provider
from textual.filter import Monochrome, NoColor
from textual.screen import Screen
from textual.theme import Theme

from krakentui.engine.face import Face, KeysFace
from krakentui.model.clock import hand_ns
from krakentui.model.redact import redact
from krakentui.state.view import JournalLine
from krakentui.ui.actions import bindings
from krakentui.ui.deeds import Deeds
from krakentui.ui.driver import SteadyDriver
from krakentui.ui.environment import ignore_developer_switches
from krakentui.ui.keyboard import Keyboard
from krakentui.ui.palette import ActionProvider, Palette
from krakentui.ui.said import Said
from krakentui.ui.screens.main import MainScreen
from krakentui.ui.screens.sheet import Sheet
from krakentui.ui.screens.toosmall import TooSmall, is_too_small
from krakentui.ui.theme import DARK, PLAIN, THEMES, theme_for
from krakentui.ui.widgets.journalline import Latest

FRAME_S = 1 / 8
BREAKPOINTS: list[tuple[int, str]] = [(0, "-tiny"), (80, "-narrow"), (120, "-wide"), (160, "-huge")]
_log = logging.getLogger(__name__)


class KrakenApp(Keyboard, inherit_bindings=False):
    """The monitor's screen."""

    CSS_PATH = "krakentui.tcss"
    TITLE = "krakentui"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("everywhere")]
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {ActionProvider}
    HORIZONTAL_BREAKPOINTS = BREAKPOINTS
    AUTO_FOCUS = None
    ALLOW_SELECT = False

    def __init__(
        self,
        face: Face,
        *,
        ticking: bool = True,
        notices: tuple[str, ...] = (),
        hide: Callable[[str], str] = redact,
        theme: str | None = None,
        painted: Callable[[], None] = lambda: None,
    ) -> None:
        """Show this session.

        Args:
            face: The session.
            ticking: Whether to draw on a timer; tests draw themselves.
            notices: Sentences to show at the start.
            hide: What takes secrets out of a crash report.
            theme: One of our themes; None = the one that suits the terminal.
            painted: Called once, after the first picture.
        """
        ignore_developer_switches()
        super().__init__()
        self.features = frozenset()
        self.devtools = None
        self._devtools_redirector = None
        self.face = face
        self.keychain: KeysFace | None = None
        """The keys that one can switch between; None = there is nothing to switch."""
        self.main = MainScreen()
        self.deeds = Deeds(self)
        self._ticking = ticking
        self._ticks = 0
        self._painted = painted
        self.hide = hide
        self._said = Said(notices)
        self._failed_tick = ""
        for known in THEMES.values():
            self.register_theme(known)
        self.theme = theme or theme_for(
            no_color=self.no_color,
            color_system=self.console.color_system,
            term=os.environ.get("TERM", ""),
        )
        self.set_class(self.theme == PLAIN.name, "-plain")
        if self.no_color:
            self._filters = [f for f in self._filters if not isinstance(f, Monochrome)] + [NoColor()]

    # --- what Textual asks --------------------------------------------------------------------

    def get_default_screen(self) -> Screen[Any]:
        """Begin with the main screen."""
        return self.main

    def get_theme(self, theme_name: str) -> Theme | None:
        """Know our themes before they are registered; any other name (`TEXTUAL_THEME`) gets ours."""
        return THEMES.get(theme_name, DARK)

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:  # noqa: ARG002 - as declared
        """Offer none of Textual's own commands: its screenshot would write amounts to a file."""
        return ()

    def copy_to_clipboard(self, text: str) -> None:
        """Keep the text to ourselves: Textual would send it to the terminal's clipboard (OSC 52)."""
        self._clipboard = text

    def on_mount(self) -> None:
        """Draw once, then on the tick."""
        self.call_after_refresh(self._first)
        if self._ticking:
            self.set_interval(FRAME_S, self._tick, name="frame")

    def _first(self) -> None:
        self.draw()
        self.call_after_refresh(self._painted)

    def on_resize(self, event: events.Resize) -> None:
        """Choose the layout; cover everything when the terminal is too small."""
        self.main.adapt(*event.size)
        self._cover(*event.size)

    def _cover(self, width: int, height: int) -> None:
        covered = isinstance(self.screen, TooSmall)
        if is_too_small(width, height) and not covered:
            self.push_screen(TooSmall())
        elif covered and not is_too_small(width, height):
            self.pop_screen()

    def action_command_palette(self) -> None:
        """Open the palette over the main screen only: Textual binds its key everywhere."""
        if self.screen is self.main:
            self.push_screen(Palette(id="--command-palette"))

    def action_do(self, action_id: str) -> None:
        """Run what a key is bound to."""
        self.do(action_id)

    def turn_to(self, face: Face) -> None:
        """Show another session and nothing of the one before: its questions die unanswered."""
        with self._context():  # a task of the session's host calls, not the app's own
            while len(self.screen_stack) > 1:
                self.pop_screen()
            self.face, self._said = face, self._said.turn(self.face, face)
            self.main.forget()
            self._cover(*self.size)
        self.draw()

    # --- drawing ------------------------------------------------------------------------------

    def mark_drawn(self) -> int | None:
        """Remember how far the drawing has come; None while the terminal is behind and frames are dropped."""
        return self._driver.mark() if isinstance(self._driver, SteadyDriver) else 0

    def has_shown(self, mark: int) -> bool:
        """Tell whether the terminal has taken everything drawn before this mark."""
        return not isinstance(self._driver, SteadyDriver) or self._driver.has_taken(mark)

    def _tick(self) -> None:
        """Draw what is due: prices on every tick, what changes by the second less often."""
        self._ticks += 1
        self.draw(self._ticks)

    def draw(self, tick: int | None = None) -> None:
        """Show every panel its view of now, or on a tick only those that are due.

        Gauges and ages move even when the session stands still. When something happened everything is due.
        """
        t_ns = self.face.clock.mono_ns()
        try:
            news = self.face.journal(self._said.heard)
            self._said.hear(news, t_ns)
            self.main.draw(
                self.face, t_ns, Latest(self._said.now(t_ns), self._said.line(t_ns)), None if news else tick
            )
            if isinstance(self.screen, Sheet):
                self.screen.draw(hand_ns(self.face.clock))
        except Exception as error:  # noqa: BLE001 - a supervisor: one failing frame must not end the app
            if self._failed_tick != type(error).__name__:
                self._failed_tick = type(error).__name__
                _log.error("a frame failed", exc_info=error)

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        """Drop whole frames while the terminal does not read; the driver asks for a fresh one later."""
        if isinstance(self._driver, SteadyDriver) and not self._driver.takes_frames:
            return
        super()._display(screen, renderable)

    # --- for the deeds ------------------------------------------------------------------------

    @property
    def journal(self) -> tuple[JournalLine, ...]:
        """All lines seen so far."""
        return self._said.lines

    @property
    def turned(self) -> bool:
        """Whether another key was in use before in this run."""
        return self._said.turned

    def say(self, sentence: str) -> None:
        """Tell the user something at once, in place of the journal line."""
        self._said.say(sentence)
        self.draw()

    def hush(self) -> None:
        """Take back what was said: the user has gone on."""
        self._said.hush()

    def do(self, action_id: str) -> None:
        """Run an action; a failing one is said, logged, and ends nothing."""
        try:
            self.deeds.do(action_id)
        except Exception as error:  # noqa: BLE001 - a supervisor: one failing action must not end the app
            _log.error("action %s failed", action_id, exc_info=error)
            self.say(f"That failed inside krakentui ({type(error).__name__}): the log says more.")
        self.draw()
