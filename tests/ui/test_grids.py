"""Whole screens as text. To accept a new look: TESTS_ACCEPT_GRIDS=1 pytest tests/ui/test_grids.py."""

import pytest
from msgspec import structs

from tests.ui.kept import same_as_grid
from tests.ui.opening import LEAST, NARROW, WIDE, opened
from tests.ui.orderviews import some_details, told
from tests.ui.resultviews import every_state, results_of, taken_along
from tests.ui.scenes import busy_face, with_traces
from tests.ui.views import FakeFace, a_lockout, a_status, balances_of, orders_of

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("name", "size"), [("main-wide", WIDE), ("main-narrow", NARROW), ("main-least", LEAST)]
)
async def test_the_main_screen_of_a_busy_account(name: str, size: tuple[int, int]) -> None:
    async with opened(busy_face(), size=size) as screen:
        same_as_grid(name, screen.lines())


@pytest.mark.parametrize(("name", "size"), [("locked-wide", WIDE), ("locked-narrow", NARROW)])
async def test_a_lockout_with_an_open_websocket(name: str, size: tuple[int, int]) -> None:
    face = busy_face()
    face.budget_view = structs.replace(face.budget_view, lockouts=(a_lockout(),), warning="locked")
    async with opened(face, size=size) as screen:
        same_as_grid(name, screen.lines())


@pytest.mark.parametrize(("name", "size"), [("question-wide", WIDE), ("question-narrow", NARROW)])
async def test_the_question_about_two_orders(name: str, size: tuple[int, int]) -> None:
    async with opened(busy_face(), size=size) as screen:
        await screen.press("space", "down", "down", "down", "space", "x")
        same_as_grid(name, screen.lines())


@pytest.mark.parametrize(("name", "size"), [("filtered-wide", WIDE), ("filtered-narrow", NARROW)])
async def test_a_filter_while_it_is_typed(name: str, size: tuple[int, int]) -> None:
    async with opened(busy_face(), size=size) as screen:
        await screen.press("down", "space", "slash")
        await screen.burst("b", "t", "c", "space", "s", "e", "l", "l")
        same_as_grid(name, screen.lines())


@pytest.mark.parametrize(("name", "size"), [("sorted-wide", WIDE), ("sorted-narrow", NARROW)])
async def test_a_list_sorted_by_age_from_high_to_low(name: str, size: tuple[int, int]) -> None:
    async with opened(busy_face(), size=size) as screen:
        await screen.press(*["s"] * 9, "S", "home")
        same_as_grid(name, screen.lines())


@pytest.mark.parametrize(
    ("name", "size"), [("grouped-wide", WIDE), ("grouped-narrow", NARROW), ("grouped-least", LEAST)]
)
async def test_a_filtered_list_grouped_by_pair(name: str, size: tuple[int, int]) -> None:
    async with opened(busy_face(), size=size) as screen:
        await screen.press("o", "slash")
        await screen.burst("exclamation_mark", "a", "d", "a")
        await screen.press("enter")
        same_as_grid(name, screen.lines())


@pytest.mark.parametrize(("name", "size"), [("traces-wide", WIDE), ("traces-narrow", NARROW)])
async def test_traces_of_orders_that_just_ended(name: str, size: tuple[int, int]) -> None:
    face = busy_face()
    async with opened(face, size=size) as screen:
        await screen.press("down", "down")
        face.orders_view = with_traces(face.orders_view)
        await screen.draw()
        same_as_grid(name, screen.lines())


@pytest.mark.parametrize(("name", "size"), [("details-wide", WIDE), ("details-narrow", NARROW)])
async def test_the_details_of_an_order(name: str, size: tuple[int, int]) -> None:
    face = busy_face()
    face.details_views = {"O01K7-Q2M5X-7RZTB4": some_details(amends=told())}
    async with opened(face, size=size) as screen:
        await screen.press("enter")
        same_as_grid(name, screen.lines())


@pytest.mark.parametrize(
    ("name", "size"), [("results-wide", WIDE), ("results-narrow", NARROW), ("results-least", LEAST)]
)
async def test_the_results_of_many_cancels(name: str, size: tuple[int, int]) -> None:
    face = busy_face()
    face.results_views = (results_of(*every_state()),)
    async with opened(face, size=size) as screen:
        await screen.press("R")
        same_as_grid(name, screen.lines())


@pytest.mark.parametrize(
    ("name", "size"), [("everything-wide", WIDE), ("everything-narrow", NARROW), ("everything-least", LEAST)]
)
async def test_the_question_about_everything_and_new_ones_too(name: str, size: tuple[int, int]) -> None:
    async with opened(busy_face(), size=size) as screen:
        await screen.press("E")
        same_as_grid(name, screen.lines())


@pytest.mark.parametrize(("name", "size"), [("taken-along-wide", WIDE), ("taken-along-least", LEAST)])
async def test_the_results_of_a_mass_cancel(name: str, size: tuple[int, int]) -> None:
    face = busy_face()
    face.results_views = (taken_along(),)
    async with opened(face, size=size) as screen:
        await screen.press("R")
        same_as_grid(name, screen.lines())


async def test_the_first_moment_without_a_key() -> None:
    face = FakeFace()
    face.status_view = a_status(power="public", account=None, key=None, key_name=None, system=None)
    face.balances_view, face.orders_view = balances_of(known=False), orders_of(known=False)
    async with opened(face, size=NARROW) as screen:
        same_as_grid("keyless-narrow", screen.lines())


async def test_the_help() -> None:
    async with opened(size=(120, 96)) as screen:
        await screen.press("question_mark")
        same_as_grid("help", screen.lines())
