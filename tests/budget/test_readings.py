"""Which readings of the counter fit a series of figures: the true one always."""

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from krakentui.budget.readings import READINGS, Reading, expected, fitting
from krakentui.budget.rules import TIERS
from krakentui.budget.trial import Event, Word
from krakentui.model.clock import SECOND
from krakentui.model.limit import Tier, units

START = 1_800_000_000 * SECOND
PLAIN = Reading(includes_act=True, floors=True, steady=True, cut="kept")
SCRIPT = (
    ("A1", "pending", 0, 1),
    ("A2", "pending", 0.2, 1),
    ("A1", "canceled", 3, 8),
    ("A2", "canceled", 8, 6),
)
waits = st.lists(
    st.tuples(st.integers(1, 9_000), st.sampled_from([0, 1, 3, 5, 6, 8])), min_size=1, max_size=8
)


def an_event(at_s: Fraction | float, cost: int, figure: Fraction | None, pair: str = "XRP/USD") -> Event:
    t_ns = START + math.floor(Fraction(at_s) * SECOND)
    told = None if figure is None else units(figure)
    word = Word(
        order="A1", pair=pair, side="old", act="pending", t_ns=t_ns, said_ns=t_ns, written="text", units=told
    )
    return Event("A1", pair, "pending", t_ns, cost, (word,))


def figures(
    acts: list[tuple[Fraction, int]], decay: Fraction, reading: Reading, phase: Fraction
) -> list[Event]:
    """An exchange that counts by a reading, written apart from it: a level, drained second by second."""
    level, last = Fraction(0), acts[0][0]
    told = []
    for at, cost in acts:
        if reading.steady:
            level -= decay * (at - last)
        else:
            ticks = [n for n in range(math.floor(last) - 1, math.ceil(at) + 2) if last < n + phase <= at]
            level -= decay * len(ticks)
        last = at
        level = max(level, Fraction(0)) if reading.floors else level
        before, level = level, level + cost
        figure = level if reading.includes_act else before
        match reading.cut:
            case "cut":
                figure = Fraction(math.floor(figure))
            case "rounded":
                figure = Fraction(math.floor(figure + Fraction(1, 2)))
            case _:
                figure = Fraction(math.floor(figure * 100), 100)
        told.append(an_event(at, cost, figure))
    return told


@given(
    waits, st.sampled_from(READINGS), st.sampled_from(["starter", "intermediate", "pro"]), st.integers(1, 998)
)
def test_the_true_reading_always_fits(
    run: list[tuple[int, int]], reading: Reading, tier: Tier, phase_ms: int
) -> None:
    acts, at = [(Fraction(0), 1)], Fraction(0)
    for wait_ms, cost in run:
        at += Fraction(wait_ms, 1000)
        acts.append((at, cost))
    decay = TIERS[tier].engine_decay
    events = figures(acts, decay, reading, Fraction(phase_ms, 1000) + Fraction(1, 7_000))
    assert reading in fitting(events, decay)


@pytest.mark.parametrize("tier", ["starter", "intermediate", "pro"])
def test_the_trial_of_two_orders_tells_a_plain_counter_from_all_others(tier: Tier) -> None:
    decay = TIERS[tier].engine_decay
    acts = [(Fraction(str(at)), cost) for _, _, at, cost in SCRIPT]
    assert fitting(figures(acts, decay, PLAIN, Fraction(0)), decay) == (PLAIN,)


@pytest.mark.parametrize(
    ("figure", "settled"),
    [("8", {(True, True)}), ("0", {(False, True)}), ("2.98", {(True, False)}), ("4", set())],
)
def test_the_first_cancel_tells_whether_its_points_are_in_it_and_where_it_stops(
    figure: str, settled: set[tuple[bool, bool]]
) -> None:
    decay = TIERS["intermediate"].engine_decay
    first = "0" if figure == "0" else "1"
    second = {"0": "0.53", "8": "1.53", "2.98": "1.53", "4": "1.53"}[figure]
    events = [
        an_event(0, 1, Fraction(first)),
        an_event(0.2, 1, Fraction(second)),
        an_event(3, 8, Fraction(figure)),
    ]
    assert {(one.includes_act, one.floors) for one in fitting(events, decay)} == settled


def test_without_figures_every_reading_fits() -> None:
    assert fitting([an_event(0, 1, None)], Fraction(1)) == READINGS
    assert fitting([], Fraction(1)) == READINGS


def test_pairs_are_counted_apart_or_together() -> None:
    apart = [an_event(0, 1, Fraction(1)), an_event(0.1, 1, Fraction(1), "ADA/USD")]
    together = [an_event(0, 1, Fraction(1)), an_event(0.1, 1, Fraction("1.9"), "ADA/USD")]
    decay = Fraction(1)
    assert PLAIN in fitting(apart, decay)
    assert PLAIN not in fitting(apart, decay, by_pair=False)
    assert PLAIN in fitting(together, decay, by_pair=False)
    assert fitting(together, decay) == ()


def test_what_the_documents_lead_one_to_expect() -> None:
    events = [an_event(at, cost, None) for _, _, at, cost in SCRIPT]
    assert [str(one) for one in expected(events, Fraction("2.34"))][:3] == ["1", "383/250", "8"]
