"""The result panel: after a cancel of many each order is told, live, and again on its key."""

from collections.abc import Sequence
from decimal import Decimal

import pytest
from msgspec import structs
from textual import events

from krakentui.state.groups import Phase
from krakentui.state.results import ResultState
from krakentui.state.view import NotAsked, Question
from krakentui.ui.fmt import HIDDEN
from krakentui.ui.resulttext import STATES
from krakentui.ui.screens.results import ResultsScreen
from tests.ui.opening import LEAST, NARROW, WIDE, opened
from tests.ui.resultviews import a_mass, a_row, every_state, results_of, taken_along
from tests.ui.views import FakeFace, an_order, orders_of

pytestmark = pytest.mark.anyio


def a_face(orders: int = 6) -> FakeFace:
    face = FakeFace()
    face.orders_view = orders_of(*(an_order(f"O{n}") for n in range(orders)))
    face.results_views = (results_of(*(a_row(f"O{n}", "sent") for n in range(orders))),)
    return face


async def test_after_more_than_a_handful_it_opens_by_itself() -> None:
    async with opened(a_face()) as screen:
        await screen.press(*["space", "down"] * 6, "x", "enter")
        assert isinstance(screen.app.screen, ResultsScreen)
        assert "6 cancels  not settled yet" in screen.text()


async def test_after_a_handful_it_does_not() -> None:
    async with opened(a_face(5)) as screen:
        await screen.press(*["space", "down"] * 5, "x", "enter")
        assert screen.app.screen is screen.app.main


async def test_after_everything_new_ones_too_it_opens_however_few_there_were() -> None:
    async with opened(a_face(2)) as screen:
        await screen.press("E", "2", "enter")
        assert isinstance(screen.app.screen, ResultsScreen)


class PatientFace(FakeFace):
    """Asks about cancels that wait."""

    def ask_when_free(self, ids: Sequence[str]) -> Question | NotAsked:
        asked = super().ask_when_free(ids)
        return asked if isinstance(asked, NotAsked) else structs.replace(asked, later=True)


async def test_a_plan_for_later_has_no_results_yet() -> None:
    face, other = PatientFace(), a_face()
    face.orders_view, face.results_views = other.orders_view, other.results_views
    async with opened(face) as screen:
        await screen.press(*["space", "down"] * 6, "w", "enter")
        assert screen.app.screen is screen.app.main


async def test_escape_closes_it_and_its_key_shows_it_again() -> None:
    async with opened(a_face()) as screen:
        await screen.press("R")
        assert "Esc closes it, R shows it again" in screen.text()
        await screen.press("escape")
        assert "R shows it again" not in screen.text()
        await screen.press("R")
        assert "R shows it again" in screen.text()
        await screen.press("R")
        assert screen.app.screen is screen.app.main


async def test_keys_meant_for_the_question_do_nothing_on_it() -> None:
    async with opened(a_face()) as screen:
        await screen.press("R", "enter", "x", "1", "space")
        screen.app.screen.post_message(events.Paste("x\nA"))
        await screen.draw()
        assert isinstance(screen.app.screen, ResultsScreen)
        assert not screen.face.confirmed


async def test_it_settles_while_it_is_looked_at_and_no_row_moves() -> None:
    face = a_face(3)
    async with opened(face) as screen:
        await screen.press("R")
        assert "3 sent" in screen.text()
        rows = (a_row("O0"), a_row("O1", "filled"), a_row("O2", "asking", why="unanswered after 5 s"))
        face.results_views, face.revision = (results_of(*rows),), face.revision + 1
        await screen.draw()
        text = screen.text()
        assert "1 cancelled · 1 filled first · 1 unknown, asked" in text
        assert text.index("O0") < text.index("O1") < text.index("O2")
        assert "unanswered after 5 s" in text


@pytest.mark.parametrize("state", [row.state for row in every_state()])
@pytest.mark.parametrize("size", [WIDE, NARROW, LEAST])
async def test_every_state_is_a_word_at_every_size(state: ResultState, size: tuple[int, int]) -> None:
    face = FakeFace()
    face.results_views = (results_of(a_row("O1", state, why="because of something")),)
    async with opened(face, size=size) as screen:
        await screen.press("R")
        assert STATES[state][0] in screen.text()
        assert "because of something" in screen.text()


@pytest.mark.parametrize("size", [WIDE, NARROW, LEAST])
async def test_what_had_filled_is_told_at_every_size(size: tuple[int, int]) -> None:
    face = FakeFace()
    face.results_views = (results_of(*every_state()),)
    async with opened(face, size=size) as screen:
        await screen.press("R")
        assert "0.200000" in screen.text()


@pytest.mark.parametrize(
    ("phase", "said"),
    [
        ("asked", "It waits for its turn."),
        ("sent", "It is sent, not answered yet."),
        ("taken", "The exchange took it and counts 4."),
        ("unknown", "Not answered: no answer. Its orders are watched and asked for."),
    ],
)
async def test_a_mass_cancel_says_how_it_stands_itself(phase: Phase, said: str) -> None:
    face = FakeFace()
    face.results_views = (results_of(mass=a_mass(phase, count=4, why="no answer"), settled=False),)
    async with opened(face) as screen:
        await screen.press("R")
        assert said in screen.text()


async def test_an_earlier_group_that_is_not_settled_stands_below() -> None:
    face = a_face(2)
    face.results_views = (taken_along(), *face.results_views)
    async with opened(face) as screen:
        await screen.press("R")
        text = screen.text()
        assert text.index("The cancel of everything") < text.index("2 cancels  not settled yet")


async def test_privacy_hides_ids_and_amounts() -> None:
    face = FakeFace()
    face.results_views = (results_of(*every_state()), taken_along())
    async with opened(face) as screen:
        await screen.press("p", "R")
        text = screen.text()
        assert HIDDEN in text
        assert "K7-Q2M5X" not in text
        assert "0.200000" not in text


@pytest.mark.parametrize("size", [NARROW, LEAST])
async def test_a_thousand_rows_scroll_and_the_keys_stay_in_sight(size: tuple[int, int]) -> None:
    face = a_face(1000)
    async with opened(face, size=size) as screen:
        await screen.press("R")
        assert "more lines: ↓" in screen.text()
        for key in ("down", "end"):
            assert "Esc closes it" in screen.text()
            await screen.press(key)
        assert "O999" in screen.text()
        assert "Esc closes it" in screen.text()


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_a_trigger_is_written_as_in_the_question(size: tuple[int, int]) -> None:
    face = FakeFace()
    at = Decimal("97680.4")
    face.results_views = (
        results_of(
            a_row("O1", type="stop-loss", price=at, trigger=at),
            a_row("O2", type="stop-loss-limit", price=Decimal("97600.0"), trigger=at),
        ),
    )
    async with opened(face, size=size) as screen:
        await screen.press("R")
        assert "  @97,680.4 " in screen.text()
        assert " 97,600.0 @97,680.4 " in screen.text()


async def test_without_any_cancel_its_key_says_so() -> None:
    async with opened() as screen:
        await screen.press("R")
        assert "No cancel was confirmed in this run yet." in screen.text()
