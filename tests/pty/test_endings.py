"""However the monitor ends, it ends soon, with its code, and gives the terminal back."""

import fcntl
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from krakentui.engine.actionfile import FILE
from tests.pty.conftest import Open
from tests.pty.terminal import SOON_S, Terminal
from tests.pty.venue import Venue

FREEZE_S = 1.5
"""By then a terminal that does not read holds some screens it will never show."""
CTRL_C = b"\x03"


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Terminal]:
    with Terminal("demo", home=tmp_path) as terminal:
        terminal.comes_alive()
        yield terminal


@pytest.mark.parametrize(
    "number", [signal.SIGTERM, signal.SIGHUP, pytest.param(signal.SIGINT, marks=pytest.mark.slow)]
)
def test_a_signal_ends_it_soon_with_its_number_and_restores_the_terminal(
    demo: Terminal, number: signal.Signals
) -> None:
    demo.signal(number)
    code, took = demo.end()
    assert code == 128 + number
    assert took < SOON_S
    assert demo.is_restored()
    assert demo.plain().strip() == ""


@pytest.mark.slow
def test_ctrl_c_leaves_as_q_does(demo: Terminal) -> None:
    demo.type(CTRL_C)
    code, took = demo.end()
    assert code == 0
    assert took < SOON_S
    assert demo.is_restored()


@pytest.mark.slow
def test_q_leaves_with_0(demo: Terminal) -> None:
    demo.type(b"q")
    code, took = demo.end()
    assert code == 0
    assert took < SOON_S
    assert demo.is_restored()


def test_a_closed_terminal_ends_it_soon_as_a_hang_up(demo: Terminal) -> None:
    demo.hang_up()
    code, took = demo.end()
    assert code == 129
    assert took < SOON_S


def test_a_signal_during_the_start_ends_it(tmp_path: Path) -> None:
    with Terminal("demo", home=tmp_path) as terminal:
        terminal.shows("DEMO")
        terminal.signal(signal.SIGTERM)  # while libraries are imported, which nothing interrupts
        code, took = terminal.end()
        assert code == 143
        assert took < 2 * SOON_S
        assert terminal.is_restored()


@pytest.mark.slow
def test_a_signal_on_a_question_ends_it_and_cancels_nothing(monitor: Open, venue: Venue) -> None:
    terminal = monitor()
    asked = len(venue.cancels())
    terminal.type(b"x")
    terminal.shows("Cancel this order?")
    terminal.signal(signal.SIGHUP)
    code, took = terminal.end()
    assert (code, took < SOON_S) == (129, True)
    assert terminal.is_restored()
    assert len(venue.cancels()) == asked


@pytest.mark.slow
def test_a_terminal_that_does_not_read_cannot_keep_the_monitor(demo: Terminal) -> None:
    demo.freeze()
    demo.pause(FREEZE_S)
    demo.signal(signal.SIGTERM)
    code, took = demo.end()
    assert code == 143
    assert took < SOON_S


def test_a_frozen_terminal_finds_itself_restored_when_it_reads_again(demo: Terminal) -> None:
    demo.freeze()
    demo.pause(FREEZE_S)
    demo.signal(signal.SIGTERM)
    demo.end()
    demo.thaw()
    assert demo.is_restored()


def test_stopping_gives_the_terminal_back_and_going_on_draws_a_whole_screen(demo: Terminal) -> None:
    demo.stop()
    assert demo.is_restored()
    demo.signal(signal.SIGCONT)
    assert demo.wait(lambda: not demo.screen.is_restored())  # what it showed before is gone then
    demo.shows("Open orders")
    demo.shows("Next poll")
    demo.type(b"q")
    assert demo.end()[0] == 0
    assert demo.is_restored()


# --- cancels that are not settled ---------------------------------------------------------------------


