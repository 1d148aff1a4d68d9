"""A key from each store, a crash with it in reach: no byte of it on the terminal, in a file, or in /proc.

The environment is the one source whose pair the system itself goes on showing: what a process was started
with stands in its own /proc entry for its owner until it ends. Nothing of it reaches a child.
"""

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec import Struct

from krakentui.keys import key_file, profile_list, sealed
from krakentui.keys.pair import stored_text
from krakentui.keys.profile import Profile
from krakentui.model.secret import Credentials, Secret
from tests.pty.terminal import Terminal
from tests.pty.test_canary import leaks, told_by_proc
from tests.pty.venue import Venue
from tests.support.keys import a_machine, a_profile

ROOT = Path(__file__).parents[2]
PASSPHRASE = "correct horse battery"
STORE = "keys"
"""Every store lies in a folder of this name, which is left out when files are searched."""


class Stored(Struct):
    """How the monitor comes to the key."""

    profile: Profile | None
    environ: dict[str, str] = {}
    typed: str = ""


Keep = Callable[[Path, Credentials], Stored]


def in_a_file(home: Path, key: Credentials) -> Stored:
    key_file.keep("main", key, a_machine(home))
    return Stored(a_profile())


def encrypted(home: Path, key: Credentials) -> Stored:
    sealed.keep("main", key, Secret(PASSPHRASE), a_machine(home), 2**4)
    return Stored(a_profile(store="encrypted"), typed=PASSPHRASE)


def in_a_keyring(home: Path, key: Credentials) -> Stored:
    ring = home / STORE / "ring"
    ring.write_text(json.dumps({"krakentui/main": stored_text(key)}))
    environ = {
        "PYTHON_KEYRING_BACKEND": "tests.keys.rings.Good",
        "PYTHONPATH": str(ROOT),
        "RING_FILE": str(ring),
    }
    return Stored(a_profile(store="keyring"), environ)


def by_a_command(home: Path, key: Credentials) -> Stored:
    (home / STORE / "pass").write_text(stored_text(key))
    says = f"print(open({str(home / STORE / 'pass')!r}).read())"
    return Stored(a_profile(store="command", key_command=(sys.executable, "-c", says)))


def from_systemd(home: Path, key: Credentials) -> Stored:
    credential = home / STORE / "krakentui-main"
    credential.write_text(stored_text(key))
    credential.chmod(0o400)
    return Stored(a_profile(store="systemd"), {"CREDENTIALS_DIRECTORY": str(credential.parent)})


def in_the_environment(home: Path, key: Credentials) -> Stored:
    return Stored(
        None, {"KRAKENTUI_API_KEY": key.key, "KRAKENTUI_API_SECRET": key.secret.reveal(), "HOME": str(home)}
    )


KEPT: tuple[Keep, ...] = (
    in_a_file,
    encrypted,
    in_a_keyring,
    by_a_command,
    from_systemd,
    in_the_environment,
)


def crashed(home: Path, venue: Venue, keep: Keep, level: str) -> tuple[Terminal, dict[str, str], bytes]:
    """Start the monitor on a stored key and let it crash; give what /proc told while it ran."""
    pair = venue.first["keys"]["full"]
    config = home / ".config" / "krakentui"
    (config / STORE).mkdir(parents=True, mode=0o700)
    key = Credentials(key=pair["key"], secret=Secret(pair["secret"]), name="main", source="a test")
    stored = keep(config, key)
    if stored.profile is not None:
        profile = stored.profile
        profile_list.change(config / "profiles.toml", lambda told: told.with_profile(profile))
    environ = stored.environ | {"HOME": str(home)}
    words = (venue.first["rest"], level, "--log-file", str(home / "loud.log"))
    with Terminal(*words, home=home, env=environ, program="tests.pty.storedkey") as terminal:
        if stored.typed:
            terminal.shows("Passphrase of the key main:")
            terminal.type(stored.typed.encode() + b"\n")
        terminal.shows("Call budget")
        told = told_by_proc(terminal.process.pid)
        if stored.profile is not None:
            told += Path(f"/proc/{terminal.process.pid}/environ").read_bytes()
        assert terminal.end()[0] == 1
        assert terminal.is_restored()
        return terminal, pair, told


def found(home: Path, terminal: Terminal, pair: dict[str, str], told: bytes) -> dict[str, list[bytes]]:
    """Everything that leaked, by where."""
    seen = {"terminal": bytes(terminal.output), "proc": told}
    for file in home.rglob("*"):
        if file.is_file() and file.parent.name != STORE:
            seen[str(file.relative_to(home))] = file.read_bytes()
    leaked = {where: leaks(data, pair) for where, data in seen.items()}
    return {where: pieces for where, pieces in leaked.items() if pieces or b"horse" in seen[where]}


@pytest.mark.parametrize("keep", KEPT, ids=lambda keep: keep.__name__)
def test_a_crash_with_a_stored_key_in_reach_shows_nothing_of_it(
    keep: Keep, tmp_path: Path, venue: Venue
) -> None:
    terminal, pair, told = crashed(tmp_path, venue, keep, "DEBUG")
    assert found(tmp_path, terminal, pair, told) == {}
    said = terminal.plain().strip()
    assert re.search(r"krakentui stopped because of an error of its own: Bug: cannot sign \S+ with \S+", said)
    log = (tmp_path / "loud.log").read_text()
    assert "poller failed (Bug)" in log
    assert "the program failed" in log
    assert "send_request_headers" in log


@pytest.mark.slow
@pytest.mark.parametrize("level", ["INFO", "WARNING", "ERROR", "CRITICAL"])
def test_nor_at_any_other_level_of_the_log(level: str, tmp_path: Path, venue: Venue) -> None:
    terminal, pair, told = crashed(tmp_path, venue, in_a_file, level)
    assert found(tmp_path, terminal, pair, told) == {}
