"""A real terminal around the program: what it is sent, what it shows, how it is left behind.

A thread reads what the program sends, as a terminal does; told so, it reads slowly or not at all.
"""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.pty.screen import Screen

ROOT = Path(__file__).parents[2]
PATIENCE_S = 30.0
LOOK_S = 0.05
ARRIVES_S = 5.0
"""What the program has sent arrives within so long, however busy the machine."""
SOON_S = 5.0
"""What takes longer hangs; how fast it really is, the benchmarks tell."""
LATE_KEY_S = 0.4
"""A human's pause: longer than the guards of 150 ms and 250 ms."""
SEQUENCE = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")
# The session leader takes the terminal as its own, then becomes the program.
_TAKE_TERMINAL = (
    "import fcntl,os,sys,termios;fcntl.ioctl(0,termios.TIOCSCTTY,0);os.execv(sys.argv[1],sys.argv[1:])"
)


class Terminal:
    """A pty of a given size with a program running in it."""

    def __init__(
        self,
        *words: str,
        home: Path,
        env: dict[str, str] | None = None,
        size: tuple[int, int] = (120, 36),
        program: str = "krakentui",
    ) -> None:
        """Run a module of Python with these words, in an empty environment but for `env`."""
        self.output = bytearray()
        self.screen = Screen(*size)
        self._master, self._slave = pty.openpty()
        self._resize(*size)
        self.before = termios.tcgetattr(self._slave)
        self._news = threading.Condition()
        self._pace: float | None = float("inf")
        self._closed = False
        self.process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-S", "-c", _TAKE_TERMINAL, sys.executable, "-m", program, *words],
            stdin=self._slave,
            stdout=self._slave,
            stderr=self._slave,
            start_new_session=True,
            cwd=ROOT,
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(home),
                "TERM": "xterm-256color",
                "COLORTERM": "truecolor",
                "LANG": "C.UTF-8",
                **(env or {}),
            },
        )
        self._reader = threading.Thread(target=self._read, name="terminal", daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.hang_up()

    # --- what a person does -------------------------------------------------------------------------

    def type(self, keys: bytes) -> None:
        """Send bytes as a keyboard does, all at once."""
        os.write(self._master, keys)

    def press(self, *keys: bytes) -> None:
        """Press keys at a human's pace."""
        for key in keys:
            self.type(key)
            self.pause(LATE_KEY_S)

    def pause(self, seconds: float) -> None:
        """Look on: the time between two keys is what is tested."""
        self.wait(lambda: False, seconds)

    def resize(self, width: int, height: int) -> None:
        """Give the terminal another size; the program gets SIGWINCH from the system."""
        with self._news:
            self.screen.resize(width, height)
        self._resize(width, height)

    def hang_up(self) -> None:
        """Close the terminal, as a window that is closed does."""
        with self._news:
            if self._closed:
                return
            self._closed = True
        self._reader.join()
        os.close(self._master)
        os.close(self._slave)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the program."""
        self.process.send_signal(number)

    def stop(self) -> None:
        """Press Ctrl-Z and wait, as a shell does, until the program stands still."""
        self.signal(signal.SIGTSTP)
        assert self.wait(self._is_stopped), f"not stopped:\n{self.screen.text()}"

    # --- how it reads -------------------------------------------------------------------------------

    def freeze(self) -> None:
        """Read nothing more."""
        self._pace = None

    def read_slowly(self, bytes_per_s: float) -> None:
        """Read at most this much."""
        self._pace = bytes_per_s

    def thaw(self) -> None:
        """Read all there is again."""
        self._pace = float("inf")

    # --- what it sees -------------------------------------------------------------------------------

    def wait(self, claim: Callable[[], object], seconds: float = PATIENCE_S) -> bool:
        """Wait until a claim about screen, output or the world holds; tell whether it does."""
        deadline = time.monotonic() + seconds
        with self._news:
            while not claim():
                left = deadline - time.monotonic()
                if left <= 0:
                    return False
                self._news.wait(min(left, LOOK_S))
        return True

    def shows(self, text: str, seconds: float = PATIENCE_S) -> None:
        """Wait until this is on the screen."""
        told = self.wait(lambda: text in self.screen.text() or self.process.poll() is not None, seconds)
        assert told, f"{text!r} did not appear on\n{self.screen.text()}"
        assert text in self.screen.text(), f"ended before {text!r} appeared:\n{self.tail()}"

    def comes_alive(self) -> None:
        """Wait until both streams are live and the open orders are listed."""
        signs = ("public live", "private live", "Open orders ", "Cancel cost")
        assert self.wait(lambda: all(sign in self.screen.text() for sign in signs)), self.screen.text()

    def hides(self, text: str, seconds: float = PATIENCE_S) -> None:
        """Wait until this is no longer on the screen."""
        assert self.wait(lambda: text not in self.screen.text(), seconds), (
            f"{text!r} stayed:\n{self.screen.text()}"
        )

    def end(self, seconds: float = PATIENCE_S) -> tuple[int, float]:
        """Wait for the end; give the exit code and how many seconds it took."""
        start = time.monotonic()
        done = self.wait(lambda: self.process.poll() is not None, seconds)
        took = time.monotonic() - start
        assert done, f"still running:\n{self.screen.text()}"
        if not self._closed:
            self.wait(self._is_drained, 2)
        return self.process.returncode, took

    def is_restored(self) -> bool:
        """Tell whether line mode, screen, cursor, mouse, paste and keyboard are as before.

        The last bytes of a program that has ended may still be on their way through the system.
        """
        return self.wait(self._is_restored, ARRIVES_S)

    def tail(self) -> str:
        """What came last, for the message of a failed test."""
        return bytes(self.output[-1500:]).decode("utf-8", "replace")

    def plain(self) -> str:
        """What was printed for people outside the monitor's own screen."""
        text = bytes(self.output).decode("utf-8", "replace")
        before, _, rest = text.partition("\x1b[?1049h")
        return SEQUENCE.sub("", before + rest.rpartition("\x1b[?1049l")[2])

    # --- inside -------------------------------------------------------------------------------------

    def _is_restored(self) -> bool:
        return self.screen.is_restored() and termios.tcgetattr(self._slave) == self.before

    def _is_stopped(self) -> bool:
        look = os.WSTOPPED | os.WNOHANG | os.WNOWAIT
        return os.waitid(os.P_PID, self.process.pid, look) is not None

    def _resize(self, width: int, height: int) -> None:
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))

    def _is_drained(self) -> bool:
        return not select.select([self._master], [], [], 0)[0]

    def _read(self) -> None:
        while not self._closed:
            pace = self._pace
            if pace is None:
                time.sleep(LOOK_S)
                continue
            if not select.select([self._master], [], [], LOOK_S)[0]:
                continue
            with self._news:
                try:
                    data = os.read(self._master, 65536 if pace == float("inf") else 512)
                except OSError:
                    return
                self.output += data
                self.screen.feed(data)
                self._news.notify_all()
            if pace != float("inf"):
                time.sleep(len(data) / pace)
