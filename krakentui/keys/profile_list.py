"""The list of profiles on disk: changed under a lock, replaced as a whole.

It holds no secret but may name commands that are run, so nobody else may be able to write to it. A list
that is a link (dotfiles in a repository) stays one: what it points to is read and replaced.
"""

import contextlib
import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from krakentui.keys.lockfile import StillHeld, held
from krakentui.keys.private_file import read_private, write_private
from krakentui.keys.profile import Profiles
from krakentui.keys.profile_text import parse, written
from krakentui.model.clock import pause
from krakentui.model.error import KeyProblem, UsageError

FILE_NAME = "profiles.toml"
_PAUSE_S = 0.05
_TRIES = 600
"""Of taking the lock: 30 s, for a rename may ask the keyring five times, each of which takes up to 4 s."""


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


class Opened:
    """The list while nobody else changes it, whatever else is done meanwhile."""

    def __init__(self, path: Path) -> None:
        """Read it."""
        self._path = path
        self.profiles = read(path)

    def write(self, changed: Profiles) -> None:
        """Replace it.

        Raises:
            KeyProblem: it cannot be written, or not be forced to the disk; `names` tells which list is there.
        """
        write_private(self._path.resolve(), written(changed))
        self.profiles = changed

    def names(self, name: str) -> bool:
        """Tell whether the list on disk names a profile now; a file that cannot be read may."""
        try:
            return any(one.name == name for one in read(self._path).profiles)
        except UsageError:
            return self._path.is_file()


@contextlib.contextmanager
def opened(path: Path, pause: Callable[[float], None] = pause) -> Iterator[Opened]:
    """Hold the list for an act that changes it, and the secrets beside it; others wait until it is done.

    Raises:
        UsageError: the list on disk is wrong.
        KeyProblem: it cannot be held: another program does not come to an end with it.
    """
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(held(path.with_name(f".{path.name}.lock"), _TRIES, partial(pause, _PAUSE_S)))
        except StillHeld:
            raise KeyProblem(
                f"The list of keys {path} is left as it is: another program of yours is changing it and "
                "does not come to an end. End that one, then try again."
            ) from None
        except OSError as error:
            raise KeyProblem(f"The list of keys {path} cannot be written: {error.strerror}.") from None
        yield Opened(path)


def change(
    path: Path, act: Callable[[Profiles], Profiles], pause: Callable[[float], None] = pause
) -> Profiles:
    """Change the list and give what it is now; two programs that change it wait for each other.

    Raises:
        UsageError: the list on disk is wrong, or the change is refused.
        KeyProblem: it cannot be written, or another program does not come to an end with it.
    """
    with opened(path, pause) as listing:
        listing.write(act(listing.profiles))
        return listing.profiles
