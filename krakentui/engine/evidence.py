"""What the audit of the counter saw, kept as evidence in the state folder: redacted, small, owner only.

The first line of each session says so: `{"v":1,"evidence":"redacted v1: …"}`. Then come the frames of the
old websocket that concern orders, ids and tokens replaced, and each figure beside our own count. A file
that has grown to its ceiling becomes the `.old` one, and a new one begins.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec

from krakentui import __version__
from krakentui.budget.words import figure, signed
from krakentui.engine.linefile import LineFile
from krakentui.engine.redact import Redaction
from krakentui.model.audit import Sample
from krakentui.model.clock import Clock
from krakentui.model.event import Happening, Noted
from krakentui.model.limit import points
from krakentui.model.number import points_text
from krakentui.model.redact import Redactor
from krakentui.net.tap import Direction, Tap

MOST_BYTES: Final = 512 * 1024
PROMISE: Final = "redacted v1: ids and tokens are replaced, prices and amounts are not"
_LIFE: Final = b'{"event":"heartbeat"}'


class Header(msgspec.Struct, frozen=True):
    """The first line of a session."""

    v: int
    evidence: str
    program: str
    venue: str
    wall_ns: int


class Frame(msgspec.Struct, frozen=True):
    """One frame of the old websocket; `t` is steady nanoseconds since the session began."""

    t: int
    dir: str
    frame: str


class Figures(msgspec.Struct, frozen=True):
    """One figure of the exchange beside our own count, in points."""

    pair: str
    act: str
    told: str
    written: str
    low: str
    high: str
    drift: str
    verdict: str


class Line(msgspec.Struct, frozen=True):
    """One sample."""

    t: int
    sample: Figures


class Evidence:
    """A tap on the old websocket that writes to a file of its own."""

    def __init__(
        self,
        path: Path,
        venue: str,
        clock: Clock,
        tell: Callable[[Happening], None],
        beside: Tap,
        redactor: Redactor,
    ) -> None:
        """Open nothing yet; `beside` also hears every frame; nothing that `redactor` knows is written."""
        self._path = path
        self._venue = venue
        self._clock = clock
        self._tell = tell
        self._beside = beside
        self._redaction = Redaction(os.urandom(32), redactor)
        self._start_ns = clock.mono_ns()
        self._file: LineFile | None = None

    def passed(self, where: str, direction: Direction, data: bytes) -> None:
        """Take one frame; signs of life are left out."""
        self._beside.passed(where, direction, data)
        if data != _LIFE:
            self._put(Frame(self._age_ns(), direction, self._redaction.apply(data)))

    def sampled(self, sample: Sample) -> None:
        """Take one figure and what it was held against."""
        figures = Figures(
            pair=sample.pair,
            act=sample.act,
            told=figure(sample.units),
            written=sample.written,
            low=points_text(points(sample.low), up=False),
            high=figure(sample.high),
            drift=signed(sample.drift),
            verdict=sample.verdict,
        )
        self._put(Line(self._age_ns(), figures))

    def flush(self) -> None:
        """Write what waits; a full file makes room for a new one."""
        if self._file is None:
            return
        self._file.flush()
        if self._file.is_open and self._file.size >= MOST_BYTES:
            self._file.close()
            try:
                self._path.replace(self._path.with_suffix(".old"))
            except OSError as error:  # it stays closed: no second file, no second sentence
                self._gave_up((error.strerror or str(error)).lower())
                return
            self._file = None

    def close(self) -> None:
        """Write what is left and close the file."""
        if self._file is not None:
            self._file.close()

    def _put(self, line: msgspec.Struct) -> None:
        if self._file is None:
            self._file = LineFile(self._path, self._gave_up, append=True)
            wall_ns = self._clock.now_ns()
            self._file.put(Header(1, PROMISE, f"krakentui {__version__}", self._venue, wall_ns))
        self._file.put(line)

    def _age_ns(self) -> int:
        return self._clock.mono_ns() - self._start_ns

    def _gave_up(self, why: str) -> None:
        text = f"The evidence of the audit is not kept in {self._path.name}: {why}."
        self._tell(Noted(kind="notice", text=text, level="warn"))
