import pytest
from hypothesis import given
from hypothesis import strategies as st

from krakentui.budget.ledger import Ledger
from krakentui.budget.plan import Go, WaitUntil, Want, headroom, next_poll, stretched
from krakentui.budget.words import duration
from krakentui.model.clock import SECOND
from krakentui.model.event import CallSpent, LockoutBegan
from krakentui.model.limit import POINT, IpScope, LimitName
from tests.budget.acts import KEY, a_ledger, refused, spent, told


def a_want(
    what: str = "Open orders",
    *,
    last_s: int | None = 0,
    soonest_s: int = 5,
    usual_s: int = 10,
    latest_s: int = 60,
    points: int = 1,
    why: str = "the stream is live, this only checks it",
    limit: LimitName = "rest",
    pair: str = "",
) -> Want:
    return Want(
        endpoint=what.replace(" ", ""),
        what=what,
        cost=points * POINT,
        last_ns=None if last_s is None else last_s * SECOND,
        soonest_ns=soonest_s * SECOND,
        usual_ns=usual_s * SECOND,
        latest_ns=latest_s * SECOND,
        why=why,
        limit=limit,
        pair=pair,
    )


def test_with_room_a_poll_comes_as_often_as_is_useful_and_says_why() -> None:
    decision = next_poll([a_want(soonest_s=8)], a_ledger(), 0)
    assert decision == WaitUntil(
        8 * SECOND, "Open orders in 8 s: the stream is live, this only checks it.", a_want(soonest_s=8)
    )


def test_what_was_never_asked_is_asked_at_once() -> None:
    decision = next_poll([a_want(last_s=None)], a_ledger(), 0)
    assert decision == Go(a_want(last_s=None), "Open orders now: the stream is live, this only checks it.")


@pytest.mark.parametrize(
    ("used", "period_s"), [(0, 5), (4, 5), (8, 9), (9, 15), (12, 51), (13, 60), (20, 60)]
)
def test_periods_stretch_as_room_shrinks(used: int, period_s: int) -> None:
    ledger = told(a_ledger(), 0, spent(used))
    assert stretched(a_want(), headroom(ledger, 0)) // SECOND == period_s


def test_a_stretched_poll_says_that_calls_are_scarce() -> None:
    decision = next_poll([a_want()], told(a_ledger("starter"), 0, spent(12)), 0)
    assert isinstance(decision, WaitUntil)
    assert decision.why.endswith("s: calls are scarce, so it comes later.")


def test_a_stretched_poll_comes_when_it_was_said_to_though_the_counter_drains_meanwhile() -> None:
    ledger = told(a_ledger(), 0, spent(16))
    said = next_poll([a_want()], ledger, 0)
    assert isinstance(said, WaitUntil)
    assert said.at_ns is not None
    assert isinstance(next_poll([a_want()], ledger, said.at_ns - SECOND), WaitUntil)
    assert isinstance(next_poll([a_want()], ledger, said.at_ns), Go)


def test_a_poll_never_touches_the_reserve() -> None:
    ledger = told(a_ledger("pro"), 0, spent(18))
    decision = next_poll([a_want(last_s=None)], ledger, 0)
    assert decision == WaitUntil(
        3 * SECOND, "Open orders in 3 s: the REST counter has to fall to 16 of 20 first.", a_want(last_s=None)
    )


def test_a_call_that_never_fits_is_not_planned() -> None:
    assert next_poll([a_want(points=18)], told(a_ledger(), 0, spent(1)), 0) == WaitUntil(
        None, "Nothing is polled."
    )


def test_nothing_wanted_is_nothing_polled() -> None:
    assert next_poll([], a_ledger(), 0) == WaitUntil(None, "Nothing is polled.")


def test_during_a_lockout_the_poll_waits_for_its_end() -> None:
    ledger = told(a_ledger(), 0, LockoutBegan(scope=KEY, until_ns=900 * SECOND, reason="silence"))
    decision = next_poll([a_want()], ledger, 30 * SECOND)
    assert isinstance(decision, WaitUntil)
    assert decision.at_ns == 900 * SECOND
    assert decision.why == "Open orders in 14 min 30 s: the exchange wants silence until then."


