"""One monitor a key: a second one would spend the same limits unseen, so it shows public markets only.

The lock is a file in the state folder that the system lets go when the process ends. Commands that end
by themselves (`snapshot`, `limits`, `cancel`) never wait for it: each counts as foreign use to the other.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from msgspec import structs

from krakentui.settings import Settings

WATCHED = (
    "Another krakentui already watches with this key, and both would spend its limits: "
    "this one shows public markets only."
)


@contextmanager
def alone(settings: Settings) -> Iterator[Settings]:
    """Hold the key's place while inside; where it is taken, hand out the settings without the key."""
    key, folder = settings.credentials, settings.state_dir
    if key is None or folder is None:
        yield settings
        return
    file = os.open(folder / f"{key.fingerprint}.monitor", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        yield settings if _is_free(file) else _public(settings)
    finally:
        os.close(file)


def _is_free(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _public(settings: Settings) -> Settings:
    return structs.replace(settings, credentials=None, warnings=(*settings.warnings, WATCHED))
