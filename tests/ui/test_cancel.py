from collections.abc import Sequence
from decimal import Decimal

import pytest
from msgspec import structs
from textual import events

from krakentui.state.keys import LACKS_CANCELS
from krakentui.state.view import NotAsked, Question
from krakentui.ui.screens.confirm import ConfirmScreen
from tests.ui.keyviews import FakeKeys
from tests.ui.opening import LEAST, NARROW, WIDE, opened
from tests.ui.views import FakeFace, a_cost, a_status, an_order, asked, orders_of

pytestmark = pytest.mark.anyio


class BusyFace(FakeFace):
    """27 orders and much to warn of."""

    def __init__(self) -> None:
        super().__init__()
        self.orders_view = orders_of(*(an_order(f"O{n:02}-XYZ34-DEF567") for n in range(27)))

    def ask_cancel(self, ids: Sequence[str], *, named: bool = False) -> Question | NotAsked:
        return self.ask_cancel_all()

    def ask_cancel_all(self, *, new_too: bool = False) -> Question | NotAsked:
        warnings = (
            "4 of these orders protect a position: without it nothing limits a loss.",
            "An order of these is on margin: its position stays open.",
            "2 of these orders carry another program's mark: it may place again what it placed it.",
        )
        return asked(*self.orders_view.rows, everything=True, warnings=warnings)


async def test_two_keys_cancel_the_chosen_order() -> None:
    async with opened() as screen:
        await screen.press("x", "enter")
        assert [question.orders[0].id for question in screen.face.confirmed] == ["O1"]


async def test_what_is_confirmed_is_exactly_the_question_that_was_asked() -> None:
    face = FakeFace()
    async with opened(face) as screen:
        await screen.press("x")
        sheet = screen.app.screen
        assert isinstance(sheet, ConfirmScreen)
        face.orders_view = orders_of(an_order("O3"), an_order("O1", "65000.0"), an_order("O2"))
        await screen.press("enter")
        assert face.confirmed[0] is sheet.question


async def test_escape_keeps_the_order() -> None:
    async with opened() as screen:
        await screen.press("x", "escape", "enter")
        assert not screen.face.confirmed


async def test_no_other_key_answers() -> None:
    async with opened() as screen:
        await screen.press("x", "y", "Y", "space", "x", "1", "tab")
        assert isinstance(screen.app.screen, ConfirmScreen)
        assert not screen.face.confirmed


async def test_type_ahead_does_not_answer() -> None:
    async with opened() as screen:
        await screen.burst("x", "enter", "enter", "enter")
        assert isinstance(screen.app.screen, ConfirmScreen)
        assert not screen.face.confirmed


async def test_an_answer_counts_after_150_ms() -> None:
    async with opened() as screen:
        await screen.burst("x")
        await screen.wait(0.149)
        await screen.burst("enter")
        assert not screen.face.confirmed
        await screen.wait(0.2)  # real milliseconds pass on the way to the app
        await screen.burst("enter")
        assert len(screen.face.confirmed) == 1


async def test_a_double_key_press_asks_once() -> None:
    """F33e."""
    async with opened() as screen:
        await screen.burst("x", "x", "x")
        await screen.wait(0.3)
        await screen.press("enter")
        assert len(screen.face.asked) == len(screen.face.confirmed) == 1
        assert screen.app.screen is screen.app.main


async def test_marked_orders_are_asked_for_together_in_the_order_shown() -> None:
    async with opened() as screen:
        await screen.press("down", "down", "space", "up", "up", "space", "x")
        assert screen.face.asked == [("O1", "O3")]


async def test_marks_go_once_their_cancel_is_on_its_way() -> None:
    async with opened() as screen:
        await screen.press("space", "x", "enter")
        assert not screen.app.main.orders.marked


async def test_everything_needs_the_count_typed() -> None:
    async with opened() as screen:
        await screen.press("A", "enter", "2", "enter")
        assert not screen.face.confirmed
        await screen.press("3", "enter")
        assert screen.face.confirmed[0].everything


