from decimal import Decimal
from fractions import Fraction
from typing import TypeVar

import pytest
from msgspec import structs

from krakentui.budget.lockout import meanwhile
from krakentui.model.account import KeyInUse
from krakentui.model.clock import SECOND
from krakentui.model.market import Maintenance
from krakentui.state.view import BudgetView, OrderRow
from krakentui.ui.screens.help import help_lines
from krakentui.ui.screens.main import why_waiting
from krakentui.ui.widgets.balances import Balances
from krakentui.ui.widgets.budget import Budget, gauge_texts
from krakentui.ui.widgets.journalline import LastLine, Latest
from krakentui.ui.widgets.keyline import KeyLine, Keys
from krakentui.ui.widgets.markets import Markets
from krakentui.ui.widgets.orders import Orders
from krakentui.ui.widgets.panel import Panel
from krakentui.ui.widgets.statusline import StatusLine
from tests.support.clock import WALL_START
from tests.ui.views import (
    FREE,
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

V = TypeVar("V")


def drawn(panel: Panel[V], view: V, width: int = 120, height: int = 8) -> str:
    """Draw a view without a screen."""
    panel.show(view)
    lines = panel.draw_lines(width, height)
    return "\n".join("".join(span.text for span in line.spans) for line in lines)


def order_line(order: OrderRow, width: int = 130) -> str:
    return drawn(Orders(), orders_of(order), width).splitlines()[2]


def budget_line(budget: BudgetView) -> str:
    return drawn(Budget(), budget).splitlines()[2]


@pytest.mark.parametrize(
    ("venue", "badge"),
    [("live", "█ LIVE █"), ("demo", "░ DEMO ░"), ("simulator", "▒ SIMULATOR ▒"), ("replay", "│ REPLAY │")],
)
def test_the_venue_is_told_by_word_and_shape(venue: str, badge: str) -> None:
    assert badge in drawn(StatusLine(), a_status(venue=venue))


@pytest.mark.parametrize(
    "words",
    ["alice", "3f2a9c01be77", "can cancel", "public stale 7s, retry in 2s", "REST live 14s", "online"],
)
def test_the_status_line_names_account_key_power_and_each_feed(words: str) -> None:
    down = a_feed("public", state="stale", age_ns=7 * SECOND, freshness="stale", retry_in_ns=2 * SECOND)
    status = a_status(feeds=(down, a_feed("rest", age_ns=14 * SECOND)))
    assert words in drawn(StatusLine(), status)


def test_read_only_stays_in_sight() -> None:
    assert "═ READ-ONLY ═" in drawn(StatusLine(), a_status(power="watch", read_only=True), width=60)


def test_badge_power_and_feeds_are_the_last_to_go_from_the_status_line() -> None:
    line = drawn(StatusLine(), a_status(venue="simulator"), width=58)
    assert "▒ SIMULATOR ▒ ▌can cancel▐" in line
    assert "pub 0s   prv 0s   REST 4s" in line


@pytest.mark.parametrize(
    ("width", "words"), [(120, "the recording has ended  09:00:00"), (80, "recording has ended")]
)
def test_of_a_recording_that_is_over_no_feed_is_live(width: int, words: str) -> None:
    told = drawn(StatusLine(), a_status(venue="replay", ended=True), width)
    assert words in told
    assert "live" not in told


def test_the_status_line_stands_still_while_ages_count() -> None:
    ages = [0, 9, 10, 59, 60, 3599]
    lines = {
        drawn(StatusLine(), a_status(feeds=(a_feed("public", age_ns=age * SECOND), a_feed("rest")))).index(
            "REST"
        )
        for age in ages
    }
    assert len(lines) == 1


@pytest.mark.parametrize(("refused", "mark"), [(None, " "), ("Kraken does not know this key.", "!")])
def test_the_key_that_cancels_keeps_its_name_in_a_narrow_line(refused: str | None, mark: str) -> None:
    second = KeyInUse(key="170e8240987b", name="help", refused=refused)
    feeds = tuple(a_feed(role) for role in ("public", "private", "rest", "cancels"))
    told = drawn(StatusLine(), a_status(canceller=second, feeds=feeds), 80)
    for part in (f" alice · cxl help{mark}", "pub 0s", "prv 0s", "REST 0s", "cxl 0s"):
        assert part in told


def test_a_feed_that_never_tried_waits_and_one_that_failed_says_when_it_tries_again() -> None:
    fresh = a_feed("public", state="down", age_ns=None, freshness="unknown")
    failed = a_feed("rest", state="down", age_ns=None, freshness="unknown", why="no", retry_in_ns=4 * SECOND)
    line = drawn(StatusLine(), a_status(feeds=(fresh, failed)))
    assert "public waiting" in line
    assert "REST down, retry in 4s" in line


def test_what_a_key_may_do_is_not_claimed_before_the_exchange_has_told_it() -> None:
    line = drawn(StatusLine(), a_status(power="watch", power_known=False))
    assert "KEY UNCHECKED" in line
    assert "WATCH ONLY" not in line


def test_a_troubled_exchange_maintenance_and_a_wrong_clock_are_told() -> None:
    status = a_status(
        system="cancel_only",
        maintenance=(Maintenance(title="x", starts_ns=WALL_START),),
        clock_offset_ns=31 * SECOND,
    )
    line = drawn(StatusLine(), status, width=180)
    assert "exchange: cancel_only" in line
    assert "maintenance 10 Mar 09:00" in line
    assert "your clock is 31s slow" in line


def test_a_system_that_has_not_spoken_is_unknown() -> None:
    assert "system unknown" in drawn(StatusLine(), a_status(system=None), width=160)


def test_an_empty_account_is_not_an_unknown_one() -> None:
    assert "no open orders" in drawn(Orders(), orders_of())
    assert "waiting for the exchange" in drawn(Orders(), orders_of(known=False))
    assert "no funds in this account" in drawn(Balances(), balances_of())
    assert "waiting for the exchange" in drawn(Balances(), balances_of(known=False))


def test_what_the_key_may_not_see_is_said() -> None:
    view = balances_of(known=False, denied="This key may not read balances.")
    assert "This key may not read balances." in drawn(Balances(), view)


def test_old_and_stale_figures_carry_their_age() -> None:
    old = a_market("BTC/USD", age_ns=4 * SECOND, freshness="old")
    stale = a_market("ETH/USD", age_ns=75 * SECOND, freshness="stale")
    lines = drawn(Markets(), (old, stale)).splitlines()
    assert "old 4s" in lines[2]
    assert "▒ 1m" in lines[3]


def test_a_spread_too_small_for_its_places_is_not_nothing() -> None:
    tight = a_market("BTC/USD", spread=Decimal("0.1"), spread_pct=Decimal("0.0000"))
    assert "<0.001%" in drawn(Markets(), (tight,))


def test_values_lose_their_cents_together_where_the_sum_is_large() -> None:
    row = a_balance("BTC", value=Decimal("140487.46"))
    assert "140,487 " in drawn(Balances(), balances_of(row, total_value=Decimal("345320.69")))
    assert "140,487.46 " in drawn(Balances(), balances_of(row, total_value=Decimal("99999.99")))


def test_all_columns_of_balances_fit_beside_the_markets() -> None:
    rows = [a_balance(asset, "68400.63") for asset in ("USD.HOLD", "BTC")]
    head = drawn(Balances(), balances_of(*rows), width=54).splitlines()[1]
    assert head.split() == ["Asset", "Total", "Free", "Held", "Value", "Share"]


def test_without_a_key_no_balances_are_waited_for() -> None:
    balances = Balances()
    balances.explain("waiting for the exchange", keyless=True)
    assert "no key" in drawn(balances, balances_of(known=False))


def test_funds_that_cannot_be_spent_are_said_to_be_locked() -> None:
    staked = a_balance("DOT.S", "40.00000", held=None, free=Decimal(0))
    assert "locked" in drawn(Balances(), balances_of(staked))


def test_the_total_says_that_it_leaves_something_out() -> None:
    view = balances_of(a_balance("PEPE", value=None, share_pct=None), unpriced=("PEPE",))
    text = drawn(Balances(), view)
    assert "228,571.79 USD +" in text
    assert "PEPE unpriced" in text


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
        ({"last_outcome": "cancelled", "cost": None}, "└ cancelled"),
        ({"status": "partially_filled"}, "part filled"),
        ({"status": "something_new"}, "something_new"),
        ({"freshness": "stale", "age_ns": 12 * SECOND}, "▒stale 12s"),
        ({"margin": True}, "limit margin"),
        ({"price": None, "price_text": "+1.0000%"}, "+1.0000%"),
        ({"filled_pct": Decimal(50)}, "███▌···"),
        ({"pair": None, "side": None, "remaining": None}, "—"),
    ],
)
def test_an_order_shows_what_is_known_of_it(changes: dict[str, object], words: str) -> None:
    assert words in order_line(an_order(**changes))  # type: ignore[arg-type]  # fields by name


