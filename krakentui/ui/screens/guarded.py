"""A sheet that asks: no key counts before the question could be read."""

from abc import abstractmethod
from typing import Protocol

from textual import events

from krakentui.model.clock import Clock, hand_ns
from krakentui.ui.answerguard import AnswerGuard
from krakentui.ui.screens.sheet import Sheet
from krakentui.ui.widgets.panel import Pane

BUNDLED = "Enter came in one go with other keys, as pasted text does: press it again"
LOOK_S = 0.02
"""How often to look whether the terminal has taken the question."""


class Terminal(Protocol):
    """What can tell whether a drawing has reached the terminal: the app."""

    def mark_drawn(self) -> int | None:
        """Remember how far the drawing has come; None while frames are dropped."""
        ...

    def has_shown(self, mark: int) -> bool:
        """Tell whether the terminal has taken everything drawn before this mark."""
        ...


class GuardedSheet(Sheet[bool]):
    """Answers True for `enter`, None for `escape`."""

    def __init__(self, body: Pane, clock: Clock, terminal: Terminal) -> None:
        super().__init__(body)
        self._clock = clock
        self._terminal = terminal
        self._guard = AnswerGuard()
        self._mark: int | None = None
        self.add_class("-danger")

    def on_mount(self) -> None:
        """Wait for the first drawing."""
        self.call_after_refresh(self._drawn)

    def on_screen_resume(self, _event: events.ScreenResume) -> None:
        """Something lay on the question: it has to be read again."""
        self._guard.covered()
        self.call_after_refresh(self._drawn)

    def on_screen_suspend(self, _event: events.ScreenSuspend) -> None:
        """Something lies on the question: no answer counts."""
        self._guard.covered()

    def _drawn(self) -> None:
        """The question was drawn; if that frame was dropped, draw it again."""
        if self.app.screen is not self:
            return
        self._mark = self._terminal.mark_drawn()
        if self._mark is None:
            self.set_timer(LOOK_S, self._draw_again)
        else:
            self._look()

    def _draw_again(self) -> None:
        self.refresh()
        self.call_after_refresh(self._drawn)

    def _look(self) -> None:
        """The guard's time runs from the moment the terminal has taken the question."""
        if self._mark is None or self.app.screen is not self:
            return
        if self._terminal.has_shown(self._mark):
            self._guard.painted(hand_ns(self._clock))
        else:
            self.set_timer(LOOK_S, self._look)

    def is_open(self, t_ns: int) -> bool:
        """Tell whether an answer given now would count."""
        return self._guard.is_open(t_ns)

    def admits(self, t_ns: int) -> bool:
        """Let no key through before the guard opens."""
        return self._guard.admits(t_ns)

    @abstractmethod
    def tell(self, told: str) -> None:
        """Say why an answer does not count."""

    def tell_bundled(self) -> None:
        """Say that this `enter` is no answer."""
        self.tell(BUNDLED)

    def pressed(self, action: str) -> None:
        """Answer."""
        if action == "question.do":
            self.dismiss(True)  # noqa: FBT003 - the answer itself
        else:
            super().pressed(action)
