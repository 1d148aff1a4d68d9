from fractions import Fraction

import pytest

from krakentui.budget.ledger import Ledger
from krakentui.model.clock import SECOND
from krakentui.model.event import (
    CallSpent,
    CancelAnswered,
    ClockJumped,
    CounterReported,
    FeedChanged,
    ForeignUseSeen,
    LockoutBegan,
    Noted,
    SequenceBroken,
)
from krakentui.model.limit import POINT, IpScope, Tier, points, units
from tests.budget.acts import (
    BTC,
    ETH,
    KEY,
    a_ledger,
    cancel_spent,
    pair_refused,
    refused,
    settled,
    snapshot,
    spent,
    stream,
    stream_down,
    tier_seen,
    told,
)
from tests.budget.figures import spread


def rest(ledger: Ledger, at_s: float) -> tuple[object, object]:
    return spread(ledger.rest_at(round(at_s * SECOND)))


def engine(ledger: Ledger, at_s: float, pair: str = "BTC/USD") -> tuple[object, object]:
    return spread(ledger.engine_at(pair, round(at_s * SECOND)))


# --- start, gap, tier -----------------------------------------------------------------------------


def test_after_a_start_the_rest_counter_may_stand_anywhere() -> None:
    ledger = Ledger.start(0, KEY.key, "alice", assume_tier="pro")
    assert rest(ledger, 0) == (0, 20)


def test_the_doubt_of_the_start_drains_away() -> None:
    ledger = Ledger.start(0, KEY.key, "alice", assume_tier="pro")
    assert rest(ledger, 11) == (0, 10)  # one second late: the drain may go in steps
    assert rest(ledger, 21) == (0, 0)


def test_before_the_first_snapshot_a_pair_may_be_full_at_any_time() -> None:
    ledger = Ledger.start(0, KEY.key, "alice", assume_tier="pro")
    assert engine(ledger, 1_000) == (0, 180)


def test_after_the_snapshot_a_pair_drains() -> None:
    ledger = told(Ledger.start(0, KEY.key, "alice", assume_tier="starter"), 10, snapshot())
    assert engine(ledger, 10) == (0, 60)
    assert engine(ledger, 21) == (0, 50)


@pytest.mark.parametrize(
    "event",
    [
        stream_down(),
        FeedChanged(feed="private", state="stale"),
        SequenceBroken(channel="executions", expected=2, got=4),
    ],
)
def test_while_the_stream_has_a_gap_every_pair_may_be_full(
    event: FeedChanged | SequenceBroken,
) -> None:
    ledger = told(a_ledger(), 0, event)
    assert engine(ledger, 500) == (0, 125)
    assert engine(told(ledger, 500, snapshot()), 500 + 10) == (0, Fraction("103.94"))


def test_a_gap_of_the_private_stream_leaves_the_rest_counter_alone() -> None:
    assert rest(told(a_ledger(), 0, stream_down()), 1) == (0, 0)


def test_a_break_in_another_channel_is_no_gap() -> None:
    ledger = told(a_ledger(), 0, SequenceBroken(channel="balances", expected=2, got=4))
    assert engine(ledger, 0) == (0, 0)


def test_until_the_tier_is_known_the_ceiling_is_starters_and_the_doubt_is_pros() -> None:
    ledger = Ledger.start(0, KEY.key, "alice")
    counter = ledger.rest_at(0)
    assert points(counter.ceiling) == 15
    assert spread(counter) == (0, 20)


@pytest.mark.parametrize(
    ("ceiling", "tier", "rest_max"), [(60, "starter", 15), (125, "intermediate", 20), (180, "pro", 20)]
)
def test_the_exchange_names_the_tier_by_its_ceiling(ceiling: int, tier: Tier, rest_max: int) -> None:
    ledger = told(Ledger.start(0, KEY.key, "alice"), 0, tier_seen(ceiling))
    assert ledger.belief.tier == tier
    assert points(ledger.rest_at(0).ceiling) == rest_max
    assert str(ceiling) in ledger.belief.source