def test_a_stop_shows_its_trigger_and_waits() -> None:
    stop = an_order(
        price="58000.0",
        type="stop-loss",
        trigger=Decimal("58000.0"),
        trigger_state="untriggered",
        protective=True,
    )
    line = order_line(stop)
    assert "market" in line
    assert "58,000.0" in line
    assert "waits" in line


def test_in_little_room_an_uncertain_cancel_drops_no_column() -> None:
    calm, uncertain = (
        drawn(Orders(), orders_of(an_order(cancel=state)), width=78).splitlines()[1]
        for state in (None, "unknown")
    )
    assert calm == uncertain


def test_in_little_room_the_trigger_takes_the_place_of_the_price() -> None:
    stop = an_order(price="57990.0", type="stop-loss-limit", trigger=Decimal("58000.0"))
    assert "@58,000.0" in order_line(stop, width=78)


def test_a_gauge_shows_interval_ceiling_and_bar() -> None:
    line = budget_line(a_budget(a_gauge("REST calls", "7.5", "9")))
    assert "7.5–9/20" in line
    assert all(mark in line for mark in "█▒┃─╌")


@pytest.mark.parametrize(
    ("changes", "note"),
    [
        ({"low": "15", "warning": "warm"}, "15/20 tight"),
        ({"warning": "warm"}, "tight?"),
        ({"warning": "hot"}, "hot"),
        ({"warning": "full", "free_in_ns": 3 * SECOND}, "full? 3s"),
        ({"low": "20", "warning": "full", "free_in_ns": 3 * SECOND}, "full 3s"),
        ({"warning": "locked"}, "locked out"),
        ({"from_start": True}, "start?"),
        ({"others_low": Fraction(1), "others_high": Fraction(3)}, "others 1–3"),
        ({"free_in_ns": 5 * SECOND}, "in 5s"),
        ({"free_in_ns": None}, "7.5/20"),
        ({}, "free now"),
    ],
)
def test_a_gauge_says_in_words_what_its_colour_says(changes: dict[str, object], note: str) -> None:
    assert note in budget_line(a_budget(a_gauge(**changes)))  # type: ignore[arg-type]  # fields by name


