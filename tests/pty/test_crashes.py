"""Traps 2 and 3 (F37): a failure with a secret in its reach shows no byte of it and ends decently."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.pty.failing import CANARY, KEYED
from tests.pty.terminal import Terminal

Break = Callable[[str], Terminal]


@pytest.fixture
def break_at(tmp_path: Path) -> Iterator[Break]:
    opened: list[Terminal] = []

    def run(place: str) -> Terminal:
        opened.append(Terminal(place, str(tmp_path / "log"), home=tmp_path, program="tests.pty.failing"))
        return opened[-1]

    yield run
    for terminal in opened:
        terminal.__exit__(None, None, None)


def leaks(terminal: Terminal, folder: Path) -> list[str]:
    """Tell which secrets, or halves of them, are in the terminal's bytes or in any file."""
    seen = bytes(terminal.output) + b"".join(
        file.read_bytes() for file in folder.rglob("*") if file.is_file()
    )
    words = [CANARY, KEYED, KEYED[:40], KEYED[-40:], "Canary", "API-Sign': '" + KEYED[:4]]
    return [word for word in words if word.encode() in seen]


@pytest.mark.parametrize("place", ["app", pytest.param("worker", marks=pytest.mark.slow)])
def test_a_crash_shows_a_sentence_no_values_and_restores_the_terminal(
    place: str, break_at: Break, tmp_path: Path
) -> None:
    terminal = break_at(place)
    code, _ = terminal.end()
    said = terminal.plain().strip()
    assert code == 1
    assert leaks(terminal, tmp_path) == []
    assert terminal.is_restored()
    assert re.match(r"krakentui stopped because of an error of its own: \w+: .*cannot sign with", said)
    assert not re.search(r"[│╭╮╰╯]|Traceback|locals|api_secret", said)
    assert "Bug" in (tmp_path / "log").read_text()


@pytest.mark.parametrize(
    ("place", "key", "sentence"),
    [
        ("action", b"x", "That failed inside krakentui (Bug)"),
        pytest.param("view", b"", "Open orders cannot be drawn (Bug)", marks=pytest.mark.slow),
        pytest.param("thread", b"", "Call budget", marks=pytest.mark.slow),
        pytest.param("loop", b"", "Call budget", marks=pytest.mark.slow),
        ("engine", b"", "Call budget"),
    ],
)
def test_a_failure_beside_the_screen_leaves_the_screen_and_no_values(
    place: str, key: bytes, sentence: str, break_at: Break, tmp_path: Path
) -> None:
    terminal = break_at(place)
    terminal.shows("Call budget")
    terminal.pause(0.5)
    if key:
        terminal.press(key)
    terminal.shows(sentence)
    assert terminal.wait(lambda: "Bug" in (tmp_path / "log").read_text(), 5)
    terminal.type(b"q")
    assert terminal.end()[0] == 0
    assert leaks(terminal, tmp_path) == []
    assert terminal.is_restored()
    assert terminal.plain().strip() == ""


def test_a_failure_before_the_screen_is_one_sentence(break_at: Break, tmp_path: Path) -> None:
    terminal = break_at("before")
    assert terminal.end()[0] == 1
    assert leaks(terminal, tmp_path) == []
    said = terminal.plain().strip()
    assert said == f"krakentui: Stopped by an error of its own (Bug); the details are in {tmp_path / 'log'}."
