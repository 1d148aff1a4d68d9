"""What the audit of the trading counter shows of its samples."""

from fractions import Fraction

import pytest

from krakentui.budget.drift import NEEDED, TELLING
from krakentui.model.audit import CounterDoubted, CounterSampled, OrderHeard, Sample, Verdict
from krakentui.model.clock import SECOND
from krakentui.model.event import CounterReported, Happening, TierSeen
from krakentui.model.limit import PairScope, points, units
from krakentui.state import views
from krakentui.state.audit import MAX_PAIRS, MAX_SAMPLES
from krakentui.state.drift import AuditView
from krakentui.state.state import State
from tests.budget.figures import spread
from tests.support.builders import ACCOUNT, KEY, STEADY_START, a_start, at, feed, play, snapshot
from tests.support.clock import WALL_START


def an_audited_state(*events: Happening) -> State:
    state = State("simulator", ACCOUNT, KEY, audits=True, wall_ns=WALL_START, t_ns=STEADY_START)
    return play(state, *a_start(), snapshot(), feed("audit"), *events)


def sampled(verdict: Verdict = "agrees", pair: str = "BTC/USD", drift: str = "0") -> CounterSampled:
    off = units(drift)
    sample = Sample(
        pair=pair,
        act="pending",
        units=units("5" if off > 0 else "4") + off,
        low=units("4"),
        high=units("5"),
        drift=units(drift),
        verdict=verdict,
        written="text",
    )
    return CounterSampled(account=ACCOUNT, sample=sample)


def shown(state: State, seconds: float = 0) -> AuditView:
    return views.budget(state, at(seconds)).audit


def notes(state: State) -> list[str]:
    return [line.text for line in state.journal.after(0) if line.kind == "limit"]


def test_an_audit_that_nobody_asked_for_is_off() -> None:
    state = State("simulator", ACCOUNT, KEY, wall_ns=WALL_START, t_ns=STEADY_START)
    assert shown(state) == AuditView()
    assert shown(state).state == "off"


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (feed("audit", "connecting"), "Audit of the trading counter: connecting."),
        (
            feed("audit", "down", "the connection broke"),
            "Audit of the trading counter: not connected (the connection broke).",
        ),
    ],
)
def test_without_its_socket_it_connects(change: Happening, text: str) -> None:
    view = shown(an_audited_state(change))
    assert (view.state, view.text) == ("connecting", text)


def test_orders_without_a_counter_are_said_to_carry_none() -> None:
    heard = OrderHeard(account=ACCOUNT, order_id="O1", pair="BTC/USD", act="pending", written="absent")
    assert "none of 2 updates of orders carried the counter" in shown(an_audited_state(heard, heard)).text


def test_it_watches_until_enough_samples_agree() -> None:
    state = an_audited_state(*[sampled()] * (NEEDED - 1))
    view = shown(state)
    assert (view.state, view.agreeing, view.needed, view.corrects) == ("watching", 19, 20, False)
    assert "19 of 20 samples agree" in view.text
    assert notes(state) == []


def test_it_agrees_after_twenty_and_says_so_once() -> None:
    state = an_audited_state(*[sampled()] * 25)
    assert (shown(state).state, shown(state).corrects) == ("agrees", True)
    assert notes(state) == [
        "20 samples agree: from now on the exchange's own figures correct the trading count."
    ]


def test_a_disagreement_ends_the_corrections_and_says_so() -> None:
    state = an_audited_state(*[sampled()] * NEEDED, sampled("disagrees", drift="6.2"))
    assert (shown(state).state, shown(state).agreeing, shown(state).corrects) == ("disagrees", 0, False)
    assert notes(state)[-1] == (
        "Audit of the trading counter: the exchange says 11.2 points on BTC/USD, "
        "our count was 4 to 5 (+6.2); our count is no longer corrected."
    )


def test_disagreements_in_a_row_are_said_once() -> None:
    state = an_audited_state(*[sampled("disagrees", drift="6")] * 30)
    assert len(notes(state)) == 1


