"""Nobody but Kraken is looked for: no telemetry, no index of packages, no time server (fault table, 5.1).

The commands run as processes whose every look-up is heard by the interpreter and refused, so nothing leaves.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from krakentui.keys import key_file, profile_list
from tests.support.keys import a_machine, a_pair, a_profile

ROOT = Path(__file__).parents[2]
KRAKEN = {"api.kraken.com", "ws.kraken.com", "ws-auth.kraken.com"}


def looked_for(home: Path, *words: str) -> set[str]:
    """Run a command and tell whom it looked for."""
    file = home / "looked-for"
    environ = {"PATH": os.environ["PATH"], "HOME": str(home), "TERM": "xterm"}
    subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "tests.support.lookups", str(file), *words],
        cwd=ROOT,
        env=environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=60,
    )
    return {*file.read_text().split()}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with a key of Kraken's form in it."""
    folder = tmp_path / ".config" / "krakentui"
    folder.mkdir(parents=True)
    key_file.keep("main", a_pair(), a_machine(folder))
    profile_list.change(folder / "profiles.toml", lambda told: told.with_profile(a_profile()))
    return tmp_path


def test_the_watch_hears_and_refuses_what_any_library_asks() -> None:
    code = (
        "import socket; from tests.support.lookups import watch; seen=[]; watch(seen.append)\n"
        "try: socket.create_connection(('example.invalid', 80))\n"
        "except OSError: pass\n"
        "try: socket.socket().connect(('192.0.2.1', 80))\n"
        "except OSError: print(seen)"
    )
    told = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603 - our own
    assert told.stdout.strip() == "['example.invalid', '192.0.2.1']"


@pytest.mark.parametrize(
    "words", [("stream", "--for", "2"), ("keys", "check"), ("doctor",)], ids=lambda words: words[0]
)
def test_a_command_with_a_key_looks_for_kraken_alone(home: Path, words: tuple[str, ...]) -> None:
    seen = looked_for(home, *words)
    assert "api.kraken.com" in seen
    assert seen <= KRAKEN


def test_public_markets_come_from_kraken_alone(tmp_path: Path) -> None:
    assert looked_for(tmp_path, "stream", "--for", "2") == {"api.kraken.com", "ws.kraken.com"}


@pytest.mark.parametrize(
    "words",
    [("paths",), ("actions",), ("keys", "list"), ("limits", "plan", "--tier", "pro", "add"), ("--version",)],
    ids=lambda words: words[0],
)
def test_what_needs_no_exchange_looks_for_nobody(home: Path, words: tuple[str, ...]) -> None:
    assert looked_for(home, *words) == set()