def test_gauges_out_of_sight_are_counted() -> None:
    many = a_budget(*(a_gauge(f"P{n}/USD trading", "1") for n in range(9)), headline="fine")
    assert "1–5 of 9" in drawn(Budget(), many, width=78)


def test_a_lockout_counts_down() -> None:
    assert "LOCKED OUT 14:05" in drawn(Budget(), a_budget(lockouts=(a_lockout(845),), warning="locked"))


@pytest.mark.parametrize("width", [58, 78, 118])
def test_a_lockout_says_what_goes_on_and_what_waits(width: int) -> None:
    view = a_budget(lockouts=(a_lockout(),), warning="locked", next_poll="Open orders in 14 min: silence.")
    words = " ".join(drawn(Budget(), view, width, height=7).split())
    assert words.endswith(f"Meanwhile {meanwhile(socket_open=True, cancels=True)}")
    assert "Next poll" not in words


def test_where_not_all_cancels_fit_the_dear_ones_are_told_apart() -> None:
    some = a_budget(cancels_now=18, fresh_now=3, fresh_of=10, headline="fine")
    assert "18 of 25 cancels fit now, 3 of 10 fresh" in drawn(Budget(), some, width=78)
    all_fit = a_budget(cancels_now=25, fresh_now=10, fresh_of=10, headline="fine")
    assert "fresh" not in drawn(Budget(), all_fit, width=78)


def test_where_room_is_short_the_fresh_ones_give_way_to_the_place() -> None:
    gauges = tuple(a_gauge(f"P{n}/USD trading", "1") for n in range(9))
    some = a_budget(*gauges, cancels_now=18, fresh_now=3, fresh_of=10, headline="fine")
    text = drawn(Budget(), some, width=58)
    assert "18 of 25 cancels fit now" in text
    assert "fresh" not in text
    assert "of 9" in text


def test_unexpected_refusals_are_told_above_expected_ones() -> None:
    text = drawn(Budget(), a_budget(refusals_expected=4, refusals_unexpected=1, headline="fine"))
    assert "1 unexpected refusal " in text


def test_the_budget_tells_cancels_tier_and_next_poll() -> None:
    text = drawn(Budget(), a_budget())
    assert "23 of 25 cancels fit now" in text
    assert "tier intermediate · by the exchange's ceiling of 125" in text
    assert "Next poll  Balances in 2 min 12 s: calls are scarce" in text


@pytest.mark.parametrize("width", [58, 78, 98, 118, 158])
def test_no_sentence_of_the_budget_is_cut(width: int) -> None:
    poll = "Open orders in 2 min 45 s: the REST counter has to fall to 11.25 of 15 first."
    headline = "DOGE/USD trading: 0.36 to 13 of 125 points, shared; one more act fits now."
    view = a_budget(*(a_gauge(f"P{n}/USD trading", "1") for n in range(9)), headline=headline, next_poll=poll)
    words = " ".join(drawn(Budget(), view, width, height=6).split())
    assert headline in words
    assert poll in words
    assert "…" not in words