def test_learning_that_the_tier_is_the_smallest_narrows_the_doubt_at_once() -> None:
    ledger = told(Ledger.start(0, KEY.key, "alice"), 1, tier_seen(60), snapshot())
    assert rest(ledger, 1) == (0, 15)
    assert engine(ledger, 1) == (0, 60)


def test_an_unknown_ceiling_is_used_as_it_is() -> None:
    ledger = told(Ledger.start(0, KEY.key, "alice"), 0, tier_seen(250), snapshot())
    assert ledger.belief.tier is None
    assert engine(ledger, 0) == (0, 250)
    assert points(ledger.rest_at(0).ceiling) == 15


def test_the_users_word_overrides_the_exchanges() -> None:
    ledger = told(Ledger.start(0, KEY.key, "alice", assume_tier="starter"), 0, tier_seen(180))
    assert ledger.belief.tier == "starter"
    assert ledger.belief.source == "assumed by --assume-tier; the exchange says pro"


def test_another_accounts_tier_changes_nothing() -> None:
    ledger = a_ledger(None)
    event = tier_seen(180)
    assert told(ledger, 0, type(event)(account="bob", maxratecount=180)).belief == ledger.belief


def test_a_clock_that_jumped_leaves_no_low_end() -> None:
    ledger = told(a_ledger(), 0, spent(5), ClockJumped(gap_ns=60 * SECOND, why="the machine slept"))
    assert rest(ledger, 0) == (0, 5)


def test_events_of_no_limit_change_nothing() -> None:
    ledger = a_ledger()
    assert told(ledger, 0, Noted(kind="notice", text="hello")) == ledger


# --- calls of ours --------------------------------------------------------------------------------


def test_a_call_that_landed_counts_at_both_ends() -> None:
    assert rest(told(a_ledger(), 0, spent(4)), 0) == (4, 4)


def test_a_call_in_the_air_counts_at_the_high_end_only() -> None:
    assert rest(told(a_ledger(), 0, spent(1, ticket=7)), 1) == (0, 1)


def test_a_call_drains_at_the_high_end_from_its_answer_on() -> None:
    ledger = told(told(a_ledger("pro"), 0, spent(4, ticket=7)), 2, settled(7))
    assert rest(ledger, 2) == (2, 4)


def test_a_call_without_an_answer_lands_in_the_end() -> None:
    ledger = told(a_ledger("pro"), 0, spent(4, ticket=7))
    assert rest(ledger, 5) == (0, 4)
    assert rest(ledger, 7) == (0, 3)


def test_a_lost_call_may_never_have_counted() -> None:
    ledger = told(a_ledger(), 0, spent(4, ticket=7), settled(7, answered=False))
    assert rest(ledger, 0) == (0, 4)


def test_a_lost_call_may_land_after_it_was_given_up() -> None:
    """A read that is cut for a cancel is still on its way: it drains from its latest landing on."""
    ledger = told(a_ledger("pro"), 0, spent(4, ticket=7))
    ledger = told(ledger, 1, settled(7, answered=False))
    assert rest(ledger, 5) == (0, 4)
    assert rest(ledger, 7) == (0, 3)  # landed at 5 s, and a step may be late


def test_a_call_that_never_left_costs_nothing() -> None:
    ledger = told(a_ledger(), 0, spent(4, ticket=7), settled(7, answered=False, sent=False))
    assert rest(ledger, 0) == (0, 0)


def test_an_answer_to_an_unknown_ticket_changes_nothing() -> None:
    ledger = told(a_ledger(), 0, spent(4))
    assert told(ledger, 0, settled(99)) == ledger


@pytest.mark.parametrize("high", [0, 1])
def test_the_answer_to_a_call_that_may_be_free_proves_nothing(high: int) -> None:
    """Calls that cost nothing may pass while the counter stands above its ceiling."""
    ledger = told(a_ledger("intermediate"), 0, *(spent() for _ in range(20)), refused())
    free = CallSpent(name="rest", scope=KEY, low=0, high=units(high), what="CancelOrder", ticket=7)
    after = told(ledger, 0, free, settled(7)).rest_at(0)
    assert after.high >= units(21)


