"""Small files of the state folder that are replaced as a whole: a reader finds the old one or the new one."""

import os
from pathlib import Path

_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC


def replace(path: Path, content: bytes) -> None:
    """Write the file anew, readable by the owner alone.

    Raises:
        OSError: the folder takes nothing; the old file stands.
    """
    beside = path.with_name(path.name + ".new")
    with os.fdopen(os.open(beside, _FLAGS, 0o600), "wb") as file:
        file.write(content)
    beside.replace(path)
