from decimal import Decimal
from fractions import Fraction

import pytest

from krakentui.model.clock import SECOND
from krakentui.model.market import Maintenance
from tests.support.clock import WALL_START
from tests.ui.opening import opened
from tests.ui.scenes import busy_face
from tests.ui.views import (
    FREE,
    FakeFace,
    a_balance,
    a_budget,
    a_cost,
    a_feed,
    a_gauge,
    a_line,
    a_lockout,
    a_market,
    a_status,
    an_order,
    balances_of,
    orders_of,
)

pytestmark = pytest.mark.anyio


def row(text: str, word: str) -> str:
    return next(line for line in text.splitlines() if word in line)


@pytest.mark.parametrize(
    ("venue", "badge"),
    [("live", "█ LIVE █"), ("demo", "░ DEMO ░"), ("simulator", "▒ SIMULATOR ▒"), ("replay", "│ REPLAY │")],
)
async def test_the_venue_is_told_by_word_and_shape(venue: str, badge: str) -> None:
    face = FakeFace()
    face.status_view = a_status(venue=venue)
    async with opened(face) as screen:
        assert badge in screen.lines()[0]


async def test_the_status_line_names_account_key_power_and_each_feed() -> None:
    face = FakeFace()
    face.status_view = a_status(
        feeds=(
            a_feed("public", state="stale", age_ns=7 * SECOND, freshness="stale", retry_in_ns=2 * SECOND),
            a_feed("rest", age_ns=14 * SECOND),
        )
    )
    async with opened(face) as screen:
        line = screen.lines()[0]
    for word in ("alice", "3f2a9c01be77", "can cancel", "public stale 7s", "2s", "REST live 14s", "online"):
        assert word in line, word


async def test_read_only_stays_in_sight() -> None:
    face = FakeFace()
    face.status_view = a_status(power="watch", read_only=True)
    async with opened(face) as screen:
        assert "═ READ-ONLY ═" in screen.lines()[0]


async def test_maintenance_and_a_wrong_clock_are_told() -> None:
    face = FakeFace()
    face.status_view = a_status(
        system="cancel_only",
        maintenance=(Maintenance(title="x", starts_ns=WALL_START),),
        clock_offset_ns=31 * SECOND,
    )
    async with opened(face, size=(160, 36)) as screen:
        line = screen.lines()[0]
    assert "exchange: cancel_only" in line
    assert "maintenance 10 Mar 09:00" in line
    assert "your clock is 31s slow" in line


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


async def test_an_empty_account_is_not_an_unknown_one() -> None:
    face = FakeFace()
    face.balances_view, face.orders_view = balances_of(), orders_of()
    async with opened(face) as screen:
        assert "no open orders" in screen.text()
        assert "no funds in this account" in screen.text()


async def test_what_the_key_may_not_see_is_said() -> None:
    face = FakeFace()
    face.balances_view = balances_of(known=False, denied="This key may not read balances.")
    async with opened(face) as screen:
        assert "This key may not read balances." in screen.text()


async def test_without_a_key_the_two_ways_on_are_shown() -> None:
    face = FakeFace()
    face.status_view = a_status(power="public", account=None, key=None)
    face.orders_view = orders_of(known=False)
    async with opened(face) as screen:
        assert "KRAKENTUI_API_KEY" in screen.text()
        assert "krakentui demo" in screen.text()


async def test_old_and_stale_figures_carry_their_age() -> None:
    face = FakeFace()
    face.market_rows = (
        a_market("BTC/USD", age_ns=4 * SECOND, freshness="old"),
        a_market("ETH/USD", age_ns=75 * SECOND, freshness="stale"),
    )
    async with opened(face) as screen:
        assert "old 4s" in row(screen.text(), "BTC/USD")
        assert "▒ 1m" in row(screen.text(), "ETH/USD")


async def test_the_total_says_that_it_leaves_something_out() -> None:
    face = FakeFace()
    face.balances_view = balances_of(a_balance("PEPE", value=None, share_pct=None), unpriced=("PEPE",))
    async with opened(face) as screen:
        assert "228,571.79 USD +" in screen.text()
        assert "PEPE unpriced" in screen.text()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"cost": a_cost(4)}, "4→2 in 9s"),
        ({"cost": FREE}, "free"),
        ({"cost": a_cost(8, fits=False)}, "8→6 in 9s !"),
        ({"cost": None, "details_loading": True}, "details loading"),
        ({"cancel": "asked"}, "cancel asked"),
        ({"cancel": "unknown"}, "cancel unknown"),
        ({"last_outcome": "not_sent"}, "cancel not sent"),
        ({"status": "partially_filled"}, "part filled"),
        ({"status": "something_new"}, "something_new"),
        ({"freshness": "stale", "age_ns": 12 * SECOND}, "▒stale 12s"),
        (
            {
                "price": Decimal("58000.0"),
                "trigger": Decimal("58000.0"),
                "trigger_state": "untriggered",
                "type": "stop-loss",
            },
            "58,000.0",
        ),
        ({"margin": True}, "limit margin"),
        ({"price": None, "price_text": "+1.0000%"}, "+1.0000%"),
    ],
)
async def test_an_order_shows_what_is_known_of_it(changes: dict[str, object], words: str) -> None:
    face = FakeFace()
    face.orders_view = orders_of(an_order(**changes))  # type: ignore[arg-type]  # fields by name
    async with opened(face) as screen:
        assert words in "\n".join(screen.lines()[12:14])


async def test_a_gauge_shows_interval_ceiling_and_bar() -> None:
    face = FakeFace()
    face.budget_view = a_budget(a_gauge("REST calls", "7.5", "9"))
    async with opened(face) as screen:
        line = row(screen.text(), "7.5–9/20")
    assert "█" in line
    assert "▒" in line
    assert "┃" in line


@pytest.mark.parametrize(
    ("changes", "note"),
    [
        ({"warning": "warm"}, "tight"),
        ({"warning": "hot"}, "hot"),
        ({"warning": "full", "free_in_ns": 3 * SECOND}, "full 3s"),
        ({"warning": "locked"}, "locked out"),
        ({"from_start": True}, "start unknown"),
        ({"others_low": Fraction(1), "others_high": Fraction(3)}, "others 1–3"),
        ({"free_in_ns": 5 * SECOND}, "free in 5s"),
        ({}, "free now"),
    ],
)
async def test_a_gauge_says_in_words_what_its_colour_says(changes: dict[str, object], note: str) -> None:
    face = FakeFace()
    face.budget_view = a_budget(a_gauge(**changes), headline="fine")  # type: ignore[arg-type]  # fields by name
    async with opened(face) as screen:
        assert note in row(screen.text(), "REST calls")


async def test_a_lockout_counts_down() -> None:
    face = FakeFace()
    face.budget_view = a_budget(lockouts=(a_lockout(845),), warning="locked")
    async with opened(face) as screen:
        assert "LOCKED OUT 14:05" in screen.text()


async def test_the_budget_tells_cancels_tier_and_next_poll() -> None:
    async with opened() as screen:
        assert "23 of 25" in screen.text()
        assert "tier intermediate · named by the exchange" in screen.text()
        assert "Next poll balances in 12s: the stream is live" in screen.text()


async def test_the_journal_line_shows_what_happened_last() -> None:
    face = FakeFace()
    face.lines = (a_line(1, "first"), a_line(2, "second"))
    async with opened(face) as screen:
        assert "second" in screen.lines()[-2]


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
    async with opened(size=(120, 80)) as screen:
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
