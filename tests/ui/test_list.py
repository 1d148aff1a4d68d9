"""Filter, sort and group: rows hold still, marks stay, and what is hidden is never acted on unsaid."""

from decimal import Decimal

import pytest
from textual import events
from textual.strip import Strip

from krakentui.model.clock import SECOND
from krakentui.state.view import OrderRow
from krakentui.ui.screens.confirm import ConfirmScreen
from tests.ui.opening import LEAST, NARROW, Opened, opened
from tests.ui.views import FakeFace, a_status, an_order, orders_of

pytestmark = pytest.mark.anyio

ROWS = (
    an_order("O1", "64000.0", side="buy", order_age_ns=10 * SECOND),
    an_order("O2", "63000.0", order_age_ns=30 * SECOND, userref=7),
    an_order("O3", "62000.0", side="buy", order_age_ns=20 * SECOND),
    an_order("O4", "3000.0", pair="ETH/USD", order_age_ns=5 * SECOND),
)


def a_face(*rows: OrderRow) -> FakeFace:
    face = FakeFace()
    face.orders_view = orders_of(*(rows or ROWS))
    return face


async def typed(screen: Opened, text: str) -> None:
    await screen.press("slash")
    await screen.burst(*(WRITTEN.get(char, char) for char in text))


WRITTEN = {" ": "space", ">": "greater_than_sign", ":": "colon", ",": "comma", "!": "exclamation_mark"}


def keys(screen: Opened) -> list[str]:
    return [*screen.app.main.orders.keys]


async def test_the_list_follows_what_is_typed_and_enter_keeps_it() -> None:
    async with opened(a_face()) as screen:
        await typed(screen, "buy")
        assert keys(screen) == ["O1", "O3"]
        await screen.press("enter")
        assert keys(screen) == ["O1", "O3"]
        assert "2 of 4 shown: buy" in screen.text()
        assert screen.app.focused is screen.app.main.orders


@pytest.mark.parametrize("size", [NARROW, LEAST])
async def test_the_filter_is_told_in_little_room_too(size: tuple[int, int]) -> None:
    async with opened(a_face(), size=size) as screen:
        await typed(screen, "buy")
        await screen.press("enter")
        assert "2 of 4 shown: buy" in screen.text()


async def test_escape_shows_all_again_from_the_field_and_from_the_list() -> None:
    async with opened(a_face()) as screen:
        await typed(screen, "buy")
        await screen.press("escape")
        assert keys(screen) == ["O1", "O2", "O3", "O4"]
        assert not screen.app.main.filter_line.is_open
        await typed(screen, "buy")
        await screen.press("enter", "escape")
        assert keys(screen) == ["O1", "O2", "O3", "O4"]
        assert "shown" not in screen.text()


async def test_keys_typed_into_the_field_do_nothing_else() -> None:
    face = a_face()
    async with opened(face) as screen:
        await typed(screen, "x A q o s")
        assert face.asked == []
        assert screen.app.screen is screen.app.main
        assert screen.app.main.orders.wish.sort is None


async def test_the_key_gate_is_off_in_the_field() -> None:
    async with opened(a_face()) as screen:
        await screen.press("slash")
        await screen.burst("left_square_bracket", "b", "u")
        assert screen.app.main.filter_line.field.value == "[bu"


async def test_what_makes_no_sense_is_said_and_changes_nothing() -> None:
    async with opened(a_face()) as screen:
        await typed(screen, "buy >5")
        assert keys(screen) == ["O1", "O3"]
        assert ">5 is no age: write >90s" in screen.text()
        await screen.press("enter")
        assert screen.app.main.filter_line.is_open


async def test_pasted_control_characters_do_not_get_into_the_field() -> None:
    async with opened(a_face()) as screen:
        await screen.press("slash")
        screen.app.post_message(events.Paste("b\x1b[2Juy"))
        await screen.pilot.pause()
        assert "\x1b" not in screen.app.main.filter_line.field.value


