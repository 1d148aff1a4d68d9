"""What leaves the state: rows with exact figures, ages and honest marks."""

from decimal import Decimal
from fractions import Fraction

import pytest
from msgspec import structs

from krakentui.model.account import KeyInfo
from krakentui.model.clock import SECOND
from krakentui.model.event import (
    CallSpent,
    CancelAnswered,
    CancelAsked,
    CancelSent,
    CancelUnanswered,
    CandlesSeen,
    ClockJumped,
    DeniedSeen,
    FillSeen,
    Happening,
    KeyDescribed,
    KeyRefused,
    LockoutBegan,
    Noted,
    SystemSeen,
    TickerSeen,
    TierSeen,
    TimeMeasured,
)
from krakentui.model.limit import KeyScope, units
from krakentui.model.market import Candle, Maintenance, Ticker
from krakentui.model.poll import PollPlanned
from krakentui.state import filtertext, views
from krakentui.state.filters import OrderFilter, fitting
from krakentui.state.journal import MAX_LINES
from krakentui.state.state import State
from krakentui.state.view import OrderRow
from tests.support.builders import (
    ACCOUNT,
    FULL_KEY,
    KEY,
    WATCH_KEY,
    a_bare_state,
    a_fill,
    a_listed,
    a_patch,
    a_standing,
    a_state,
    a_ticker,
    at,
    feed,
    patched,
    play,
    polled,
    queried,
    snapshot,
    wall,
)
from tests.support.clock import WALL_START

ASKED = CancelAsked(account=ACCOUNT, order_id="O1", request=1, route="over the websocket")
SENT = CancelSent(account=ACCOUNT, order_id="O1", request=1, route="over the websocket")
REFUSED = CancelAnswered(
    account=ACCOUNT, order_id="O1", request=1, ok=False, code="EOrder:Rate limit exceeded"
)
UNANSWERED = CancelUnanswered(account=ACCOUNT, order_id="O1", request=1, why="no answer in 5 s")
CANCELED = patched(a_patch("O1", "canceled", 1, reason="User requested"))


def rows(state: State, seconds: float = 0) -> tuple[OrderRow, ...]:
    return views.orders(state, at(seconds)).rows


def row(*events: Happening, seconds: float = 0) -> OrderRow:
    return rows(a_state(*events), seconds)[0]


# --- order rows -------------------------------------------------------------------------------------


def test_a_sell_above_the_market_has_to_wait_for_the_bid() -> None:
    shown = row(a_ticker(last="100000.0", half_spread="0"), snapshot(a_standing(price="110000.0")))
    assert shown.distance_pct == Decimal("10.0000")


def test_a_buy_below_the_market_has_a_negative_distance() -> None:
    shown = row(a_ticker(last="100000.0", half_spread="0"), snapshot(a_standing(side="buy", price="95000.0")))
    assert shown.distance_pct == Decimal("-5.0000")


def test_a_stop_is_as_far_as_its_trigger() -> None:
    stop = a_standing(type="stop-loss", price=None, trigger="90000.0")
    assert row(a_ticker(last="100000.0"), snapshot(stop)).distance_pct == Decimal("-10.0000")


def test_a_trigger_on_the_last_price_is_as_far_as_the_last_trade() -> None:
    ticker = Ticker(symbol="BTC/USD", last=Decimal(100000), bid=Decimal(99000), ask=Decimal(99002))
    stop = a_standing(type="stop-loss", price=None, trigger="90000.0")
    assert row(TickerSeen(ticker=ticker), snapshot(stop)).distance_pct == Decimal("-10.0000")


def test_a_distance_grows_old_with_the_market_not_with_the_order() -> None:
    state = a_state(a_ticker(), snapshot(a_standing()))
    play(state, feed("public", "down"), seconds=1)
    (shown,) = views.orders(state, at(1)).rows
    assert (shown.freshness, shown.distance_freshness) == ("live", "stale")


def test_a_distance_without_prices_is_unknown() -> None:
    assert row(snapshot(a_standing())).distance_pct is None


def test_a_stop_shows_its_trigger_as_price() -> None:
    shown = row(snapshot(a_standing(type="stop-loss", price=None, trigger="90000.0")))
    assert (shown.price, shown.trigger) == (Decimal("90000.0"), Decimal("90000.0"))