async def test_a_pasted_count_is_dropped() -> None:
    async with opened() as screen:
        await screen.press("A")
        screen.app.post_message(events.Paste("3"))
        await screen.press("enter")
        assert not screen.face.confirmed


async def test_everything_takes_no_count_typed_ahead() -> None:
    async with opened() as screen:
        await screen.burst("A", "3", "enter")
        assert not screen.face.confirmed


async def test_a_refused_question_says_why_at_once() -> None:
    face = FakeFace()
    face.refusal = NotAsked(why="This key may not cancel: it lacks the permission to close orders.")
    async with opened(face) as screen:
        await screen.pilot.press("x")
        await screen.pilot.pause()
        assert face.refusal.why in screen.text()


@pytest.mark.parametrize("key", ["x", "A", "D"])
async def test_a_key_that_may_not_cancel_hints_at_another(key: str) -> None:
    face = FakeFace()
    face.status_view = a_status(power="watch")
    face.refusal = NotAsked(why=LACKS_CANCELS)
    async with opened(face) as screen:
        screen.app.keychain = FakeKeys()
        await screen.press(key)
        said = " ".join(screen.text().replace("▌", " ").split())
        assert '"Cancel & close orders" (close-trades). K takes another key.' in said


async def test_the_question_names_account_key_venue_order_price_cost_and_route() -> None:
    face = FakeFace()
    face.orders_view = orders_of(an_order("OABC12-XYZ34-DEF567", "64000.1", cost=a_cost(8)))
    async with opened(face) as screen:
        await screen.press("x")
        text = screen.text()
    for word in (
        "alice",
        "3f2a9c01be77",
        "DEMO",
        "OABC12-XYZ34-DEF567",
        "BTC/USD",
        "sell",
        "64,000.1",
        "32,000.05 USD",
    ):
        assert word in text, word
    assert "8 points of the trading limit" in text
    assert "over the websocket, one by one" in text


@pytest.mark.parametrize("count", [1, 3, 9, 27])
@pytest.mark.parametrize(("size", "most_whole"), [(WIDE, 27), (NARROW, 3), (LEAST, 1)])
async def test_every_order_in_sight_has_its_value_and_cost_at_every_size(
    size: tuple[int, int], most_whole: int, count: int
) -> None:
    """Whole ids too, where two lines for each order have room."""
    ids = [f"O{n:02}BC1-XYZ34-DEF567" for n in range(count)]
    rows = [
        an_order(one, "64000.1", type="stop-loss-limit", trigger=Decimal("64010.1"), cost=a_cost(8))
        for one in ids
    ]
    face = FakeFace()
    face.orders_view = orders_of(*rows)
    async with opened(face, size=size) as screen:
        await screen.press("A")
        lines = [line for line in screen.lines() if "┃  " in line]
        text = "\n".join(lines)
        seen = sum(f"O{n:02}" in text for n in range(count))
        assert seen
        assert sum("32,000" in line and " USD" in line and "8→6" in line for line in lines) == seen
        assert (ids[0] in text) == (count <= most_whole)


async def test_the_question_marks_protective_orders() -> None:
    face = FakeFace()
    face.orders_view = orders_of(an_order("O1", "58000.0", type="stop-loss", protective=True))
    async with opened(face, size=NARROW) as screen:
        await screen.press("x")
        assert "! guards" in screen.text()


async def test_an_order_that_ends_while_the_question_is_open_is_marked_in_it() -> None:
    face = FakeFace()
    async with opened(face, size=NARROW) as screen:
        await screen.press("space", "down", "space", "x")
        assert "ended" not in screen.text()
        face.orders_view = orders_of(an_order("O2"), an_order("O3"))
        await screen.draw()
        assert "1 has ended since" in screen.text()
        rows = [row for row in screen.lines() if "┃  O" in row]
        assert ["ended" in row for row in rows if "O1" in row or "O2" in row] == [True, False]


