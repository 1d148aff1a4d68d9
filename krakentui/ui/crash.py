"""What is said when the program itself fails: one plain sentence and a redacted trace, never values.

Textual's own report prints the local variables of every frame, secrets among them.
"""

import logging
import traceback
from collections.abc import Callable

from rich.console import RenderableType
from rich.text import Text
from textual.app import App

from krakentui.model.redact import redact
from krakentui.model.text import clean

_log = logging.getLogger(__name__)
REPORT = (
    "What was sent to the exchange stays sent: look at your open orders there. "
    "Please report this with the lines below; they hold no values."
)
STOPPED = "krakentui stopped because of an error of its own"
MAX_LINES = 24


def crash_text(error: BaseException, hide: Callable[[str], str] = redact) -> str:
    """Write the report of an error: sentence, how to report, where it happened."""
    kind = type(error).__name__
    message = clean(hide(str(error)), 300)
    head = f"{STOPPED}: {kind}: {message}"
    where = [
        f"  {frame.name} ({_short(frame.filename)}:{frame.lineno})"
        for frame in traceback.extract_tb(error.__traceback__)
    ]
    cause = error.__cause__ or error.__context__
    below = [f"  caused by {type(cause).__name__}"] if cause is not None else []
    return "\n".join([head, REPORT, *where[-MAX_LINES:], *below])


def log_crash(error: BaseException) -> None:
    """Leave the trace in the log."""
    _log.error("the program failed", exc_info=error)


class Discreet(App[None], inherit_bindings=False):
    """An app whose report of a failure shows no values."""

    hide: Callable[[str], str] = staticmethod(redact)
    """What takes secrets out of a report."""

    def _fatal_error(self) -> None:
        """Leave with a report that shows no values."""
        error = self._exception
        if error is not None:
            log_crash(error)
            self._exit_renderables.append(Text(crash_text(error, self.hide)))
        self._close_messages_no_wait()

    def panic(self, *renderables: RenderableType) -> None:
        """Leave: what Textual wanted to print is replaced by our own report."""
        if self._exception is None:
            self._return_code = 1
            said = " ".join(str(item) for item in renderables if isinstance(item, (str, Text)))
            super().panic(Text(self.hide(said) or STOPPED))
        else:
            self._fatal_error()


def _short(filename: str) -> str:
    parts = filename.replace("\\", "/").split("/")
    return "/".join(parts[-2:])
