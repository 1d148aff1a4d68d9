from fractions import Fraction

import pytest

from krakentui.ui.screens.leave import LeaveScreen
from tests.ui.opening import opened
from tests.ui.views import FakeFace, a_status, a_switch, an_order, orders_of

pytestmark = pytest.mark.anyio


def waiting() -> FakeFace:
    face = FakeFace()
    face.open_cancels = ("O1",)
    return face


@pytest.mark.parametrize("key", ["q", "ctrl+c"])
async def test_leaving_is_quiet_when_nothing_is_open(key: str) -> None:
    async with opened() as screen:
        await screen.pilot.press(key)
    assert screen.app.return_code == 0


async def test_an_unsettled_cancel_is_asked_about() -> None:
    async with opened(waiting()) as screen:
        await screen.press("q")
        assert isinstance(screen.app.screen, LeaveScreen)
        assert "1 cancel is not settled yet" in screen.text()
        await screen.press("escape")
        assert not isinstance(screen.app.screen, LeaveScreen)


async def test_an_armed_switch_is_asked_about_with_the_moment_at_which_it_fires() -> None:
    face = FakeFace()
    face.status_view = a_status(venue="live", switch=a_switch())
    async with opened(face) as screen:
        await screen.press("q")
        assert isinstance(screen.app.screen, LeaveScreen)
        assert "The dead man's switch is armed" in screen.text()
        assert "at 09:00:42 UTC" in screen.text()


async def test_leaving_the_demo_ends_its_switch_with_its_exchange() -> None:
    face = FakeFace()
    face.status_view = a_status(switch=a_switch())
    async with opened(face) as screen:
        await screen.press("q")
        assert isinstance(screen.app.screen, LeaveScreen)
        assert "It ends with the demo" in screen.text()
        assert "To disarm it" not in screen.text()


async def test_cancels_that_wait_are_told_to_be_dropped() -> None:
    face = FakeFace()
    face.orders_view = orders_of(an_order("O1", waits_for=Fraction(0)), an_order("O2"))
    async with opened(face) as screen:
        await screen.press("q")
        assert isinstance(screen.app.screen, LeaveScreen)
        assert "1 cancel waits until that is free" in screen.text()
        assert "Leaving drops it" in screen.text()


async def test_a_switch_that_has_fired_keeps_nobody() -> None:
    face = FakeFace()
    face.status_view = a_status(switch=a_switch(phase="fired"))
    async with opened(face) as screen:
        await screen.pilot.press("q")
    assert screen.app.return_code == 0


async def test_enter_leaves_all_the_same() -> None:
    async with opened(waiting()) as screen:
        await screen.press("q")
        await screen.pilot.press("enter")
    assert screen.app.return_code == 0


async def test_a_second_interrupt_leaves_with_130() -> None:
    async with opened(waiting()) as screen:
        await screen.pilot.press("ctrl+c")
        await screen.pilot.press("ctrl+c")
    assert screen.app.return_code == 130


async def test_an_interrupt_works_over_a_question() -> None:
    async with opened() as screen:
        await screen.press("x")
        await screen.pilot.press("ctrl+c")
    assert screen.app.return_code == 0
    assert not screen.face.confirmed


async def test_type_ahead_does_not_leave() -> None:
    async with opened(waiting()) as screen:
        await screen.burst("q", "enter")
        assert isinstance(screen.app.screen, LeaveScreen)


async def test_what_was_armed_since_the_last_frame_is_asked_about() -> None:
    face = FakeFace()
    async with opened(face) as screen:
        face.status_view = a_status(switch=a_switch())  # not drawn yet
        await screen.pilot.press("q")
        assert isinstance(screen.app.screen, LeaveScreen)
