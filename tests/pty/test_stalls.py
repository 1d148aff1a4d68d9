"""F45: a terminal that reads slowly or not at all delays no cancel and gets one whole fresh screen."""

import time
from pathlib import Path

import pytest

from tests.pty.conftest import Open
from tests.pty.terminal import Terminal
from tests.pty.venue import Venue

FREEZE_S = 5.0
SLOW = 20_000
"""Bytes a second."""
ROWS = ("SIMULATOR", "Markets", "Balances", "Open orders", "Call budget", "REST calls", "Next poll", "Cancel")


def asked_about_a_new_order(terminal: Terminal, venue: Venue) -> str:
    """Open the question about an order of our own and wait until it takes answers."""
    order_id = venue.place("0.01", "ADA/USD", qty="600")
    terminal.shows(f"Open orders {len(venue.open_orders())}")
    terminal.press(b"g")
    terminal.type(b"x")
    terminal.shows(order_id)
    terminal.pause(0.5)
    return order_id


def confirm(terminal: Terminal, venue: Venue, order_id: str) -> None:
    """Press enter and see, though the terminal does not, that the exchange no longer has the order.

    An enter before the terminal has taken the question is dropped, and rightly: then it is pressed again.
    """
    for _ in range(6):
        terminal.type(b"\r")
        if terminal.wait(lambda: order_id not in venue.open_orders(), FREEZE_S):
            return
    raise AssertionError("the cancel never arrived")


def told_in_the_journal(terminal: Terminal, line: str) -> None:
    """Look into the journal for a line: the last one, on the main screen, may be about something else."""
    terminal.press(b"J")
    terminal.shows(line)
    terminal.press(b"\x1b")


def test_a_frozen_terminal_delays_no_cancel_and_gets_a_whole_screen(monitor: Open, venue: Venue) -> None:
    terminal = monitor()
    order_id = asked_about_a_new_order(terminal, venue)
    frozen = time.monotonic()
    terminal.freeze()
    terminal.pause(FREEZE_S / 2)
    confirm(terminal, venue, order_id)
    terminal.pause(FREEZE_S - (time.monotonic() - frozen))
    terminal.screen.resize(120, 36)  # what was there is forgotten: all must come anew
    before = len(terminal.output)
    terminal.thaw()
    assert terminal.wait(lambda: all(row in terminal.screen.text() for row in ROWS))
    assert terminal.wait(lambda: "" not in terminal.screen.lines()), terminal.screen.text()
    assert len(terminal.output) - before < 150_000
    told_in_the_journal(terminal, "Cancelled: buy 600 ADA/USD")
    terminal.type(b"q")
    assert terminal.end()[0] == 0
    assert terminal.is_restored()


def test_a_slow_terminal_delays_no_cancel(monitor: Open, venue: Venue) -> None:
    terminal = monitor()
    terminal.read_slowly(SLOW)
    terminal.pause(2)
    order_id = asked_about_a_new_order(terminal, venue)
    confirm(terminal, venue, order_id)
    told_in_the_journal(terminal, "Cancelled: buy 600 ADA/USD")
    terminal.type(b"q")
    assert terminal.end()[0] == 0
    assert terminal.is_restored()


@pytest.mark.slow
def test_stalls_again_and_again_lose_no_cancel_and_no_memory(monitor: Open, venue: Venue) -> None:
    terminal = monitor()
    for _ in range(4):
        order_id = asked_about_a_new_order(terminal, venue)
        terminal.freeze()
        terminal.pause(FREEZE_S)
        confirm(terminal, venue, order_id)
        terminal.thaw()
        terminal.shows("Open orders")
    terminal.freeze()
    before = resident_kb(terminal.process.pid)
    terminal.pause(30)
    assert resident_kb(terminal.process.pid) - before < 8_000
    terminal.thaw()
    terminal.shows("Call budget")


def resident_kb(pid: int) -> int:
    """Tell how much memory a process holds."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(status.partition("VmRSS:")[2].split()[0])
