"""Keys that come all at once, as a slow line or a plain paste brings them: each goes where it was meant."""

import random

import pytest
from textual import events
from textual.keys import _character_to_key

from krakentui.ui.actions import ACTIONS
from krakentui.ui.screens.confirm import ConfirmScreen
from krakentui.ui.screens.help import HelpScreen
from krakentui.ui.screens.limits import LimitsScreen
from krakentui.ui.screens.main import MainScreen
from tests.ui.opening import Opened, opened
from tests.ui.views import FakeFace

pytestmark = pytest.mark.anyio

CHARACTERS = {"enter": "\r", "escape": "\x1b", "tab": "\t", "space": " "}
BOUND = sorted({key for action in ACTIONS for key in action.keys.split(",")} - {"ctrl+c", "q"})


def a_key(name: str) -> events.Key:
    """Make the event of a key, named or a single character."""
    if len(name) == 1:
        return events.Key(_character_to_key(name), name)
    return events.Key(name, CHARACTERS.get(name) or _printed().get(name))


def _printed() -> dict[str, str]:
    return {_character_to_key(chr(code)): chr(code) for code in range(33, 127)}


async def at_once(screen: Opened, *keys: str) -> None:
    """Send keys without a moment between them, then let all of it have its effect."""
    for key in keys:
        screen.app.post_message(a_key(key))
    for _ in range(5):
        await screen.pilot.pause()
    screen.app.draw()


@pytest.mark.parametrize("typed", ["xrp", "Ap", "DOGE", "sell", "Ex", "K?L", "x A D E", "Rw X"])
async def test_what_is_typed_after_the_slash_is_the_filter(typed: str) -> None:
    async with opened() as screen:
        await at_once(screen, *f"/{typed}")
        main = screen.app.main
        assert screen.app.screen is main
        assert main.filter_line.field.value == typed
        assert screen.app.focused is main.filter_line.field
        assert not screen.face.asked
        assert main.orders.wish.sort is None


async def test_a_filter_typed_with_its_enter_is_kept_and_nothing_is_asked() -> None:
    async with opened() as screen:
        await at_once(screen, *"/sell", "enter")
        main = screen.app.main
        assert screen.app.focused is main.orders
        assert "sell" in "\n".join(screen.lines())
        assert not main.filter_line.is_open
        await screen.wait(1.2)
        await at_once(screen, "escape")
        assert not screen.face.asked


async def test_a_filter_opened_twice_in_one_burst_keeps_its_field() -> None:
    async with opened() as screen:
        await at_once(screen, "/", "enter", *"/xrp")
        line = screen.app.main.filter_line
        assert line.is_open
        assert line.field.value == "xrp"
        assert screen.app.focused is line.field


async def test_a_paste_between_keys_keeps_its_place() -> None:
    async with opened() as screen:
        screen.app.post_message(a_key("/"))
        screen.app.post_message(events.Paste("se"))
        await at_once(screen, *"ll", "enter")
        assert "sell" in "\n".join(screen.lines())
        assert screen.app.focused is screen.app.main.orders


@pytest.mark.parametrize(("opens", "sheet"), [("?", HelpScreen), ("L", LimitsScreen), ("x", ConfirmScreen)])
async def test_keys_that_come_with_the_one_that_opens_a_screen_are_for_that_screen(
    opens: str, sheet: type[MainScreen]
) -> None:
    async with opened() as screen:
        await at_once(screen, opens, *"spo", "space", "down", "w", "A")
        assert isinstance(screen.app.screen, sheet)
        assert len(screen.app.screen_stack) == 2
        main = screen.app.main
        assert not main.private
        assert main.orders.wish.sort is None
        assert not main.orders.marked
        assert len(screen.face.asked) == (opens == "x")


async def test_a_command_typed_in_one_burst_with_the_palette_runs_as_named() -> None:
    async with opened() as screen:
        await at_once(screen, "ctrl+p", *"limits", "enter", "x", "A")
        await screen.pilot.pause(0.2)
        assert isinstance(screen.app.screen, LimitsScreen)
        assert not screen.face.asked


async def test_keys_behind_the_enter_that_closes_a_question_never_overtake_it() -> None:
    face = FakeFace()
    async with opened(face) as screen:
        await screen.press("A")
        await at_once(screen, "3", "enter", "x", "enter", "enter")
        assert [question.everything for question in face.confirmed] == [True]


async def test_a_wrong_count_typed_at_once_is_said_and_stays_said() -> None:
    async with opened() as screen:
        await screen.press("A")
        await at_once(screen, "2", "7", "enter")
        assert "27 is not 3" in screen.text()


@pytest.mark.parametrize("seed", range(10))
async def test_no_burst_of_any_keys_confirms_anything(seed: int) -> None:
    """Whatever keys come at once, and again a second later while no question is open."""
    dice = random.Random(seed)
    face = FakeFace()
    async with opened(face) as screen:
        for _ in range(2):
            keys = dice.choices([*BOUND, "enter", "3", "a", "l"], k=dice.randint(2, 30))
            await at_once(screen, *keys)
            assert face.confirmed == []
            assert face.switched == []
            assert face.waits == []
            for _ in range(4):
                await screen.wait(0.4)
                await screen.press("escape")
            assert screen.app.screen is screen.app.main


@pytest.mark.parametrize("seed", range(4))
async def test_after_the_slash_every_printable_key_is_text(seed: int) -> None:
    dice = random.Random(seed)
    text = "".join(dice.choices([chr(code) for code in range(33, 127)], k=dice.randint(1, 30)))
    face = FakeFace()
    async with opened(face) as screen:
        await at_once(screen, *f"/{text}")
        assert screen.app.screen is screen.app.main
        assert screen.app.main.filter_line.field.value == text
        assert not face.asked
