"""F42: every kind of terminal gets what it understands, or one sentence."""

import re
from pathlib import Path

import pytest

from tests.pty.terminal import Terminal

ATTRIBUTES = re.compile(r"(?:(?:[01234579]|2[1-9]|[34]9)?(?:;(?:[01234579]|2[1-9]|[34]9))*)m")
"""Bold, faint, italic, underline, reverse and their ends, the terminal's own two colours: no other."""
SIXTEEN = re.compile(
    r"(?:(?:[01234579]|2[1-9]|[349][0-79]|10[0-7])?(?:;(?:[01234579]|2[1-9]|[349][0-79]|10[0-7]))*)m"
)


def colours_of(home: Path, env: dict[str, str]) -> tuple[Terminal, set[str]]:
    """Watch the demo come alive, open a question, and leave."""
    with Terminal("demo", home=home, env=env) as terminal:
        terminal.comes_alive()
        terminal.press(b"x")
        terminal.shows("Cancel this order?")
        terminal.pause(0.5)
        terminal.press(b"\x1b", b"q")
        assert terminal.end()[0] == 0
        assert terminal.is_restored()
        assert terminal.screen.strange == []
        return terminal, terminal.screen.colours


def test_without_colour_not_one_colour_is_sent(tmp_path: Path) -> None:
    _, colours = colours_of(tmp_path, {"NO_COLOR": "1"})
    assert colours
    assert [one for one in colours if not ATTRIBUTES.fullmatch(one)] == []


@pytest.mark.slow
def test_a_terminal_of_sixteen_colours_gets_no_others(tmp_path: Path) -> None:
    _, colours = colours_of(tmp_path, {"TERM": "xterm", "COLORTERM": ""})
    assert [one for one in colours if not SIXTEEN.fullmatch(one)] == []


@pytest.mark.slow
def test_a_locale_without_utf8_gets_only_ascii(tmp_path: Path) -> None:
    terminal, _ = colours_of(tmp_path, {"LANG": "C", "LC_ALL": "C"})
    assert bytes(terminal.output).isascii()


@pytest.mark.parametrize("term", ["dumb", pytest.param("", marks=pytest.mark.slow)])
@pytest.mark.parametrize("words", [("demo",), ()])
def test_a_terminal_that_can_show_no_screen_is_told_in_one_sentence(
    term: str, words: tuple[str, ...], tmp_path: Path
) -> None:
    with Terminal(*words, home=tmp_path, env={"TERM": term}) as terminal:
        assert terminal.end()[0] == 1
        said = bytes(terminal.output).decode()
        assert said.count("\n") == 1
        assert "cannot show a screen" in said
        assert "\x1b" not in said


@pytest.mark.slow
@pytest.mark.parametrize("term", ["linux", "vt100", "screen", "tmux-256color", "ansi", "no-such-terminal"])
def test_other_terminals_start_and_are_restored(term: str, tmp_path: Path) -> None:
    colours_of(tmp_path, {"TERM": term, "COLORTERM": ""})
