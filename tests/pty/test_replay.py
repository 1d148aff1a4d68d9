"""A recorded run comes on the screen again; nothing in it can be cancelled."""

import asyncio
from pathlib import Path

import pytest

from krakentui.simulator import Options
from tests.pty.terminal import Terminal
from tests.whole.lockstep import lockstep

LIFE_S = 20


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Record some simulated seconds of a lively account."""
    path = tmp_path_factory.mktemp("recording") / "run.jsonl"

    async def record() -> None:
        async with lockstep(Options(manual=True, seed=7), record=path, warm_s=LIFE_S):
            pass

    asyncio.run(record())
    return path


def test_a_recorded_run_is_shown_and_cancels_nothing(recording: Path, tmp_path: Path) -> None:
    with Terminal("replay", str(recording), home=tmp_path) as terminal:
        signs = ("REPLAY", "READ-ONLY", "recorded", "Open orders 27", "BTC/USD")
        assert terminal.wait(lambda: all(sign in terminal.screen.text() for sign in signs))
        terminal.press(b"x")
        terminal.shows("A recording is shown: nothing in it can be cancelled.")
        terminal.press(b"J")
        terminal.shows("This is the recording run.jsonl of")
        terminal.press(b"\x1b")
        terminal.type(b"q")
        assert terminal.end()[0] == 0
        assert terminal.is_restored()


def test_a_recorded_run_stands_still_when_it_has_ended(recording: Path, tmp_path: Path) -> None:
    with Terminal("replay", str(recording), "--speed", "10", home=tmp_path) as terminal:
        terminal.shows("the recording has ended")
        terminal.shows("The recording has ended: everything stands as it was then.")
        terminal.shows("The recording has ended: nothing is polled.")
        over = terminal.screen.text()
        assert "27" in over
        assert " live " not in over
        terminal.pause(1)
        assert terminal.screen.text() == over
        terminal.press(b"x")
        terminal.shows("The recording has ended: nothing in it can be asked for or cancelled.")
        terminal.press(b"q")
        assert terminal.end()[0] == 0