def test_the_value_is_what_remains_times_the_price() -> None:
    shown = row(snapshot(a_standing(qty="0.5", filled="0.1", price="100000")))
    assert (shown.value, shown.quote) == (Decimal(40000), "USD")


def test_the_filled_share_is_in_percent() -> None:
    assert row(snapshot(a_standing(qty="0.5", filled="0.1"))).filled_pct == 20


def test_figures_come_with_the_places_of_their_pair() -> None:
    shown = row(snapshot(a_standing()))
    assert (shown.price_places, shown.qty_places) == (1, 8)


def test_the_age_of_an_order_is_by_the_clock_of_the_exchange() -> None:
    state = a_state(TimeMeasured(offset_ns=30 * SECOND, doubt_ns=0), snapshot(a_standing(said=-600)))
    assert rows(state)[0].order_age_ns == 630 * SECOND


def test_no_order_has_an_age_before_the_clock_of_the_exchange_is_measured() -> None:
    state = play(a_bare_state(), snapshot(a_standing(said=-600)))
    (shown,) = rows(state)
    assert (shown.order_age_ns, shown.opened_wall_ns) == (None, WALL_START - 600 * SECOND)
    assert shown.cost is not None
    assert (shown.cost.low, shown.cost.high) == (Fraction(0), Fraction(8))
    assert (shown.cost.next, shown.cost.free_in_ns) == (None, None)
    play(state, TimeMeasured(offset_ns=0, doubt_ns=0))
    assert rows(state)[0].order_age_ns == 600 * SECOND


def test_a_jump_of_our_clock_leaves_no_order_an_age_until_it_is_measured_anew() -> None:
    state = a_state(snapshot(a_standing(said=-600)))
    play(state, ClockJumped(gap_ns=0, why="The clock was set", wall_ns=WALL_START + 3600 * SECOND))
    assert rows(state)[0].order_age_ns is None


@pytest.mark.parametrize("text", [">5m", "<2h"])
def test_a_filter_by_age_takes_no_order_before_the_clock_is_measured(text: str) -> None:
    state = play(a_bare_state(), snapshot(a_standing(said=-600)))
    wanted = filtertext.parse(text)
    assert isinstance(wanted, OrderFilter)
    assert fitting(rows(state), wanted) == ()
    assert fitting(rows(play(state, TimeMeasured(offset_ns=0, doubt_ns=0))), wanted) != ()


@pytest.mark.parametrize(
    ("age", "high", "following"),
    [(0, 8, 6), (4, 8, 6), (7, 6, 5), (12, 5, 4), (20, 4, 2), (60, 2, 1), (100, 1, 0), (302, 0, None)],
)
def test_a_cancel_costs_by_the_age_and_says_the_next_step(age: int, high: int, following: int | None) -> None:
    cost = row(snapshot(a_standing(said=-age))).cost
    assert cost is not None
    assert (cost.high, cost.next) == (Fraction(high), None if following is None else Fraction(following))


def test_a_cancel_says_when_it_is_free() -> None:
    cost = row(snapshot(a_standing(said=-100))).cost
    assert cost is not None
    assert cost.free_in_ns == 201 * SECOND


def test_a_cancel_that_may_exceed_the_ceiling_does_not_fit() -> None:
    cost = row(snapshot(a_standing(said=0))).cost
    assert cost is not None
    assert not cost.fits


def test_a_cancel_that_costs_nothing_fits_once_the_start_is_forgotten() -> None:
    cost = row(snapshot(a_standing(said=-1000)), seconds=300).cost
    assert cost is not None
    assert cost.fits


def test_an_order_without_details_has_no_cost() -> None:
    shown = row(snapshot(), patched(a_patch("O7", "new", 1)))
    assert (shown.cost, shown.details_loading) == (None, True)


def test_rows_go_by_pair_then_from_the_highest_price_down() -> None:
    listed = snapshot(
        a_standing("O1", pair="ETH/USD", price="3000"),
        a_standing("O2", price="90000.0"),
        a_standing("O3", price="110000.0"),
        a_standing("O4", price=None, type="market"),
    )
    assert [one.id for one in rows(a_state(listed))] == ["O3", "O2", "O4", "O1"]


@pytest.mark.parametrize(
    ("events", "shown"),
    [((ASKED,), "asked"), ((ASKED, SENT), "sent"), ((ASKED, SENT, UNANSWERED), "unknown")],
)
def test_a_row_shows_how_far_its_cancel_has_come(events: tuple[Happening, ...], shown: str) -> None:
    assert row(snapshot(a_standing()), *events).cancel == shown


