"""Freshness: by any frame, by what a feed says of itself, by our clock's jumps."""

from decimal import Decimal

import pytest

from krakentui.model.clock import SECOND
from krakentui.model.event import ClockJumped, FeedHeard, Happening, TickerSeen
from krakentui.model.market import Ticker
from krakentui.state import views
from krakentui.state.state import State
from krakentui.state.view import FeedView, Freshness, MarketRow
from tests.support.builders import (
    a_bare_state,
    a_listed,
    a_patch,
    a_standing,
    a_state,
    a_ticker,
    at,
    balances_polled,
    feed,
    patched,
    play,
    polled,
    snapshot,
    wall,
)


def view(state: State, role: str, seconds: float) -> FeedView:
    return next(one for one in views.status(state, at(seconds)).feeds if one.role == role)


def market(state: State, seconds: float) -> MarketRow:
    return views.markets(state, at(seconds))[0]


def order_freshness(state: State, seconds: float) -> Freshness:
    return views.orders(state, at(seconds)).rows[0].freshness


@pytest.mark.parametrize(
    ("silence", "fresh"), [(0, "live"), (2.9, "live"), (3, "old"), (4.9, "old"), (5, "stale"), (900, "stale")]
)
def test_silence_makes_prices_old_then_stale(silence: float, fresh: Freshness) -> None:
    assert market(a_state(a_ticker()), silence).freshness == fresh


def test_any_frame_keeps_a_quiet_market_live() -> None:
    state = play(a_state(a_ticker()), FeedHeard(feed="public"), seconds=40)
    assert market(state, 41).freshness == "live"


def test_a_quiet_market_shows_its_own_age() -> None:
    state = play(a_state(a_ticker()), FeedHeard(feed="public"), seconds=40)
    assert market(state, 41).age_ns == 41 * SECOND


def test_a_market_never_seen_is_unknown() -> None:
    assert market(a_state(), 0).freshness == "unknown"


def test_a_silent_feed_that_calls_itself_live_is_shown_stale() -> None:
    assert view(a_state(), "public", 6).state == "stale"


def test_the_age_of_a_feed_that_is_down_goes_on_growing() -> None:
    assert view(a_state(feed("public", "down")), "public", 30).age_ns == 30 * SECOND


def test_a_feed_that_is_down_says_why() -> None:
    assert view(a_state(feed("public", "down", "reset")), "public", 1).why == "reset"


def test_a_feed_never_heard_is_unknown() -> None:
    assert view(a_bare_state(), "public", 0).freshness == "unknown"


def test_every_reopening_is_counted() -> None:
    state = a_state(*[feed("public", name) for name in ("down", "connecting", "live", "stale", "live")])
    assert view(state, "public", 0).reconnects == 2


def test_prices_from_before_an_outage_are_stale_until_told_anew() -> None:
    state = a_state(a_ticker())
    play(state, feed("public", "down"), feed("public"), seconds=1)
    assert market(state, 1.1).freshness == "stale"


def test_one_feed_back_does_not_make_the_other_live() -> None:
    state = a_state(feed("rest", "down"), feed("public", "down"), feed("public"))
    assert (view(state, "public", 0).state, view(state, "rest", 0).state) == ("live", "down")


def test_a_clock_jump_makes_everything_stale_at_once() -> None:
    state = a_state(a_ticker(), snapshot(a_standing()))
    play(state, ClockJumped(gap_ns=3600 * SECOND, why="The machine slept"), seconds=1)
    assert (market(state, 1).freshness, order_freshness(state, 1)) == ("stale", "stale")


def test_an_age_includes_the_sleep_that_our_clock_did_not_see() -> None:
    state = a_state(a_ticker())
    play(state, ClockJumped(gap_ns=3600 * SECOND, why="The machine slept"), seconds=1)
    age_ns = market(state, 2).age_ns
    assert age_ns is not None
    assert age_ns >= 3600 * SECOND


def test_a_feed_heard_after_a_jump_is_live_again() -> None:
    state = a_state()
    play(state, ClockJumped(gap_ns=3600 * SECOND, why="The machine slept"), seconds=1)
    play(state, FeedHeard(feed="public"), a_ticker(), seconds=2)
    assert market(state, 2).freshness == "live"


def late(price: str, said: float) -> Happening:
    return TickerSeen(ticker=Ticker(symbol="BTC/USD", last=Decimal(price), exchange_ns=wall(said)))


def test_prices_that_come_half_a_minute_late_are_stale() -> None:
    state = a_state(late("1", -30))
    play(state, late("2", -29), FeedHeard(feed="public"), seconds=1)
    assert market(state, 1).freshness == "stale"


def test_the_age_of_late_prices_counts_from_the_exchange() -> None:
    state = a_state(late("1", -30))
    play(state, late("2", -29), FeedHeard(feed="public"), seconds=1)
    assert market(state, 1).age_ns == 30 * SECOND


def test_an_old_timestamp_of_a_first_price_is_a_quiet_market_not_a_late_feed() -> None:
    assert market(a_state(late("1", -30)), 0).freshness == "live"


def test_a_lag_that_nothing_confirms_is_forgotten() -> None:
    state = a_state(late("1", -30))
    play(state, late("2", -29), seconds=1)
    play(state, FeedHeard(feed="public"), seconds=7)
    assert market(state, 7).freshness == "live"


def test_orders_on_a_stream_that_runs_late_are_stale() -> None:
    state = play(a_state(snapshot(a_standing())), FeedHeard(feed="private"), seconds=3)
    play(state, patched(a_patch("O1", "amended", -30, price="1")), seconds=3)
    assert order_freshness(state, 3) == "stale"


def test_old_orders_that_come_with_a_snapshot_make_no_late_stream() -> None:
    state = a_state(snapshot(a_standing()), patched(a_patch("O2", "canceled", -900)))
    assert order_freshness(state, 0) == "live"


def test_orders_are_live_while_their_stream_is() -> None:
    assert order_freshness(a_state(snapshot(a_standing())), 1) == "live"


def test_orders_on_a_silent_stream_are_stale() -> None:
    assert order_freshness(a_state(snapshot(a_standing())), 6) == "stale"


def test_orders_that_only_lists_tell_are_never_called_live() -> None:
    state = play(a_state(), feed("private", "down"), polled(a_listed(), asked=0))
    assert order_freshness(state, 1) == "old"


def test_orders_that_no_list_has_named_for_a_minute_are_stale() -> None:
    state = play(a_state(), feed("private", "down"), polled(a_listed(), asked=0))
    assert order_freshness(state, 61) == "stale"


def test_balances_of_a_silent_stream_are_not_live() -> None:
    state = play(a_state(balances_polled(USD="1")), feed("private", "down"))
    assert views.balances(state, at(1)).rows[0].freshness == "old"


def test_what_only_polls_tell_is_not_live_while_rest_is_down() -> None:
    state = a_state(balances_polled(asked=0, DOT_S="1"), feed("rest", "down"))
    assert {row.freshness for row in views.balances(state, at(10)).rows} == {"old"}
