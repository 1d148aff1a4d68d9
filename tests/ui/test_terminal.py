"""The app in a real terminal: one that stops reading, one that goes away, one that speaks no UTF-8."""

import os
import pty
import select
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


class Terminal:
    """A pty with the app in it; nothing is read from it unless told."""

    def __init__(self, **environment: str) -> None:
        self.screen, inside = pty.openpty()
        termios.tcsetwinsize(inside, (36, 120))
        self.beats, beating = os.pipe()
        os.set_blocking(self.beats, False)
        self.program = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-m", "tests.ui.stalled", str(beating)],
            stdin=inside,
            stdout=inside,
            stderr=inside,
            cwd=ROOT,
            env={
                "PATH": os.environ["PATH"],
                "TERM": "xterm-256color",
                "COLORTERM": "truecolor",
                **environment,
            },
            pass_fds=(beating,),
            start_new_session=True,
        )
        os.close(inside)
        os.close(beating)

    def read(self, until: bytes = b"", seconds: float = 10) -> bytes:
        """Read the screen until this comes or time is up."""
        data, end = b"", time.monotonic() + seconds
        while time.monotonic() < end and (not until or until not in data):
            if select.select([self.screen], [], [], 0.05)[0]:
                try:
                    data += os.read(self.screen, 65536)
                except OSError:
                    break
        return data

    def words(self, until: bytes = b"", seconds: float = 0) -> bytes:
        """Take what the program has said on its own line since last time."""
        data, end = b"", time.monotonic() + seconds
        while True:
            with suppress(BlockingIOError):
                data += os.read(self.beats, 65536)
            if time.monotonic() >= end or (until and until in data):
                return data
            select.select([self.beats], [], [], 0.05)

    def type(self, keys: bytes) -> None:
        os.write(self.screen, keys)

    def close(self) -> None:
        if self.screen >= 0:
            os.close(self.screen)
            self.screen = -1


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    terminal = Terminal()
    yield terminal
    terminal.program.kill()
    terminal.program.wait(5)
    terminal.close()
    os.close(terminal.beats)


def test_a_terminal_that_stops_reading_stops_nothing_else(terminal: Terminal) -> None:
    """F45."""
    terminal.read(until=b"Call budget")
    terminal.words()
    stalled = terminal.words(seconds=2)
    assert stalled.count(b"alive") >= 10
    terminal.type(b"x")
    assert b"asked" in terminal.words(until=b"asked", seconds=2)
    fresh = terminal.read(until=b"Call budget", seconds=3)
    assert b"Call budget" in fresh
    assert len(fresh) < 400_000


def test_a_question_is_answered_while_everything_moves(terminal: Terminal) -> None:
    terminal.read(until=b"Call budget")
    terminal.type(b"x")
    terminal.read(until=b"Cancel this order?")
    terminal.read(seconds=0.5)
    terminal.type(b"\r")
    terminal.read(seconds=0.5)
    assert b"confirmed" in terminal.words(until=b"confirmed", seconds=2)


def test_a_question_that_never_reached_the_terminal_takes_no_answer(terminal: Terminal) -> None:
    """F45."""
    terminal.read(until=b"Call budget")
    terminal.words(seconds=1)
    terminal.type(b"x")
    terminal.words(until=b"asked", seconds=2)
    terminal.words(seconds=0.5)
    terminal.type(b"\r")
    assert b"confirmed" not in terminal.words(seconds=0.5)
    terminal.read(until=b"Cancel this order?")
    terminal.read(seconds=0.5)
    terminal.type(b"\r")
    terminal.read(seconds=0.5)
    assert b"confirmed" in terminal.words(until=b"confirmed", seconds=2)


def test_a_terminal_that_goes_away_ends_the_program_with_129(terminal: Terminal) -> None:
    """F36."""
    terminal.read(until=b"Call budget")
    terminal.close()
    assert terminal.program.wait(5) in (129, -1)


def test_leaving_gives_the_terminal_back(terminal: Terminal) -> None:
    terminal.read(until=b"Call budget")
    terminal.type(b"q")
    rest = terminal.read(until=b"\x1b[?1049l", seconds=5) + terminal.read(seconds=0.3)
    assert terminal.program.wait(5) == 0
    assert b"\x1b[?1049l" in rest
    assert b"\x1b[?25h" in rest
    assert b"\x1b[?2004l" in rest


def test_without_utf8_only_ascii_is_sent() -> None:
    """F42."""
    terminal = Terminal(LC_ALL="C")
    try:
        shown = terminal.read(until=b"Call budget")
    finally:
        terminal.program.kill()
        terminal.program.wait(5)
        terminal.close()
        os.close(terminal.beats)
    assert b"Call budget" in shown
    assert shown.isascii()
