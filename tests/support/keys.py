"""Keys of the form that the exchange gives out, made up: 42 and 64 bytes in base64."""

import fcntl
import os
import random
import time
from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path

from krakentui.keys.offer import Machine
from krakentui.keys.profile import Profile, Purpose, Store
from krakentui.keys.prompt import Terminal
from krakentui.model.clock import SystemClock
from krakentui.model.secret import Credentials, Secret


class Impatient:
    """A clock that stands still until a file holds this many bytes; then time is up."""

    def __init__(self, file: Path, size: int) -> None:
        self._file = file
        self._size = size

    def mono_ns(self) -> int:
        ready = self._file.exists() and self._file.stat().st_size >= self._size
        return 10**15 if ready else 0

    def now_ns(self) -> int:
        return self.mono_ns()

    def real_seconds(self, seconds: float) -> float:
        return seconds

    async def sleep(self, seconds: float) -> None:
        raise AssertionError("nothing sleeps by this clock")


def is_free(file: Path) -> bool:
    """Whether every process that held a lock on the file is dead, or dies now: a kill takes a moment."""
    with file.open() as held:
        for _ in range(2_000):
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                time.sleep(0.005)
            else:
                return True
    return False


def a_key(seed: int = 1) -> str:
    """A public key."""
    return b64encode(random.Random(f"key {seed}").randbytes(42)).decode()


def a_secret(seed: int = 1) -> str:
    """Its private key."""
    return b64encode(random.Random(f"secret {seed}").randbytes(64)).decode()


def a_pair(seed: int = 1, name: str = "main", source: str = "a test") -> Credentials:
    return Credentials(key=a_key(seed), secret=Secret(a_secret(seed)), name=name, source=source)


def a_profile(
    name: str = "main",
    *,
    account: str = "private",
    purpose: Purpose = "watch+cancel",
    store: Store = "file",
    fingerprint: str = "",
    key_command: tuple[str, ...] = (),
    cancel_with: str | None = None,
) -> Profile:
    return Profile(
        name=name,
        account=account,
        purpose=purpose,
        store=store,
        fingerprint=fingerprint,
        key_command=key_command,
        cancel_with=cancel_with,
    )


def a_machine(
    folder: Path, environ: Mapping[str, str] | None = None, terminal: Terminal | None = None
) -> Machine:
    """This machine with a patience that a busy one needs."""
    return Machine(
        environ={"PATH": os.environ["PATH"], "HOME": str(folder), **(environ or {})},
        folder=folder / "keys",
        clock=SystemClock(),
        terminal=terminal,
        ring_limit_s=60,
        command_limit_s=60,
    )
