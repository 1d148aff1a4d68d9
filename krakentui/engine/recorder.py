"""Records what went over the wire, redacted, one JSON object a line.

The first line says so: `{"v":1,"recording":"redacted v1",…}`. The others carry `t` (steady
nanoseconds since the start), `at` (where), `dir` (`in` or `out`) and `data` (the text). Headers are never
recorded, so neither key nor signature can be. When the disk is full the recording ends with one notice
and the program goes on.
"""

import os
from collections.abc import Callable
from pathlib import Path

import msgspec

from krakentui.engine.linefile import LineFile
from krakentui.engine.redact import Redaction
from krakentui.model.clock import SECOND, Clock
from krakentui.model.event import Happening, Noted
from krakentui.model.redact import Redactor
from krakentui.net.tap import Direction

_FLUSH_NS = SECOND
_FLUSH_BYTES = 65_536


class Header(msgspec.Struct, frozen=True):
    """The first line."""

    v: int
    recording: str
    wall_ns: int
    venue: str


class Passage(msgspec.Struct, frozen=True):
    """One frame or body."""

    t: int
    at: str
    dir: str
    data: str


class Recorder:
    """A tap that writes to a file of its own."""

    def __init__(
        self, path: Path, venue: str, clock: Clock, tell: Callable[[Happening], None], redactor: Redactor
    ) -> None:
        """Create the file, readable by its owner only; a failure is told, not raised.

        Nothing that `redactor` knows, or comes to know, is written.
        """
        self._path = path
        self._clock = clock
        self._tell = tell
        self._redaction = Redaction(os.urandom(32), redactor)
        self._start_ns = self._flushed_ns = clock.mono_ns()
        self._file = LineFile(path, self._gave_up)
        self._file.put(Header(v=1, recording="redacted v1", wall_ns=clock.now_ns(), venue=venue))
        self._file.flush()

    def passed(self, where: str, direction: Direction, data: bytes) -> None:
        """Take one frame or body; it is on disk within a second of the next one."""
        if not self._file.is_open:
            return
        t_ns = self._clock.mono_ns()
        self._file.put(Passage(t_ns - self._start_ns, where, direction, self._redaction.apply(data)))
        if t_ns - self._flushed_ns >= _FLUSH_NS or self._file.waiting >= _FLUSH_BYTES:
            self._flushed_ns = t_ns
            self._file.flush()

    def close(self) -> None:
        """Write what is left and close the file."""
        self._file.close()

    def _gave_up(self, why: str) -> None:
        self._tell(Noted(kind="notice", text=f"Recording to {self._path.name} is off: {why}.", level="warn"))