def test_a_pause_that_the_exchange_asked_for_is_kept() -> None:
    decision = next_poll([a_want(last_s=None)], told(a_ledger(), 0, refused(until_s=40)), 0)
    assert isinstance(decision, WaitUntil)
    assert decision.at_ns == 40 * SECOND
    assert decision.why == "Open orders in 40 s: the exchange asked for a pause."


def test_the_earliest_due_goes_first() -> None:
    wants = [a_want("Balances", last_s=3), a_want("Open orders", last_s=1)]
    decision = next_poll(wants, a_ledger(), 4 * SECOND)
    assert isinstance(decision, WaitUntil)
    assert decision.want == wants[1]


def test_of_two_that_are_due_the_one_that_bears_less_waiting_goes_first() -> None:
    wants = [a_want("Balances", latest_s=120), a_want("Open orders", latest_s=30)]
    decision = next_poll(wants, a_ledger(), 50 * SECOND)
    assert isinstance(decision, Go)
    assert decision.want == wants[1]


def test_a_public_poll_goes_on_during_a_lockout() -> None:
    ledger = told(a_ledger(), 0, LockoutBegan(scope=KEY, until_ns=900 * SECOND, reason="silence"))
    want = a_want("Prices", last_s=None, limit="public_rest")
    assert isinstance(next_poll([want], ledger, 0), Go)


def test_public_polls_keep_the_pace_of_the_address() -> None:
    call = CallSpent(name="public_rest", scope=IpScope(), low=POINT, high=POINT, what="Ticker")
    decision = next_poll([a_want("Prices", last_s=None, limit="public_rest")], told(a_ledger(), 0, call), 0)
    assert isinstance(decision, WaitUntil)
    assert decision.at_ns == SECOND


def test_candles_of_another_pair_need_not_wait() -> None:
    call = CallSpent(name="public_rest", scope=IpScope(pair="BTC/USD"), low=POINT, high=POINT, what="OHLC")
    want = a_want("Candles", last_s=None, limit="public_rest", pair="ETH/USD")
    assert isinstance(next_poll([want], told(a_ledger(), 0, call), 0), Go)


def test_a_reserve_as_large_as_the_counter_leaves_no_headroom() -> None:
    assert headroom(a_ledger(reserve=20), 0) == 0


@given(st.integers(0, 25), st.integers(0, 100), st.integers(1, 4))
def test_what_goes_surely_fits_above_the_reserve(used: int, at_s: int, points: int) -> None:
    ledger = told(Ledger.start(0, KEY.key, "alice", assume_tier="starter"), 0, spent(used))
    t_ns = at_s * SECOND
    decision = next_poll([a_want(points=points, soonest_s=1, usual_s=2, latest_s=3)], ledger, t_ns)
    if isinstance(decision, Go):
        counter = ledger.rest_at(t_ns)
        assert counter.high + decision.want.cost + ledger.reserve <= counter.ceiling
    else:
        assert decision.at_ns is not None
        assert decision.at_ns > t_ns


@given(st.integers(0, 25), st.integers(0, 25))
def test_less_room_never_shortens_a_period(used: int, more: int) -> None:
    some, less = (told(a_ledger(), 0, spent(n)) for n in (used, used + more))
    assert stretched(a_want(), headroom(some, 0)) <= stretched(a_want(), headroom(less, 0))


@pytest.mark.parametrize(
    ("span_ns", "said"),
    [
        (0, "0 s"),
        (-5, "0 s"),
        (1, "1 s"),
        (8 * SECOND, "8 s"),
        (60 * SECOND, "1 min"),
        (125 * SECOND, "2 min 5 s"),
        (3_600 * SECOND, "1 h"),
        (3_780 * SECOND, "1 h 3 min"),
    ],
)
def test_spans_are_written_in_words_rounded_up(span_ns: int, said: str) -> None:
    assert duration(span_ns) == said
