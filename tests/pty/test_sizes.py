"""F35: a terminal of any size; nothing is acted on that cannot be seen."""

from collections.abc import Iterator

import pytest

from tests.pty.terminal import Terminal
from tests.pty.venue import Venue

WHOLE = ("SIMULATOR", "Markets", "Balances", "Open orders", "Call budget")


@pytest.fixture(scope="module")
def terminal(venue: Venue) -> Iterator[Terminal]:
    with venue.monitor() as terminal:
        terminal.comes_alive()
        yield terminal


def is_whole(terminal: Terminal) -> bool:
    """Tell whether every panel is there."""
    return all(panel in terminal.screen.text() for panel in WHOLE)


def test_keys_that_ask_are_dead_while_the_terminal_is_too_small(terminal: Terminal, venue: Venue) -> None:
    asked = len(venue.cancels())
    for size in ((80, 24), (60, 16), (20, 5)):
        terminal.resize(*size)
        terminal.shows("too small" if size == (20, 5) else "Open orders")
    for keys in (b"x", b"\r", b"A", b"2", b"5", b"\r", b"\x10"):
        terminal.press(keys)
    terminal.resize(1, 1)
    terminal.press(b"x", b"\r")
    terminal.resize(120, 36)
    assert terminal.wait(lambda: is_whole(terminal), 5), terminal.screen.text()
    assert "Cancel this" not in terminal.screen.text()
    assert "EVERYTHING" not in terminal.screen.text()
    assert len(venue.cancels()) == asked


def test_a_question_covered_by_a_too_small_terminal_takes_no_answer(terminal: Terminal, venue: Venue) -> None:
    asked = len(venue.cancels())
    terminal.type(b"x")
    terminal.shows("Cancel this order?")
    terminal.pause(0.5)
    terminal.resize(30, 8)
    terminal.shows("too small")
    terminal.press(b"\r", b"\r")
    assert len(venue.cancels()) == asked
    terminal.resize(120, 36)
    terminal.shows("Cancel this order?")
    terminal.type(b"\r")
    terminal.pause(0.1)
    assert len(venue.cancels()) == asked
    terminal.pause(0.5)
    terminal.press(b"\x1b")
    terminal.hides("Cancel this order?")
    assert len(venue.cancels()) == asked


@pytest.mark.slow
def test_a_sweep_of_sizes_ends_with_a_whole_picture(terminal: Terminal) -> None:
    for size in [(5, 20), (1, 1), (300, 1), (1, 100), (500, 200), (61, 17), (59, 16), (60, 15), (0, 0)] * 2:
        terminal.resize(*size)
        terminal.press(b"x")
        terminal.press(b"\x1b")
        assert terminal.process.poll() is None
    for width, height in [*((width, 24) for width in range(130, 55, -1)), (120, 36)]:
        terminal.resize(width, height)
        terminal.pause(0.02)
    assert terminal.wait(lambda: is_whole(terminal), 5), terminal.screen.text()
    assert terminal.screen.strange == []


@pytest.mark.slow
def test_a_terminal_that_begins_too_small_says_so_and_grows(venue: Venue) -> None:
    with venue.monitor(key="other", size=(30, 8)) as terminal:
        terminal.shows("too small")
        terminal.type(b"x")
        terminal.resize(80, 24)
        assert terminal.wait(lambda: is_whole(terminal), 10), terminal.screen.text()
        terminal.resize(20, 5)
        terminal.shows("too small")
        terminal.type(b"q")
        assert terminal.end()[0] == 0
        assert terminal.is_restored()