def test_a_refused_cancel_is_told_on_the_row() -> None:
    shown = row(snapshot(a_standing()), ASKED, SENT, REFUSED)
    assert (shown.cancel, shown.last_outcome) == (None, "refused")


def test_an_order_that_our_cancel_ended_stays_for_a_while_with_its_outcome() -> None:
    assert row(snapshot(a_standing()), ASKED, SENT, CANCELED, seconds=8).last_outcome == "cancelled"


def test_an_order_that_our_cancel_ended_leaves_after_a_while() -> None:
    assert not rows(a_state(snapshot(a_standing()), ASKED, SENT, CANCELED), 8.1)


def test_an_order_that_ended_by_itself_leaves_at_once() -> None:
    assert not rows(a_state(snapshot(a_standing()), CANCELED))


def test_an_order_kept_for_its_cancel_is_shown_stale() -> None:
    shown = row(snapshot(a_standing()), ASKED, SENT, snapshot())
    assert (shown.cancel, shown.freshness) == ("unknown", "stale")


# --- the list of orders -----------------------------------------------------------------------------


def test_no_list_yet_is_not_an_empty_list() -> None:
    assert not views.orders(a_state(), at()).known


def test_an_empty_list_is_known() -> None:
    assert views.orders(a_state(snapshot()), at()).known


def test_orders_wait_until_their_pairs_are_joined() -> None:
    view = views.orders(play(a_bare_state(), polled(a_listed(), asked=1)), at())
    assert (view.known, view.rows) == (False, ())


def test_a_pair_that_the_exchange_does_not_list_is_shown_as_it_came() -> None:
    state = play(a_state(), feed("private", "down"), polled(a_listed(raw_pair="OLDUSD"), asked=1))
    assert rows(state)[0].pair == "OLDUSD"


def test_a_missing_permission_is_said() -> None:
    lacking = KeyInfo(name="poor", permissions=frozenset({"query-funds"}))
    assert "query-open-trades" in (views.orders(a_state(key=lacking), at()).denied or "")


def test_a_denied_list_is_said() -> None:
    state = a_state(DeniedSeen(key=KEY, endpoint="OpenOrders"))
    assert views.orders(state, at()).denied is not None


# --- the status line --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "read_only", "power"),
    [(FULL_KEY, False, "watch+cancel"), (WATCH_KEY, False, "watch"), (FULL_KEY, True, "watch")],
)
def test_the_power_is_what_the_key_and_the_user_allow(key: KeyInfo, read_only: bool, power: str) -> None:
    assert views.status(a_state(key=key, read_only=read_only), at()).power == power


def test_without_a_key_everything_is_public() -> None:
    shown = views.status(a_bare_state(key=None), at())
    assert (shown.power, shown.account) == ("public", None)


def test_a_description_of_another_key_is_not_ours() -> None:
    state = play(a_bare_state(), KeyDescribed(key="ffffffffffff", info=FULL_KEY))
    assert views.status(state, at()).power == "watch"


@pytest.mark.parametrize(("offset", "shown"), [(1, None), (-30, -30 * SECOND)])
def test_the_clock_offset_is_shown_when_it_matters(offset: int, shown: int | None) -> None:
    state = a_state(TimeMeasured(offset_ns=offset * SECOND, doubt_ns=0))
    assert views.status(state, at()).clock_offset_ns == shown


def test_a_recording_that_waited_does_not_make_the_clock_wrong() -> None:
    state = State(venue="replay")
    state.clock.offset_ns = 31 * SECOND
    assert views.status(state, at()).clock_offset_ns is None


def test_the_wall_clock_is_that_of_the_exchange() -> None:
    state = a_state(TimeMeasured(offset_ns=30 * SECOND, doubt_ns=0))
    assert views.status(state, at(5)).wall_ns == wall(35)


def test_an_announced_maintenance_is_kept_until_it_is_told_anew() -> None:
    state = a_state(SystemSeen(system="online", maintenance=(Maintenance(title="Upgrade"),)))
    play(state, SystemSeen(system="maintenance"))
    assert [one.title for one in views.status(state, at()).maintenance] == ["Upgrade"]


# --- markets ----------------------------------------------------------------------------------------


