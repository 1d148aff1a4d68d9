"""The log file: our own lines from INFO, libraries' from WARNING, redacted, private, never fatal.

When the file cannot be written (disk full, folder gone) logging ends with one notice to whoever asked
for it: Python's own complaint would be printed over the screen.
"""

import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

from krakentui.model.redact import Redactor
from krakentui.model.text import clean

FILE_NAME: Final = "krakentui.log"
MAX_BYTES: Final = 5_000_000
"""A longer log is moved aside (`.1`) at the next start."""
_LINE_LIMIT = 20_000
_OURS = logging.getLogger("krakentui")


class FileLog(logging.Handler):
    """Writes redacted lines to one file until that fails."""

    def __init__(self, path: Path, redactor: Redactor, notice: Callable[[str], None]) -> None:
        """Write to this file; `notice` gets one sentence if that ever fails."""
        super().__init__()
        self.path = path
        self.redactor = redactor
        self.notice = notice
        self._file: int | None = None
        self.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        try:
            self._file = _open_private(path)
        except OSError as error:
            self._give_up(error)

    @property
    def is_open(self) -> bool:
        """Tell whether lines still reach the file."""
        return self._file is not None

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line, or give up for good."""
        if self._file is None:
            return
        try:
            os.write(self._file, self._text(record).encode("utf-8", "backslashreplace"))
        except OSError as error:
            self._give_up(error)

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
        super().close()

    def _text(self, record: logging.LogRecord) -> str:
        lines = self.redactor.clean(self.format(record)).splitlines()
        return "".join(f"{clean(line, _LINE_LIMIT)}\n" for line in lines)

    def _give_up(self, error: OSError) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None
        reason = error.strerror or type(error).__name__
        self.notice(f"The log {self.path} cannot be written ({reason}): logging is off.")


def start(
    path: Path | None, redactor: Redactor | None = None, notice: Callable[[str], None] = lambda _: None
) -> FileLog | None:
    """Send all logging to this file and nowhere else; None = keep no log."""
    logging.raiseExceptions = False
    root = logging.getLogger()
    for old in [*root.handlers]:
        if isinstance(old, FileLog | logging.NullHandler):
            root.removeHandler(old)
            old.close()
    handler = None if path is None else FileLog(path, redactor or Redactor(), notice)
    root.addHandler(handler or logging.NullHandler())
    root.setLevel(logging.WARNING)
    _OURS.setLevel(logging.INFO)
    return handler


def stop() -> None:
    """Close the log file."""
    start(None)


def tell(notice: Callable[[str], None]) -> None:
    """Say later troubles of the log here: whoever started it may have no screen yet."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler, FileLog):
            handler.notice = notice


def current() -> Path | None:
    """Tell which file is being written, if any."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler, FileLog) and handler.is_open:
            return handler.path
    return None


def _open_private(path: Path) -> int:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        if path.stat(follow_symlinks=False).st_size > MAX_BYTES:
            path.replace(path.with_name(path.name + ".1"))
    except FileNotFoundError:
        pass
    file = os.open(path, flags, 0o600)
    if path.is_file():
        os.fchmod(file, 0o600)
    return file
