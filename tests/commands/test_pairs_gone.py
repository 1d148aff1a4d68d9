"""Whatever a command does, both key pairs are gone from the environment before it starts a child."""

import contextlib
import os
from pathlib import Path

import pytest

from krakentui.commands import run
from krakentui.commands.parser import parse
from krakentui.keys.environment import SECRET_NAMES
from krakentui.model.error import KrakentuiError
from tests.commands.test_keys import quiet_log
from tests.support.keys import a_key, a_secret

__all__ = ["quiet_log"]
PAIRS = {
    "KRAKENTUI_API_KEY": a_key(1),
    "KRAKENTUI_API_SECRET": a_secret(1),
    "KRAKENTUI_CANCEL_API_KEY": a_key(2),
    "KRAKENTUI_CANCEL_API_SECRET": a_secret(2),
}


def left(line: str) -> set[str]:
    """Run a command to its end, good or bad, and tell which parts of the pairs it has left."""
    with contextlib.suppress(KrakentuiError):
        run(parse(line.split()))
    return {*os.environ} & SECRET_NAMES


@pytest.fixture(autouse=True)
def pairs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both pairs, in an empty home without a terminal."""
    (tmp_path / "config.toml").touch()
    monkeypatch.setenv("KRAKENTUI_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setenv("KRAKENTUI_STATE_DIR", str(tmp_path / "state"))
    for name, value in PAIRS.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize(
    "line",
    [
        "demo",
        "simulate --scenario doomsday",
        "replay /nowhere",
        "keys",
        "keys list",
        "keys default x",
        "keys rename x y",
        "keys remove x",
        "config show",
        "paths",
        "actions",
        "limits plan --tier pro cancel:1s",
    ],
)
def test_a_command_that_goes_without_a_key_removes_them_unread(line: str) -> None:
    os.environ.pop("KRAKENTUI_API_SECRET")  # half a pair is no trouble to who reads none
    assert left(line) == set()


@pytest.mark.parametrize(
    "line",
    [
        "--profile x",
        "stream --profile x",
        "snapshot --profile x",
        "limits --profile x",
        "limits calibrate --pair BTC/USD --profile x",
        "cancel --all --yes --profile x",
        "budget wait --pair BTC/USD --points 1 --profile x",
        "keys check x",
        "keys take-over x",
        "keys add x --store file --from-stdin",
    ],
)
@pytest.mark.parametrize("half", [None, "KRAKENTUI_API_SECRET", "KRAKENTUI_CANCEL_API_SECRET"])
def test_a_command_that_goes_with_a_key_takes_both_at_once(line: str, half: str | None) -> None:
    """Whatever is wrong with one of them."""
    if half is not None:
        os.environ.pop(half)
    assert left(line) == set()
