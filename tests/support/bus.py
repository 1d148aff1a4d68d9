"""A desktop's keyring without a desktop: a D-Bus session and a gnome-keyring of its own.

Debian: `dbus` and `gnome-keyring`. Where they are not installed the tests that need them skip and say so.
"""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

NEEDED = ("dbus-daemon", "dbus-send", "gnome-keyring-daemon")
PASSWORD = "a login password"
_HAS_OWNER = (
    "--print-reply=literal",
    "--dest=org.freedesktop.DBus",
    "/org/freedesktop/DBus",
    "org.freedesktop.DBus.NameHasOwner",
    "string:org.freedesktop.secrets",
)


@contextmanager
def session_bus(home: Path) -> Iterator[dict[str, str]]:
    """Run a session bus; give the environment that finds it."""
    absent = [name for name in NEEDED if shutil.which(name) is None]
    if absent:
        pytest.skip(f"{' and '.join(absent)} not installed: apt-get install dbus gnome-keyring")
    run = home / "r"
    run.mkdir(mode=0o700)
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "XDG_RUNTIME_DIR": str(run),
        "XDG_DATA_HOME": str(home / "data"),
    }
    bus = subprocess.Popen(  # noqa: S603 - by its name, in an environment of ours
        ["dbus-daemon", "--session", "--nofork", "--print-address=1", f"--address=unix:path={run}/bus"],  # noqa: S607
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environ,
        text=True,
    )
    try:
        assert bus.stdout is not None
        address = bus.stdout.readline().strip()
        assert address, "the session bus did not start"
        yield environ | {"DBUS_SESSION_BUS_ADDRESS": address}
    finally:
        bus.terminate()
        bus.communicate()


@contextmanager
def gnome_keyring(environ: dict[str, str], *, unlocked: bool = True) -> Iterator[None]:
    """Run a keyring on that bus, its login collection open or locked."""
    words = ["gnome-keyring-daemon", "--foreground", "--components=secrets"]
    daemon = subprocess.Popen(  # noqa: S603 - by its name, in an environment of ours
        [*words, *(["--unlock"] if unlocked else [])],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environ,
    )
    try:
        assert daemon.stdin is not None
        daemon.stdin.write(PASSWORD.encode() if unlocked else b"")
        daemon.stdin.close()
        _wait_for_service(environ)
        yield
    finally:
        daemon.terminate()
        daemon.wait()


def _wait_for_service(environ: dict[str, str]) -> None:
    """Wait until somebody on the bus keeps secrets."""
    asks = ["dbus-send", f"--bus={environ['DBUS_SESSION_BUS_ADDRESS']}", *_HAS_OWNER]
    for _ in range(1_200):
        said = subprocess.run(asks, capture_output=True, text=True, check=False)  # noqa: S603 - as above
        if "true" in said.stdout:
            return
        time.sleep(0.05)
    raise AssertionError("there is no keyring on the bus")
