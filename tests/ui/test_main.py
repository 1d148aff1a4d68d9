from collections.abc import Callable
from decimal import Decimal

import pytest

from tests.ui.opening import opened
from tests.ui.scenes import busy_face
from tests.ui.views import (
    FakeFace,
    a_balance,
    a_line,
    a_market,
    a_status,
    an_order,
    balances_of,
    orders_of,
)

pytestmark = pytest.mark.anyio


def row(text: str, word: str) -> str:
    return next(line for line in text.splitlines() if word in line)


async def test_nothing_known_is_said_and_never_zero() -> None:
    face = FakeFace()
    face.market_rows = (
        a_market(
            "BTC/USD", None, change_pct=None, spread_pct=None, spark=(), age_ns=None, freshness="unknown"
        ),
    )
    face.balances_view = balances_of(known=False, total_value=None)
    face.orders_view = orders_of(known=False)
    async with opened(face) as screen:
        text = screen.text()
    assert text.count("waiting for the exchange") == 2
    assert "0" not in row(text, "BTC/USD").replace("BTC/USD", "").split("Balances")[0]


async def test_without_a_key_the_two_ways_on_are_shown() -> None:
    face = FakeFace()
    face.status_view = a_status(power="public", account=None, key=None)
    face.orders_view = orders_of(known=False)
    async with opened(face) as screen:
        assert "krakentui keys add" in screen.text()
        assert "krakentui demo" in screen.text()


async def test_a_sentence_of_ours_gives_way_after_a_while() -> None:
    face = FakeFace()
    face.lines = (a_line(1, "what happened"),)
    async with opened(face) as screen:
        await screen.press("r")
        assert "polled now" in screen.lines()[-2]
        await screen.wait(9)
        assert "what happened" in screen.lines()[-2]


async def test_notices_are_shown_one_after_the_other() -> None:
    async with opened(notices=("first notice", "second notice")) as screen:
        assert "first notice  (+1)" in screen.text()
        await screen.wait(9)
        assert "second notice" in screen.text()


async def test_the_journal_screen_lists_all_and_closes() -> None:
    face = FakeFace()
    face.lines = tuple(a_line(n, f"thing {n}") for n in range(1, 80))
    async with opened(face) as screen:
        await screen.press("J")
        assert "thing 79" in screen.text()
        assert "thing 1 " not in screen.text()
        await screen.press("home")
        assert "thing 2" in screen.text()
        await screen.press("escape")
        assert screen.app.screen is screen.app.main


async def test_the_journal_breaks_long_sentences_instead_of_cutting_them() -> None:
    face = FakeFace()
    face.lines = (a_line(1, " ".join(f"word{n}" for n in range(30))),)
    async with opened(face, size=(80, 24)) as screen:
        await screen.press("J")
        assert all(f"word{n}" in screen.text() for n in range(30))


async def test_help_opens_and_closes() -> None:
    async with opened() as screen:
        await screen.press("question_mark")
        assert "Ask, then cancel the chosen order" in screen.text()
        await screen.press("q")
        assert screen.app.screen is screen.app.main


async def test_privacy_leaves_no_digit_of_an_amount_or_id() -> None:
    face = FakeFace()
    face.balances_view = balances_of(
        a_balance("BTC", "7.77777", value=Decimal("7777.77")), total_value=Decimal("7777.77")
    )
    face.orders_view = orders_of(
        an_order("O77777", "64000.1", remaining=Decimal("0.77777777"), value=Decimal("7777.77"))
    )
    face.lines = (a_line(1, "Cancelled: sell 7.7 BTC/USD, order O77777"),)
    face.status_view = a_status(key="777777777777")
    async with opened(face) as screen:
        assert "7" in screen.text()
        await screen.press("p")
        assert "7" not in screen.text().replace("7.5", "")
        await screen.press("J")
        assert "7" not in screen.text().replace("7.5", "")
        await screen.press("escape", "x")
        assert "7" not in screen.text().replace("7.5", "")
        await screen.press("escape", "p")
        assert "7.77777" in screen.text()


async def test_the_palette_offers_every_action_and_nothing_else() -> None:
    async with opened(size=(120, 120)) as screen:
        await screen.press("ctrl+p")
        text = screen.text()
        assert "Cancel order" in text
        assert "Previous panel" in text
        assert "screenshot" not in text.lower()
        await screen.press("p", "r", "i", "v", "enter")
        assert screen.app.main.orders.private


async def test_moving_between_panels_lights_the_one_with_the_keys() -> None:
    async with opened(busy_face()) as screen:
        assert "━ Open orders" in screen.text()
        await screen.press("tab")
        assert "━ Call budget" in screen.text()
        await screen.press("tab")
        assert "━ Markets" in screen.text()
        await screen.press("shift+tab", "shift+tab")
        assert "━ Open orders" in screen.text()


async def test_prices_are_drawn_on_every_tick_and_the_rest_in_turns() -> None:
    face = FakeFace()
    asked: dict[str, int] = {}

    def counted(name: str) -> Callable[[int], object]:
        ask = getattr(face, name)

        def one_more(t_ns: int) -> object:
            asked[name] = asked.get(name, 0) + 1
            return ask(t_ns)

        return one_more

    async with opened(face) as screen:
        for name in ("markets", "orders", "balances", "budget", "status"):
            setattr(face, name, counted(name))
        for tick in range(8):
            screen.app.draw(tick)
    assert asked == {"markets": 8, "orders": 4, "balances": 2, "budget": 2, "status": 4}


async def test_news_make_everything_due_at_once() -> None:
    face = FakeFace()
    async with opened(face) as screen:
        face.orders_view = orders_of(an_order("O9", "61234.5"))
        screen.app.draw(0)
        assert "61,234.5" not in screen.text()
        face.lines = (a_line(1, "what happened"),)
        screen.app.draw(2)
        assert "61,234.5" in screen.text()
