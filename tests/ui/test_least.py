"""In the least room there may be, 60 by 16, every sheet shows its keys and cuts no sentence that matters."""

from decimal import Decimal
from fractions import Fraction

import pytest

from krakentui.model.history import FeeRow, FeesTold
from tests.ui.opening import LEAST, Opened, opened
from tests.ui.orderviews import ID, some_details
from tests.ui.scenes import busy_face
from tests.ui.views import FakeFace, a_history, a_status, a_switch, a_switch_question, an_order, orders_of

pytestmark = pytest.mark.anyio
MAKER, TAKER = Decimal("0.14"), Decimal("0.24")
PAIRS = ("BTC/EUR", "BTC/USD", "DOGE/USD", "ETH/USD", "SOL/USD", "XRP/USD")


def said(screen: Opened) -> str:
    """Read the screen without its frame, as running text."""
    return " ".join(" ".join(line.strip(" ┃│") for line in screen.lines()).split())


def a_long_switch_question() -> FakeFace:
    face = busy_face()
    face.switch_question = a_switch_question(open_orders=28, pairs=PAIRS, not_ours=5)
    return face


@pytest.mark.parametrize("key", ["question_mark", "J", "H", "L"])
async def test_every_sheet_tells_how_it_is_closed(key: str) -> None:
    async with opened(busy_face(), size=LEAST) as screen:
        await screen.press(key)
        assert "esc close" in said(screen).lower()
        await screen.press("end")
        assert "esc close" in said(screen).lower()
        await screen.press("escape")
        assert screen.app.screen is screen.app.main


async def test_the_question_about_the_switch_shows_its_keys_wherever_it_is_scrolled_to() -> None:
    async with opened(a_long_switch_question(), size=LEAST) as screen:
        await screen.press("D")
        assert "type 30 to 86399 seconds, then Enter arms it Esc keep it as it is" in said(screen)
        await screen.press("down", "down", "down", "down")
        assert "It is never armed again by itself." in said(screen)
        assert "type 30 to 86399 seconds, then Enter arms it Esc keep it as it is" in said(screen)


async def test_what_is_wrong_with_the_seconds_is_told_in_full() -> None:
    async with opened(a_long_switch_question(), size=LEAST) as screen:
        await screen.press("D", *"99999", "enter")
        assert "99999 is not a number from 30 to 86399." in said(screen)
        assert "Esc keep it as it is" in said(screen)


async def test_the_question_before_leaving_shows_its_keys() -> None:
    face = busy_face()
    face.status_view = a_status(switch=a_switch())
    face.open_cancels = tuple(f"O{number}" for number in range(12))
    face.orders_view = orders_of(an_order("O1", waits_for=Fraction(0)))
    async with opened(face, size=LEAST) as screen:
        await screen.press("q")
        assert "Enter leave now" in said(screen)
        assert "Esc stay and see" in said(screen)
        assert "12 cancels are not settled yet" in said(screen)


async def test_costs_fees_and_keys_of_the_history_are_whole() -> None:
    face = FakeFace()
    rows = tuple(
        FeeRow(pair=pair, maker=MAKER, taker=TAKER, next_taker=None, next_volume=None) for pair in PAIRS[:4]
    )
    fees = FeesTold(account="alice", currency="USD", volume=Decimal(58066), rows=rows)
    face.histories["orders"] = a_history("orders", fees=fees, known=False)
    async with opened(face, size=LEAST) as screen:
        await screen.press("H")
        text = said(screen)
        assert "Enter read them: up to 4 REST points; 2–5 of 20 used" in text
        assert "30-day volume 58,066.00 USD; maker/taker BTC/EUR 0.14%/0.24%, BTC/USD" in text
        assert "ETH/USD 0.14%/0.24%" in text
        assert "Nothing was read yet: history calls cost points, so they wait." in text
        assert "Tab next kind r newest again / words e export f fees Esc close" in text


async def test_the_details_name_order_pair_and_keys_wherever_they_are_scrolled_to() -> None:
    face = FakeFace()
    face.orders_view = orders_of(an_order(ID))
    face.details_views[ID] = some_details()
    async with opened(face, size=LEAST) as screen:
        await screen.press("enter", "end")
        title = screen.lines()[1]
        assert all(words in title for words in ("BTC/USD", ID[:6], "a amends  Esc close"))
