"""`X` cancels what the filter shows: never more, and never anything without a filter."""

import pytest

from krakentui.ui.screens.confirm import ConfirmScreen
from tests.ui.opening import opened
from tests.ui.views import FakeFace, an_order, orders_of

pytestmark = pytest.mark.anyio


def many(count: int) -> FakeFace:
    face = FakeFace()
    pairs = ("BTC/USD", "ETH/USD")
    face.orders_view = orders_of(*(an_order(f"O{n:02}", pair=pairs[n % 2]) for n in range(count)))
    return face


async def test_exactly_the_orders_shown_are_asked_about() -> None:
    async with opened(many(6)) as screen:
        await screen.press("slash", *"eth", "enter", "X")
        assert isinstance(screen.app.screen, ConfirmScreen)
        assert screen.face.asked[-1] == ("O01", "O03", "O05")
        await screen.press("enter")
        (question,) = screen.face.confirmed
        assert [order.id for order in question.orders] == ["O01", "O03", "O05"]


async def test_without_a_filter_nothing_is_asked() -> None:
    async with opened(many(6)) as screen:
        await screen.press("X")
        assert not isinstance(screen.app.screen, ConfirmScreen)
        assert "No filter is set" in screen.text()
        assert screen.face.asked == []


async def test_a_filter_that_nothing_fits_asks_nothing() -> None:
    async with opened(many(6)) as screen:
        await screen.press("slash", *"sol", "enter", "X")
        assert not isinstance(screen.app.screen, ConfirmScreen)
        assert "No order fits the filter" in screen.text()


async def test_marks_that_the_filter_hides_are_not_asked_about() -> None:
    async with opened(many(6)) as screen:
        await screen.press("space", "slash", *"eth", "enter", "X")
        assert screen.face.asked[-1] == ("O01", "O03", "O05")


async def test_enter_alone_does_not_cancel_many() -> None:
    async with opened(many(24)) as screen:
        await screen.press("slash", *"eth", "enter", "X", "enter")
        assert screen.face.confirmed == []
        await screen.press("1", "2", "enter")
        assert len(screen.face.confirmed[0].orders) == 12
