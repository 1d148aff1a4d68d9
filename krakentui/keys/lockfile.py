"""A lock file that programs of ours hold for one read and one write: waiting for it is short, and has an end.

A program that is stopped while it holds the lock goes on holding it, so nobody waits for it for ever.
"""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path


class StillHeld(OSError):
    """Another program does not let go of the lock."""


@contextlib.contextmanager
def held(path: Path, tries: int) -> Iterator[None]:
    """Hold the lock file at `path`, which is made where there is none.

    Args:
        path: of the lock file.
        tries: how often to try; each takes some microseconds and lets others go before.

    Raises:
        StillHeld: another program held it all the time.
        OSError: it cannot be made.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        _take(handle, tries)
        yield
    finally:
        os.close(handle)


def _take(handle: int, tries: int) -> None:
    for _ in range(tries):
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        os.sched_yield()
    raise StillHeld("another program holds its lock")
