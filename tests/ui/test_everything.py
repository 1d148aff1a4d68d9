"""Everything, new ones too: its question says what it takes, and the count is typed."""

import pytest

from krakentui.ui.screens.confirm import ConfirmScreen
from tests.ui.opening import LEAST, NARROW, WIDE, opened
from tests.ui.views import FakeFace, an_order, orders_of

pytestmark = pytest.mark.anyio


async def test_its_key_asks_and_the_count_does_it() -> None:
    async with opened() as screen:
        await screen.press("E")
        assert "Cancel EVERYTHING: these 3 and new orders too?" in screen.text()
        await screen.press("3", "enter")
        assert [question.new_too for question in screen.face.confirmed] == [True]


async def test_enter_alone_and_a_wrong_count_do_nothing() -> None:
    async with opened() as screen:
        await screen.press("E", "enter", "2", "enter")
        assert not screen.face.confirmed
        assert "2 is not 3" in screen.text()


async def test_type_ahead_does_not_answer() -> None:
    async with opened() as screen:
        await screen.burst("E", "3", "enter")
        assert isinstance(screen.app.screen, ConfirmScreen)
        assert not screen.face.confirmed


@pytest.mark.parametrize("size", [WIDE, NARROW, LEAST])
async def test_what_it_takes_is_said_at_every_size(size: tuple[int, int]) -> None:
    async with opened(size=size) as screen:
        await screen.press("E")
        text = " ".join(screen.text().replace("│", " ").replace("┃", " ").split())
        assert "every order of the account that is open when it arrives" in text
        assert "those of other programs" in text


async def test_orders_born_after_the_question_join_it_and_the_count_to_type_stays() -> None:
    """Where a bot places orders all the while, a count that moves could never be typed."""
    face = FakeFace()
    async with opened(face) as screen:
        await screen.press("E")
        face.orders_view = orders_of(*face.orders_view.rows, an_order("O4"))
        await screen.wait(1.1)
        text = screen.text()
        assert "1 newer order is taken, too." in text
        assert "O4" in text
        await screen.press("3", "enter")
        assert len(face.confirmed) == 1


async def test_when_all_its_orders_have_ended_it_can_be_confirmed_all_the_same() -> None:
    face = FakeFace()
    async with opened(face) as screen:
        await screen.press("E")
        face.orders_view = orders_of()
        await screen.wait(1.1)
        assert "Nothing is left to cancel." not in screen.text()
        await screen.press("3", "enter")
        assert len(face.confirmed) == 1


@pytest.mark.parametrize("known", [True, False])
async def test_where_no_order_is_known_a_word_is_typed(*, known: bool) -> None:
    face = FakeFace()
    face.orders_view = orders_of(known=known)
    async with opened(face) as screen:
        await screen.press("E")
        text = screen.text()
        assert "Cancel EVERYTHING, new orders too?" in text
        assert "type all, then Enter" in text
        assert ("Cost   not known: the open orders are not listed" in text) != known
        await screen.press("0", "enter")
        assert not face.confirmed
        await screen.press("a", "l", "l", "enter")
        assert len(face.confirmed) == 1


async def test_a_list_that_comes_after_the_question_changes_neither_the_word_nor_calls_them_new() -> None:
    face = FakeFace()
    face.orders_view = orders_of(known=False)
    async with opened(face) as screen:
        await screen.press("E")
        face.orders_view = orders_of(an_order("O1"), an_order("O2"))
        await screen.wait(1.1)
        text = screen.text()
        assert "O2" in text
        assert "newer" not in text
        assert "type all, then Enter" in text
