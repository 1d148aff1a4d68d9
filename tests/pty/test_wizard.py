"""`krakentui keys add` on a real terminal: pasted secrets are seen nowhere, the terminal is left whole."""

from pathlib import Path

import pytest

from tests.pty.terminal import Terminal
from tests.pty.test_canary import leaks, told_by_proc
from tests.pty.venue import Venue

QUESTIONS = ("What will you call this key?", "What do you call the account?", "What is it for?")


def wizard(venue: Venue, home: Path, *words: str) -> Terminal:
    return Terminal(
        "keys", "add", "--endpoint", venue.first["rest"], *words, home=home, program="tests.pty.loud"
    )


def test_a_whole_conversation_shows_and_writes_no_piece_of_the_pair(venue: Venue, tmp_path: Path) -> None:
    pair = venue.first["keys"]["full"]
    with wizard(venue, tmp_path, "--log-file", str(tmp_path / "loud.log")) as terminal:
        for question in QUESTIONS:
            terminal.shows(question)
            terminal.type(b"\n")
        terminal.shows("API key:")
        terminal.type(pair["key"].encode() + b"\n")
        terminal.shows("Private key:")
        told = told_by_proc(terminal.process.pid)
        terminal.type(pair["secret"].encode() + b"\n")
        told += told_by_proc(terminal.process.pid)
        assert terminal.end()[0] == 1
        assert terminal.is_restored()
        assert bytes(terminal.output).index(b"never stored") < bytes(terminal.output).index(b"API key:")
        assert b"It may place and change orders." in terminal.output
        assert b"Nothing is stored." in terminal.output
        assert leaks(bytes(terminal.output), pair) == []
        assert leaks(told, pair) == []
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert "loud.log" in {file.name for file in files}
    assert {
        file.name: leaks(file.read_bytes(), pair) for file in files if leaks(file.read_bytes(), pair)
    } == {}


@pytest.mark.parametrize("key", [b"\x03", b"\x04"])
def test_leaving_in_the_middle_stores_nothing_and_gives_the_echo_back(
    venue: Venue, tmp_path: Path, key: bytes
) -> None:
    with wizard(venue, tmp_path) as terminal:
        for question in QUESTIONS:
            terminal.shows(question)
            terminal.type(b"\n")
        terminal.shows("API key:")
        terminal.type(key)
        assert terminal.end()[0] in {1, 130}
        assert terminal.is_restored()
    assert not [*tmp_path.rglob("profiles.toml")]


def test_the_conversation_fits_a_narrow_terminal(tmp_path: Path) -> None:
    with Terminal("keys", "add", home=tmp_path, size=(80, 24)) as terminal:
        for question in QUESTIONS:
            terminal.shows(question)
            terminal.type(b"\n")
        terminal.shows("API key:")
        shown = terminal.plain().splitlines()
        terminal.type(b"\x03")
        terminal.end()
    assert all(len(line) <= 80 for line in shown)


def test_the_doctor_breaks_lines_between_words(tmp_path: Path) -> None:
    nowhere = dict.fromkeys(("https_proxy", "all_proxy"), "http://127.0.0.1:1")
    with Terminal("doctor", home=tmp_path, env=nowhere, size=(60, 60)) as terminal:
        assert terminal.end()[0] == 1
        shown = terminal.plain().replace("\r\n", "\n")
    assert "through the proxy http://127.0.0.1:1" in " ".join(shown.split())
    assert all(len(line) < 60 for line in shown.splitlines() if "/" not in line)
