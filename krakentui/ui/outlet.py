"""Bytes to a terminal that may stop reading, without ever making the program wait.

A thread does the writing and may block; whoever puts bytes in does not. The backlog counts what the
terminal has not taken yet, the piece being written included.
"""

import os
import threading
from collections import deque
from collections.abc import Callable

PIECE = 1024
"""Bytes handed to the system at once, so that a stop is noticed soon."""


class Outlet:
    """Writes to one file descriptor in the background."""

    def __init__(self, fileno: int, drained: Callable[[], None]) -> None:
        """Write to `fileno`; call `drained` from the thread when a watched backlog is gone."""
        self._fileno = fileno
        self._drained = drained
        self._pending: deque[bytes] = deque()
        self._backlog = 0
        self._put = 0
        self._watched = False
        self._open = True
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="krakentui-output", daemon=True)
        self._thread.start()

    @property
    def backlog(self) -> int:
        """Tell how many bytes the terminal has not taken yet."""
        return self._backlog

    def put(self, data: bytes) -> None:
        """Queue bytes; never waits for the terminal."""
        with self._changed:
            if self._open and data:
                self._pending.append(data)
                self._backlog += len(data)
                self._put += len(data)
                self._changed.notify()

    def mark(self) -> int | None:
        """Remember how far the output has come; None while a backlog is watched."""
        with self._changed:
            return None if self._watched else self._put

    def has_taken(self, mark: int) -> bool:
        """Tell whether the terminal has taken everything put before this mark."""
        with self._changed:
            return self._put - self._backlog >= mark

    def is_behind(self, limit: int) -> bool:
        """Tell whether more than `limit` bytes wait; if so, `drained` is called once none do."""
        with self._changed:
            if self._backlog > limit:
                self._watched = True
            return self._watched

    def close(self, patience_s: float) -> None:
        """Write what is queued and stop, but wait no longer than this."""
        with self._changed:
            self._open = False
            self._changed.notify()
        self._thread.join(patience_s)

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._pending:
                    if not self._open:
                        return
                    self._changed.wait()
                data = self._pending.popleft()
            if not self._write(data):
                self._give_up()
                return
            with self._changed:
                caught_up = self._watched and self._backlog == 0
                if caught_up:
                    self._watched = False
            if caught_up:
                self._drained()

    def _write(self, data: bytes) -> bool:
        view = memoryview(data)
        while view:
            try:
                taken = os.write(self._fileno, view[:PIECE])
            except OSError:
                return False
            view = view[taken:]
            with self._changed:
                self._backlog -= taken
        return True

    def _give_up(self) -> None:
        """The terminal is gone: take nothing more, hold nothing back."""
        with self._changed:
            self._open = False
            self._pending.clear()
            self._backlog = 0
            self._watched = False
