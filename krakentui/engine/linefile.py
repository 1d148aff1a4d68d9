"""A file of JSON lines that only its owner may read, and that gives up with one sentence.

Lines are gathered and written when told to, so that no frame waits for a disk. A link in place of the
file is not followed.
"""

import os
import stat
from collections.abc import Callable
from pathlib import Path

import msgspec


class LineFile:
    """One open file."""

    def __init__(self, path: Path, gave_up: Callable[[str], None], *, append: bool = False) -> None:
        """Create or open it; `gave_up` hears why, as a clause, when it cannot be written (any more)."""
        self._gave_up = gave_up
        self._encoder = msgspec.json.Encoder()
        self._buffer = bytearray()
        self._handle: int | None = None
        self.size = 0
        """Bytes in the file and waiting for it."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | (os.O_APPEND if append else os.O_TRUNC)
        try:
            self._handle = os.open(path, flags, 0o600)
            state = os.fstat(self._handle)
            if stat.S_ISREG(state.st_mode):
                os.fchmod(self._handle, 0o600)  # a file that was there before may be wider
                self.size = state.st_size
        except OSError as error:
            self._give_up(error)

    @property
    def is_open(self) -> bool:
        """Tell whether lines are still taken."""
        return self._handle is not None

    @property
    def waiting(self) -> int:
        """Tell how many bytes wait to be written."""
        return len(self._buffer)

    def put(self, line: msgspec.Struct) -> None:
        """Take one line."""
        if self._handle is not None:
            text = self._encoder.encode(line) + b"\n"
            self._buffer += text
            self.size += len(text)

    def flush(self) -> None:
        """Write what waits."""
        if self._handle is None:
            return
        try:
            while self._buffer:
                del self._buffer[: os.write(self._handle, self._buffer)]
        except OSError as error:
            self._give_up(error)

    def close(self) -> None:
        """Write what is left and close."""
        self.flush()
        handle, self._handle = self._handle, None
        if handle is not None:
            os.close(handle)

    def _give_up(self, error: OSError) -> None:
        self._buffer.clear()
        handle, self._handle = self._handle, None
        if handle is not None:
            os.close(handle)
        self._gave_up((error.strerror or str(error)).lower())
