"""What the environment tells Textual's developers does nothing: no file, no key press, no other driver."""

from pathlib import Path

import pytest

from tests.pty.terminal import ROOT, Terminal

PRESSES = "x,enter,X,D,q"
DRIVERS = ("headless_driver:HeadlessDriver", "web_driver:WebDriver")
"""The second one is how Textual serves an app to a browser."""


@pytest.mark.parametrize("driver", DRIVERS)
def test_no_developer_switch_of_the_environment_works(tmp_path: Path, driver: str) -> None:
    files = {name: tmp_path / name for name in ("log", "shots")}
    switches = {
        "TEXTUAL": "debug,devtools",
        "TEXTUAL_DEBUG": "1",
        "TEXTUAL_DRIVER": f"textual.drivers.{driver}",
        "TEXTUAL_FILTERS": "dim",
        "TEXTUAL_LOG": str(files["log"]),
        "TEXTUAL_PRESS": PRESSES,
        "TEXTUAL_SCREENSHOT": "1",
        "TEXTUAL_SCREENSHOT_LOCATION": str(files["shots"]),
        "TEXTUAL_SCREENSHOT_FILENAME": "shot.svg",
        "TEXTUAL_SHOW_RETURN": "1",
        "TEXTUAL_THEME": "textual-light",
        "TEXTUAL_DEVTOOLS_HOST": "127.0.0.1",
    }
    before = {*ROOT.glob("*.svg")}
    with Terminal("demo", home=tmp_path, env=switches) as terminal:
        terminal.comes_alive()
        terminal.pause(2)
        assert "Cancel this order?" not in terminal.screen.text()
        assert "Call budget" in terminal.screen.text()
        terminal.type(b"q")
        assert terminal.end()[0] == 0
        assert terminal.is_restored()
    assert not files["log"].exists()
    assert not files["shots"].exists()
    assert [*tmp_path.rglob("*.svg")] == []
    assert {*ROOT.glob("*.svg")} == before
    assert terminal.plain().strip() == ""
