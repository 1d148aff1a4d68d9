"""`w`: the chosen or marked orders are cancelled when that is free; pressed again it stops that."""

import pytest

from krakentui.ui.screens.confirm import ConfirmScreen
from tests.ui.opening import opened
from tests.ui.views import FakeFace, a_cost, an_order, orders_of

pytestmark = pytest.mark.anyio


async def test_it_asks_first_and_cancels_nothing_now() -> None:
    async with opened() as screen:
        await screen.press("w")
        assert isinstance(screen.app.screen, ConfirmScreen)
        assert "when it is free" in screen.text()
        await screen.press("enter")
        assert screen.face.waits == ["O1"]
        assert screen.face.confirmed == []


async def test_where_it_costs_nothing_already_it_says_that_it_goes_at_once() -> None:
    face = FakeFace()
    face.orders_view = orders_of(an_order("O1", cost=a_cost(0)))
    async with opened(face) as screen:
        await screen.press("w")
        text = screen.text()
        assert "Cost   nothing: it goes at once" in text
        assert "Enter cancel it" in text


async def test_what_becomes_free_while_it_is_asked_is_said_to_go_at_once() -> None:
    face = FakeFace()
    async with opened(face) as screen:
        await screen.press("w")
        face.orders_view = orders_of(an_order("O1", cost=a_cost(0)))
        await screen.wait(1.1)
        assert "nothing: it goes at once" in screen.text()
        assert "Enter cancel it" in screen.text()


async def test_what_has_to_wait_is_answered_by_letting_it_wait() -> None:
    async with opened() as screen:
        await screen.press("w")
        text = screen.text()
        assert "Cost   as the route says, when it goes" in text
        assert "Enter wait" in text


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
