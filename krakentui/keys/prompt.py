"""Somebody at a terminal who can be asked: in plain sight, or with the answer hidden.

It is the controlling terminal itself, whatever standard input and output are, and it is asked before
the screen opens, never while it owns the terminal. A hidden answer is not echoed; how long it was is
said, so that a paste that went wrong is seen.
"""

import contextlib
import os
import signal
import termios
import textwrap
from collections.abc import Iterator
from types import FrameType
from typing import Any, Self

from krakentui.model.error import KeyProblem
from krakentui.model.secret import Secret
from krakentui.model.text import clean

_MOST = 4096
_ENDINGS = (signal.SIGTERM, signal.SIGHUP)
_PASTE_MARKS = ("\x1b[200~", "\x1b[201~")


class NotAnswered(KeyProblem):
    """Whoever was asked did not answer."""


class Terminal:
    """A terminal that is open for questions."""

    def __init__(self, file: int) -> None:
        """Talk over this descriptor; it belongs to us from now on."""
        self._file = file
        self._ahead = b""
        self._hiding = 0
        self._question = ""
        """What is being asked without showing the answer."""
        self._before: list[Any] = []
        self._handlers: dict[signal.Signals, Any] = {}

    @classmethod
    def open(cls, path: str = "/dev/tty") -> Self | None:
        """Open the controlling terminal; None where there is none."""
        try:
            file = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC)
        except OSError:
            return None
        if os.isatty(file):
            return cls(file)
        os.close(file)
        return None

    def say(self, *lines: str) -> None:
        """Write lines, broken between words where they are wider than the terminal."""
        try:
            width = os.get_terminal_size(self._file).columns
        except OSError:
            width = 0
        for line in lines:
            shown = [line]
            if 20 < width <= len(line):
                indent = " " * (len(line) - len(line.lstrip()) + 2)
                shown = textwrap.wrap(line, width - 1, subsequent_indent=indent)
            for part in shown:
                self._write(f"{part}\n")

    def ask(self, question: str) -> str:
        """Ask, and give the answer without space around it; what was typed before the question is none.

        Raises:
            NotAnswered: nothing was answered: the terminal is gone, or Ctrl-D was pressed.
        """
        self._ahead = b""
        with contextlib.suppress(termios.error):
            termios.tcflush(self._file, termios.TCIFLUSH)
        self._write(question)
        return self._line().strip()

    def ask_hidden(self, question: str) -> Secret:
        """Ask without showing what is typed or pasted.

        Raises:
            NotAnswered: as above.
        """
        with self.hiding():
            self._question = question
            self._write(question)
            try:
                typed = self._line()
            finally:
                self._question = ""
                self._write("\n")
        for mark in _PASTE_MARKS:
            typed = typed.replace(mark, "")
        typed = typed.strip()
        self.say(f"  ({len(typed)} characters)")
        return Secret(typed)

    def close(self) -> None:
        """Let the terminal go."""
        with contextlib.suppress(OSError):
            os.close(self._file)

    def _write(self, text: str) -> None:
        shown = "\n".join(clean(line, 400) for line in text.split("\n"))
        with contextlib.suppress(OSError):
            os.write(self._file, shown.encode("utf-8", "replace"))

    def _line(self) -> str:
        """Read one line; what was pasted beyond it answers the next hidden question."""
        while b"\n" not in self._ahead:
            try:
                data = os.read(self._file, _MOST)
            except OSError:
                data = b""
            if not data or len(self._ahead) > _MOST:
                self._ahead = b""
                raise NotAnswered("Nothing was answered: nothing is stored.")
            self._ahead += data
        line, _, self._ahead = self._ahead.partition(b"\n")
        return line.decode("utf-8", "replace").rstrip("\r")

    @contextlib.contextmanager
    def hiding(self) -> Iterator[None]:
        """Show nothing that is typed, from here to the end: between two questions neither.

        Whatever ends or stops the program meanwhile, the terminal shows again what is typed; a program that
        goes on hides it again.
        """
        self._hiding += 1
        try:
            if self._hiding == 1:
                self._hide()
            yield
        finally:
            self._hiding -= 1
            if self._hiding == 0:
                self._show()

    def _hide(self) -> None:
        self._before = termios.tcgetattr(self._file)
        does: dict[signal.Signals, Any] = {
            **dict.fromkeys(_ENDINGS, self._ended),
            signal.SIGCONT: self._continued,
            signal.SIGTSTP: self._stopped,
        }
        for number, handler in does.items():
            if number is signal.SIGTSTP and signal.getsignal(number) is signal.SIG_IGN:
                continue  # nobody stops this program
            with contextlib.suppress(ValueError):  # not the main thread: then nobody signals it either
                self._handlers[number] = signal.signal(number, handler)
        self._mute()

    def _mute(self) -> None:
        """Echo nothing; what was pasted too early stays: two lines pasted at once are key and secret."""
        flags = self._before[3] & ~termios.ECHO
        termios.tcsetattr(self._file, termios.TCSADRAIN, [*self._before[:3], flags, *self._before[4:]])

    def _show(self) -> None:
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        self._handlers.clear()
        with contextlib.suppress(termios.error):
            termios.tcsetattr(self._file, termios.TCSADRAIN, self._before)

    def _ended(self, number: int, _: FrameType | None) -> None:
        """Show again, then end as the signal says."""
        self._show()
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)

    def _stopped(self, number: int, frame: FrameType | None) -> None:
        """Show again, and stop as the signal says; what follows the kill happens when we are continued.

        Where nobody could continue us, the system does not stop us either.
        """
        with contextlib.suppress(termios.error):
            termios.tcsetattr(self._file, termios.TCSADRAIN, self._before)
        signal.signal(signal.SIGCONT, signal.SIG_DFL)
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
        signal.signal(number, self._stopped)
        signal.signal(signal.SIGCONT, self._continued)
        self._continued(signal.SIGCONT, frame)

    def _continued(self, _: int, __: FrameType | None) -> None:
        """Hide again what the shell has shown meanwhile, and say again what is asked.

        In the background the system stops us at that; what continues us then comes here again.
        """
        try:
            self._mute()
        except termios.error:
            return
        self._write(self._question)
