"""Everything about one order: whole, harmless, private where wished, and its cost said before it is asked."""

import pytest
from msgspec import structs

from krakentui.model.text import clean
from krakentui.state.details import DetailsView, SentField, SentObject
from krakentui.ui.detailtext import detail_lines
from krakentui.ui.line import Line, span_width
from krakentui.ui.screens.details import NOT_KEPT, DetailsScreen
from tests.ui.opening import LEAST, NARROW, Opened, opened
from tests.ui.orderviews import ID, a_fill, heard, some_details, told, unasked
from tests.ui.views import FakeFace, an_order, orders_of

pytestmark = pytest.mark.anyio


def a_face(view: DetailsView | None = None) -> FakeFace:
    face = FakeFace()
    face.orders_view = orders_of(an_order(ID))
    if view is not None:
        face.details_views[ID] = view
    return face


def text_of(lines: tuple[Line, ...]) -> str:
    return "\n".join("".join(span.text for span in item.spans) for item in lines)


def written(view: DetailsView, width: int = 110, *, private: bool = False) -> str:
    return text_of(detail_lines(view, width, private=private))


async def scrolled(screen: Opened) -> str:
    """Read all of the sheet, page by page."""
    seen = [screen.text()]
    for _ in range(12):
        await screen.press("pagedown")
        seen.append(screen.text())
    return "\n".join(seen)


async def test_enter_shows_the_details_and_escape_closes_them() -> None:
    async with opened(a_face(some_details())) as screen:
        await screen.press("enter")
        assert isinstance(screen.app.screen, DetailsScreen)
        assert f"{ID}  sell stop-loss-limit BTC/USD" in screen.text()
        await screen.press("enter", "escape")
        assert not isinstance(screen.app.screen, DetailsScreen)


@pytest.mark.parametrize("size", [NARROW, LEAST])
async def test_in_little_room_everything_is_reached_by_scrolling(size: tuple[int, int]) -> None:
    async with opened(a_face(some_details()), size=size) as screen:
        await screen.press("enter")
        text = await scrolled(screen)
    for part in ("What was seen, by whom", "Fills", "Amends", "brand_new.field", "descr.ordertype"):
        assert part in text


async def test_what_is_told_goes_on_while_the_sheet_is_open() -> None:
    face = a_face(some_details())
    async with opened(face) as screen:
        await screen.press("enter")
        more = heard("stream", "cancelled (User requested)", 60)
        before = face.details_views[ID]
        face.details_views[ID] = structs.replace(before, timeline=(*before.timeline, more))
        await screen.wait(1)
        assert "cancelled (User requested)" in screen.text()


async def test_an_order_that_is_forgotten_stays_on_the_sheet_and_that_is_said() -> None:
    face = a_face(some_details())
    async with opened(face) as screen:
        await screen.press("enter")
        del face.details_views[ID]
        await screen.wait(1)
        assert NOT_KEPT in screen.text()
        assert ID in screen.text()


async def test_of_an_order_nothing_is_known_yet() -> None:
    async with opened(a_face()) as screen:
        await screen.press("enter")
        assert "nothing is known of this order yet" in screen.text()


async def test_without_a_chosen_order_enter_says_so() -> None:
    face = a_face(some_details())
    async with opened(face) as screen:
        face.orders_view = orders_of(an_order("O2"))
        await screen.draw()
        await screen.press("enter")
        assert screen.app.screen is screen.app.main
        assert "is no longer open: choose another" in screen.text()


async def test_an_order_that_just_ended_can_still_be_looked_at() -> None:
    face = a_face(some_details())
    async with opened(face) as screen:
        face.orders_view = orders_of(traces=(an_order(ID, trace="filled 0.5", cost=None),))
        await screen.draw()
        await screen.press("enter")
        assert isinstance(screen.app.screen, DetailsScreen)


async def test_in_little_room_details_do_not_open_where_the_orders_are_out_of_sight() -> None:
    async with opened(a_face(some_details()), size=LEAST) as screen:
        await screen.press("tab", "enter")
        assert screen.app.screen is screen.app.main
        assert "The orders are out of sight" in screen.text()


# --- amends -------------------------------------------------------------------------------------------


async def test_the_cost_of_asking_for_amends_is_said_before_it_is_asked() -> None:
    face = a_face(some_details())
    async with opened(face) as screen:
        await screen.press("enter")
        assert "for 1 point of the key's REST counter (at most" in screen.text()
        assert face.amends_asked == []


async def test_a_asks_for_the_amends_and_brings_them_into_sight() -> None:
    face = a_face(some_details())
    async with opened(face, size=NARROW) as screen:
        await screen.press("enter")
        assert "OrderAmends" not in screen.text()
        await screen.press("a")
        assert face.amends_asked == [ID]
        assert "OrderAmends" in screen.text()


