"""The log of a run kept on disk, in a file without a name that is gone with the process."""

import os
import tempfile
from collections.abc import Callable, Iterator

SIZE_MAX = 1 << 30
CHUNK = 1 << 18


class Spool:
    """What the log has told so far; it may be read at any time.

    Args:
        also: who else is to have every line.
        size_max: bytes.
        put: writes bytes to a file; less than all written is a full disk.
    """

    def __init__(
        self,
        also: Callable[[str], object] | None = None,
        size_max: int = SIZE_MAX,
        put: Callable[[int, bytes], int] = os.write,
    ) -> None:
        self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115  closed by `close`
        self._also = also
        self._size_max = size_max
        self._put = put
        self._size = 0
        self.ended: str | None = None
        """Why it is not whole any more; None = it is."""

    def write(self, line: str) -> None:
        """Keep one line, and hand it on to who else wants it; a full disk ends the log and nothing else."""
        if self._also is not None:
            self._also(line)
        if self.ended is not None:
            return
        self._size += len(line)
        if self._size > self._size_max:
            self.ended = f"it would be larger than {self._size_max >> 20} MB"
            return
        try:
            if self._put(self._file.fileno(), line.encode("ascii")) < len(line):
                self.ended = "the disk is full"
        except OSError as error:
            self.ended = error.strerror or type(error).__name__

    def chunks(self) -> Iterator[bytes]:
        """Give what was told up to now; what comes meanwhile is left out."""
        number, size = self._file.fileno(), self._size
        for at in range(0, size, CHUNK):
            yield os.pread(number, min(CHUNK, size - at), at)

    def close(self) -> None:
        """Forget it all."""
        self._file.close()