async def test_the_field_closes_when_the_keys_go_elsewhere() -> None:
    async with opened(a_face()) as screen:
        await typed(screen, "buy")
        await screen.press("tab")
        assert not screen.app.main.filter_line.is_open
        assert keys(screen) == ["O1", "O3"]


async def test_the_field_does_not_open_where_the_orders_are_out_of_sight() -> None:
    async with opened(a_face(), size=LEAST) as screen:
        await screen.press("tab", "slash")
        assert not screen.app.main.filter_line.is_open
        assert "The orders are out of sight" in screen.text()


async def test_a_list_that_a_filter_empties_says_so() -> None:
    face = a_face()
    async with opened(face) as screen:
        await typed(screen, "id:ZZ")
        await screen.press("enter")
        assert "none of the 4 open orders fits: Esc shows all" in screen.text()
        await screen.press("x")
        assert "No order fits the filter" in screen.text()
        assert screen.app.screen is screen.app.main


async def test_orders_that_cannot_be_judged_yet_are_counted() -> None:
    loading = an_order("O5", pair=None, side=None, type=None, details_loading=True)
    async with opened(a_face(*ROWS, loading)) as screen:
        await typed(screen, "buy")
        assert "2 of 5 shown, 1 not known yet: buy" in screen.text()


async def test_privacy_hides_the_id_in_a_filter() -> None:
    async with opened(a_face(an_order("O7777"), an_order("O8"))) as screen:
        await typed(screen, "id:O7777")
        await screen.press("enter")
        assert "id:O7777" in screen.text()
        await screen.press("p")
        assert "7777" not in screen.text().replace("2:34", "")
        await screen.press("slash")
        assert "7777" not in screen.text()


# --- cursor and marks ---------------------------------------------------------------------------------


async def test_marks_survive_a_filter_and_it_is_said_that_they_are_hidden() -> None:
    async with opened(a_face()) as screen:
        await screen.press("space", "down", "space")
        await typed(screen, "buy")
        await screen.press("enter")
        assert screen.app.main.orders.marked == {"O1", "O2"}
        assert "2 of 4 shown, 1 marked is hidden: buy" in screen.text()


async def test_a_cancel_of_marked_orders_says_which_the_filter_hides_for_as_long_as_it_asks() -> None:
    face = a_face()
    async with opened(face) as screen:
        await screen.press("space", "down", "space")
        await typed(screen, "buy")
        await screen.press("enter", "x")
        assert face.asked[-1] == ("O1", "O2")
        warning = "1 of these orders is not in the list now: the filter hides them."
        assert warning in screen.text()
        await screen.wait(2)
        assert warning in screen.text()


async def test_cancelling_everything_says_how_many_the_filter_hides() -> None:
    async with opened(a_face()) as screen:
        await typed(screen, "buy")
        await screen.press("enter", "A")
        assert isinstance(screen.app.screen, ConfirmScreen)
        assert "2 of these orders are not in the list now" in screen.text()


async def test_what_is_confirmed_is_what_was_asked_hidden_orders_included() -> None:
    face = a_face()
    async with opened(face) as screen:
        await screen.press("space", "down", "space")
        await typed(screen, "buy")
        await screen.press("enter", "x", "enter")
        assert [order.id for order in face.confirmed[0].orders] == ["O1", "O2"]


async def test_marks_of_hidden_orders_go_when_the_orders_end() -> None:
    face = a_face()
    async with opened(face) as screen:
        await screen.press("down", "space")
        await typed(screen, "buy")
        face.orders_view = orders_of(*ROWS[:1], *ROWS[2:])
        await screen.draw()
        assert screen.app.main.orders.marked == frozenset()


async def test_a_filter_that_hides_the_chosen_order_puts_the_cursor_on_the_first_and_back_again() -> None:
    async with opened(a_face()) as screen:
        await screen.press("down")
        await typed(screen, "eth")
        await screen.press("enter")
        assert screen.app.main.orders.chosen == "O4"
        await screen.press("escape")
        assert screen.app.main.orders.chosen == "O2"