def cancel_without_answer(monitor: Open, venue: Venue) -> tuple[Terminal, str]:
    """Confirm a cancel while the exchange says nothing; its process stands still."""
    terminal = monitor()
    order_id = venue.place("0.01", "ADA/USD", qty="600")
    terminal.pause(0.3)
    terminal.press(b"g")
    terminal.type(b"x")
    terminal.shows(order_id)
    terminal.pause(0.5)
    venue.process.send_signal(signal.SIGSTOP)
    terminal.type(b"\r")
    terminal.shows("cancel sent")
    return terminal, order_id


@pytest.fixture
def standing(monitor: Open, venue: Venue) -> Iterator[tuple[Terminal, str]]:
    """A monitor with a cancel on its way to an exchange that stands still."""
    try:
        yield cancel_without_answer(monitor, venue)
    finally:
        venue.process.send_signal(signal.SIGCONT)


def test_leaving_with_an_unsettled_cancel_asks(standing: tuple[Terminal, str]) -> None:
    terminal, order_id = standing
    terminal.type(b"q")
    terminal.shows("1 cancel is not settled yet")
    terminal.pause(0.5)
    terminal.press(b"\x1b")
    assert terminal.process.poll() is None
    terminal.hides("1 cancel is not settled yet")
    terminal.pause(0.4)
    terminal.type(b"q")
    terminal.shows("1 cancel is not settled yet")
    terminal.pause(0.5)
    terminal.type(b"\r")
    assert terminal.end()[0] == 0
    assert terminal.is_restored()
    assert terminal.plain().count(order_id) == 1


def test_a_closed_terminal_with_an_unsettled_cancel_is_a_hang_up_too(standing: tuple[Terminal, str]) -> None:
    """The last sentence has no reader any more, which must not change the exit code."""
    terminal, _ = standing
    terminal.hang_up()
    assert terminal.end()[0] == 129


def test_ctrl_c_twice_leaves_an_unsettled_cancel_with_130(standing: tuple[Terminal, str]) -> None:
    terminal, order_id = standing
    terminal.type(CTRL_C)
    terminal.shows("1 cancel is not settled yet")
    terminal.type(CTRL_C)
    code, took = terminal.end()
    assert (code, took < SOON_S) == (130, True)
    assert terminal.is_restored()
    assert order_id in terminal.plain()


@pytest.mark.parametrize("number", [signal.SIGTERM, pytest.param(signal.SIGHUP, marks=pytest.mark.slow)])
def test_a_signal_in_mid_cancel_ends_it_soon_and_names_the_order(
    standing: tuple[Terminal, str], venue: Venue, number: signal.Signals
) -> None:
    terminal, order_id = standing
    terminal.signal(number)
    code, took = terminal.end()
    assert (code, took < SOON_S) == (128 + number, True)
    assert terminal.is_restored()
    said = terminal.plain().strip()
    assert said.count("\n") == 0
    assert order_id in said
    venue.process.send_signal(signal.SIGCONT)
    assert terminal.wait(lambda: order_id not in venue.open_orders(), 5)


def test_what_the_action_log_lacks_is_said_at_the_end(monitor: Open, venue: Venue, tmp_path: Path) -> None:
    with (tmp_path / FILE).open("wb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        terminal = monitor(env={"KRAKENTUI_STATE_DIR": str(tmp_path)})
        order_id = venue.place("0.01", "ADA/USD", qty="600")
        terminal.pause(0.3)
        terminal.press(b"g")
        terminal.type(b"x")
        terminal.shows(order_id)
        terminal.pause(0.5)
        terminal.type(b"\r")
        assert terminal.wait(lambda: order_id not in venue.open_orders(), 5)
        terminal.signal(signal.SIGTERM)
        code, took = terminal.end()
    assert (code, took < SOON_S) == (143, True)
    assert "another program held it" in " ".join(terminal.plain().split())


@pytest.mark.slow
def test_a_frozen_terminal_and_an_unsettled_cancel_cannot_keep_the_monitor(
    standing: tuple[Terminal, str],
) -> None:
    terminal, _ = standing
    terminal.freeze()
    terminal.pause(FREEZE_S)
    terminal.signal(signal.SIGTERM)
    code, took = terminal.end()
    assert (code, took < SOON_S) == (143, True)
