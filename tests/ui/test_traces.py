"""An order that ended leaves a dim row for a while, which cannot be acted on."""

import pytest

from krakentui.state.view import OrderRow
from tests.ui.opening import NARROW, Opened, opened
from tests.ui.views import FakeFace, an_order, orders_of

pytestmark = pytest.mark.anyio

ROWS = (an_order("O1", "64000.0"), an_order("O2", "63000.0"), an_order("O3", "62000.0"))


def gone(row: OrderRow, trace: str = "filled 0.5 @ 63,000.0") -> OrderRow:
    return an_order(row.id, str(row.price), trace=trace, cost=None)


def a_face() -> FakeFace:
    face = FakeFace()
    face.orders_view = orders_of(*ROWS)
    return face


async def end_second(screen: Opened) -> None:
    screen.face.orders_view = orders_of(ROWS[0], ROWS[2], traces=(gone(ROWS[1]),))
    await screen.draw()


async def test_the_trace_keeps_the_place_of_the_order_and_says_how_it_ended() -> None:
    async with opened(a_face()) as screen:
        await screen.press("end")
        await end_second(screen)
        orders = screen.app.main.orders
        assert orders.keys == ("O1", "O2", "O3")
        assert orders.chosen == "O3"
        line = next(line for line in screen.lines() if "63,000.0" in line)
        assert "BTC/USD   sell  limit        63,000.0" in line
        assert "└ filled 0.5 @ 63,000.0" in line
        assert "Open orders 2 ━" in screen.text()


async def test_the_trace_is_dim_and_dimmed_in_every_cell() -> None:
    async with opened(a_face()) as screen:
        await end_second(screen)
        (line,) = [line for line in screen.app.main.orders._lines if "└" in str(line)]
        assert {span.tone for span in line.spans if span.text.strip()} == {"stale", "muted"}


async def test_a_trace_is_neither_cancelled_nor_marked_and_it_says_why() -> None:
    async with opened(a_face()) as screen:
        await screen.press("down")
        await end_second(screen)
        await screen.press("x")
        assert screen.face.asked == []
        assert "The chosen order O2 is no longer open (filled 0.5 @ 63,000.0)" in screen.text()
        await screen.press("space")
        assert screen.app.main.orders.marked == frozenset()


async def test_the_mark_of_an_order_that_ends_is_dropped_at_once() -> None:
    async with opened(a_face()) as screen:
        await screen.press("space", "down", "space")
        await end_second(screen)
        await screen.press("x")
        assert screen.face.asked == [("O1",)]


async def test_when_the_trace_goes_nothing_else_becomes_chosen() -> None:
    async with opened(a_face()) as screen:
        await screen.press("down")
        await end_second(screen)
        screen.face.orders_view = orders_of(ROWS[0], ROWS[2])
        await screen.draw()
        assert screen.app.main.orders.chosen is None


async def test_a_filter_and_a_group_know_traces_too_and_count_them_not() -> None:
    async with opened(a_face()) as screen:
        await end_second(screen)
        await screen.press("o", "slash")
        await screen.burst("s", "e", "l", "l")
        assert screen.app.main.orders.keys == ("O1", "O2", "O3")
        assert "2 of 2 shown: sell" in screen.text()
        assert "BTC/USD  2 orders" in screen.text()


async def test_privacy_hides_the_figures_of_a_trace() -> None:
    async with opened(a_face()) as screen:
        await screen.press("down")
        await end_second(screen)
        await screen.press("p")
        assert "filled ▒▒▒▒▒▒ @ 63,000.0" in screen.text()
        await screen.press("x")
        assert "The chosen order is no longer open (filled ▒▒▒▒▒▒ @ 63,000.0" in screen.text()


async def test_a_long_trace_is_cut_visibly_in_little_room() -> None:
    async with opened(a_face(), size=NARROW) as screen:
        screen.face.orders_view = orders_of(ROWS[0], traces=(gone(ROWS[1], "word " * 20),))
        await screen.draw()
        (line,) = [line for line in screen.lines() if "└" in line]
        assert line.endswith("…")


async def test_an_order_that_ended_is_not_counted_among_those_in_sight() -> None:
    face = FakeFace()
    rows = tuple(an_order(f"O{number}") for number in range(40))
    face.orders_view = orders_of(*rows[1:], traces=(gone(rows[0]),))
    async with opened(face, size=NARROW) as screen:
        (rule,) = [line for line in screen.lines() if "Open orders" in line]
        assert "Open orders 39" in rule
        assert " of 39 " in rule


@pytest.mark.parametrize(("living", "shown"), [(1, "O40"), (7, "O46")])
async def test_open_orders_are_in_sight_before_ended_ones_where_room_is_short(
    living: int, shown: str
) -> None:
    ended = tuple(gone(an_order(f"O{n:02}", str(90000 - n)), "cancelled") for n in range(14, 34))
    rows = tuple(an_order(f"O{n}", str(50000 - n)) for n in range(40, 40 + living))
    face = a_face()
    face.orders_view = orders_of(*ended, *rows)
    async with opened(face, size=NARROW) as screen:
        orders = screen.app.main.orders
        assert orders.size.height - 2 < 20
        text = screen.text()
        assert all(f"{row.price:,.1f}" in text for row in rows), text
        assert shown in orders.keys
        assert f"Open orders {living} · " in text
        assert "ended not shown" in text


async def test_the_chosen_order_stays_in_the_list_when_it_has_ended_among_many() -> None:
    rows = tuple(an_order(f"O{n:02}", str(90000 - n)) for n in range(20))
    face = a_face()
    face.orders_view = orders_of(*rows)
    async with opened(face, size=NARROW) as screen:
        await screen.press("down", "down", "down")
        face.orders_view = orders_of(
            *(gone(row, "cancelled") if int(row.id[1:]) < 19 else row for row in rows)
        )
        await screen.draw()
        orders = screen.app.main.orders
        assert orders.chosen == "O03"
        assert {"O03", "O19"} <= {*orders.keys}
        assert "89,981.0" in screen.text()


async def test_in_a_list_that_has_to_be_scrolled_ended_orders_take_a_quarter_of_the_room() -> None:
    rows = tuple(an_order(f"O{n:02}", str(90000 - n)) for n in range(40))
    face = a_face()
    face.orders_view = orders_of(*(gone(row, "cancelled") if int(row.id[1:]) < 10 else row for row in rows))
    async with opened(face) as screen:
        assert screen.text().count("└ cancelled") == 3
        assert "7 ended not shown" in screen.text()