def test_markets_are_the_chosen_ones_then_those_of_the_orders() -> None:
    state = a_state(snapshot(a_standing(pair="SOL/BTC")))
    assert [one.pair for one in views.markets(state, at())] == ["BTC/USD", "ETH/USD", "SOL/BTC"]


def test_the_spread_is_in_price_and_percent() -> None:
    shown = views.markets(a_state(a_ticker(last="100000.0", half_spread="50")), at())[0]
    assert (shown.spread, shown.spread_pct) == (Decimal("100.0"), Decimal("0.1000"))


def test_a_ticker_that_tells_less_keeps_what_was_told() -> None:
    update = TickerSeen(ticker=Ticker(symbol="BTC/USD", last=Decimal(7)))
    shown = views.markets(a_state(a_ticker(), update), at())[0]
    assert (shown.last, shown.bid) == (Decimal(7), Decimal("99999.5"))


def test_a_late_ticker_does_not_turn_prices_back() -> None:
    young = TickerSeen(ticker=Ticker(symbol="BTC/USD", last=Decimal(2), exchange_ns=wall(2)))
    late = TickerSeen(ticker=Ticker(symbol="BTC/USD", last=Decimal(1), exchange_ns=wall(1)))
    assert views.markets(a_state(young, late), at())[0].last == 2


def test_the_sparkline_is_the_closes_oldest_first() -> None:
    bars = [
        Candle(
            symbol="BTC/USD", interval_min=15, begin_ns=wall(begin), open=one, high=one, low=one,
            close=one, volume=one,
        )
        for begin, one in ((900, Decimal(2)), (0, Decimal(1)), (900, Decimal(3)))
    ]  # fmt: skip
    state = a_state(CandlesSeen(symbol="BTC/USD", interval_min=15, candles=tuple(bars), snapshot=True))
    assert views.markets(state, at())[0].spark == (Decimal(1), Decimal(3))


# --- the budget -------------------------------------------------------------------------------------


def test_the_budget_names_the_tier_and_its_source() -> None:
    view = views.budget(a_state(TierSeen(account=ACCOUNT, maxratecount=125)), at())
    assert (view.tier, "125" in view.tier_source) == ("intermediate", True)


def test_every_gauge_is_an_interval() -> None:
    view = views.budget(a_state(snapshot(a_standing())), at())
    assert view.gauges
    assert all(0 <= gauge.low <= gauge.high for gauge in view.gauges)


def test_the_next_poll_counts_down() -> None:
    why = "Balances in 12 s: the stream is live, this only checks it."
    state = a_state(PollPlanned(what="Balances", at_ns=at(12), why=why))
    assert views.budget(state, at(5)).next_poll == "Balances in 7 s: the stream is live, this only checks it."


def test_a_lockout_counts_down() -> None:
    lockout = LockoutBegan(scope=KeyScope(KEY), until_ns=at(900), reason="EGeneral:Temporary lockout")
    assert views.budget(a_state(lockout), at(60)).lockouts[0].until_in_ns == 840 * SECOND


def test_a_lockout_says_what_works_meanwhile() -> None:
    lockout = LockoutBegan(scope=KeyScope(KEY), until_ns=at(900), reason="EGeneral:Temporary lockout")
    state = a_state(lockout)
    assert "cancels go over the open socket" in views.budget(state, at(60)).lockouts[0].meanwhile
    play(state, feed("private", "down"))
    assert "no cancel can be sent" in views.budget(state, at(60)).lockouts[0].meanwhile


def test_who_may_not_cancel_is_told_nothing_of_cancels_in_a_lockout() -> None:
    lockout = LockoutBegan(scope=KeyScope(KEY), until_ns=at(900), reason="EGeneral:Temporary lockout")
    state = a_state(lockout, key=WATCH_KEY)
    assert "cancel" not in views.budget(state, at(60)).lockouts[0].meanwhile
    play(state, feed("private", "down"))
    assert "cancel" not in views.budget(state, at(60)).lockouts[0].meanwhile


def test_a_limit_that_fills_within_the_minute_is_the_headline() -> None:
    """1.2 points a second, of which one drains: of 20 points 13 are in use after a minute."""
    cost = units("1.2")
    call = CallSpent(name="rest", scope=KeyScope(KEY), low=cost, high=cost, what="Balance")
    state = a_state(snapshot(), TierSeen(account=ACCOUNT, maxratecount=180))
    for second in range(60):
        play(state, call, seconds=900 + second)
    said = views.budget(state, at(959)).headline
    assert said.startswith("REST calls: 13")
    assert "at the pace of the last minute full in" in said
    assert views.budget(state, at(1_100)).gauges[0].wall_in_ns is None


