"""Warnings at 75 and 90 %: one line a crossing, none for what is merely not known."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from krakentui.model.event import CallRefused, CallSpent, Happening, TierSeen
from krakentui.model.limit import POINT, KeyScope, PairScope, units
from krakentui.state.state import State
from tests.support.builders import (
    ACCOUNT,
    KEY,
    a_patch,
    a_standing,
    a_state,
    at,
    feed,
    patched,
    play,
    snapshot,
)

CALM_S = 2_000
"""By then nothing is left of the doubt of the start."""
PRO = TierSeen(account=ACCOUNT, maxratecount=180)


def a_call(points: Fraction | int) -> CallSpent:
    cost = units(Fraction(points))
    return CallSpent(name="rest", scope=KeyScope(KEY), low=cost, high=cost, what="Balance")


def a_calm_state(*events: Happening) -> State:
    """A pro account on which nothing is in use; the REST counter holds 20 and drains one a second."""
    return play(a_state(snapshot(), PRO, *events), feed("rest"), seconds=CALM_S)


def spend(state: State, points: Fraction | int, seconds: float) -> State:
    return play(state, a_call(points), seconds=CALM_S + seconds)


def lines(state: State) -> list[tuple[str, str]]:
    return [(line.level, line.text) for line in state.journal.after(0) if line.kind == "limit"]


def marks(state: State) -> list[str]:
    return [text.split(":")[0] for _, text in lines(state)]


def test_three_quarters_and_nine_tenths_are_one_line_each() -> None:
    state = spend(a_calm_state(), 14, 0)
    assert lines(state) == []
    spend(state, 1, 0)
    assert lines(state) == [
        ("warn", "REST calls at 75 %: 15 of 20 points are in use. Polls come less often."),
    ]
    spend(spend(state, 2, 0), 1, 0)
    assert lines(state)[1:] == [
        ("bad", "REST calls at 90 %: 18 of 20 points are in use. The next poll surely fits in 3 s."),
    ]


def test_both_marks_at_once_are_one_line() -> None:
    assert marks(spend(a_calm_state(), 19, 0)) == ["REST calls at 90 %"]


def test_a_counter_that_trembles_at_a_mark_is_told_of_once() -> None:
    state = spend(a_calm_state(), 15, 0)
    for second in range(1, 60):
        spend(state, 1, second)
    assert marks(state) == ["REST calls at 75 %"]


def test_a_limit_that_has_recovered_is_warned_of_again_even_if_nothing_happened_meanwhile() -> None:
    state = spend(spend(a_calm_state(), 15, 0), 15, 100)
    assert marks(state) == ["REST calls at 75 %"] * 2


def test_after_nine_tenths_a_fall_below_four_fifths_counts_again() -> None:
    state = spend(a_calm_state(), 18, 0)  # the first point of drain may be late
    spend(state, 2, 3)
    assert marks(state) == ["REST calls at 90 %"]
    spend(state, 4, 6)
    assert marks(state) == ["REST calls at 90 %"] * 2


def test_what_is_not_known_from_before_the_start_warns_of_nothing() -> None:
    assert lines(a_state(snapshot(), a_call(3))) == []


def test_the_figures_of_a_warning_are_those_of_its_percent() -> None:
    """What may have been used before the start is not in them, and that is said."""
    (line,) = lines(a_state(snapshot(), PRO, a_call(15)))
    assert line[1].startswith("REST calls at 75 %: 15 of 20 points are in use, as far as known. ")


def test_a_gap_in_the_stream_warns_of_nothing() -> None:
    state = play(a_calm_state(), feed("private", "down"), seconds=CALM_S)
    play(state, feed("private"), snapshot(), seconds=CALM_S + 1)
    assert lines(state) == []


def test_a_pair_says_when_the_cancel_of_a_fresh_order_fits() -> None:
    state = a_calm_state()
    for number in range(22):
        sent = CallSpent(
            name="engine",
            scope=PairScope(ACCOUNT, "BTC/USD"),
            low=0,
            high=8 * POINT,
            what="cancel",
            order_id=f"O{number}",
        )
        play(state, sent, seconds=CALM_S)
    fits = "The cancel of a fresh order (8 points) fits now."
    assert lines(state) == [
        ("warn", f"BTC/USD trading may be at 75 %: 0 to 136 of 180 points are in use. {fits}"),
        ("bad", f"BTC/USD trading may be at 90 %: 0 to 168 of 180 points are in use. {fits}"),
    ]


def test_acts_of_others_warn_too() -> None:
    state = a_calm_state()
    for number in range(130):
        play(state, patched(a_patch(f"O{number}", said=CALM_S)), seconds=CALM_S)
    assert marks(state)[0] == "BTC/USD trading may be at 75 %"


def test_a_refusal_is_at_the_ceiling() -> None:
    refusal = CallRefused(
        name="rest", scope=KeyScope(KEY), cost=POINT, code="EAPI:Rate limit exceeded", expected=False
    )
    state = play(a_calm_state(), refusal, refusal, seconds=CALM_S)
    assert sum(mark.startswith("REST calls at") for mark in marks(state)) == 1


def test_while_the_tier_is_not_known_no_count_of_orders_warns() -> None:
    """A list may come before the exchange names the ceiling: 100 orders are few for a pro."""
    state = a_state(snapshot(*(a_standing(f"O{n}") for n in range(100))))
    play(state, PRO, snapshot(*(a_standing(f"O{n}") for n in range(100))))
    assert lines(state) == []


def test_open_orders_of_a_pair_are_counted() -> None:
    state = a_state(TierSeen(account=ACCOUNT, maxratecount=60))
    play(state, snapshot(*(a_standing(f"O{n}") for n in range(44))))
    assert lines(state) == []
    play(state, snapshot(*(a_standing(f"O{n}") for n in range(45))))
    play(state, snapshot(*(a_standing(f"O{n}") for n in range(60))))
    assert lines(state) == [
        ("warn", "BTC/USD open orders at 75 %: 45 of 60. 15 more fit there."),
        ("bad", "BTC/USD open orders at 90 %: 60 of 60. No other fits there."),
    ]
    play(state, snapshot())
    play(state, snapshot(*(a_standing(f"O{n}") for n in range(45))))
    assert marks(state)[2:] == ["BTC/USD open orders at 75 %"]


@given(st.lists(st.tuples(st.integers(0, 20_000), st.integers(1, 6)), max_size=40))
def test_between_two_lines_of_a_mark_the_counter_was_well_below_it(acts: list[tuple[int, int]]) -> None:
    """And every such crossing is told of, in one line."""
    state, now_ms, armed = a_calm_state(), 0, [True, True]
    again, marked = (Fraction(13, 20), Fraction(4, 5)), (Fraction(3, 4), Fraction(9, 10))
    for wait_ms, points in acts:
        now_ms += wait_ms
        before = share(state, now_ms)
        armed = [arm or before < well for arm, well in zip(armed, again, strict=True)]
        told = len(lines(state))
        spend(state, points, now_ms / 1000)
        after = share(state, now_ms)
        crossed = [arm and after >= mark for arm, mark in zip(armed, marked, strict=True)]
        assert len(lines(state)) - told == any(crossed)
        armed = [arm and after < mark for arm, mark in zip(armed, marked, strict=True)]


def share(state: State, now_ms: int) -> Fraction:
    counter = state.ledger.rest_at(at(CALM_S + now_ms / 1000))
    return Fraction(counter.high, counter.ceiling)
