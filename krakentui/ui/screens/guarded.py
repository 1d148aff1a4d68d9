"""A sheet that asks: no key counts before the question could be read."""

from textual import events

from krakentui.model.clock import Clock
from krakentui.ui.answerguard import AnswerGuard
from krakentui.ui.screens.sheet import Sheet
from krakentui.ui.widgets.panel import Pane


class GuardedSheet(Sheet[bool]):
    """Answers True for `enter`, None for `escape`."""

    def __init__(self, body: Pane, clock: Clock) -> None:
        super().__init__(body)
        self._clock = clock
        self._guard = AnswerGuard()
        self.add_class("-danger")

    def on_mount(self) -> None:
        """Let the guard's time run from the moment the question is on the screen."""
        self.call_after_refresh(self._painted)

    def on_screen_resume(self, _event: events.ScreenResume) -> None:
        """Something lay on the question: it has to be read again."""
        self._guard.covered()
        self.call_after_refresh(self._painted)

    def on_screen_suspend(self, _event: events.ScreenSuspend) -> None:
        """Something lies on the question: no answer counts."""
        self._guard.covered()

    def _painted(self) -> None:
        if self.app.screen is self:
            self._guard.painted(self._clock.mono_ns())

    def draw(self, t_ns: int) -> None:
        """Start the guard again while the terminal does not show us."""
        if not self.shown_now:
            self._guard.painted(t_ns)

    @property
    def shown_now(self) -> bool:
        """Tell whether the terminal has taken what was drawn."""
        return bool(getattr(self.app, "is_shown", True))

    def is_open(self, t_ns: int) -> bool:
        """Tell whether an answer given now would count."""
        return self.shown_now and self._guard.is_open(t_ns)

    def admits(self, t_ns: int) -> bool:
        """Let no key through before the guard opens."""
        if not self.shown_now:
            self._guard.painted(t_ns)
        return self._guard.admits(t_ns)

    def pressed(self, action: str) -> None:
        """Answer."""
        if action == "question.do":
            self.dismiss(True)  # noqa: FBT003 - the answer itself
        else:
            super().pressed(action)
