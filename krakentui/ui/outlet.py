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
        self._cuts = 0
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
                self._changed.notify_all()

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

    def drain(self, patience_s: float) -> bool:
        """Wait until the terminal has taken everything, but no longer than this; tell whether it has."""
        with self._changed:
            return self._changed.wait_for(lambda: self._backlog == 0, patience_s)

    def drop(self) -> None:
        """Forget what is queued and the rest of what is being written."""
        with self._changed:
            self._cuts += 1
            self._backlog -= sum(map(len, self._pending))
            self._pending.clear()

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
                data, cuts = self._pending.popleft(), self._cuts
            if not self._write(data, cuts):
                self._give_up()
                return
            with self._changed:
                caught_up = self._watched and self._backlog == 0
                if caught_up:
                    self._watched = False
            if caught_up:
                self._drained()

    def _write(self, data: bytes, cuts: int) -> bool:
        view = memoryview(data)
        while view:
            try:
                taken = os.write(self._fileno, view[:PIECE])
            except OSError:
                return False
            with self._changed:
                if self._cuts != cuts:
                    taken = len(view)
                self._backlog -= taken
                if self._backlog == 0:
                    self._changed.notify_all()
            view = view[taken:]
        return True

    def _give_up(self) -> None:
        """The terminal is gone: take nothing more, hold nothing back."""
        with self._changed:
            self._open = False
            self._pending.clear()
            self._backlog = 0
            self._watched = False
            self._changed.notify_all()
