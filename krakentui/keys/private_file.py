"""Files that only their owner may read: opened without a gap between looking and reading.

Everything is judged on open descriptors, never on a path that somebody may swap meanwhile: first the
folder, then the file inside that folder. A file with a secret is ours, is no link, and nobody else
may read it; its folder is nobody's playground.
"""

import contextlib
import os
import re
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path

from krakentui.model.error import KeyProblem

MOST_BYTES = 64 * 1024
_BESIDE = re.compile(r"\..+\.[0-9a-f]{8}")
_FILE_FLAGS = os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK  # a pipe in its place must not hang us


def read_private(path: Path, *, owners: frozenset[int] | None = None, others: int = 0o077) -> bytes | None:
    """Read a file that holds a secret; None where there is none.

    Args:
        path: where it is.
        owners: user ids that it may belong to; None = ours alone.
        others: permission bits that it must not have.

    Raises:
        KeyProblem: it is not safe to use, or cannot be read; the sentence says what to do.
    """
    ours = frozenset({os.geteuid()}) if owners is None else owners
    try:
        with _folder(path.parent, ours) as folder:
            file = os.open(path.name, os.O_RDONLY | _FILE_FLAGS, dir_fd=folder)
            try:
                _check_file(os.fstat(file), path, ours, others)
                data = os.read(file, MOST_BYTES + 1)
            finally:
                os.close(file)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise KeyProblem(_refusal(error, path)) from None
    if len(data) > MOST_BYTES:
        raise KeyProblem(f"{path} is too long to be a key.")
    return data


def write_private(path: Path, data: bytes) -> None:
    """Write a file that only we may read: whole or not at all, in a folder of ours.

    Raises:
        KeyProblem: it cannot be written there, or it is and may not outlast a power cut.
    """
    ours = frozenset({os.geteuid()})
    beside = f".{path.name}.{secrets.token_hex(4)}"
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _folder(path.parent, ours) as folder:
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _FILE_FLAGS
            file = os.open(beside, flags, 0o600, dir_fd=folder)
            try:
                with os.fdopen(file, "wb") as out:
                    os.fchmod(out.fileno(), 0o600)
                    out.write(data)
                    out.flush()
                    os.fsync(out.fileno())
                os.replace(beside, path.name, src_dir_fd=folder, dst_dir_fd=folder)
            except BaseException:
                with contextlib.suppress(OSError):
                    os.unlink(beside, dir_fd=folder)
                raise
            _force(folder, path)
    except OSError as error:
        raise KeyProblem(f"{path} cannot be written: {error.strerror}.") from None


def _force(folder: int, path: Path) -> None:
    try:
        os.fsync(folder)
    except OSError as error:
        raise KeyProblem(f"{path} is written, but a power cut may undo that: {error.strerror}.") from None


def copy_private(old: Path, new: Path) -> None:
    """Write what a file holds, where there is one, under another name, too; nothing is overwritten.

    Raises:
        KeyProblem: there is another file of the new name, or it cannot be read or written.
    """
    if not old.exists():
        return
    if not new.exists():
        write_private(new, read_private(old) or b"")
    elif not is_same(old, new):
        raise KeyProblem(f"There is a file {new} already: look at it, and remove it if nobody needs it.")


def is_same(one: Path, other: Path) -> bool:
    """Tell whether two files hold the same; where one cannot be read, they do not."""
    try:
        return one.samefile(other) or read_private(one) == read_private(other)
    except (KeyProblem, OSError):
        return False


def remove_private(path: Path) -> bool:
    """Remove a file; tell whether there was one.

    Raises:
        KeyProblem: it cannot be removed.
    """
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise KeyProblem(f"{path} cannot be removed: {error.strerror}.") from None
    return True


def remove_twin(path: Path, twin: Path) -> bool:
    """Remove a file that holds the same as another one; tell whether there was one.

    Raises:
        KeyProblem: it cannot be removed.
    """
    if not (path.exists() and twin.exists() and is_same(path, twin)):
        return False
    if not path.samefile(twin):
        return remove_private(path)
    try:
        path.rename(twin)  # the same name but for its case, to a file system that heeds none
    except OSError as error:
        raise KeyProblem(f"{path} cannot be renamed: {error.strerror}.") from None
    return True


def half_written(folder: Path) -> list[Path]:
    """List what `write_private` was cut off at: nobody reads it, but it may hold a secret."""
    return sorted(path for path in folder.glob(".*") if _BESIDE.fullmatch(path.name))


@contextlib.contextmanager
def _folder(path: Path, owners: frozenset[int]) -> Iterator[int]:
    """Hold a folder open that only its owner, and his groups, may write to."""
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        seen = os.fstat(folder)
        if seen.st_uid not in owners | {0}:
            raise KeyProblem(f"The folder {path} belongs to somebody else: keep keys in one of your own.")
        if seen.st_mode & stat.S_IWOTH:
            raise KeyProblem(f"Anybody may write to the folder {path}: run `chmod o-w {path}`.")
        yield folder
    finally:
        os.close(folder)


def _check_file(seen: os.stat_result, path: Path, owners: frozenset[int], others: int) -> None:
    if not stat.S_ISREG(seen.st_mode):
        raise KeyProblem(f"{path} is no plain file: nothing else is read here.")
    if seen.st_uid not in owners:
        raise KeyProblem(f"{path} belongs to somebody else: only a file of your own is read here.")
    if seen.st_mode & others:
        act = "write to" if seen.st_mode & others & 0o022 else "read"
        raise KeyProblem(
            f"Others may {act} the file (mode {stat.S_IMODE(seen.st_mode):04o}): run `chmod 600 {path}`, and "
            "replace the key if it lay there open."
        )


def _refusal(error: OSError, path: Path) -> str:
    if path.is_symlink():
        return f"{path} is a link: only a plain file is read here."
    return f"{path} cannot be read: {error.strerror}."
