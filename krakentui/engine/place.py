"""Who holds a key on this machine: the program that has locked the key's file in the state folder.

The system lets the lock go when its holder ends, however it ends. The file names the holder's process.
"""

import contextlib
import fcntl
import os
from pathlib import Path

from krakentui.model.clock import SECOND
from krakentui.net.local import address

_LONGEST = 20


class Place:
    """The one place of a key."""

    def __init__(self, folder: Path, key: str) -> None:
        """Look at the place of this fingerprint; take nothing yet."""
        self.folder = folder
        self.key = key
        self._path = folder / f"{key}.monitor"
        self._file: int | None = None

    @property
    def socket(self) -> Path:
        """Tell where the holder listens."""
        return address(self.folder, f"{self.key}.sock")

    @property
    def is_held(self) -> bool:
        """Tell whether this program holds it."""
        return self._file is not None

    def take(self) -> bool:
        """Take the place if nobody holds it; tell whether this program holds it now.

        Raises:
            OSError: the folder cannot be used.
        """
        if self._file is not None:
            return True
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        file = os.open(self._path, flags, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            return False
        except OSError:
            os.close(file)
            raise
        self._file = file
        with contextlib.suppress(OSError):  # a full disk: the lock holds all the same
            os.ftruncate(file, 0)
            os.pwrite(file, f"{os.getpid()}\n".encode(), 0)
        return True

    def leave(self) -> None:
        """Let the next one in."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def is_taken(self) -> bool:
        """Tell whether another program holds it now; it is not created for that."""
        try:
            file = os.open(self._path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError:
            return False
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return self._file is None
        except OSError:
            return False
        finally:
            os.close(file)
        return False

    def age_s(self, wall_ns: int) -> float:
        """Tell for how long it has been held, as far as the file tells; 0 = nobody ever did."""
        try:
            return max(0.0, (wall_ns - self._path.stat().st_mtime_ns) / SECOND)
        except OSError:
            return 0.0

    def holder(self) -> int | None:
        """Tell the process that holds it or held it last; None = not known."""
        try:
            text = self._path.read_text("ascii")[:_LONGEST].strip()
        except (OSError, UnicodeDecodeError):
            return None
        return int(text) if text.isdecimal() else None
