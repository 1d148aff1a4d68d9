"""A real terminal around the program: what it is sent, what it sends, how it is left behind."""

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path
from types import TracebackType
from typing import Self

LEAVES_SCREEN = b"\x1b[?1049l"
SHOWS_CURSOR = b"\x1b[?25h"
MOUSE_OFF = b"\x1b[?1000l"


class Terminal:
    """A pty of a given size with `krakentui` running in it."""

    def __init__(
        self,
        *words: str,
        home: Path,
        env: dict[str, str] | None = None,
        size: tuple[int, int] = (120, 36),
        program: tuple[str, ...] = ("-m", "krakentui"),
    ) -> None:
        self.output = bytearray()
        self._master, slave = pty.openpty()
        self.resize(*size)
        self.before = termios.tcgetattr(slave)
        self._slave = slave
        self.process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, *program, *words],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509 - one thread, as here
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(home),
                "TERM": "xterm-256color",
                "LANG": "C.UTF-8",
                **(env or {}),
            },
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.hang_up()

    def resize(self, width: int, height: int) -> None:
        """Give the terminal another size."""
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))

    def hang_up(self) -> None:
        """Close the terminal, as a window that is closed does."""
        for file in (self._master, self._slave):
            if file >= 0:
                os.close(file)
        self._master = self._slave = -1

    def type(self, keys: bytes) -> None:
        """Send bytes as a keyboard does."""
        os.write(self._master, keys)

    def wait_for(self, text: bytes, seconds: float = 30.0) -> None:
        """Read until this appears in what comes from now on."""
        start, deadline = len(self.output), time.monotonic() + seconds
        while text not in self.output[start:]:
            assert time.monotonic() < deadline, f"{text!r} did not appear: {bytes(self.output[-2000:])!r}"
            assert self._read(0.2), f"ended before {text!r} appeared: {bytes(self.output[-2000:])!r}"

    def look(self, seconds: float) -> None:
        """Read for this long, as a person looks."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self._read(0.05):
            pass

    def end(self, seconds: float = 20.0) -> int:
        """Read to the end and give the exit code."""
        deadline = time.monotonic() + seconds
        while self.process.poll() is None:
            assert time.monotonic() < deadline, "still running"
            self._read(0.05)
        while self._read(0.05, quiet_is_end=True):
            pass
        return self.process.returncode

    def is_restored(self) -> bool:
        """Tell whether line mode, screen, cursor and mouse are as before."""
        seen = all(mark in self.output for mark in (LEAVES_SCREEN, SHOWS_CURSOR, MOUSE_OFF))
        return seen and termios.tcgetattr(self._slave) == self.before

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the program."""
        self.process.send_signal(number)

    def _read(self, seconds: float, *, quiet_is_end: bool = False) -> bool:
        ready, _, _ = select.select([self._master], [], [], seconds)
        if not ready:
            return not quiet_is_end and self.process.poll() is None
        try:
            data = os.read(self._master, 65536)
        except OSError:
            return False
        self.output += data
        return bool(data)
