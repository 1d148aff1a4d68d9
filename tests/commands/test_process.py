"""The program as a process: exit codes, what it loads, what it never prints."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands.desk import holds_secrets
from tests.support.keys import a_secret

PRIVATE = "aB3+" * 21 + "xY=="


def krakentui(*words: str, home: Path, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run the program in an empty home, without a terminal and without the caller's settings."""
    return subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "krakentui", *words],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={"PATH": os.environ["PATH"], "HOME": str(home), "TERM": "xterm-256color", **(env or {})},
    )


@pytest.mark.parametrize(
    ("words", "env", "code", "sentence"),
    [
        (("fly",), {}, 2, "There is no command fly."),
        (("--endpoint", "http://10.0.0.1:8080"), {}, 2, "on this machine only"),
        (("stream", "--endpoint", "http://10.0.0.1:8080"), {}, 2, "on this machine only"),
        (("stream", "--speed", "2"), {}, 2, "--speed needs --endpoint"),
        (("stream", "--profile", "p"), {}, 2, "There is no key profile p."),
        (("stream",), {"KRAKENTUI_API_KEY": "k"}, 2, "set both, or neither"),
        (("stream",), {"KRAKENTUI_CONFIG": "/nowhere.toml"}, 2, "There is no settings file /nowhere.toml."),
        (("snapshot",), {"KRAKENTUI_API_KEY": "SIM-k", "KRAKENTUI_API_SECRET": "c2Vj"}, 2, "--endpoint"),
        (("snapshot",), {"HTTPS_PROXY": f"ftp://a:{PRIVATE}@h:1"}, 2, "HTTPS_PROXY is no address of a proxy"),
        (("limits", "--json"), {"https_proxy": "h:99999"}, 2, "https_proxy is no address of a proxy"),
        (("cancel",), {}, 2, "Say which orders"),
        (("cancel", "", "--yes"), {}, 2, "The value after cancel is empty"),
        (("cancel", "5", "--yes"), {}, 2, "Word 1 of 1 for orders is no order id"),
        (("cancel", "--type", "foo"), {}, 2, "--type cannot be foo"),
        (("cancel", "--all", "--yes"), {}, 1, "There is no API key"),
        (("cancel", "--all"), {}, 2, "--yes"),
        ((), {}, 1, "The monitor needs a terminal"),
        ((), {"TERM": "dumb"}, 1, "cannot show a screen"),
        (("demo",), {}, 1, "The monitor needs a terminal"),
        (("stream", PRIVATE), {}, 2, "looks like an API key"),
        (("simulate", "--start", "yesterday"), {}, 2, "--start takes"),
        (("simulate", "--scenario", "doomsday"), {}, 2, "There is no scenario or file doomsday"),
        (("demo", "--scenario", "doomsday"), {}, 2, "There is no scenario or file doomsday"),
    ],
)
def test_a_mistake_is_one_sentence_and_its_exit_code(
    words: tuple[str, ...], env: dict[str, str], code: int, sentence: str, tmp_path: Path
) -> None:
    done = krakentui(*words, home=tmp_path, env=env)
    assert (done.returncode, done.stdout) == (code, "")
    assert sentence in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert PRIVATE[:12] not in done.stderr


@pytest.mark.parametrize(
    ("words", "file", "text"),
    [
        ("snapshot", "none.toml", ""),
        ("keys list", "profiles.toml", 'default = "SECRET"'),
        ("keys list", "profiles.toml", '"SECRET" = 1'),
        ("keys list", "profiles.toml", '[profile.a]\n"SECRET" = 1'),
        ("config check", "config.toml", '"SECRET" = 1'),
        ("config check", "config.toml", '["SECRET"]\na = 1'),
    ],
)
def test_a_secret_in_a_wrong_place_is_not_repeated_in_part(
    words: str, file: str, text: str, tmp_path: Path
) -> None:
    secret = a_secret()
    (tmp_path / "config.toml").touch()
    (tmp_path / file).write_text(text.replace("SECRET", secret))
    env = {"KRAKENTUI_CONFIG": str(tmp_path / "config.toml"), "KRAKENTUI_STATE_DIR": str(tmp_path / "state")}
    if not text:
        env["KRAKENTUI_PROFILE"] = secret
    done = krakentui(*words.split(), home=tmp_path, env=env)
    assert done.returncode in {1, 2}
    assert not holds_secrets(done.stdout + done.stderr)


