"""The simulated exchange's log: the file that `--log` writes, and `--replay` that holds a new run to it."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from krakentui.commands import guard
from krakentui.commands.lines import put
from krakentui.model.error import KrakentuiError, UsageError
from krakentui.model.number import counted

Write = Callable[[str], object]


@contextmanager
def written(path: Path | None) -> Iterator[Write | None]:
    """Open the log that is asked for, for nobody else to read; None where none is.

    Raises:
        KrakentuiError: it cannot be written.
    """
    if path is None:
        yield None
        return
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise KrakentuiError(f"The log {path} cannot be written: {error.strerror}.") from error
    with open(number, "w", encoding="ascii", buffering=1) as file:  # noqa: PTH123 - a descriptor, no path
        yield Pen(file, path).write


def replayed(path: Path, copy: Path | None) -> int:
    """Run a log again and say whether the exchange said the same; 1 = it did not.

    Raises:
        UsageError: there is no such log.
    """
    from krakentui.simulator.replay import NoLog, replay  # noqa: PLC0415 - for one option

    if copy is not None and copy.resolve() == path.resolve():
        raise UsageError("--log and --replay cannot be one file.")
    try:
        with path.open(encoding="ascii") as file, path.open(encoding="ascii") as beside, written(copy) as out:
            judge = Judge(beside, out)
            replay(file, judge.take)
    except NoLog as error:
        raise UsageError(f"{path} cannot be replayed: {error}.") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path} cannot be replayed: it is no log.") from None
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from error
    if judge.differs is not None:
        put(f"The replay of {path} differs from line {judge.differs} on.")
        return 1
    put(f"Replayed {counted(judge.count, 'line')} of {path}: the same to the byte.")
    return 0


class Pen:
    """Writes lines until the disk fails; the exchange goes on without its log."""

    def __init__(self, file: TextIO, path: Path) -> None:
        self._file: TextIO | None = file
        self._path = path

    def write(self, line: str) -> None:
        """Write one line."""
        if self._file is None:
            return
        try:
            self._file.write(line)
        except OSError as error:
            self._file = None
            guard.say(f"The log {self._path} ends here: {error.strerror}.")


class Judge:
    """Compares a new log with the old one, line by line."""

    def __init__(self, beside: TextIO, out: Write | None) -> None:
        self._beside = beside
        self._out = out
        self.count = 0
        self.differs: int | None = None

    def take(self, line: str) -> None:
        """Hear the next line of the new log."""
        self.count += 1
        if self._out is not None:
            self._out(line)
        if self.differs is None and self._beside.readline() != line:
            self.differs = self.count
