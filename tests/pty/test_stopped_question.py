"""A hidden question stays hidden when the program is stopped at it and goes on: with real shells."""

import os
import re
import shutil
import signal
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.pty.terminal import Terminal

if not Path("/proc/self/stat").exists():
    pytest.skip("there is no /proc here", allow_module_level=True)

CANARY = b"CANARY/1234567890"
SHELLS = {"bash": ("bash", "--norc", "--noprofile", "-i"), "dash": ("dash", "-i")}


@pytest.fixture(params=SHELLS)
def shell(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Terminal]:
    """A shell that has started the question: one with a line editor of its own, one without."""
    words = SHELLS[request.param]
    if shutil.which(words[0]) is None:
        pytest.skip(f"there is no {words[0]} here")
    with Terminal(*words, home=tmp_path, env={"PS1": "ready> "}, program="tests.pty.shell") as terminal:
        terminal.shows("ready>")
        terminal.type(f"{sys.executable} -m tests.pty.asker\n".encode())
        asks(terminal, 1)
        yield terminal


def asker(terminal: Terminal) -> int:
    """The number of the process that asks."""
    found = re.search(rb"This is process (\d+)\.", terminal.output)
    assert found is not None
    return int(found[1])


def state(terminal: Terminal) -> str:
    """What it does, by the letter of the system: S sleeps, T is stopped."""
    return Path(f"/proc/{asker(terminal)}/stat").read_text().rpartition(")")[2].split()[0]


def switches(terminal: Terminal) -> int:
    """How often it has got and left the processor."""
    told = Path(f"/proc/{asker(terminal)}/status").read_text()
    return sum(int(line.split()[1]) for line in told.splitlines() if "ctxt_switches" in line)


def has_stopped_again(terminal: Terminal, switches_before: int) -> bool:
    return switches(terminal) > switches_before and state(terminal) == "T"


def asks(terminal: Terminal, times: int) -> None:
    """Wait until it has asked so many times, and sleeps until it is answered."""

    def does() -> bool:
        return terminal.output.count(b"Private key: ") == times and state(terminal) == "S"

    assert terminal.wait(does), terminal.tail()


def stands_still(terminal: Terminal, times: int = 1) -> None:
    """Wait until the shell has seen it stop so many times: it is told to go on no sooner."""
    assert terminal.wait(lambda: terminal.output.count(b"Stopped") == times), terminal.tail()


def answer(terminal: Terminal) -> None:
    terminal.type(CANARY + b"\n")
    terminal.shows(f"({len(CANARY)} characters)")
    assert CANARY not in terminal.output


def test_a_question_that_was_left_by_ctrl_z_hides_its_answer_after_fg(shell: Terminal) -> None:
    for times in (1, 2):
        shell.type(b"\x1a")
        stands_still(shell, times)
        shell.type(b"fg\n")
        asks(shell, times + 1)
    answer(shell)


def test_a_question_that_was_stopped_from_outside_hides_its_answer_after_fg(shell: Terminal) -> None:
    os.kill(asker(shell), signal.SIGSTOP)
    stands_still(shell)
    shell.type(b"fg\n")
    asks(shell, 2)
    answer(shell)


def test_the_shell_shows_what_is_typed_while_the_question_is_stopped(shell: Terminal) -> None:
    for times in (1, 2):
        shell.type(b"\x1a")
        stands_still(shell, times)
        shell.type(b": typed %d\n" % times)
        shell.shows(f": typed {times}")
        shell.type(b"fg\n")
        asks(shell, times + 1)
    answer(shell)


def test_where_nobody_could_continue_it_ctrl_z_leaves_the_question_hidden(tmp_path: Path) -> None:
    """Without a shell around it the system does not stop a program that is told to."""
    with Terminal(home=tmp_path, program="tests.pty.asker") as terminal:
        asks(terminal, 1)
        terminal.type(b"\x1a")
        asks(terminal, 2)
        answer(terminal)


def test_a_question_that_is_sent_to_the_background_waits_and_hides_its_answer_after_fg(
    shell: Terminal,
) -> None:
    """There it may neither read nor mute the terminal, which is the shell's: the system stops it again."""
    shell.type(b"\x1a")
    stands_still(shell)
    for times in (1, 2):
        before = switches(shell)
        shell.type(b"bg\n")
        assert shell.wait(partial(has_stopped_again, shell, before)), state(shell)
        shell.type(b": typed %d\n" % times)
        shell.shows(f": typed {times}")
    assert shell.output.count(b"Private key: ") == 1
    shell.type(b"fg\n")
    asks(shell, 2)
    answer(shell)
