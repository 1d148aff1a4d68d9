"""Use that nobody shows: what one refusal, the calls that pass and the next refusals tell of its rate."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from krakentui.budget.flow import DEAREST, FORGOTTEN_NS, Flow
from krakentui.budget.interval import Interval
from krakentui.budget.ledger import Ledger
from krakentui.budget.meter import Meter
from krakentui.budget.plan import WaitUntil, next_poll
from krakentui.model.clock import MILLISECOND, SECOND
from krakentui.model.limit import POINT, points
from tests.budget.acts import KEY, a_ledger, refused, settled, spent, told
from tests.budget.test_gauges import sentence
from tests.budget.test_plan import a_want


def betrayed() -> Ledger:
    """A Pro key whose first call was refused although nothing known explains it, at second 0."""
    return told(a_ledger("pro"), 0, spent(1), refused(1))


def test_a_refusal_that_nothing_explains_pins_the_high_end() -> None:
    ledger = betrayed()
    for second in (0, 30, 300):
        assert points(ledger.rest_at(second * SECOND).high) == 21
    assert ledger.unseen_rate("rest", KEY, 30 * SECOND) == (0, None)


def test_a_refusal_that_is_explained_pins_nothing() -> None:
    ledger = told(a_ledger("pro"), 0, spent(20), refused(1, expected=True))
    assert not ledger.is_tried(0)
    assert points(ledger.rest_at(60 * SECOND).high) == 0


def test_a_call_at_the_very_ceiling_needs_nobody_else_to_be_refused() -> None:
    assert not told(a_ledger("pro"), 0, spent(19), refused(1)).is_tried(0)


def test_calls_that_pass_bound_the_rate_and_let_the_counter_drain() -> None:
    ledger = betrayed()
    for number in range(1, 31):
        at_s = 10 + 4 * number
        ledger = told(ledger, at_s, spent(1, ticket=number))
        ledger = told(ledger, at_s, settled(number))
    low, high = ledger.unseen_rate("rest", KEY, 130 * SECOND)
    assert low == 0
    assert high is not None
    assert Fraction(3, 4) * POINT < high < Fraction(9, 10) * POINT  # a quarter of the drain was ours
    after = ledger.rest_at(190 * SECOND).high
    assert after < ledger.rest_at(130 * SECOND).high


def test_tries_come_less_often_with_each_refusal_and_sooner_with_each_that_passed() -> None:
    ledger = betrayed()
    first = ledger.background_at(POINT, 0)
    ledger = told(ledger, 10, spent(1, ticket=1))
    ledger = told(ledger, 10, refused(1, expected=True))
    second = ledger.background_at(POINT, 10 * SECOND)
    assert first is not None
    assert second is not None
    assert second - 10 * SECOND == 2 * first
    ledger = told(ledger, 30, spent(1, ticket=2))
    ledger = told(ledger, 30, settled(2))
    third = ledger.background_at(POINT, 30 * SECOND)
    assert third is not None
    assert third - 30 * SECOND < first


def test_what_is_tried_is_not_said_to_be_sure() -> None:
    ledger = betrayed()
    sure_ns = ledger.user_at(POINT, 0)
    assert sure_ns is not None
    assert sure_ns >= FORGOTTEN_NS
    assert ledger.user_tried_at(POINT, 0) == ledger.background_at(POINT, 0) == 7 * SECOND


def test_one_try_waits_for_the_word_on_the_other() -> None:
    ledger = told(betrayed(), 10, spent(1, ticket=1))
    at_ns = ledger.background_at(POINT, 10 * SECOND)
    assert at_ns is not None
    assert at_ns > 10 * SECOND


def test_the_plan_and_the_headline_say_so() -> None:
    ledger = betrayed()
    decision = next_poll([a_want(last_s=None)], ledger, 0)
    assert isinstance(decision, WaitUntil)
    assert decision.why == "Open orders in 7 s: this key is used elsewhere too, so it comes later."
    assert sentence(ledger) == "REST calls: 19 to 21 of 20 points, shared; the next is tried in 7 s."


def test_whoever_it_was_is_forgotten_after_a_quarter_of_an_hour() -> None:
    ledger = betrayed()
    assert ledger.is_tried(FORGOTTEN_NS - 1)
    assert not ledger.is_tried(FORGOTTEN_NS)
    assert points(ledger.rest_at(FORGOTTEN_NS + 30 * SECOND).high) == 0


def test_another_tier_begins_the_rate_anew() -> None:
    meter = betrayed().rest
    like = a_ledger("starter").rest.counter
    slower = meter.retuned(like, 15 * POINT, SECOND)
    assert slower.flow is not None
    assert (slower.flow.drain_slow, slower.flow.rate_high) == (like.drain_high_per_ns, None)
    assert slower.counter.drain_high_per_ns == 0


lives = st.lists(st.tuples(st.integers(100, 20_000), st.booleans()), min_size=5, max_size=60)


@given(lives, st.integers(200, 5_000), st.sampled_from([POINT, 2 * POINT, DEAREST]))
def test_the_rate_and_the_counter_are_held_while_somebody_calls_steadily(
    waits: list[tuple[int, bool]], every_ms: int, cost: int
) -> None:
    """An exchange with a steady drain of a point a second; a call that does not fit is refused and counts."""
    ledger = betrayed()
    true, at_ms, next_ms, came = 20 * POINT, 0, every_ms, 0

    def drained(to_ms: int) -> int:
        nonlocal true, at_ms, next_ms, came
        while next_ms <= to_ms:
            true = max(0, true - (next_ms - at_ms) * MILLISECOND * 300)
            counts = min(cost, max(0, 20 * POINT + cost - true))
            true, at_ms, came, next_ms = true + counts, next_ms, came + counts, next_ms + every_ms
        true = max(0, true - (to_ms - at_ms) * MILLISECOND * 300)
        at_ms = to_ms
        return true

    for number, (wait_ms, tries) in enumerate(waits, 1):
        at = at_ms + wait_ms
        drained(at)
        if tries:
            ledger = told(ledger, at / 1000, spent(1, ticket=number))
            passes = true + POINT <= 20 * POINT
            true = min(true + POINT, 21 * POINT)
            word = settled(number) if passes else refused(1, expected=True)
            ledger = told(ledger, at / 1000, word)
        t_ns = at * MILLISECOND
        low, high = ledger.unseen_rate("rest", KEY, t_ns)
        assert low * at_ms <= came * 1000 + cost * 1000
        assert high is None or came * 1000 <= high * at_ms
        assert cost > POINT or true <= ledger.rest_at(t_ns).high


def test_what_we_spend_is_not_taken_for_theirs() -> None:
    meter = betrayed().rest
    assert meter.flow is not None
    quiet = meter.passed(POINT, 100 * SECOND).flow
    busy = meter.spent(Interval(30 * POINT, 30 * POINT), 50 * SECOND).passed(POINT, 100 * SECOND).flow
    assert isinstance(quiet, Flow)
    assert isinstance(busy, Flow)
    assert busy.rate_high is not None
    assert quiet.rate_high is not None
    assert busy.rate_high < quiet.rate_high
    assert isinstance(meter, Meter)
