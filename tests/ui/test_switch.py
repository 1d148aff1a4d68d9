"""The dead man's switch on the screen: armed by typed seconds, counted down in the status line."""

import pytest

from krakentui.ui.screens.switch import SwitchScreen
from tests.ui.kept import same_as_grid
from tests.ui.opening import LEAST, NARROW, WIDE, opened
from tests.ui.views import FakeFace, a_status, a_switch, a_switch_question

pytestmark = pytest.mark.anyio


async def test_it_is_armed_by_the_seconds_that_are_typed() -> None:
    async with opened() as screen:
        await screen.press("D", "6", "0", "enter")
        assert screen.face.switched == [(1, 60)]
        assert not isinstance(screen.app.screen, SwitchScreen)


@pytest.mark.parametrize("typed", ["29", "00000", "86400"])
async def test_fewer_or_more_seconds_than_it_takes_arm_nothing(typed: str) -> None:
    async with opened() as screen:
        await screen.press("D", *typed, "enter")
        assert f"{typed} is not a number from 30 to 86399." in screen.text()
        assert screen.face.switched == []


async def test_the_seconds_that_stand_there_are_an_example_and_no_default() -> None:
    async with opened() as screen:
        await screen.press("D")
        assert "such as 60" in screen.text()
        await screen.press("enter")
        assert "type a number from 30 to 86399." in screen.text()
        assert screen.face.switched == []


async def test_escape_leaves_it_as_it_is() -> None:
    async with opened() as screen:
        await screen.press("D", "6", "0", "escape")
        assert screen.face.switched == []


async def test_typed_ahead_it_is_not_armed() -> None:
    async with opened() as screen:
        await screen.burst("D", "6", "0", "enter")
        assert screen.face.switched == []


async def test_enter_disarms_it() -> None:
    face = FakeFace()
    face.switch_question = a_switch_question(arm=False, fires_in_ns=42_000_000_000)
    async with opened(face) as screen:
        await screen.press("D")
        assert "It would fire in 42 s" in screen.text()
        await screen.press("enter")
        assert face.switched == [(1, 0)]


async def test_a_key_that_may_not_is_told_so() -> None:
    face = FakeFace()
    from krakentui.state.view import NotAsked  # noqa: PLC0415 - used once

    face.refusal = NotAsked(why="This key may not cancel.")
    async with opened(face) as screen:
        await screen.press("D")
        assert "This key may not cancel." in screen.text()


@pytest.mark.parametrize("size", [WIDE, NARROW, LEAST])
async def test_the_countdown_is_in_the_status_line_at_every_size(size: tuple[int, int]) -> None:
    face = FakeFace()
    face.status_view = a_status(switch=a_switch())
    async with opened(face, size=size) as screen:
        assert "DEAD MAN 42s" in screen.lines()[0]


async def test_that_it_fired_is_told_with_the_time() -> None:
    face = FakeFace()
    face.status_view = a_status(switch=a_switch(phase="fired"))
    async with opened(face) as screen:
        assert "DEAD MAN FIRED 09:00:42" in screen.lines()[0]


async def test_that_it_may_have_fired_is_not_called_fired() -> None:
    face = FakeFace()
    face.status_view = a_status(switch=a_switch(phase="fired", doubt="nobody knows"))
    async with opened(face) as screen:
        assert "DEAD MAN PASSED 09:00:42" in screen.lines()[0]


@pytest.mark.parametrize(("name", "size"), [("switch-wide", WIDE), ("switch-narrow", NARROW)])
async def test_the_question_before_arming(name: str, size: tuple[int, int]) -> None:
    async with opened(size=size) as screen:
        await screen.press("D")
        same_as_grid(name, screen.lines())