def test_an_answer_proves_that_the_counter_was_within_the_ceiling() -> None:
    ledger = Ledger.start(0, KEY.key, "alice", assume_tier="pro")
    for ticket in range(1, 5):
        ledger = told(ledger, 0, spent(1, ticket), settled(ticket))
    assert rest(ledger, 0) == (4, 21)


# --- refusals -------------------------------------------------------------------------------------


def test_a_refusal_moves_both_ends_to_the_ceiling() -> None:
    assert rest(told(a_ledger(), 0, spent(4), refused(4)), 0) == (16, 24)


def test_a_refused_call_may_not_have_counted() -> None:
    ledger = told(a_ledger(), 0, spent(20), refused(20))
    assert rest(ledger, 0) == (0, 40)


def test_refusals_are_counted_by_whether_they_were_expected() -> None:
    ledger = told(a_ledger(), 0, refused(expected=True), refused(expected=False), refused(expected=False))
    assert (ledger.refusals_expected, ledger.refusals_unexpected) == (1, 2)


def test_an_unexpected_refusal_betrays_others() -> None:
    ledger = told(a_ledger(), 0, spent(1), refused(1))
    assert ledger.foreign_known("rest", KEY, SECOND)
    others = ledger.rest.shown_others(0)
    assert points(others.low) == 18
    assert points(others.high) == 21


def test_a_refusal_that_was_expected_says_nothing_of_others() -> None:
    assert not told(a_ledger(), 0, refused(expected=True)).foreign_known("rest", KEY, SECOND)


def test_after_an_expected_refusal_background_calls_wait_until_the_counter_has_drained() -> None:
    ledger = told(a_ledger("pro"), 0, spent(1), refused(1, expected=True))
    at_ns = ledger.background_at(POINT, 0)
    assert at_ns == (1 + 21 + 1 + 3 - 20) * SECOND  # one step, the counter, the cost and the reserve


def test_after_an_unexpected_one_a_background_call_is_tried_when_two_such_and_five_points_have_drained() -> (
    None
):
    ledger = told(a_ledger("pro"), 0, spent(1), refused(1))
    assert ledger.background_at(POINT, 0) == (2 * 1 + 5) * SECOND


def test_what_the_exchange_says_to_wait_is_not_guessed_shorter() -> None:
    ledger = told(a_ledger(), 0, refused(until_s=40))
    assert ledger.background_at(POINT, 0) == 40 * SECOND
    assert ledger.background_at(POINT, 41 * SECOND) == 41 * SECOND


def test_a_throttled_call_does_not_say_that_the_counter_is_full() -> None:
    assert rest(told(a_ledger(), 0, refused(until_s=40)), 0) == (0, 0)


def test_a_refusal_on_one_pair_leaves_the_others_alone() -> None:
    ledger = told(a_ledger(), 0, pair_refused(8, ETH))
    assert engine(ledger, 0, "ETH/USD") == (Fraction("116.532"), 133)  # the stream may be 0.2 s late
    assert engine(ledger, 0) == (0, 0)


def test_a_refused_cancel_counts_once() -> None:
    no = CancelAnswered(
        account="alice", order_id="O1", request=1, ok=False, code="EOrder:Rate limit exceeded"
    )
    ledger = told(a_ledger(), 0, cancel_spent("O1", 8), pair_refused(8, order_id="O1"), no)
    assert engine(ledger, 0)[1] == 133


def test_a_refusal_is_expected_where_the_call_might_not_fit() -> None:
    ledger = told(a_ledger(), 0, spent(20))
    assert ledger.expects_refusal("rest", KEY, POINT, 0)
    assert not a_ledger().expects_refusal("rest", KEY, POINT, 0)


def test_a_refusal_is_expected_where_others_are_known() -> None:
    ledger = told(a_ledger(), 0, stream("O1", "pending_new", 0, pair="BTC/USD"))
    assert ledger.expects_refusal("engine", BTC, POINT, 0)
    assert not ledger.expects_refusal("engine", ETH, POINT, 0)


