"""Keys are judged by when they were pressed, at a human's pace, whatever the clock and the loop do."""

import pytest
from textual import events
from textual.screen import Screen

from krakentui.model.clock import SystemClock, hand_ns
from krakentui.ui.palette import Palette
from krakentui.ui.screens.confirm import ConfirmScreen
from krakentui.ui.screens.help import HelpScreen
from krakentui.ui.screens.limits import LimitsScreen
from tests.support.clock import ManualClock
from tests.ui.opening import LEAST, WIDE, Opened, opened
from tests.ui.views import FakeFace

pytestmark = pytest.mark.anyio


def typed_ahead(screen: Opened, word: str) -> None:
    """Type a word and `enter` so fast that nothing is drawn in between."""
    for letter in word:
        screen.app.post_message(events.Key(letter, letter))
    screen.app.post_message(events.Key("enter", "\r"))


class HurriedClock(ManualClock):
    """A clock that runs sixty times as fast as the machine's."""

    def real_seconds(self, seconds: float) -> float:
        return seconds / 60


async def test_an_enter_that_waited_for_a_busy_loop_is_no_answer() -> None:
    face = FakeFace()
    async with opened(face) as screen:
        await screen.press("x")
        assert isinstance(screen.app.screen, ConfirmScreen)
        early = events.Key("enter", "\r")
        early.time -= 0.2  # pressed 100 ms after the question was painted, looked at 300 ms after
        screen.app.post_message(early)
        await screen.pilot.pause()
        assert face.confirmed == []


async def test_a_sped_up_clock_does_not_shorten_the_time_to_read_a_question() -> None:
    face = FakeFace()
    face.clock = HurriedClock(wall_ns=face.clock.now_ns())
    async with opened(face) as screen:
        await screen.pilot.press("x")
        await screen.wait(6)  # a tenth of a second to the eye
        await screen.burst("enter")
        assert face.confirmed == []
        await screen.wait(60)
        await screen.burst("enter")
        assert len(face.confirmed) == 1


async def test_a_sped_up_clock_does_not_open_the_key_gate_sooner() -> None:
    face = FakeFace()
    face.clock = HurriedClock(wall_ns=face.clock.now_ns())
    async with opened(face) as screen:
        await screen.burst("left_square_bracket")
        await screen.wait(6)
        await screen.burst("A")
        assert screen.app.screen is screen.app.main


def test_hands_keep_the_pace_of_the_machine() -> None:
    fast = SystemClock(speed=100)
    begun = hand_ns(fast), fast.mono_ns()
    while fast.mono_ns() - begun[1] < 100_000_000:
        pass
    assert 0 < hand_ns(fast) - begun[0] < 50_000_000


@pytest.mark.parametrize("opens", ["x", "A", "question_mark", "J", "ctrl+p"])
async def test_two_escapes_close_one_thing(opens: str) -> None:
    async with opened() as screen:
        await screen.press(opens)
        await screen.burst("escape", "escape", "escape")
        assert screen.app.screen is screen.app.main


@pytest.mark.parametrize(("typed", "opens"), [("help", HelpScreen), ("limits", LimitsScreen)])
async def test_a_word_typed_fast_into_the_palette_runs_what_it_names(
    typed: str, opens: type[Screen[None]]
) -> None:
    async with opened() as screen:
        await screen.press("ctrl+p")
        typed_ahead(screen, typed)
        await screen.pilot.pause(0.2)
        assert isinstance(screen.app.screen, opens)


async def test_nonsense_typed_fast_into_the_palette_runs_nothing() -> None:
    async with opened() as screen:
        await screen.press("ctrl+p")
        typed_ahead(screen, "qxz")
        await screen.pilot.pause(0.2)
        assert isinstance(screen.app.screen, Palette)


async def test_the_palette_opens_over_the_main_screen_only() -> None:
    async with opened() as screen:
        await screen.press("x", "ctrl+p")
        assert isinstance(screen.app.screen, ConfirmScreen)


LOST = "was not taken so soon after Esc: press it again."


@pytest.mark.parametrize(
    ("key", "name"), [("x", "x"), ("A", "A"), ("space", "Space"), ("question_mark", "?")]
)
@pytest.mark.parametrize("size", [WIDE, LEAST])
async def test_a_key_pressed_too_soon_after_escape_is_said_to_be_lost(
    key: str, name: str, size: tuple[int, int]
) -> None:
    async with opened(size=size) as screen:
        await screen.burst("escape", key)
        assert screen.app.screen is screen.app.main
        assert f"{name} {LOST}" in screen.text()
        await screen.wait(0.3)
        await screen.press(key)
        assert LOST not in screen.text()


@pytest.mark.parametrize(
    "pieces",
    [
        ("escape", "left_square_bracket", "A"),
        ("escape", "O", "A"),
        ("circumflex_accent", "left_square_bracket", "A"),
        ("escape", "Q"),
    ],
)
async def test_nobody_is_told_to_press_the_pieces_of_a_broken_arrow_again(pieces: tuple[str, ...]) -> None:
    async with opened() as screen:
        await screen.burst(*pieces)
        assert "was not taken" not in screen.text()
