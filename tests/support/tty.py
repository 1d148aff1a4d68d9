"""A terminal on a pty, typed into by the test: what was shown, and whether it was hidden."""

import os
import pty
import select
import termios
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

from krakentui.keys.prompt import Terminal


class Typist:
    """Answers each question that ends with one of these words, in order; keeps what was shown."""

    def __init__(self, *answers: str) -> None:
        self._answers = [*answers]
        self._master, slave = pty.openpty()
        self.path = Path(os.ttyname(slave))
        self.terminal = Terminal(slave)
        self.shown = ""
        self.echo: list[bool] = []
        """Whether the echo was on when each answer was typed."""
        self._slave = slave
        self._open = self._shows = True
        self._stop = False
        self._thread = threading.Thread(target=self._work, name="typist", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop = True
        self._thread.join()
        self.echoes_again = self.shows_what_is_typed()
        self._open = False
        self.terminal.close()
        os.close(self._master)

    def shows_what_is_typed(self) -> bool:
        """Whether the echo is on now."""
        if self._open:
            self._shows = bool(termios.tcgetattr(self._slave)[3] & termios.ECHO)
        return self._shows

    def hand_out_all_at_once(self) -> None:
        """Let a read give whatever has come, not one line."""
        mode = termios.tcgetattr(self._slave)
        mode[3] &= ~termios.ICANON
        termios.tcsetattr(self._slave, termios.TCSANOW, mode)

    @property
    def left(self) -> int:
        """Answers that nobody asked for."""
        return len(self._answers)

    def _work(self) -> None:
        unread = ""
        while True:
            if not select.select([self._master], [], [], 0.02)[0]:
                if self._stop:
                    return
                continue
            data = os.read(self._master, 65536).decode("utf-8", "replace")
            self.shown += data
            unread += data
            if unread.endswith((": ", "? ")) and self._answers:
                unread = ""
                answer = self._answers.pop(0)
                self.echo.append(self.shows_what_is_typed())
                os.write(self._master, answer.encode() if answer == "\x04" else f"{answer}\n".encode())