def test_a_proxy_of_the_environment_leaks_no_password_and_needs_no_scheme(tmp_path: Path) -> None:
    """Port 1 of this machine refuses, so nothing leaves."""
    env = {"HTTPS_PROXY": "alice:CANARYpw7@127.0.0.1:1", "XDG_STATE_HOME": str(tmp_path)}
    done = krakentui("doctor", home=tmp_path, env=env)
    assert "through the proxy http://127.0.0.1:1: The exchange cannot be reached" in done.stdout
    done_too = krakentui("stream", "--for", "1", home=tmp_path, env=env)
    assert "cannot connect: the connection was refused" in done_too.stdout
    log = (tmp_path / "krakentui" / "krakentui.log").read_text()
    for text in (done.stdout, done.stderr, done_too.stdout, done_too.stderr, log):
        assert "CANARYpw7" not in text


def test_garbage_in_the_settings_file_is_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "k.toml"
    file.write_bytes(b"mouse = true\n\x00garbage\xff")
    done = krakentui("stream", "--config", str(file), home=tmp_path)
    assert done.returncode == 2
    assert done.stderr == f"krakentui: {file}:2:9: not UTF-8 text.\n"


def test_paths_are_told(tmp_path: Path) -> None:
    done = krakentui("paths", home=tmp_path, env={"KRAKENTUI_STATE_DIR": "/var/k"})
    assert done.returncode == 0
    assert "state     /var/k" in done.stdout


CLIENT = tuple(f"krakentui.{floor}" for floor in ("budget", "engine", "net", "state", "ui", "wire"))


def loaded_by(code: str, home: Path, *besides: str) -> set[str]:
    """The libraries, and the modules looked for besides, that are in memory after this code ran."""
    libraries = ("textual", "httpx", "websockets", "aiohttp", "keyring", "msgspec", "asyncio", *CLIENT)
    watched = (*libraries, *besides)
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", f"import sys\n{code}\nprint(*(m for m in {watched} if m in sys.modules))"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env={"PATH": os.environ["PATH"], "HOME": str(home)},
    )
    return set(done.stdout.splitlines()[-1].split())


def test_the_version_loads_no_screen_and_no_network(tmp_path: Path) -> None:
    code = "from krakentui.__main__ import main\nassert main(['--version']) == 0"
    assert not loaded_by(code, tmp_path) & {"textual", "httpx", "websockets", "aiohttp", "keyring"}


@pytest.mark.parametrize("command", ["live", "stream", "snapshot", "limits", "cancel"])
def test_a_live_command_never_loads_the_server_library(command: str, tmp_path: Path) -> None:
    code = f"import krakentui.commands.{command}, krakentui.engine.host, krakentui.net.http"
    assert "aiohttp" not in loaded_by(code, tmp_path)


def test_the_emergency_exit_loads_only_what_its_cancel_needs(tmp_path: Path) -> None:
    code = "import krakentui.commands.cancel, krakentui.engine.host, krakentui.net.http"
    later = ("engine.audit", "engine.recorder", "engine.export", "engine.details", "wire.spot.v1")
    loaded = loaded_by(code, tmp_path, *(f"krakentui.{name}" for name in later))
    assert not loaded & {"websockets", "textual", "keyring", *(f"krakentui.{name}" for name in later)}


def test_the_simulated_exchange_starts_without_loading_the_client(tmp_path: Path) -> None:
    code = (
        "from krakentui.commands.parser import parse\nparse(['simulate'])\nimport krakentui.commands.simulate"
    )
    assert not loaded_by(code, tmp_path) & {*CLIENT, "httpx", "websockets", "textual"}


def test_the_simulated_exchange_starts_without_what_only_some_runs_need(tmp_path: Path) -> None:
    world = "from krakentui.simulator.world import *\nWorld(Options()).start()"
    code = f"{world}\nimport krakentui.commands.simulate"
    names = ("mirror.talk", "mirror.reading", "mirror.retelling", "faults.names", "replay", "world")
    found = loaded_by(code, tmp_path, *(f"krakentui.simulator.{name}" for name in names))
    assert {name for name in found if name.startswith("krakentui.")} == {"krakentui.simulator.world"}