@pytest.mark.parametrize(
    ("amends", "words"),
    [
        (unasked(state="asking"), "Asking the exchange (OrderAmends)."),
        (
            unasked(state="failed", why="The exchange is busy."),
            "The exchange is busy: a asks again, for 1 point",
        ),
        (unasked(state="failed", why="This key may not ask.", may_ask=False), "This key may not ask."),
        (told(), "user  quantity 0.4  remaining 0.3  price 64,000.1  post only  User requested"),
        (told(), "As the exchange said 12s ago; a asks again"),
        (
            structs.replace(told(), amends=told().amends[:1]),
            "It was never changed, as the exchange said",
        ),
    ],
)
def test_what_is_known_of_amends_is_told(amends: object, words: str) -> None:
    assert words in " ".join(written(some_details(amends=amends), 160).split("\n"))


# --- what is written ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        "State             triggered",
        "Price             64,000.1",
        "Trigger           64,100.0 on last",
        "Trigger state     triggered",
        "Quantity          0.500000",
        "Filled            0.200000 (40.0%)",
        "Traded for        12,800.02 USD",
        "User reference    77",
        "Client's order id grid-bot-7",
        "Marks             post only, limits a loss, amended",
        "Maybe amended     until 10 Mar 09:00:30.000",
        "Cancel cost       4→2 in 9s",
        "Cancel is free    in 4m",
        "10 Mar 09:00:00.000  stream        in the snapshot: open (dated 10 Mar 08:50:00.000)",
        "10 Mar 09:00:02.000  REST list     in the list: open, 12 times, last 10 Mar 09:05:32.000",
        "this program  cancel asked for, over the websocket",
        "0.1 @ 64,000.1  cost 6,400.01 USD  fee 10.24 USD  maker  before this run  TOLD00-00000-000001",
        "Every field the stream sent",
        "brand_new.field     what nobody has heard of",
    ],
)
def test_everything_that_is_known_is_written(words: str) -> None:
    assert words in written(some_details(), 120)


@pytest.mark.parametrize("width", [54, 74, 110])
def test_no_line_is_longer_than_the_room_and_no_text_is_cut(width: int) -> None:
    lines = detail_lines(some_details(), width, private=False)
    assert max(span_width(item.spans) for item in lines) <= width
    words = " ".join(word for word in text_of(lines).split() if word != "40s")
    assert "what nobody has heard of " * 5 in words
    assert "TNEW00-00000-000002" in words


def test_how_an_order_ended_is_its_state() -> None:
    assert "State             cancelled by another program" in written(
        some_details(row=an_order(ID, trace="cancelled by another program", cost=None), is_open=False)
    )


def test_what_was_dropped_is_counted() -> None:
    text = written(some_details(timeline_lost=3, fills_lost=2))
    assert "3 earlier entries are not kept" in text
    assert "2 earlier fills are not kept" in text


def test_an_order_without_details_says_what_is_missing() -> None:
    view = some_details()
    bare = structs.replace(view.order, trigger=None, average=None, cost=None, fee=None)
    unknown = {"pair": None, "side": None, "type": None, "qty": None, "remaining": None, "cost": None}
    row = an_order(ID, None, details_loading=True, **unknown)
    text = written(structs.replace(view, order=bare, row=row, fills=(), sent=()))
    assert "details loading" in text
    assert "not known yet: details load" in text
    assert "none that the stream has told since this run began" in text


def test_an_instant_that_no_calendar_has_is_unknown() -> None:
    fill = a_fill("T1", 0, exchange_ns=10**24)
    assert "—  0.1 @ 64,000.1" in written(some_details(fills=(fill,)))


def test_hostile_texts_are_drawn_as_the_harmless_text_they_are() -> None:
    hostile = clean("\x1b]52;c;x\x07[@click=app.quit]\u202e[/foo]")
    sent = (SentObject(source="stream", fields=(SentField(hostile, hostile, 0),)),)
    text = written(some_details(sent=sent, timeline=(heard("stream", hostile),)))
    assert "[@click=app.quit]" in text
    assert "\x1b" not in text


async def test_hostile_texts_do_no_harm_on_the_screen() -> None:
    hostile = clean("\x1b]52;c;x\x07[@click=app.quit]x[/foo]")
    view = some_details(timeline=(heard("stream", hostile),))
    async with opened(a_face(view)) as screen:
        await screen.press("enter")
        assert "[@click=app.quit]x[/foo]" in screen.text()


def test_privacy_leaves_no_amount_and_no_name_of_the_order_or_its_owner() -> None:
    text = written(some_details(amends=told()), private=True)
    for secret in (
        ID,
        "grid",
        "77",
        "0.5",
        "0.2",
        "12,800",
        "6,400",
        "10.24",
        "TNEW",
        "nobody has heard",
    ):
        assert secret not in text, secret
    for open_to_all in ("BTC/USD", "64,000.1", "stop-loss-limit", "trade"):
        assert open_to_all in text, open_to_all


async def test_the_sheet_opens_private_in_privacy_mode() -> None:
    async with opened(a_face(some_details())) as screen:
        await screen.press("p", "enter")
        assert ID not in await scrolled(screen)
