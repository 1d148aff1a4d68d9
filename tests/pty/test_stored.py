"""The monitor as a process on a stored key: its sources in a real terminal, not a byte of it elsewhere.

There is no exchange here: the proxy that the environment names refuses every connection, so nothing leaves.
"""

import signal
from pathlib import Path

from krakentui.keys import key_file, profile_list, sealed
from krakentui.keys.profile import Profile
from krakentui.model.secret import Secret
from tests.pty.terminal import Terminal
from tests.pty.test_canary import leaks, told_by_proc
from tests.support.keys import a_key, a_machine, a_pair, a_profile, a_secret

PAIR = {"key": a_key(), "secret": a_secret()}
PASSPHRASE = "correct horse battery"
NOWHERE = dict.fromkeys(("https_proxy", "wss_proxy", "all_proxy"), "http://127.0.0.1:1")


def monitor(home: Path, profile: Profile, **env: str) -> Terminal:
    """Open the monitor, as loud as it can be, on this profile."""
    folder = home / ".config" / "krakentui"
    profile_list.change(folder / "profiles.toml", lambda told: told.with_profile(profile))
    return Terminal(
        "--log-file", str(home / "loud.log"), home=home, env=NOWHERE | env, program="tests.pty.loud"
    )


def keys_of(home: Path) -> Path:
    return home / ".config" / "krakentui"


def seen(terminal: Terminal, home: Path) -> dict[str, list[bytes]]:
    """What leaked, by where; the store itself left out."""
    found = {"terminal": leaks(bytes(terminal.output), PAIR)}
    if terminal.process.poll() is None:
        found["proc"] = leaks(told_by_proc(terminal.process.pid), PAIR)
    for file in home.rglob("*"):
        if file.is_file() and file.parent.name != "keys":
            data = file.read_bytes()
            found[file.name] = leaks(data, PAIR) + ([b"horse"] if b"horse" in data else [])
    return {where: leaked for where, leaked in found.items() if leaked}


def leave(terminal: Terminal, home: Path) -> None:
    """Look around, see that nothing leaked, and go."""
    terminal.shows("KEY UNCHECKED ═  private")
    terminal.press(b"J", b"\x1b", b"?", b"\x1b")
    assert seen(terminal, home) == {}
    terminal.signal(signal.SIGTERM)
    assert terminal.end()[0] == 128 + signal.SIGTERM
    assert terminal.is_restored()
    assert seen(terminal, home) == {}
    assert b"horse" not in terminal.output


def test_a_file_for_its_owner_alone_starts_the_monitor(tmp_path: Path) -> None:
    key_file.keep("main", a_pair(), a_machine(keys_of(tmp_path)))
    with monitor(tmp_path, a_profile(fingerprint=a_pair().fingerprint)) as terminal:
        leave(terminal, tmp_path)


def test_a_passphrase_is_asked_for_before_the_screen_opens(tmp_path: Path) -> None:
    sealed.keep("main", a_pair(), Secret(PASSPHRASE), a_machine(keys_of(tmp_path)), 2**4)
    with monitor(tmp_path, a_profile(store="encrypted")) as terminal:
        terminal.shows("Passphrase of the key main:")
        terminal.type(b"wrong\n")
        terminal.shows("The passphrase does not open it.")
        terminal.type(PASSPHRASE.encode() + b"\n")
        leave(terminal, tmp_path)


def test_a_key_that_is_kept_nowhere_is_pasted_before_the_screen_opens(tmp_path: Path) -> None:
    with monitor(tmp_path, a_profile(store="prompt")) as terminal:
        terminal.shows("API key of main:")
        terminal.type(a_key().encode() + b"\n" + a_secret().encode() + b"\n")
        leave(terminal, tmp_path)
    assert not [*tmp_path.rglob("main.*")]


def test_a_keyring_in_a_child_starts_the_monitor(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    env = {
        "PYTHON_KEYRING_BACKEND": "tests.keys.rings.Good",
        "PYTHONPATH": str(root),
        "RING_FILE": str(tmp_path / "keys" / "ring"),
    }
    (tmp_path / "keys").mkdir()
    stored = f"key = {a_key()}\\nsecret = {a_secret()}\\n"
    (tmp_path / "keys" / "ring").write_text(f'{{"krakentui/main": "{stored}"}}')
    with monitor(tmp_path, a_profile(store="keyring"), **env) as terminal:
        leave(terminal, tmp_path)


def test_a_source_that_is_locked_stops_the_start_in_words(tmp_path: Path) -> None:
    env = {"PYTHON_KEYRING_BACKEND": "tests.keys.rings.Locked", "PYTHONPATH": str(Path(__file__).parents[2])}
    with monitor(tmp_path, a_profile(store="keyring"), **env) as terminal:
        assert terminal.end()[0] == 1
    said = " ".join(terminal.plain().split())
    assert "The key main cannot be had. The OS keyring (rings.Locked): It is locked" in said
    assert "krakentui doctor" in said


def test_a_file_that_others_may_read_stops_the_start_in_words(tmp_path: Path) -> None:
    key_file.keep("main", a_pair(), a_machine(keys_of(tmp_path)))
    (keys_of(tmp_path) / "keys" / "main.key").chmod(0o644)
    with monitor(tmp_path, a_profile()) as terminal:
        assert terminal.end()[0] == 1
    assert "run `chmod 600" in " ".join(terminal.plain().split())