def test_gauges_keep_their_lines_once_a_sentence_was_long() -> None:
    budget, gauges = Budget(), tuple(a_gauge(f"P{n}/USD trading", "1") for n in range(9))
    long = drawn(budget, a_budget(*gauges, next_poll="word " * 20), 78, height=7).splitlines()
    short = drawn(budget, a_budget(*gauges, next_poll="Balances now."), 78, height=7).splitlines()
    assert short[2:5] == long[2:5]


def test_nothing_is_said_of_cancels_before_the_orders_are_listed() -> None:
    assert "cancels" not in drawn(Budget(), a_budget(cancels_now=None, cancels_of=0))


def test_without_a_key_there_is_no_tier() -> None:
    assert "tier" not in drawn(Budget(), a_budget(a_gauge("Public calls", "0", name="public_rest")))


def test_counters_that_drain_by_points_a_second_show_whole_points_rounded_outward() -> None:
    assert "6–14/125" in budget_line(a_budget(a_gauge("BTC/USD trading", "6.9", "13.2")))


def test_the_journal_line_shows_what_happened_last() -> None:
    assert "what happened" in drawn(LastLine(), Latest("", a_line(1, "what happened")))
    assert "said" in drawn(LastLine(), Latest("said", a_line(1, "what happened")))


def test_a_long_entry_says_where_the_rest_is() -> None:
    entry = drawn(LastLine(), Latest("", a_line(1, "word " * 30)), width=78)
    assert entry.endswith("… J tells the rest")
    assert len(entry) == 78


def test_a_long_sentence_of_ours_goes_on_in_the_key_line() -> None:
    said = " ".join(f"word{n}" for n in range(16))
    first = drawn(LastLine(), Latest(said, None), width=78)
    second = drawn(KeyLine(), Keys(may_cancel=True, on_orders=True, said=said), width=78)
    assert said == " ".join(f"{first} {second}".replace("▌", "").split())


def test_a_key_that_only_watches_is_offered_no_cancel() -> None:
    keys = drawn(KeyLine(), Keys(may_cancel=False, on_orders=True, said=""), width=120)
    assert "Cancel" not in keys
    assert "Mark" not in keys
    assert keys.startswith("? Help")


def test_orders_that_just_ended_are_shown_but_not_counted_as_open() -> None:
    view = orders_of(an_order("O1", last_outcome="cancelled"), an_order("O2", last_outcome="refused"))
    assert "Open orders 1 ─" in drawn(Orders(), view).splitlines()[0]


def test_a_refused_key_is_told_in_the_status_line() -> None:
    refused = a_status(power="watch", power_known=False, key_refused="Kraken does not know this key.")
    assert "═ KEY REFUSED ═" in drawn(StatusLine(), refused)


def test_the_panels_say_why_nothing_comes_when_the_key_is_refused() -> None:
    why = "Kraken does not know this key: private calls stop until it is replaced."
    assert why_waiting(a_status(key_refused=why)) == why


def test_a_key_that_is_held_back_is_told_in_the_status_line_and_the_panels() -> None:
    why = "The exchange has not told what the key main may do."
    held = a_status(power="watch", power_known=False, key_held_back=why)
    assert "═ KEY HELD BACK ═" in drawn(StatusLine(), held)
    assert why_waiting(held) == why


def test_an_amended_order_carries_a_mark_behind_its_age() -> None:
    assert " 42s~ " in order_line(an_order(amended=True))


def test_the_help_lists_what_a_cancel_costs_by_age() -> None:
    text = "\n".join("".join(span.text for span in line.spans) for line in help_lines(200))
    assert "under 5 s 8, under 10 s 6, under 15 s 5, under 45 s 4, under 90 s 2, under 300 s 1" in text


@pytest.mark.parametrize("warning", ["warm", "hot", "full", "locked"])
def test_a_gauge_that_warns_says_so_in_a_word_even_where_others_take_part(warning: str) -> None:
    row = a_gauge("BTC/USD trading", "125", "125", warning=warning, others_high=Fraction(9))
    assert gauge_texts(row)[2].split()[0] in {"tight", "hot", "full", "locked"}


def test_the_key_that_cancels_is_named_beside_the_one_that_reads() -> None:
    second = KeyInUse(key="170e8240987b", name="help", refused=None)
    told = drawn(StatusLine(), a_status(canceller=second), 160)
    assert " · key cancel 3f2a9c01be77 · cancels help 170e8240987b " in told
    gone = structs.replace(second, refused="Kraken does not know this key.")
    assert "help 170e8240987b, refused" in drawn(StatusLine(), a_status(canceller=gone), 170)