def test_foreign_use_of_the_key_makes_the_counter_unknown() -> None:
    ledger = told(a_ledger(), 0, ForeignUseSeen(name="rest", scope=KEY, why="its nonce ran ahead"))
    assert rest(ledger, 0) == (0, 20)
    assert ledger.foreign_known("rest", KEY, 0)


def test_foreign_use_that_may_go_on_keeps_the_high_end_up_until_calls_pass() -> None:
    seen = ForeignUseSeen(name="rest", scope=KEY, why="its nonce is above ours", lasting=True)
    ledger = told(a_ledger("pro"), 0, seen)
    assert rest(ledger, 600) == (0, 20)
    assert ledger.background_at(POINT, 0) == 0, "a call may be tried: nothing was refused"
    assert ledger.is_tried(0)
    assert not ledger.is_tried(900 * SECOND), "no sign of it for 15 minutes"
    assert rest(ledger, 921) == (0, 0)
    again = told(ledger, 600, seen)
    assert again.is_tried(1_499 * SECOND)


def test_a_reported_counter_wins() -> None:
    """It has drained since for as long as the stream may be late; a refused act of others may follow."""
    ledger = told(a_ledger(), 0, stream("O1", "pending_new", 0, pair="BTC/USD"))
    report = CounterReported(name="engine", scope=BTC, units=units("41.5"), source="v1")
    assert engine(told(ledger, 0, report), 0) == (Fraction("41.5") - Fraction("0.468"), Fraction("42.5"))


def test_a_figure_that_is_proven_leaves_nothing_hidden() -> None:
    ledger = told(a_ledger(), 0, stream("O1", "pending_new", 0, pair="BTC/USD"))
    report = CounterReported(name="engine", scope=BTC, units=units("41.5"), source="v1", proven=True)
    assert engine(told(ledger, 0, report), 0)[1] == Fraction("41.5")


def test_what_explains_a_refusal_does_not_come_on_top_of_it() -> None:
    """Thirty acts of others, and thirty that may have been refused, can fill a counter of sixty."""
    ledger = a_ledger("starter")
    for number in range(30):
        ledger = told(ledger, 0, stream(f"O{number}", "pending_new", 0, pair="BTC/USD"))
    assert engine(told(ledger, 0, pair_refused(8)), 0)[1] == 68
    quiet = told(a_ledger("starter"), 0, stream("O1", "pending_new", 0, pair="BTC/USD"))
    assert engine(told(quiet, 0, pair_refused(8)), 0)[1] == 69


# --- lockout --------------------------------------------------------------------------------------


def test_a_lockout_stops_calls_until_it_ends() -> None:
    ledger = told(a_ledger(), 0, LockoutBegan(scope=KEY, until_ns=900 * SECOND, reason="silence"))
    assert ledger.locked(SECOND) is not None
    assert ledger.background_at(POINT, 0) == ledger.user_at(POINT, 0) == 900 * SECOND
    assert ledger.locked(900 * SECOND) is None


# --- limits of the address ------------------------------------------------------------------------


def test_one_public_call_a_second_fits() -> None:
    call = CallSpent(name="public_rest", scope=IpScope(), low=POINT, high=POINT, what="Ticker")
    ledger = told(a_ledger(), 0, call)
    assert ledger.public.fits_at(POINT, 0) == SECOND


def test_candles_count_for_their_pair_alone() -> None:
    scope = IpScope(pair="BTC/USD")
    call = CallSpent(name="public_rest", scope=scope, low=POINT, high=POINT, what="OHLC")
    ledger = told(a_ledger(), 0, call)
    assert ledger.public.fits_at(POINT, 0) == 0
    meter = ledger.meter("public_rest", scope)
    assert meter is not None
    assert meter.fits_at(POINT, 0) == SECOND


def test_the_sixty_first_connection_waits_for_the_first_to_grow_old() -> None:
    attempt = CallSpent(name="connections", scope=IpScope(), low=POINT, high=POINT, what="private")
    ledger = a_ledger()
    for second in range(60):
        assert ledger.connections.fits_at(second * SECOND) == second * SECOND
        ledger = told(ledger, second, attempt)
    assert ledger.connections.fits_at(60 * SECOND) == 600 * SECOND