def test_a_sample_that_cannot_tell_changes_no_trust() -> None:
    state = an_audited_state(*[sampled()] * 7, *[sampled("vague")] * 7)
    assert (shown(state).agreeing, shown(state).samples) == (7, 14)


def test_each_pair_has_its_drift_and_the_farthest_off_comes_first() -> None:
    state = an_audited_state(sampled(), sampled(drift="0.5"), sampled(pair="ETH/USD", drift="-1"))
    eth, btc = shown(state, seconds=3).drifts
    assert (eth.pair, *map(str, (eth.drift, eth.told, eth.low, eth.high))) == ("ETH/USD", "-1", "3", "4", "5")
    assert (btc.samples, btc.agreeing, btc.worst) == (2, 2, Fraction(1, 2))
    assert btc.age_ns == 3 * SECOND


def test_a_figure_of_the_stream_wins_and_what_it_was_off_by_is_shown_without_an_audit() -> None:
    state = State("simulator", ACCOUNT, KEY, wall_ns=WALL_START, t_ns=STEADY_START)
    play(state, *a_start(), snapshot())
    told = CounterReported(
        name="engine",
        scope=PairScope(ACCOUNT, "BTC/USD"),
        units=units("200"),
        source="executions.ratecount",
    )
    before = state.ledger.engine_at("BTC/USD", at(0))
    state.apply(told, at(0))
    now = state.ledger.engine_at("BTC/USD", at(0))
    assert now.low <= units("200") <= now.high
    view = shown(state)
    assert view.state == "off"
    (row,) = view.drifts
    assert (row.pair, row.source, row.samples, row.agreeing) == ("BTC/USD", "stream", 1, 0)
    assert row.drift == Fraction(200) - points(before.high)
    state.apply(told, at(0))
    (row,) = shown(state).drifts
    assert (row.samples, row.agreeing) == (2, 1), "held against the count that it corrected"
    assert row.drift == 0
    assert row.worst == Fraction(200) - points(before.high)


def test_what_is_kept_is_bounded() -> None:
    state = an_audited_state(*(sampled(pair=f"A{number}/USD") for number in range(MAX_SAMPLES + 100)))
    assert len(state.audit.samples) == MAX_SAMPLES
    assert len(shown(state).drifts) == MAX_PAIRS


def test_another_accounts_sample_is_nobodys() -> None:
    state = an_audited_state(CounterSampled(account="bob", sample=sampled().sample))
    assert shown(state).samples == 0


def test_samples_alone_never_move_the_gauge() -> None:
    before = an_audited_state().ledger
    assert an_audited_state(*[sampled()] * 30, *[sampled("disagrees")] * 3).ledger == before


def test_two_ceilings_are_said_once_and_the_lower_counts() -> None:
    state = an_audited_state(
        TierSeen(account=ACCOUNT, maxratecount=180),
        TierSeen(account=ACCOUNT, maxratecount=125, audited=True),
        TierSeen(account=ACCOUNT, maxratecount=180),
    )
    assert views.budget(state, at(0)).tier == "intermediate"
    assert notes(state) == [
        "The exchange's two websockets name different trading ceilings (125 and 180): the lower counts."
    ]


def test_a_doubted_correction_leaves_nothing_certain_on_its_pair() -> None:
    scope = PairScope(ACCOUNT, "BTC/USD")
    report = CounterReported(name="engine", scope=scope, units=units("9"), source="v1", doubt=units("1"))
    state = play(an_audited_state(TierSeen(account=ACCOUNT, maxratecount=125)), report, seconds=100)
    counter = state.ledger.engine_at("BTC/USD", at(100))
    assert units(7) < counter.low <= units(8)
    assert counter.high == units(10)
    play(state, CounterDoubted(account=ACCOUNT, pairs=("BTC/USD",)), seconds=100)
    counter = state.ledger.engine_at("BTC/USD", at(100))
    assert spread(counter) == (0, 125)
    assert counter.high - counter.low > TELLING
