import pytest
from textual.strip import Strip

from tests.ui.opening import Opened, opened
from tests.ui.views import FakeFace, a_budget, a_gauge, an_order, orders_of

pytestmark = pytest.mark.anyio


def numbered(*numbers: int) -> FakeFace:
    face = FakeFace()
    show(face, *numbers)
    return face


def show(face: FakeFace, *numbers: int) -> None:
    face.orders_view = orders_of(*(an_order(f"O{n}", f"{60000 + n}.0") for n in numbers))


def cursor_line(screen: Opened) -> str:
    return next((line for line in screen.lines() if line.lstrip().startswith("▌") and "/USD" in line), "")


async def test_the_first_order_is_chosen_at_the_start() -> None:
    async with opened(numbered(1, 2, 3)) as screen:
        assert screen.app.main.orders.chosen == "O1"


async def test_cursor_stays_on_its_order_when_rows_above_vanish() -> None:
    """F33e."""
    face = numbered(1, 2, 3, 4)
    async with opened(face) as screen:
        await screen.press("down", "down")
        show(face, 3, 4)
        await screen.draw()
        assert screen.app.main.orders.chosen == "O3"
        assert "60,003.0" in cursor_line(screen)


async def test_the_chosen_row_keeps_its_height_when_rows_above_vanish_in_a_long_list() -> None:
    face = numbered(*range(40))
    async with opened(face) as screen:
        await screen.press("end", *["up"] * 5)
        height = screen.lines().index(cursor_line(screen))
        show(face, *range(10, 40))
        await screen.draw()
        assert screen.lines().index(cursor_line(screen)) == height


async def test_nothing_else_becomes_chosen_when_the_chosen_order_vanishes() -> None:
    face = numbered(1, 2, 3)
    async with opened(face) as screen:
        await screen.press("down")
        show(face, 1, 3)
        await screen.draw()
        assert screen.app.main.orders.chosen is None
        assert not cursor_line(screen)


async def test_the_next_cancel_key_says_that_the_chosen_order_is_gone() -> None:
    face = numbered(1, 2, 3)
    async with opened(face) as screen:
        await screen.press("down")
        show(face, 1, 3)
        await screen.draw()
        await screen.press("x")
        assert not face.asked
        assert "The chosen order O2 is no longer open" in screen.text()


async def test_the_next_arrow_chooses_the_neighbour_and_says_so() -> None:
    face = numbered(1, 2, 3)
    async with opened(face) as screen:
        await screen.press("down")
        show(face, 1, 3)
        await screen.draw()
        await screen.press("down")
        assert screen.app.main.orders.chosen == "O3"
        assert "the cursor is on its neighbour" in screen.text()


async def test_the_list_does_not_sort_anew_under_the_cursor() -> None:
    face = numbered(1, 2, 3)
    async with opened(face) as screen:
        show(face, 3, 2, 1)
        await screen.draw()
        assert screen.app.main.orders.keys == ("O1", "O2", "O3")


async def test_marks_of_vanished_orders_are_dropped() -> None:
    face = numbered(1, 2, 3)
    async with opened(face) as screen:
        await screen.press("space", "down", "space")
        show(face, 2, 3)
        await screen.draw()
        assert screen.app.main.orders.marked == {"O2"}


async def test_only_changed_lines_are_painted_again() -> None:
    face = numbered(1, 2, 3)
    async with opened(face) as screen:
        orders = screen.app.main.orders
        painted: list[int] = []
        render = orders.render_line

        def noted(y: int) -> Strip:
            painted.append(y)
            return render(y)

        orders.render_line = noted  # type: ignore[method-assign]
        first, _, third = face.orders_view.rows
        face.orders_view = orders_of(first, an_order("O2", "59999.0"), third)
        await screen.draw()
        assert set(painted) == {3}


async def test_an_equal_view_paints_nothing() -> None:
    async with opened(numbered(1, 2, 3)) as screen:
        orders = screen.app.main.orders
        before = orders._lines
        screen.app.draw()
        assert orders._lines is before


async def test_a_click_chooses_the_row() -> None:
    async with opened(numbered(1, 2, 3)) as screen:
        await screen.pilot.click("#orders", offset=(10, 4))
        assert screen.app.main.orders.chosen == "O3"


async def test_the_wheel_moves_the_sight_and_not_the_cursor() -> None:
    async with opened(numbered(*range(40))) as screen:
        screen.app.main.orders.scroll_rows(3)
        await screen.draw()
        assert screen.app.main.orders.chosen == "O0"
        assert "60,003.0" in screen.text()
        assert "60,002.0" not in screen.text()


async def test_asking_brings_the_chosen_order_into_sight() -> None:
    async with opened(numbered(*range(40))) as screen:
        screen.app.main.orders.scroll_rows(20)
        await screen.press("x", "escape")
        assert "60,000.0" in cursor_line(screen)


def titles(screen: Opened) -> str:
    return next(line for line in screen.lines() if "Cancel cost" in line)


def wide_then_narrow(face: FakeFace, *, wide: bool) -> None:
    price = "123456789.12345678" if wide else "60000.0"
    high = "123456" if wide else "8"
    face.orders_view = orders_of(an_order("O1", price, price_places=8 if wide else 1), an_order("O2"))
    face.budget_view = a_budget(a_gauge(high=high), a_gauge("ETH/USD trading"))


def gauge_line(screen: Opened) -> int:
    """Tell where the bar of the second gauge ends: there the figures begin."""
    row = next(line for line in screen.lines() if "ETH/USD trading" in line)
    return max(place for place, letter in enumerate(row) if letter in "─▒█")


async def test_columns_hold_still_when_a_longer_figure_has_come_and_gone() -> None:
    face = FakeFace()
    wide_then_narrow(face, wide=True)
    async with opened(face) as screen:
        before = titles(screen), gauge_line(screen)
        wide_then_narrow(face, wide=False)
        await screen.draw()
        assert (titles(screen), gauge_line(screen)) == before


async def test_a_line_more_or_less_moves_no_column() -> None:
    face = FakeFace()
    wide_then_narrow(face, wide=True)
    async with opened(face, size=(120, 36)) as screen:
        before = titles(screen), gauge_line(screen)
        wide_then_narrow(face, wide=False)
        await screen.draw()
        await screen.pilot.resize_terminal(120, 40)
        await screen.draw()
        assert (titles(screen), gauge_line(screen)) == before
        await screen.pilot.resize_terminal(124, 40)
        await screen.pilot.resize_terminal(120, 40)
        await screen.draw()
        assert titles(screen) != before[0]
        assert gauge_line(screen) != before[1]


async def test_another_arrangement_begins_with_widths_of_its_own() -> None:
    face = FakeFace()
    wide_then_narrow(face, wide=True)
    async with opened(face) as screen:
        before = titles(screen)
        wide_then_narrow(face, wide=False)
        await screen.draw()
        assert titles(screen) == before
        await screen.press("o")
        assert titles(screen) != before
