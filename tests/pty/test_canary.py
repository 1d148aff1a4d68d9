"""I7: no byte of a key pair in anything that leaves the program."""

import re
import stat
from pathlib import Path
from random import Random

import pytest

from krakentui.simulator.identity import token_text
from tests.pty.terminal import Terminal
from tests.pty.venue import Venue

PIECE = 12
"""So many characters in a row of a secret are a leak."""


def pieces(secret: str) -> set[bytes]:
    """Cut a secret into everything that must not be seen."""
    bare = secret.removeprefix("SIM-")
    return {bare[n : n + PIECE].encode() for n in range(len(bare) - PIECE + 1)}


def leaks(seen: bytes, pair: dict[str, str]) -> list[bytes]:
    """Tell which pieces of the pair are in these bytes."""
    return sorted(piece for piece in pieces(pair["key"]) | pieces(pair["secret"]) if piece in seen)


@pytest.fixture(scope="module")
def run(venue: Venue, tmp_path_factory: pytest.TempPathFactory) -> tuple[Terminal, Path, bytes]:
    """One whole life of a monitor with a key: watch, cancel, leave; what /proc told meanwhile."""
    home = tmp_path_factory.mktemp("canary")
    pair = venue.first["keys"]["full"]
    files = ("--record", str(home / "tape.jsonl"), "--log-file", str(home / "loud.log"))
    env = {"KRAKENTUI_API_KEY": pair["key"], "KRAKENTUI_API_SECRET": pair["secret"]}
    words = ("--endpoint", venue.first["rest"], *files)
    with Terminal(*words, home=home, env=env, program="tests.pty.loud") as terminal:
        terminal.comes_alive()
        terminal.press(b"x")
        terminal.shows("Cancel this order?")
        terminal.pause(0.5)
        terminal.press(b"\r", b"?", b"\x1b", b"J", b"\x1b", b"p", b"r")
        terminal.pause(1)
        told = told_by_proc(terminal.process.pid)
        terminal.type(b"q")
        terminal.end()
        return terminal, home, told


def told_by_proc(pid: int) -> bytes:
    """Read the command line of a process, and all of its children."""
    process = Path(f"/proc/{pid}")
    if not process.exists():
        pytest.skip("there is no /proc here")
    told = (process / "cmdline").read_bytes()
    for children in process.glob("task/*/children"):
        for child in children.read_text().split():
            told += Path(f"/proc/{child}/cmdline").read_bytes() + Path(f"/proc/{child}/environ").read_bytes()
    return told


def test_no_piece_of_the_pair_reaches_the_terminal(run: tuple[Terminal, Path, bytes], venue: Venue) -> None:
    terminal, _, _ = run
    assert terminal.process.returncode == 0
    assert leaks(bytes(terminal.output), venue.first["keys"]["full"]) == []


def test_no_piece_of_the_pair_is_in_any_file_at_any_log_level(
    run: tuple[Terminal, Path, bytes], venue: Venue
) -> None:
    _, home, _ = run
    files = [file for file in home.rglob("*") if file.is_file()]
    assert {"tape.jsonl", "loud.log"} <= {file.name for file in files}
    log = (home / "loud.log").read_text()
    assert "DEBUG websockets.client" in log
    assert "executions" in (home / "tape.jsonl").read_text()
    found = {file.name: leaks(file.read_bytes(), venue.first["keys"]["full"]) for file in files}
    assert {name: leaked for name, leaked in found.items() if leaked} == {}


def test_no_token_is_in_any_file_whatever_stands_before_it(
    run: tuple[Terminal, Path, bytes], venue: Venue
) -> None:
    _, home, _ = run
    world = venue.command("snapshot", {})["snapshot"]
    tokens = [
        token_text(lambda purpose: Random(f"{world['seed']}/{purpose}"), number) for number in world["tokens"]
    ]
    assert tokens
    for file in (one for one in home.rglob("*") if one.is_file()):
        found = [piece for token in tokens for piece in pieces(token) if piece in file.read_bytes()]
        assert (file.name, found) == (file.name, [])


def test_no_token_is_in_the_log_or_the_recording(run: tuple[Terminal, Path, bytes]) -> None:
    _, home, _ = run
    written = (home / "loud.log").read_text() + (home / "tape.jsonl").read_text()
    tokens = re.findall(r"token\\?\"\s*:\s*\\?\"([^\"\\]+)", written)
    assert tokens
    assert {token.strip("*") for token in tokens} <= {"", "redacted"}


def test_files_are_for_their_owner_alone(run: tuple[Terminal, Path, bytes]) -> None:
    _, home, _ = run
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in home.rglob("*") if file.is_file()}
    assert {name: oct(mode) for name, mode in modes.items() if mode & 0o077} == {}


def test_no_piece_of_the_pair_is_on_a_command_line_or_in_a_child(
    run: tuple[Terminal, Path, bytes], venue: Venue
) -> None:
    terminal, _, told = run
    assert leaks(told, venue.first["keys"]["full"]) == []
    assert "own [] inherited False" in terminal.plain()
