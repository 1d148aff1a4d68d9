"""A lock file that one program of ours holds at a time: waiting for it has an end, which the waiter sets.

A nonce is held for one read and one write, the list of keys for a whole act that may ask the keyring. A
program that is stopped while it holds the lock goes on holding it, so nobody waits for it for ever.
"""

import contextlib
import fcntl
import os
from collections.abc import Callable, Iterator
from pathlib import Path


class StillHeld(OSError):
    """Another program does not let go of the lock."""


@contextlib.contextmanager
def held(path: Path, tries: int, pause: Callable[[], None] = os.sched_yield) -> Iterator[None]:
    """Hold the lock file at `path`, which is made where there is none.

    Args:
        path: of the lock file.
        tries: how often to try.
        pause: what is done after a try in vain; by itself it lets others go before, in some microseconds.

    Raises:
        StillHeld: another program held it all the time.
        OSError: it cannot be made.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        _take(handle, tries, pause)
        yield
    finally:
        os.close(handle)


def _take(handle: int, tries: int, pause: Callable[[], None]) -> None:
    for _ in range(tries):
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        pause()
    raise StillHeld("another program holds its lock")
