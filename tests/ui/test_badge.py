"""Whichever screen is open, and in every picture of it: which exchange this is stands there in a word."""

import html
import re
from pathlib import Path

import pytest

from krakentui.ui.screens.main import MainScreen
from krakentui.ui.widgets.statusline import BADGES
from tests.ui.keyviews import FakeKeys
from tests.ui.opening import LEAST, NARROW, WIDE, opened
from tests.ui.scenes import busy_face

SHEETS = ("?", "J", "H", "K", "D", "L", "C", "enter", "x", "A", "E", "w")
PICTURES = sorted(Path(__file__).parents[2].glob("screenshots/*.svg")) + sorted(
    Path(__file__).parent.glob("__snapshots__/**/*.svg")
)
DRAWN = tuple(badge for badge, _ in BADGES.values())


@pytest.mark.anyio
@pytest.mark.parametrize("size", [WIDE, NARROW, LEAST], ids=["wide", "narrow", "least"])
@pytest.mark.parametrize("key", SHEETS)
async def test_every_screen_says_which_exchange_it_is(key: str, size: tuple[int, int]) -> None:
    async with opened(busy_face(), size=size) as screen:
        screen.app.keychain = FakeKeys()
        await screen.press(key)
        assert not isinstance(screen.app.screen, MainScreen), screen.text()
        assert "░ DEMO ░" in screen.text()


def test_there_are_pictures() -> None:
    assert len(PICTURES) > 10


@pytest.mark.parametrize("picture", PICTURES, ids=lambda one: one.stem)
def test_every_picture_says_which_exchange_it_is(picture: Path) -> None:
    text = html.unescape(" ".join(re.findall(r">([^<>]+)<", picture.read_text(encoding="utf-8"))))
    assert any(badge in text.replace("\N{NO-BREAK SPACE}", " ") for badge in DRAWN)
