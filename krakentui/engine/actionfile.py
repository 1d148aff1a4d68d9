"""The file of the action log: entries are appended under a lock, each tied to the one before.

Several programs write to one file, so each append reads the end anew. Beside it lies the number and hash
of the last entry: without it nobody would notice that the end was cut off. Nothing is forced to the disk:
the log must not slow a cancel down, and a machine that loses power may lose its last entries.
"""

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from msgspec import MsgspecError, Struct, json, structs

from krakentui.engine.wholefile import replace
from krakentui.model.action import FIRST, Damage, Entry, Fact, read, written
from krakentui.model.venue import Venue

FILE = "actions.jsonl"
HEAD = "actions.head"
_LONGEST_LINE = 64 * 1024


class Author(Struct, frozen=True, kw_only=True):
    """Who acts."""

    program: str
    pid: int
    venue: Venue
    account: str
    key: str


class Head(Struct, frozen=True):
    """The last entry that was written: its number and hash."""

    n: int = 0
    hash: str = FIRST


def append(folder: Path, author: Author, facts: Sequence[tuple[str, Fact]]) -> bool:
    """Append facts with their time; False = another program holds the file just now.

    Raises:
        OSError: the file cannot be written; what was written of the last line is taken back.
    """
    with _opened(folder / FILE) as file:
        if file is None:
            return False
        size = os.fstat(file).st_size
        last, whole = _last(file, size)
        lines = [] if whole else [b""]
        for at, fact in facts:
            who = structs.asdict(author) | ({"key": fact.key} if fact.key else {})
            entry = Entry(**(structs.asdict(fact) | who), n=last.n + 1, at=at, prev=last.hash)
            line, digest = written(entry)
            lines.append(line)
            last = Head(entry.n, digest)
        data = b"\n".join(lines) + b"\n"
        try:
            if os.pwrite(file, data, size) != len(data):
                raise OSError(28, "No space left on device")
        except OSError:
            os.ftruncate(file, size)
            raise
        _write_head(folder / HEAD, last)
        return True


class Verdict(Struct, frozen=True, kw_only=True):
    """What is wrong with a log."""

    line: int | None
    why: str


def verify(folder: Path) -> Iterator[Entry | Verdict]:
    """Read the log from its begin, each entry or what is wrong with its line; at last a word on its end.

    Raises:
        OSError: it cannot be read.
    """
    last = Head()
    path = folder / FILE
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                entry, digest = read(line.rstrip(b"\n"))
            except Damage as damage:
                yield Verdict(line=number, why=str(damage))
                continue
            if (entry.n, entry.prev) != (last.n + 1, last.hash):
                yield Verdict(line=number, why="does not follow the line before: something is missing there")
            last = Head(entry.n, digest)
            yield entry
    head = _read_head(folder / HEAD)
    if head is None:
        yield Verdict(
            line=None, why=f"{HEAD} is missing or damaged: whether the end was cut off is not known"
        )
    elif head != last:
        yield Verdict(line=None, why=f"the end was cut off: entry {head.n} was written, {last.n} is the last")


@contextmanager
def _opened(path: Path) -> Iterator[int | None]:
    """Open and lock the file; None = somebody else has it."""
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
        else:
            yield file
    finally:
        os.close(file)


def _last(file: int, size: int) -> tuple[Head, bool]:
    """Find the last entry of the file; also tell whether the file ends with a whole line."""
    end = os.pread(file, min(size, _LONGEST_LINE), max(0, size - _LONGEST_LINE))
    for line in reversed(end.splitlines()):
        try:
            entry, digest = read(line)
        except Damage:
            continue
        return Head(entry.n, digest), end.endswith(b"\n")
    return Head(), not end or end.endswith(b"\n")


def _read_head(path: Path) -> Head | None:
    try:
        return json.decode(path.read_bytes(), type=Head)
    except (OSError, MsgspecError):
        return None


def _write_head(path: Path, head: Head) -> None:
    replace(path, json.encode(head))
