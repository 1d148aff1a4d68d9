"""Somebody at a terminal who can be asked: in plain sight, or with the answer hidden.

It is the controlling terminal itself, whatever standard input and output are, and it is asked before
the screen opens, never while it owns the terminal. A hidden answer is not echoed; how long it was is
said, so that a paste that went wrong is seen.
"""

import contextlib
import os
import termios
import textwrap
from collections.abc import Iterator
from typing import Self

from krakentui.model.error import KeyProblem
from krakentui.model.secret import Secret
from krakentui.model.text import clean

_MOST = 4096
_PASTE_MARKS = ("\x1b[200~", "\x1b[201~")


class Terminal:
    """A terminal that is open for questions."""

    def __init__(self, file: int) -> None:
        """Talk over this descriptor; it belongs to us from now on."""
        self._file = file
        self._ahead = b""

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
        """Ask, and give the answer without space around it.

        Raises:
            KeyProblem: nothing was answered: the terminal is gone, or Ctrl-D was pressed.
        """
        self._write(question)
        return self._line().strip()

    def ask_hidden(self, question: str) -> Secret:
        """Ask without showing what is typed or pasted.

        Raises:
            KeyProblem: as above.
        """
        with self._silent():
            self._write(question)
            try:
                typed = self._line()
            finally:
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
        """Read one line; what was pasted beyond it answers the next question."""
        while b"\n" not in self._ahead:
            try:
                data = os.read(self._file, _MOST)
            except OSError:
                data = b""
            if not data or len(self._ahead) > _MOST:
                self._ahead = b""
                raise KeyProblem("Nothing was answered: nothing is stored.")
            self._ahead += data
        line, _, self._ahead = self._ahead.partition(b"\n")
        return line.decode("utf-8", "replace").rstrip("\r")

    @contextlib.contextmanager
    def _silent(self) -> Iterator[None]:
        """Switch the echo off, and on again whatever happens."""
        before = termios.tcgetattr(self._file)
        hidden = [*before[:3], before[3] & ~termios.ECHO, *before[4:]]
        # what was pasted too early stays: two lines pasted at once are key and secret
        termios.tcsetattr(self._file, termios.TCSADRAIN, hidden)
        try:
            yield
        finally:
            with contextlib.suppress(termios.error):
                termios.tcsetattr(self._file, termios.TCSADRAIN, before)