async def test_a_chosen_order_that_leaves_the_filter_by_itself_is_not_called_closed() -> None:
    face = a_face()
    async with opened(face) as screen:
        await typed(screen, ">15s")
        await screen.press("enter", "down")
        assert screen.app.main.orders.chosen == "O3"
        face.orders_view = orders_of(*ROWS[:2], an_order("O3", order_age_ns=0), ROWS[3])
        await screen.draw()
        await screen.press("x")
        assert face.asked == []
        assert "The chosen order O3 no longer fits the filter" in screen.text()


# --- order --------------------------------------------------------------------------------------------


async def press_sort(screen: Opened, times: int) -> None:
    await screen.press(*["s"] * times)


async def test_sorting_goes_through_all_columns_and_back_to_the_usual_order() -> None:
    async with opened(a_face()) as screen:
        await press_sort(screen, 9)
        assert "by age ↑" in screen.text()
        assert keys(screen) == ["O4", "O1", "O3", "O2"]
        await screen.press("S")
        assert "by age ↓" in screen.text()
        assert keys(screen) == ["O2", "O3", "O1", "O4"]
        await screen.press("S")
        await press_sort(screen, 3)
        assert keys(screen) == ["O1", "O2", "O3", "O4"]
        assert "shown" not in screen.text()


async def test_a_sorted_list_holds_still_says_so_and_sorts_again_on_demand() -> None:
    face = a_face()
    async with opened(face) as screen:
        await press_sort(screen, 9)
        assert "by age ↑~" not in screen.text()
        face.orders_view = orders_of(*ROWS[:3], an_order("O4", pair="ETH/USD", order_age_ns=99 * SECOND))
        await screen.draw()
        assert keys(screen) == ["O4", "O1", "O3", "O2"]
        assert "by age ↑~" in screen.text()
        await screen.press("equals_sign")
        assert keys(screen) == ["O1", "O3", "O2", "O4"]
        assert "by age ↑~" not in screen.text()


def many() -> tuple[OrderRow, ...]:
    return tuple(an_order(f"O{n:02}", str(60000 - n), order_age_ns=n * SECOND) for n in range(28))


@pytest.mark.parametrize("key", ["S", "s", "o", "equals_sign"])
async def test_a_sort_shows_the_first_row_of_the_new_order(key: str) -> None:
    async with opened(a_face(*many())) as screen:
        await screen.press("end", key)
        orders = screen.app.main.orders
        assert orders.top == 0
        assert orders.chosen == "O27"


async def test_a_sort_says_where_the_chosen_order_went() -> None:
    async with opened(a_face(*many())) as screen:
        await screen.press("S")
        assert "The chosen order is now row 28 of 28" in screen.text()
        await screen.press("S")
        assert "The chosen order is now" not in screen.text()
        assert screen.app.main.orders.top == 0
        await screen.press("S", "up")
        orders = screen.app.main.orders
        assert orders.chosen == "O01"
        assert orders.top > 0


async def test_where_the_chosen_order_went_is_counted_in_open_orders() -> None:
    face = a_face(*many())
    face.orders_view = orders_of(*many(), traces=(an_order("P1", "59999.5", trace="cancelled", cost=None),))
    async with opened(face) as screen:
        await screen.press("S")
        assert "P1" in screen.app.main.orders.keys
        assert "The chosen order is now row 28 of 28" in screen.text()


async def test_another_key_is_shown_in_the_order_and_with_the_filter_of_before() -> None:
    async with opened(a_face()) as screen:
        await typed(screen, "buy")
        await screen.press("enter", "s", "S")
        wish = screen.app.main.orders.wish
        screen.app.turn_to(a_face(an_order("P1"), an_order("P2", side="buy"), an_order("P3", side="buy")))
        await screen.draw()
        assert screen.app.main.orders.wish == wish
        assert keys(screen) == ["P2", "P3"] or keys(screen) == ["P3", "P2"]
        assert "2 of 3 shown: buy" in screen.text()