@pytest.mark.parametrize(("figure", "now"), [("remaining", "0.1"), ("price", "65000"), ("trigger", "60000")])
async def test_an_order_that_changes_while_the_question_is_open_is_marked_in_it(
    figure: str, now: str
) -> None:
    face = FakeFace()
    first = structs.replace(an_order("O1"), trigger=Decimal(61000))
    face.orders_view = orders_of(first, an_order("O2"), an_order("O3"))
    async with opened(face, size=NARROW) as screen:
        await screen.press("x")
        assert "changed" not in screen.text()
        face.orders_view = orders_of(
            structs.replace(first, **{figure: Decimal(now)}), an_order("O2"), an_order("O3")
        )
        await screen.draw()
        assert "changed" in screen.text()


async def test_orders_that_are_not_known_any_more_are_not_called_ended() -> None:
    face = FakeFace()
    async with opened(face, size=NARROW) as screen:
        await screen.press("x")
        face.orders_view = orders_of(known=False)
        await screen.draw()
        assert "ended" not in screen.text()


async def test_a_long_question_scrolls_and_says_how_much_is_out_of_sight() -> None:
    face = FakeFace()
    face.orders_view = orders_of(*(an_order(f"O{n:02}") for n in range(40)))
    async with opened(face, size=LEAST) as screen:
        await screen.press("A")
        assert "of 40" in screen.text()
        assert "O39" not in screen.text()
        await screen.press(*["pagedown"] * 20)
        assert "O39" in screen.text()
        assert "type 40, then Enter" in screen.text()


@pytest.mark.parametrize("key", ["x", "X", "w", "space", "enter", "s", "o"])
async def test_nothing_is_done_to_orders_out_of_sight(key: str) -> None:
    async with opened(size=LEAST) as screen:
        await screen.press("tab", key)
        assert not screen.face.asked
        assert screen.app.main.orders.marked_ids == ()
        assert "out of sight" in screen.text()


@pytest.mark.parametrize("key", ["x", "X", "w", "space", "enter"])
@pytest.mark.parametrize(("tabs", "panel"), [(1, "Call budget"), (2, "Markets"), (3, "Balances")])
async def test_nothing_is_done_to_orders_while_another_panel_has_the_keys(
    key: str, tabs: int, panel: str
) -> None:
    async with opened() as screen:
        await screen.press(*["tab"] * tabs, key)
        assert not screen.face.asked
        assert screen.app.screen is screen.app.main
        assert screen.app.main.orders.marked_ids == ()
        assert f"{panel} has the keys: Tab to Open orders, then" in screen.text()


async def test_the_palette_cancels_no_order_for_another_panel_either() -> None:
    async with opened() as screen:
        await screen.press("tab", "ctrl+p", *"cancel order", "enter")
        assert not screen.face.asked
        assert "Call budget has the keys: Tab to Open orders, then x." in screen.text()


@pytest.mark.parametrize("key", ["A", "D"])
async def test_what_takes_the_whole_account_is_asked_from_every_panel(key: str) -> None:
    async with opened() as screen:
        await screen.press("tab", key)
        assert screen.app.screen is not screen.app.main


async def test_a_broken_arrow_key_cancels_nothing() -> None:
    async with opened() as screen:
        await screen.burst("escape", "[", "A")
        assert not screen.face.asked
        assert screen.app.screen is screen.app.main


async def test_at_the_least_size_cancel_all_shows_orders_and_how_to_answer() -> None:
    face = BusyFace()
    async with opened(face, size=LEAST) as screen:
        await screen.press("A")
        text = screen.text()
        assert "O00" in text
        assert "type 27, then Enter" in text
        assert "Esc keep them" in text
        assert "! 4 of these orders" in text
        await screen.press(*["pagedown"] * 40)
        assert "lines" in screen.text()
        assert "placed it" in screen.text()


@pytest.mark.parametrize("size", [NARROW, LEAST])
async def test_a_question_shows_type_price_and_remaining_in_little_room(size: tuple[int, int]) -> None:
    face = FakeFace()
    long = an_order("OABC12-XYZ34-DEF567", "62000.0", type="stop-loss-limit", trigger=Decimal("63000.0"))
    face.orders_view = orders_of(long)
    async with opened(face, size=size) as screen:
        await screen.press("x")
        sheet = screen.text().partition("┏")[2]
        for word in ("OABC12-XYZ34-DEF567", "stop lim", "@63,000.0", "0.500000", "if cancelled now"):
            assert word in sheet, word


