"""Small files of the state folder that are replaced as a whole: a reader finds the old one or the new one."""

import os
import stat
from pathlib import Path

_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC


def read_own(path: Path, most: int) -> bytes:
    """Read so many bytes at most of a plain file of ours.

    Raises:
        OSError: it cannot be read, or is something else.
    """
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(handle, "rb") as file:
        about = os.fstat(handle)
        if not stat.S_ISREG(about.st_mode) or about.st_uid != os.geteuid():
            raise OSError(0, "it is no file of yours")
        return file.read(most)


def replace(path: Path, content: bytes, *, durable: bool = False) -> None:
    """Write the file anew, readable by the owner alone; a durable one outlives a power cut.

    Raises:
        OSError: the folder takes nothing; the old file stands.
    """
    beside = path.with_name(path.name + ".new")
    with os.fdopen(os.open(beside, _FLAGS, 0o600), "wb") as file:
        file.write(content)
        if durable:
            file.flush()
            os.fsync(file.fileno())
    beside.replace(path)
    if durable:
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
