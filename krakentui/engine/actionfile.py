"""The file of the action log: entries are appended under a lock, each tied to the one before.

Several programs write to one file, so each append reads the end anew. Beside it lies the head, the number
and hash of the last entry: without it nobody would notice that the end was cut off. It is written after the
entries, so after a kill it may be behind them, which is no harm; a head that is not of the chain is a break,
and the next append writes an entry about it, so that it is told for ever. Nothing is forced to the disk: the
log must not slow a cancel down, and a machine that loses power may lose its last entries.
"""

import contextlib
import fcntl
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

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


_DAMAGED = Head(n=-1, hash="")
"""A head that cannot be read."""


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
        head = _read_head(folder / HEAD)
        if head is None and not size:
            with contextlib.suppress(OSError):  # the one after the entries tells
                _write_head(folder / HEAD, Head())
        elif not _is_passed(head, last, file, size):
            broken = Fact(act="log", step="broken", what=_break(head, last))
            facts = [(facts[0][0], broken), *facts]
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
    head = _read_head(folder / HEAD)  # before the file: who appends meanwhile writes it last
    try:
        file = (folder / FILE).open("rb")
    except FileNotFoundError:
        if head is None or head == Head():
            raise
        yield Verdict(line=None, why=f"{FILE} is gone; {_break(head, Head())}")
        return
    with file:
        busy, size = _look(file)
        last, passed = Head(), head == Head() or (head is None and not size)
        for number, line in enumerate(_lines(file, size), 1):
            if busy and not line.endswith(b"\n"):
                break  # it is just being written
            try:
                entry, digest = read(line.rstrip(b"\n"))
            except Damage as damage:
                yield Verdict(line=number, why=str(damage))
                continue
            if (entry.n, entry.prev) != (last.n + 1, last.hash):
                yield Verdict(line=number, why="does not follow the line before: something is missing there")
            if entry.act == "log":
                yield Verdict(line=number, why=f"was written after a break: {entry.what}")
            last = Head(entry.n, digest)
            passed = passed or head == last
            yield entry
    if not passed:
        yield Verdict(line=None, why=_break(head, last))


@contextlib.contextmanager
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
        found = _head_of(line)
        if found is not None:
            return found, end.endswith(b"\n")
    return Head(), not end or end.endswith(b"\n")


def _lines(file: BinaryIO, size: int) -> Iterator[bytes]:
    """Give the lines there were when it was looked."""
    while size > 0 and (line := file.readline(size)):
        size -= len(line)
        yield line


def _look(file: BinaryIO) -> tuple[bool, int]:
    """Tell whether somebody is just writing to the file, and its size."""
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True, os.fstat(file.fileno()).st_size
    size = os.fstat(file.fileno()).st_size
    fcntl.flock(file, fcntl.LOCK_UN)
    return False, size


def _is_passed(head: Head | None, last: Head, file: int, size: int) -> bool:
    """Tell whether the head is of the chain: an entry of the file, or the one before the first."""
    if head in {last, Head()}:
        return True
    if head is None:
        return False
    end = f',"hash":"{head.hash}"}}'.encode()
    lines = reversed(os.pread(file, size, 0).splitlines())
    return any(line.endswith(end) and _head_of(line) == head for line in lines)


def _head_of(line: bytes) -> Head | None:
    try:
        entry, digest = read(line)
    except Damage:
        return None
    return Head(entry.n, digest)


def _break(head: Head | None, last: Head) -> str:
    """Say what a head means that is not of the chain."""
    if head is None or head == _DAMAGED:
        how = "missing" if head is None else "damaged"
        return f"{HEAD} is {how}: whether the end was cut off is not known"
    if head.n <= last.n:
        return f"entry {head.n} is not the one that was written"
    if not last.n:
        return f"every entry up to {head.n} is missing"
    return f"the end was cut off after entry {last.n}: entry {head.n} had been written"


def _read_head(path: Path) -> Head | None:
    """Read the head; None = there is none."""
    try:
        return json.decode(path.read_bytes(), type=Head)
    except FileNotFoundError:
        return None
    except (OSError, MsgspecError):
        return _DAMAGED


def _write_head(path: Path, head: Head) -> None:
    replace(path, json.encode(head))