async def test_the_cost_in_the_question_is_that_of_now() -> None:
    face = FakeFace()
    face.orders_view = orders_of(an_order("O1", cost=a_cost(8)))
    async with opened(face) as screen:
        await screen.press("x")
        assert "8 points of the trading limit" in screen.text()
        face.orders_view = orders_of(an_order("O1", cost=a_cost(2)))
        await screen.wait(1.1)
        assert "2 points of the trading limit" in screen.text()


async def test_what_has_ended_counts_no_more_in_value_cost_and_count() -> None:
    face = FakeFace()
    async with opened(face) as screen:
        await screen.press("A")
        face.orders_view = orders_of(an_order("O2"), an_order("O3"))
        await screen.draw()
        text = screen.text()
        assert "64,000.10 USD" in text
        assert "8 points of the trading limit" in text
        assert "type 2, then Enter" in text
        await screen.press("2", "enter")
        assert len(face.confirmed) == 1


async def test_a_question_whose_orders_all_ended_offers_only_to_close() -> None:
    face = FakeFace()
    async with opened(face) as screen:
        await screen.press("x")
        face.orders_view = orders_of(an_order("O1", last_outcome="filled"), an_order("O2"))
        await screen.draw()
        text = screen.text()
        assert "It has ended since." in text
        assert "Nothing is left to cancel." in text
        assert "if cancelled now" not in text
        assert "Enter" not in text.replace("Enter Details", "")  # the key line below the question
        await screen.press("enter")
        assert not face.confirmed


async def test_orders_born_after_the_question_are_said_to_stay() -> None:
    face = FakeFace()
    async with opened(face) as screen:
        await screen.press("A")
        face.orders_view = orders_of(*face.orders_view.rows, an_order("O4"))
        await screen.draw()
        assert "1 newer order stays open." in screen.text()
        assert "type 3, then Enter" in screen.text()


async def test_a_wrong_count_is_said_to_be_wrong() -> None:
    async with opened(size=LEAST) as screen:
        await screen.press("A", "9", "9", "enter")
        assert "99 is not 3" in screen.text()
        await screen.press("3")
        assert "99 is not 3" not in screen.text()


@pytest.mark.parametrize("count", ["3", "2", "1"])
async def test_every_count_that_the_question_has_asked_for_answers_it(count: str) -> None:
    """Where a bot's orders end all the while, a count that moves could never be typed."""
    face = FakeFace()
    async with opened(face) as screen:
        await screen.press("A")
        for left in (("O2", "O3"), ("O3",)):
            face.orders_view = orders_of(*map(an_order, left))
            await screen.draw()
        await screen.press(count, "enter")
        assert [one.id for one in face.confirmed[0].orders] == ["O1", "O2", "O3"]


@pytest.mark.parametrize("count", ["4", "1", "0"])
async def test_a_count_that_was_never_asked_for_is_wrong(count: str) -> None:
    face = FakeFace()
    async with opened(face) as screen:
        await screen.press("A")
        face.orders_view = orders_of(an_order("O2"), an_order("O3"))
        await screen.draw()
        await screen.press(count, "enter")
        assert not face.confirmed
        assert f"{count} is not 2" in screen.text()


async def test_without_a_key_the_cancel_key_says_so() -> None:
    face = FakeFace()
    face.status_view = a_status(power="public", account=None, key=None, key_name=None)
    face.orders_view = orders_of(known=False)
    face.refusal = NotAsked(why="There is no API key: only public markets are shown.")
    async with opened(face) as screen:
        await screen.press("x")
        assert "There is no API key" in screen.text()


async def test_with_a_refused_key_the_cancel_key_says_so() -> None:
    face = FakeFace()
    face.orders_view = orders_of(known=False)
    face.refusal = NotAsked(why="Kraken does not know this key; the private websocket is not open.")
    async with opened(face) as screen:
        await screen.press("x")
        assert "Kraken does not know this key;" in screen.text()
