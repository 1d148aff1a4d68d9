"""Leaving the monitor: it asks while a cancel is not settled or the dead man's switch is on."""

from functools import partial
from typing import TYPE_CHECKING

from krakentui.ui.screens.leave import LeaveScreen
from krakentui.ui.screens.toosmall import TooSmall

if TYPE_CHECKING:
    from krakentui.ui.app import KrakenApp

INTERRUPTED = 128 + 2


class Leaving:
    """Knows whether one app may just go."""

    def __init__(self, app: "KrakenApp") -> None:
        """Leave this app."""
        self._app = app
        self._interrupted = False

    def leave(self, code: int = 0) -> None:
        """Leave, or ask first."""
        app = self._app
        hanging = app.face.parting()
        if hanging.is_quiet:
            app.exit(return_code=code)
        elif isinstance(app.screen, TooSmall):
            armed = (
                "the dead man's switch is armed" if hanging.switch is not None else "cancels wait to be free"
            )
            what = "a cancel is not settled" if hanging.unsettled else armed
            app.screen.tell(f"{what}: Ctrl+C again leaves")
        elif not isinstance(app.screen, LeaveScreen):
            screen = LeaveScreen(hanging, app.face.clock, app, private=app.main.private)
            app.push_screen(screen, partial(self._left, code))

    def interrupt(self) -> None:
        """Leave as `q` does; a second time at once."""
        if self._interrupted or isinstance(self._app.screen, LeaveScreen):
            self._app.exit(return_code=INTERRUPTED)
            return
        self._interrupted = True
        self.leave()

    def _left(self, code: int, yes: bool | None) -> None:
        self._interrupted = False
        if yes:
            self._app.exit(return_code=code)
