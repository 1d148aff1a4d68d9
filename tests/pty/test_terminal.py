"""The program in a real terminal: keys, signals, a closed window, and what is left behind."""

import signal
from pathlib import Path

import pytest

from tests.pty.crashing import SECRET
from tests.pty.terminal import Terminal

ALIVE = b"BTC/USD trading"
"""Drawn once the orders are known."""


@pytest.fixture
def demo(tmp_path: Path) -> Terminal:
    return Terminal("demo", home=tmp_path)


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)]
)
def test_a_signal_ends_it_with_its_number_and_restores_the_terminal(
    demo: Terminal, number: signal.Signals, code: int
) -> None:
    with demo:
        demo.wait_for(ALIVE)
        demo.signal(number)
        assert demo.end(5) == code
        assert demo.is_restored()
        assert b"Traceback" not in demo.output


def test_q_leaves_with_0(demo: Terminal) -> None:
    with demo:
        demo.wait_for(ALIVE)
        demo.type(b"q")
        assert demo.end(5) == 0
        assert demo.is_restored()


def test_ctrl_c_is_q(demo: Terminal) -> None:
    with demo:
        demo.wait_for(ALIVE)
        demo.type(b"\x03")
        assert demo.end(5) in {0, 130}
        assert demo.is_restored()


def test_a_closed_terminal_ends_it_as_a_hang_up(demo: Terminal) -> None:
    with demo:
        demo.wait_for(ALIVE)
        demo.hang_up()
        assert demo.process.wait(timeout=5) in {129, -signal.SIGHUP}


def test_x_and_enter_cancel_an_order(demo: Terminal) -> None:
    with demo:
        demo.wait_for(ALIVE)
        demo.type(b"j")
        demo.look(0.3)
        demo.type(b"x")
        demo.wait_for(b"Cancel this order?")
        demo.look(0.6)  # a question takes no answer at once
        demo.type(b"\r")
        demo.wait_for(b"Cancelled:")
        demo.type(b"q")
        assert demo.end(5) == 0


@pytest.mark.parametrize(
    "pieces", [(b"\x1b", b"[", b"A"), (b"\x1b[", b"A"), (b"\x1b", b"OA"), (b"^[[", b"A")]
)
def test_a_broken_arrow_key_does_not_cancel_everything(demo: Terminal, pieces: tuple[bytes, ...]) -> None:
    with demo:
        demo.wait_for(ALIVE)
        start = len(demo.output)
        for piece in pieces:
            demo.type(piece)
            demo.look(0.12)  # a slow line
        demo.look(0.5)
        assert b"EVERYTHING" not in demo.output[start:]
        demo.type(b"q")
        assert demo.end(5) == 0


def test_a_crash_shows_no_secret_and_restores_the_terminal(tmp_path: Path) -> None:
    with Terminal(home=tmp_path, program=("-m", "tests.pty.crashing")) as crashed:
        assert crashed.end() == 1
        assert crashed.is_restored()
        assert SECRET.encode() not in crashed.output
        assert b"ValueError" in crashed.output


def test_a_terminal_too_small_says_so_and_recovers(tmp_path: Path) -> None:
    with Terminal("demo", home=tmp_path, size=(30, 8)) as demo:
        demo.wait_for(b"small")
        demo.resize(120, 36)
        demo.signal(signal.SIGWINCH)
        demo.wait_for(ALIVE)
        demo.type(b"q")
        assert demo.end(5) == 0


def test_it_works_without_colour(tmp_path: Path) -> None:
    with Terminal("demo", home=tmp_path, env={"NO_COLOR": "1"}) as demo:
        demo.wait_for(ALIVE)
        demo.type(b"q")
        assert demo.end(5) == 0
        assert b"\x1b[38;" not in demo.output
        assert b"\x1b[48;" not in demo.output


def test_a_dumb_terminal_is_one_sentence(tmp_path: Path) -> None:
    with Terminal("demo", home=tmp_path, env={"TERM": "dumb"}) as demo:
        assert demo.end() == 1
        assert demo.output.count(b"\n") == 1
        assert b"cannot show a screen" in demo.output