def test_a_lockout_that_is_over_is_not_shown() -> None:
    lockout = LockoutBegan(scope=KeyScope(KEY), until_ns=at(900), reason="EGeneral:Temporary lockout")
    assert not views.budget(a_state(lockout), at(900)).lockouts


def test_the_affordable_cancels_are_counted_of_all_open_orders() -> None:
    view = views.budget(a_state(snapshot(a_standing("O1"), a_standing("O2", said=-1))), at())
    assert view.cancels_of == 2


def test_a_repeated_frame_is_counted_once_on_its_limit() -> None:
    add = patched(a_patch("O1", "pending_new", 1))
    once = a_state(snapshot(), add).ledger.engine_at("BTC/USD", at())
    twice = a_state(snapshot(), add, add, add).ledger.engine_at("BTC/USD", at())
    assert (once.low, once.high) == (twice.low, twice.high)


# --- the journal ------------------------------------------------------------------------------------


def test_the_journal_is_read_from_the_last_line_seen() -> None:
    state = a_state(Noted(kind="notice", text="one"), Noted(kind="notice", text="two"))
    last = views.journal(state)[-1].number
    assert [line.text for line in views.journal(state, last - 1)] == ["two"]


def test_the_journal_keeps_its_last_lines() -> None:
    state = a_state(*[Noted(kind="notice", text=str(count)) for count in range(MAX_LINES + 5)])
    lines = views.journal(state)
    assert (len(lines), lines[-1].text) == (MAX_LINES, str(MAX_LINES + 4))


def test_an_outcome_line_names_order_outcome_and_what_had_filled() -> None:
    state = a_state(snapshot(a_standing(filled="0.1")), ASKED, SENT, CANCELED)
    line = views.journal(state)[-1]
    assert (line.order_id, line.outcome, line.filled) == ("O1", "cancelled", Decimal("0.1"))


def test_a_fill_is_told_with_the_places_of_its_pair() -> None:
    state = a_state(snapshot(a_standing()), FillSeen(fill=a_fill(price="110000")))
    assert views.journal(state)[-1].text == "Filled: sell 0.1 BTC/USD at 110,000.0."


def test_a_system_that_changes_is_told() -> None:
    assert views.journal(a_state(SystemSeen(system="cancel_only")))[-1].kind == "system"


def test_a_feed_that_goes_down_says_why_in_one_sentence() -> None:
    line = views.journal(a_state(feed("private", "down", "no frame for 5 s.")))[-1]
    assert line.text == "Account stream is down: no frame for 5 s."


# --- the whole --------------------------------------------------------------------------------------


def test_the_revision_rises_with_every_event() -> None:
    state = a_state()
    before = state.revision
    play(state, a_ticker(), feed("public"))
    assert state.revision == before + 2


def test_a_view_that_left_does_not_change_any_more() -> None:
    state = a_state(snapshot(a_standing()))
    before = views.orders(state, at())
    kept = structs.replace(before)
    play(state, snapshot())
    assert before == kept


def test_an_order_of_a_query_alone_is_shown_as_such() -> None:
    state = play(a_state(), feed("private", "down"), queried(a_listed("O5"), asked=1))
    assert rows(state)[0].source == "query"


def test_a_refused_key_is_told_with_the_reason_until_a_key_is_described() -> None:
    state = a_state(KeyRefused(key=KEY, why="Kraken does not know this key."))
    assert views.status(state, at(1)).key_refused == "Kraken does not know this key."
    assert state.journal.after(0)[-1].level == "bad"
    play(state, KeyDescribed(key=KEY, info=FULL_KEY))
    assert views.status(state, at(2)).key_refused is None


def test_an_amended_order_says_so() -> None:
    assert not row(snapshot(a_standing())).amended
    assert row(snapshot(a_standing()), patched(a_patch("O1", "amended", 1))).amended


def test_a_key_that_may_not_cancel_is_promised_no_cancels() -> None:
    state = a_state(KeyDescribed(key=KEY, info=WATCH_KEY), snapshot(a_standing()))
    assert views.budget(state, at(1)).cancels_now is None
