"""The nonce of one key: always rising, in milliseconds, remembered across restarts and programs.

The exchange wants each nonce of a key above the last it accepted, whatever the clock did meanwhile.
The last one used is kept in a file per key, and taken under a file lock, so that two programs of ours
on one key draw from the same row. The unit stays milliseconds: a finer one locks every other program
out of the key for good (spot REST reference §1.3). Only the user may say that this shall be; then the unit
is kept beside the nonce, and every program of ours goes by it.

The mark is not forced to the disk: that costs ten milliseconds (measured 2026-11, virtio and ext4), and
every call takes a nonce, a cancel, too. After a power cut the clock alone gives a higher one, as long as the
unit is known; so a finer unit has a file of its own besides, which is forced to the disk when it changes.
"""

from pathlib import Path

from krakentui.engine.wholefile import replace
from krakentui.keys.lockfile import StillHeld, held
from krakentui.model.clock import MILLISECOND, Clock

MILLISECONDS = "ms"
UNITS = {MILLISECONDS: MILLISECOND, "us": 1_000, "ns": 1}
"""What a nonce may count, coarsest first, and nanoseconds of each."""
_LONGEST = 32
_TRIES = 10_000
"""Of taking the lock: some ten milliseconds, for a stopped program must not stop this one."""
_TOO_BIG = 2**63
"""A nonce is an unsigned 64-bit number; a file that says more is damaged."""


class NonceMark:
    """The last nonce that was used with one key."""

    def __init__(self, clock: Clock, fingerprint: str, folder: Path | None) -> None:
        """Keep the mark in `folder`; None keeps it in memory only."""
        self._clock = clock
        self._path = None if folder is None else folder / f"nonce-{fingerprint}"
        self._unit_path = None if folder is None else folder / f"unit-{fingerprint}"
        self.last = 0
        """The last one given out by this program."""
        self.unit = self._unit_kept = MILLISECONDS
        self.known = self._on_disk()
        """The last one that any program of ours took, as far as this one has looked."""
        self.overtaken = False
        """Another program of ours took one since this one looked last; whoever reads it takes it back."""
        self.before_last = 0
        """The one that any program of ours took before this one's last; 0 = none, or not known."""
        self.before_run: int | None = None
        """The last one that a program of ours had used when this one took its first; 0 = none."""
        self.problem: str | None = None
        """Why the mark cannot be kept on disk, as a sentence; None = it is kept, or was not asked for."""

    def take(self) -> int:
        """Give the next nonce: now in the key's unit, or one more than the last."""
        if self._path is not None and self.problem is None:
            try:
                with held(self._path.with_name(self._path.name + ".lock"), _TRIES):
                    nonce = self._after(self._marked(self._path))
                    self._keep_unit()
                    _write(self._path, nonce, self.unit)
                    return nonce
            except StillHeld:  # its holder is stopped: it cannot take one in this moment
                return self._after(self._on_disk())
            except OSError as error:
                self.problem = (
                    f"The nonce mark cannot be kept in {self._path.parent} ({error.strerror or error}): "
                    "another program on this key may be refused for a moment."
                )
        return self._next(max(self.last, self._on_disk()))  # what others have kept may still be read

    @property
    def finer(self) -> tuple[str, ...]:
        """List the units that are finer than the key's, the coarsest first."""
        units = tuple(UNITS)
        return units[units.index(self.unit) + 1 :]

    def refine(self, unit: str) -> None:
        """Count in a finer unit from the next nonce on: only where the user has said so."""
        self.unit = _finer(self.unit, unit)

    def look(self) -> None:
        """Take what other programs of ours used until now for known."""
        self.known = max(self.known, self._on_disk())

    def _after(self, marked: int) -> int:
        if self.before_run is None:
            self.before_run = marked
        self.overtaken = self.overtaken or marked > self.known
        return self._next(max(self.last, marked))

    def _on_disk(self) -> int:
        if self._path is None:
            return 0
        try:
            return self._marked(self._path)
        except OSError:
            return 0

    def _marked(self, path: Path) -> int:
        """Read the mark, and go by the unit that the user chose for the key."""
        nonce, unit = _read(path)
        if unit == MILLISECONDS and self._unit_path is not None:
            unit = _unit(self._unit_path)
        self.unit = _finer(self.unit, unit)
        return nonce

    def _keep_unit(self) -> None:
        """Force a finer unit to the disk, once."""
        if self.unit != self._unit_kept and self._unit_path is not None:
            if _unit(self._unit_path) != self.unit:
                replace(self._unit_path, self.unit.encode(), durable=True)
            self._unit_kept = self.unit

    def _next(self, last: int) -> int:
        self.before_last = last
        self.last = self.known = max(self._clock.now_ns() // UNITS[self.unit], last + 1)
        return self.last


def _finer(one: str, other: str) -> str:
    return min(one, other, key=lambda unit: UNITS[unit])


def _read(path: Path) -> tuple[int, str]:
    try:
        text, _, unit = path.read_text("ascii")[:_LONGEST].strip().partition(" ")
    except (FileNotFoundError, UnicodeDecodeError):
        return 0, MILLISECONDS
    nonce = int(text) if text.isdecimal() else 0
    if nonce >= _TOO_BIG or unit not in {"", *UNITS}:
        return 0, MILLISECONDS
    return nonce, unit or MILLISECONDS


def _unit(path: Path) -> str:
    try:
        unit = path.read_text("ascii")[:_LONGEST].strip()
    except (OSError, UnicodeDecodeError):
        return MILLISECONDS
    return unit if unit in UNITS else MILLISECONDS


def _write(path: Path, nonce: int, unit: str) -> None:
    replace(path, b"%d\n" % nonce if unit == MILLISECONDS else b"%d %s\n" % (nonce, unit.encode()))
