"""The list of profiles on disk: changed under a lock, replaced as a whole.

It holds no secret but may name commands that are run, so nobody else may be able to write to it. A list
that is a link (dotfiles in a repository) stays one: what it points to is read and replaced.
"""

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

from krakentui.keys.private_file import read_private, write_private
from krakentui.keys.profile import Profiles
from krakentui.keys.profile_text import parse, written
from krakentui.model.error import KeyProblem, UsageError

FILE_NAME = "profiles.toml"


def beside(config: Path) -> Path:
    """Tell where the list lies: beside the settings file."""
    return config.with_name(FILE_NAME)


def read(path: Path) -> Profiles:
    """Read the list; an empty one where there is no file.

    Raises:
        UsageError: it cannot be read, or something in it is wrong; the sentence names file and line.
    """
    try:
        data = read_private(path.resolve(), owners=frozenset({os.geteuid(), 0}), others=0o022)
    except KeyProblem as problem:
        raise UsageError(f"The list of keys cannot be used. {problem}") from None
    return Profiles() if data is None else parse(data, path)


def change(path: Path, act: Callable[[Profiles], Profiles]) -> Profiles:
    """Change the list and give what it is now; two programs that change it wait for each other.

    Raises:
        UsageError: the list on disk is wrong, or the change is refused.
        KeyProblem: it cannot be written.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        lock = os.open(path.with_name(f".{path.name}.lock"), flags, 0o600)
    except OSError as error:
        raise KeyProblem(f"The list of keys {path} cannot be written: {error.strerror}.") from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        changed = act(read(path))
        write_private(path.resolve(), written(changed))
        return changed
    finally:
        os.close(lock)
