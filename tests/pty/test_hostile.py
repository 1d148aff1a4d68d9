"""Trap 1 (F42, security checklist): no byte from the exchange is obeyed by the terminal."""

from pathlib import Path

import pytest

from tests.pty.conftest import Open
from tests.pty.hostile import ATTACKS, MARK
from tests.pty.terminal import Terminal
from tests.pty.venue import Venue


def test_an_exchange_of_attacks_sends_no_sequence_to_the_terminal(tmp_path: Path) -> None:
    with Terminal(home=tmp_path, program="tests.pty.hostile") as terminal:
        terminal.shows(MARK)
        terminal.press(b"x", b"\x1b", b"J", b"\x1b", b"\x1b[B", b"x")
        terminal.pause(0.5)
        terminal.press(b"\r", b"J")
        terminal.pause(1)
        terminal.resize(80, 24)
        terminal.shows(MARK)
        terminal.press(b"\x1b", b"p")
        terminal.pause(1)
        assert terminal.process.poll() is None, terminal.plain()
        assert terminal.screen.strange == []
        terminal.type(b"\x03\x03")
        terminal.end()
        assert terminal.screen.strange == []
        assert terminal.is_restored()
        assert "Traceback" not in terminal.plain()


def test_the_details_of_a_hostile_order_send_no_sequence_to_the_terminal(tmp_path: Path) -> None:
    with Terminal(home=tmp_path, program="tests.pty.hostile") as terminal:
        terminal.shows(MARK)
        terminal.press(b"\r")
        terminal.shows("What was seen, by whom")
        terminal.press(b"a")
        terminal.pause(1)
        terminal.press(*[b"\x1b[6~"] * 6)
        terminal.shows("Every field")
        terminal.press(b"\x1b[F")
        terminal.pause(1)
        assert terminal.process.poll() is None, terminal.plain()
        assert terminal.screen.strange == []
        assert "Traceback" not in terminal.plain()


@pytest.mark.slow
def test_hostile_marks_and_reasons_of_orders_arrive_harmless(monitor: Open, venue: Venue) -> None:
    terminal = monitor()
    for number, attack in enumerate(ATTACKS):
        text = attack.encode("utf-8", "replace").decode()
        order_id = venue.place(f"0.01{number:02}", "ADA/USD", qty="600", cl_ord_id=text)
        if number % 2:
            venue.command("account", {"cancel": {"id": order_id, "reason": text}})
    terminal.pause(1)
    terminal.press(b"J")
    terminal.shows(MARK)
    terminal.press(b"\x1b", b"g", b"x")
    terminal.pause(1)
    assert terminal.process.poll() is None
    assert terminal.screen.strange == []
