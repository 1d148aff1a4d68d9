import pytest

from krakentui.ui.screens.toosmall import TooSmall
from tests.ui.opening import LEAST, NARROW, WIDE, opened
from tests.ui.scenes import busy_face

pytestmark = pytest.mark.anyio


async def test_cancel_keys_do_nothing_in_a_terminal_too_small() -> None:
    async with opened() as screen:
        for size in [(59, 16), (60, 15), (5, 20), (1, 1), (300, 1)]:
            await screen.pilot.resize_terminal(*size)
            assert isinstance(screen.app.screen, TooSmall)
            await screen.press("x", "A", "enter")
        assert not screen.face.asked


async def test_the_minimum_is_named() -> None:
    async with opened(size=(59, 15)) as screen:
        assert "needs 60×16" in screen.text()


async def test_a_question_cannot_be_answered_while_it_is_out_of_sight() -> None:
    async with opened() as screen:
        await screen.press("x")
        await screen.pilot.resize_terminal(40, 10)
        await screen.press("enter")
        assert not screen.face.confirmed
        await screen.pilot.resize_terminal(*WIDE)
        await screen.burst("enter")
        assert not screen.face.confirmed
        await screen.wait(0.2)
        await screen.press("enter")
        assert len(screen.face.confirmed) == 1


async def test_any_resize_is_survived() -> None:
    """F35."""
    async with opened(busy_face()) as screen:
        for size in [(5, 20), (1, 1), (300, 1), LEAST, NARROW, (200, 60), WIDE]:
            await screen.pilot.resize_terminal(*size)
            await screen.draw()
        assert screen.app.screen is screen.app.main
        assert "Open orders" in screen.text()


async def test_in_little_room_tab_brings_one_panel_after_the_other() -> None:
    async with opened(busy_face(), size=LEAST) as screen:
        seen = []
        for _ in range(3):
            seen.append([name for name in ("Open orders", "Markets", "Balances") if name in screen.text()])
            await screen.press("tab")
        assert seen == [["Open orders"], ["Markets"], ["Balances"]]
        assert "Open orders" in screen.text()


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_all_panels_are_in_sight(size: tuple[int, int]) -> None:
    async with opened(busy_face(), size=size) as screen:
        text = screen.text()
        assert all(name in text for name in ("Markets", "Balances", "Open orders", "Call budget"))


async def test_no_line_is_longer_than_the_screen() -> None:
    async with opened(busy_face()) as screen:
        for width in (60, 79, 80, 95, 100, 119, 160):
            await screen.pilot.resize_terminal(width, 24)
            await screen.draw()
            assert max(map(len, screen.lines())) <= width