async def test_the_cursor_stays_on_its_order_when_the_list_is_sorted() -> None:
    async with opened(a_face()) as screen:
        await screen.press("down")
        await press_sort(screen, 9)
        assert screen.app.main.orders.chosen == "O2"


# --- groups -------------------------------------------------------------------------------------------


async def test_groups_have_subtotals_and_the_cursor_goes_from_order_to_order() -> None:
    async with opened(a_face()) as screen:
        await screen.press("o")
        assert (
            "BTC/USD  3 orders  buy 1 (64,000.10 USD)  sell 0.5 (32,000.05 USD)  cancels 12" in screen.text()
        )
        seen = [screen.app.main.orders.chosen]
        for _ in range(4):
            await screen.press("down")
            seen.append(screen.app.main.orders.chosen)
        assert seen == ["O1", "O2", "O3", "O4", "O4"]


async def test_in_little_room_a_subtotal_leaves_figures_out_and_cuts_none() -> None:
    async with opened(a_face(), size=LEAST) as screen:
        await screen.press("o")
        assert "BTC/USD  3 orders  buy 1  sell 0.5  cancels 12" in screen.text()


async def test_a_click_on_a_heading_chooses_nothing() -> None:
    async with opened(a_face()) as screen:
        await screen.press("o", "down")
        await screen.pilot.click("#orders", offset=(10, 3))
        assert screen.app.main.orders.chosen == "O2"


async def test_new_orders_go_into_their_group_and_new_groups_between_the_others() -> None:
    face = a_face()
    async with opened(face) as screen:
        await screen.press("o")
        new, other = an_order("O0", "70000.0"), an_order("O9", pair="DOGE/USD")
        face.orders_view = orders_of(ROWS[2], ROWS[1], new, ROWS[0], other, ROWS[3])
        await screen.draw()
        assert keys(screen) == ["O1", "O2", "O0", "O3", "O9", "O4"]


async def test_privacy_hides_the_sums_of_a_group() -> None:
    async with opened(a_face()) as screen:
        await screen.press("o", "p")
        assert "64,000.10" not in screen.text()


# --- a long list --------------------------------------------------------------------------------------


def a_long_list(changed: int | None = None) -> tuple[OrderRow, ...]:
    return tuple(
        an_order(f"O{n}", f"{90_000 - n}.0", remaining=Decimal(2 if n == changed else 1)) for n in range(1000)
    )


@pytest.mark.parametrize("wish", [(), ("o",), ("S",)])
async def test_a_thousand_orders_repaint_only_the_lines_that_changed(wish: tuple[str, ...]) -> None:
    face = a_face(*a_long_list())
    async with opened(face) as screen:
        await screen.press(*wish, "end", *["up"] * 3)
        orders = screen.app.main.orders
        line = next(y for y, told in enumerate(orders._lines) if told.base == "cursor")
        painted: list[int] = []
        render = orders.render_line

        def noted(y: int) -> Strip:
            painted.append(y)
            return render(y)

        orders.render_line = noted  # type: ignore[method-assign]
        chosen = int(str(orders.chosen).removeprefix("O"))
        face.orders_view = orders_of(*a_long_list(changed=chosen))
        await screen.draw()
        subtotal = {y for y, told in enumerate(orders._lines) if "1000 orders" in str(told)}
        assert set(painted) == {line} | subtotal


async def test_what_a_key_may_not_see_is_not_filtered_away() -> None:
    face = FakeFace()
    face.status_view = a_status(power="watch")
    face.orders_view = orders_of(known=False, denied="This key may not list open orders.")
    async with opened(face) as screen:
        await typed(screen, "buy")
        assert "This key may not list open orders." in screen.text()
