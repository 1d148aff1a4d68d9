"""Remembers on disk that the dead man's switch is armed, for the next start to tell and to disarm.

A monitor that crashed or was ended by a signal leaves the exchange's timer running, and the exchange has no
call that tells so. The file holds no secret: whose account, by which key, and when it fires. Whoever renews
the switch holds a lock beside it, which ends with him: what another program renews is no business of ours.
"""

import fcntl
import os
from pathlib import Path

from msgspec import MsgspecError, Struct, json

from krakentui.engine.wholefile import replace
from krakentui.state.switch import Switch

_LONGEST = 4_096
_LOCK_FLAGS = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC


class Left(Struct, frozen=True, kw_only=True):
    """A switch that an earlier run has armed."""

    key: str
    """Fingerprint of the key it was armed with."""
    account: str
    venue: str
    """The exchange's REST address: a simulator's switch is not Kraken's."""
    timeout_s: int
    fires_wall_ns: int
    """By the exchange's clock."""


def path_of(folder: Path, key: str) -> Path:
    """Tell the file of a key."""
    return folder / f"switch-{key}.json"


def read(path: Path) -> Left | None:
    """Read what an earlier run has left; None = nothing, or nothing that can be read."""
    try:
        with path.open("rb") as file:
            return json.decode(file.read(_LONGEST), type=Left)
    except (OSError, MsgspecError):
        return None


def write(path: Path, left: Left) -> None:
    """Write it, readable by the owner alone.

    Raises:
        OSError: the folder takes nothing.
    """
    replace(path, json.encode(left))


def forget(path: Path, left: Left | None) -> None:
    """Remove what is known to be over, and nothing that somebody else has written meanwhile.

    Raises:
        OSError: the folder cannot be changed.
    """
    if left is not None and read(path) == left:
        path.unlink(missing_ok=True)


class Memory:
    """What is kept of the switch of one key."""

    def __init__(self, folder: Path, key: str, venue: str, *, read_only: bool = False) -> None:
        """Keep it in this folder; a session that only reads changes nothing there."""
        self._path = path_of(folder, key)
        self._key = key
        self._venue = venue
        self._read_only = read_only
        self._kept: Left | None = None
        self._is_own = True
        self._failed = False
        self._lock: int | None = None

    @property
    def is_anothers(self) -> bool:
        """Tell whether another program renews the switch."""
        return self._lock is None and not _is_free(self._path.with_suffix(".lock"))

    def recalled(self) -> Left | None:
        """Give what an earlier run has left with this exchange; None = nothing, or another one renews it."""
        left = read(self._path)
        if left is None or left == self._kept or (left.key, left.venue) != (self._key, self._venue):
            return None
        if self.is_anothers:
            return None
        self._kept, self._is_own = left, False
        return left

    def keep(self, account: str, switch: Switch) -> str | None:
        """Keep when it fires, or that it is off; a sentence says, once, that it cannot be kept."""
        left = (
            None
            if switch.fires_wall_ns is None or not switch.is_on
            else Left(
                key=self._key,
                account=account,
                venue=self._venue,
                timeout_s=switch.timeout_s,
                fires_wall_ns=switch.fires_wall_ns,
            )
        )
        if left == self._kept or self._read_only or (left is None and not self._may_forget(switch)):
            return None
        try:
            if left is None:
                forget(self._path, self._kept)
                self.release()
            else:
                if switch.phase in {"arming", "armed"}:
                    self._hold()
                write(self._path, left)
                self._is_own = True
        except OSError as error:
            first, self._failed = not self._failed, True
            why = error.strerror or error
            return f"The next start will not know of the dead man's switch: {why}." if first else None
        self._kept = left
        return None

    def release(self) -> None:
        """Renew it no more; what was written stays for the next start."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _may_forget(self, switch: Switch) -> bool:
        """Tell whether the note is this run's to remove: its own, or of a switch that it disarmed."""
        return not self.is_anothers and (self._is_own or switch.phase == "off")

    def _hold(self) -> None:
        if self._lock is None:
            handle = os.open(self._path.with_suffix(".lock"), _LOCK_FLAGS, 0o600)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:  # another program renews it, too: the exchange has one timer
                os.close(handle)
            else:
                self._lock = handle


def _is_free(path: Path) -> bool:
    """Tell whether nobody holds this lock."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(handle)
    return True
