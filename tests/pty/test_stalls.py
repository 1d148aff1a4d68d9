"""F45: a terminal that reads slowly or not at all delays no cancel and gets one whole fresh screen."""

import time
from pathlib import Path

import pytest

from tests.pty.conftest import Open
from tests.pty.terminal import Terminal, a_busy_machine
from tests.pty.venue import Venue

FREEZE_S = 5.0
SLOW = 20_000
"""Bytes a second."""
SOON_S = 1.0 * a_busy_machine()
FRESH_S = 1.5 * a_busy_machine()
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


def confirmed_within(terminal: Terminal, venue: Venue, order_id: str) -> float:
    """Press enter; tell after how many seconds the exchange no longer has the order.

    An enter before the terminal has taken the question is dropped, and rightly: then it is pressed again.
    """
    for _ in range(6):
        start = time.monotonic()
        terminal.type(b"\r")
        if terminal.wait(lambda: order_id not in venue.open_orders(), SOON_S):
            return time.monotonic() - start
    raise AssertionError("the cancel never arrived")


def test_a_frozen_terminal_delays_no_cancel_and_gets_a_whole_screen(monitor: Open, venue: Venue) -> None:
    terminal = monitor()
    order_id = asked_about_a_new_order(terminal, venue)
    frozen = time.monotonic()
    terminal.freeze()
    terminal.pause(FREEZE_S / 2)
    assert confirmed_within(terminal, venue, order_id) < SOON_S
    terminal.pause(FREEZE_S - (time.monotonic() - frozen))
    terminal.screen.resize(120, 36)  # what was there is forgotten: all must come anew
    before = len(terminal.output)
    terminal.thaw()
    assert terminal.wait(lambda: all(row in terminal.screen.text() for row in ROWS), FRESH_S)
    terminal.shows("Cancelled: buy 600 ADA/USD", FRESH_S)
    assert terminal.wait(lambda: "" not in terminal.screen.lines(), FRESH_S), terminal.screen.text()
    assert len(terminal.output) - before < 150_000
    terminal.type(b"q")
    assert terminal.end()[0] == 0
    assert terminal.is_restored()


def test_a_slow_terminal_delays_no_cancel(monitor: Open, venue: Venue) -> None:
    terminal = monitor()
    terminal.read_slowly(SLOW)
    terminal.pause(2)
    order_id = asked_about_a_new_order(terminal, venue)
    assert confirmed_within(terminal, venue, order_id) < SOON_S
    terminal.shows("Cancelled: buy 600 ADA/USD", 10)
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
        assert confirmed_within(terminal, venue, order_id) < SOON_S
        terminal.thaw()
        terminal.shows("Open orders", FRESH_S)
    terminal.freeze()
    before = resident_kb(terminal.process.pid)
    terminal.pause(30)
    assert resident_kb(terminal.process.pid) - before < 8_000
    terminal.thaw()
    terminal.shows("Call budget", FRESH_S)


def resident_kb(pid: int) -> int:
    """Tell how much memory a process holds."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(status.partition("VmRSS:")[2].split()[0])
