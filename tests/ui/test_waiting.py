"""`w`: the chosen or marked orders are cancelled when that is free; pressed again it stops that."""

import pytest

from krakentui.ui.screens.confirm import ConfirmScreen
from tests.ui.opening import opened

pytestmark = pytest.mark.anyio


async def test_it_asks_first_and_cancels_nothing_now() -> None:
    async with opened() as screen:
        await screen.press("w")
        assert isinstance(screen.app.screen, ConfirmScreen)
        assert "when it is free" in screen.text()
        await screen.press("enter")
        assert screen.face.waits == ["O1"]
        assert screen.face.confirmed == []


async def test_pressed_again_it_stops_the_wait() -> None:
    async with opened() as screen:
        await screen.press("w", "enter", "w")
        assert screen.face.waits == []
        assert "Stopped" in screen.text()


async def test_escape_lets_nothing_wait() -> None:
    async with opened() as screen:
        await screen.press("w", "escape")
        assert screen.face.waits == []


async def test_marked_orders_wait_together() -> None:
    async with opened() as screen:
        await screen.press("space", "down", "space", "w", "enter")
        assert screen.face.waits == ["O1", "O2"]
