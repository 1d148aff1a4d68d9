"""Whichever screen is open, and in every picture of it: which exchange this is stands there in a word."""

import html
import re
from pathlib import Path

import pytest

from krakentui.ui.screens.main import MainScreen
from krakentui.ui.widgets.statusline import BADGES, POWERS, READ_ONLY
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


def test_live_looks_like_no_other_exchange_without_colour_too() -> None:
    shapes = [badge[0] for badge, _ in BADGES.values()]
    assert len({*shapes}) == len(shapes)
    assert [venue for venue, (_, tone) in BADGES.items() if tone == "live"] == ["live"]
    powers = [*POWERS.values(), READ_ONLY]
    assert len({text for text, _ in powers}) == len(powers)
    assert [text for text, _ in powers if text[0] == POWERS["watch+cancel"][0][0]] == ["▌can cancel▐"]
