from collections.abc import Iterable
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from krakentui.budget.acts import own_cancel
from krakentui.budget.forecast import Curve, Planned, Spent, forecast, frees
from krakentui.budget.interval import Interval
from krakentui.budget.ledger import Ledger
from krakentui.model.clock import MILLISECOND, SECOND
from krakentui.model.event import (
    CallSettled,
    CallSpent,
    CounterReported,
    ForeignUseSeen,
    Happening,
    LockoutBegan,
)
from krakentui.model.limit import POINT, IpScope, LimitName, Tier, points, units
from krakentui.model.order import Order
from tests.budget.acts import (
    BTC,
    ETH,
    KEY,
    a_ledger,
    an_order,
    cancel_spent,
    refused,
    settled,
    snapshot,
    spent,
    stream,
    stream_down,
    told,
)

SPAN_S, STEPS = 100, 50
"""Short spans and steps, so that most of a property test's time goes into different lives."""


def a_poll(at_s: float, cost: int = 1, least: int | None = None) -> Planned:
    return Planned(
        at_ns=round(at_s * SECOND),
        name="rest",
        scope=KEY,
        cost=units(cost),
        what="Balances",
        least=None if least is None else units(least),
    )


def drawn(ledger: Ledger, *planned: Planned, at_s: float = 0, burnt: Interval | None = None) -> list[Curve]:
    spent: Spent | None = None if burnt is None else {("rest", KEY): burnt, ("engine", BTC): burnt}
    t_ns = round(at_s * SECOND)
    return [*forecast(ledger, planned, t_ns, span_ns=SPAN_S * SECOND, steps=STEPS, spent=spent)]


def figures(of: Iterable[Fraction | None]) -> tuple[object, ...]:
    return tuple(of)


def curve(curves: list[Curve], name: str, pair: str = "") -> Curve:
    return next(one for one in curves if one.name == name and getattr(one.scope, "pair", "") == pair)


# --- one curve ------------------------------------------------------------------------------------


def test_a_counter_drains_along_its_curve() -> None:
    rest = curve(drawn(told(a_ledger("pro"), 0, spent(12))), "rest")
    assert figures(rest.low) == (12, 10, 8, 6, 4, 2, *(0,) * 45)
    assert figures(rest.high[:3]) == (12, 11, 9)  # the first point may drain late
    assert (rest.max, rest.step_ns, rest.label) == (Fraction(20), 2 * SECOND, "REST calls")


def test_a_planned_poll_shows_when_it_comes() -> None:
    rest = curve(drawn(a_ledger("pro"), a_poll(10)), "rest")
    assert figures(rest.high[:5]) == (0,) * 5
    assert rest.high[5] >= 1
    assert rest.low[5] == 0  # its answer may take five seconds
    assert rest.high[-1] == 0


def test_what_is_past_is_left_to_the_ledger() -> None:
    assert set(curve(drawn(a_ledger(), a_poll(9), at_s=10), "rest").high) == {0}


def test_a_poll_of_doubtful_cost_counts_as_a_band() -> None:
    rest = curve(drawn(a_ledger("pro"), a_poll(0, cost=4, least=1)), "rest")
    assert figures((rest.low[3], rest.high[1])) == (0, 5)  # 4, and one step that the drain may be late by


def test_the_first_figures_are_those_of_the_gauge() -> None:
    ledger = told(a_ledger(quiet_s=10), 0, spent(2, ticket=1), cancel_spent("O1", 8))
    for one in drawn(ledger, a_poll(30)):
        counter = ledger.counter(one.name, one.scope, 0)
        if counter is not None:
            assert (one.low[0], one.high[0]) == (points(counter.low), points(counter.high))


def test_pairs_at_rest_are_drawn_only_when_asked_for() -> None:
    ledger = a_ledger()
    assert [one.name for one in forecast(ledger, (), 0)] == ["rest", "connections"]
    names = [one.label for one in forecast(ledger, (), 0, pairs=["ETH/USD"])]
    assert names == ["REST calls", "ETH/USD trading", "Our connections"]


def test_without_a_key_only_the_address_has_curves() -> None:
    ledger = Ledger.start(0, None, None)
    assert [one.name for one in forecast(ledger, (), 0, pairs=["ETH/USD"])] == ["connections"]


def test_attempts_to_connect_grow_old_along_their_curve() -> None:
    attempt = CallSpent(name="connections", scope=IpScope(), low=POINT, high=POINT, what="private", ticket=7)
    ledger = told(a_ledger(), 0, attempt)
    window = forecast(ledger, (), 0, span_ns=700 * SECOND, steps=7)[-1]
    assert figures(window.high) == (
        1,
        1,
        1,
        1,
        1,
        1,
        1,
        0,
    )  # ten minutes, and ten seconds that it may arrive late


def test_with_the_stream_down_a_pair_may_be_full_all_the_while() -> None:
    ledger = told(a_ledger(), 0, cancel_spent("O1", 8), stream_down())
    assert set(curve(drawn(ledger), "engine", "BTC/USD").high[16:]) == {125}


# --- the burn rate and the wall -------------------------------------------------------------------


def test_the_burn_rate_is_what_the_last_minute_took() -> None:
    rest = curve(drawn(told(a_ledger("pro"), 0, spent(5)), burnt=Interval.between(60, 90)), "rest")
    assert figures((rest.burn_low, rest.burn_high)) == (1, Fraction(3, 2))
    assert rest.wall_in_ns == 30 * SECOND  # 15 points are free; half a point a second more than drains


@pytest.mark.parametrize("points_a_minute", [0, 30, 60])
def test_what_drains_as_fast_as_it_burns_never_meets_the_wall(points_a_minute: int) -> None:
    ledger = told(a_ledger("pro"), 0, spent(5))
    rest = curve(drawn(ledger, burnt=Interval.exactly(points_a_minute)), "rest")
    assert rest.wall_in_ns is None


def test_at_the_ceiling_the_wall_is_now() -> None:
    ledger = told(a_ledger("pro"), 0, spent(20))
    assert curve(drawn(ledger, burnt=Interval.exactly(0)), "rest").wall_in_ns == 0


def test_what_is_unknown_from_before_the_start_is_no_wall() -> None:
    ledger = told(Ledger.start(0, KEY.key, "alice", assume_tier="pro"), 0, spent(5))
    rest = curve(drawn(ledger, burnt=Interval.exactly(90)), "rest")
    assert rest.high[0] == 25
    assert rest.wall_in_ns == 30 * SECOND


def test_where_nobody_kept_count_no_rate_is_told() -> None:
    rest = curve(drawn(told(a_ledger(), 0, spent(5))), "rest")
    assert (rest.burn_low, rest.burn_high, rest.wall_in_ns) == (None, None, None)


# --- when points are free --------------------------------------------------------------------------


def freed(ledger: Ledger, cost: int, name: LimitName = "rest", at_s: float = 0) -> tuple[float | None, ...]:
    scope = KEY if name == "rest" else BTC
    found = frees(ledger, name, scope, units(cost), round(at_s * SECOND))
    assert found is not None
    ends = (found.best_in_ns, found.sure_in_ns)
    return tuple(None if end is None else end / SECOND for end in ends)


def test_points_are_free_now_or_when_enough_has_drained() -> None:
    ledger = told(a_ledger("pro"), 0, spent(18))
    assert freed(ledger, 2) == (0, 0)
    assert freed(ledger, 8) == (6, 7)  # the first point may drain late


def test_the_doubt_lies_between_the_best_and_the_sure_moment() -> None:
    ledger = told(a_ledger("starter"), 0, cancel_spent("O1", 58))
    assert freed(ledger, 8, "engine") == (0, 30 + 6 + 1)  # it may land 30 s late, and drain a step late


def test_a_curve_tells_when_one_point_and_the_dearest_act_fit() -> None:
    ledger = told(a_ledger("starter"), 0, cancel_spent("O1", 60), spent(15))
    curves = drawn(ledger)
    assert [(one.cost, one.sure_in_ns) for one in curve(curves, "engine", "BTC/USD").frees] == [
        (POINT, (30 + 1 + 1) * SECOND),
        (8 * POINT, (30 + 8 + 1) * SECOND),
    ]
    assert [one.cost for one in curve(curves, "rest").frees] == [POINT, 4 * POINT]
    assert curve(curves, "connections").frees == ()


def test_more_points_than_the_ceiling_are_never_free() -> None:
    ledger = told(a_ledger("starter"), 0, cancel_spent("O1", 58))
    assert freed(ledger, 61, "engine") == (None, None)


@pytest.mark.parametrize(
    "event", [LockoutBegan(scope=KEY, until_ns=900 * SECOND, reason="silence"), refused(until_s=900)]
)
def test_nothing_is_free_while_the_exchange_wants_silence(event: Happening) -> None:
    assert freed(told(a_ledger(), 0, event), 1) == (900, 900)


def test_a_limit_that_does_not_drain_frees_nothing_by_waiting() -> None:
    assert frees(a_ledger(), "open_orders", BTC, POINT, 0) is None


@given(st.integers(0, 25), st.integers(0, 30), st.integers(0, 30))
def test_the_sure_moment_is_the_first_and_never_before_the_best(used: int, wait_s: int, cost: int) -> None:
    ledger = told(a_ledger("pro", quiet_s=7), 0, spent(used))
    best, sure = freed(ledger, cost, at_s=wait_s)
    if sure is None or best is None:
        assert cost > 20
        return
    assert best <= sure
    at_ns = wait_s * SECOND + round(sure * SECOND)
    assert ledger.rest_at(at_ns).surely_fits(units(cost), at_ns)
    assert not sure or not ledger.rest_at(at_ns - 1).surely_fits(units(cost), at_ns - 1)
    early_ns = wait_s * SECOND + round(best * SECOND) - 1
    assert not best or not ledger.rest_at(early_ns).may_fit(units(cost), early_ns)


# --- the ledger stays within its forecast ---------------------------------------------------------

Past = list[tuple[str, int, int]]
past = st.lists(
    st.tuples(
        st.sampled_from(
            ["call", "answered", "lost", "cancel", "foreign", "removed", "gap", "down", "reported", "others"]
        ),
        st.integers(0, 20_000),
        st.integers(1, 9),
    ),
    max_size=20,
)
polls = st.lists(
    st.tuples(
        st.integers(0, SPAN_S * 1000),
        st.integers(0, 2),
        st.integers(1, 4),
        st.integers(0, 6_000),
        st.booleans(),
    ),
    max_size=8,
)
cancels = st.lists(
    st.tuples(st.integers(0, SPAN_S * 1000), st.integers(-350, 0), st.integers(0, 35_000)), max_size=6
)
ORDERS = {f"X{n}": an_order(f"X{n}", born_s=-10 * n) for n in range(20)}


def lived(tier: Tier | None, life: Past) -> tuple[Ledger, int]:
    """A ledger after some acts, and the millisecond it is then."""
    ledger, at_ms, ticket = a_ledger(tier, quiet_s=3), 0, 100
    for number, (what, wait_ms, size) in enumerate(life):
        at_ms += wait_ms
        events: dict[str, Happening] = {
            "call": spent(size, ticket=ticket + 1),
            "answered": settled(ticket),
            "lost": settled(ticket, answered=False),
            "cancel": cancel_spent(f"X{number}", 8),
            "foreign": stream(f"Y{number}", "pending_new", at_ms / 1000, pair="BTC/USD"),
            "removed": stream(f"X{number - 1}", "canceled", at_ms / 1000, pair="BTC/USD"),
            "gap": snapshot(),
            "down": stream_down(),
            "reported": reported(size * 10),
            "others": ForeignUseSeen(name="rest", scope=KEY, why="a test"),
        }
        ticket += what == "call"
        ledger = told(ledger, at_ms / 1000, events[what], orders=tuple(ORDERS.values()))
    return ledger, at_ms


def reported(points: int) -> CounterReported:
    return CounterReported(name="engine", scope=BTC, units=units(points), source="stream")


Timeline = list[tuple[int, Happening, tuple[Order, ...]]]


def rest_timeline(
    ledger: Ledger, at_ms: int, found: list[tuple[int, int, int, int, bool]]
) -> tuple[list[Planned], Timeline]:
    """Polls of ours that surely fit when they go, as the plan lets no others go."""
    planned, timeline = [], Timeline()
    for number, (wait_ms, less, cost, answer_ms, comes) in enumerate(sorted(found)):
        sent_ms, ticket = at_ms + wait_ms, 1_000 + number
        if not ledger.rest_at(sent_ms * MILLISECOND).surely_fits(units(cost), sent_ms * MILLISECOND):
            continue
        least = max(0, cost - less)
        planned.append(a_poll(sent_ms / 1000, cost, least))
        call = structs.replace(spent(cost, ticket=ticket), low=units(least))
        ledger = told(ledger, sent_ms / 1000, call)
        timeline.append((sent_ms, call, ()))
        if comes:  # after five seconds the ledger has it landed anyway
            done = CallSettled(name="rest", scope=KEY, ticket=ticket, answered=True)
            timeline.append((sent_ms + answer_ms, done, ()))
    return planned, timeline


def cancel_timeline(at_ms: int, found: list[tuple[int, int, int]]) -> tuple[list[Planned], Timeline]:
    """Cancels of ours on a pair; what they surely cost is told by the stream when it shows them."""
    planned, timeline = [], Timeline()
    for number, (wait_ms, born_s, answer_ms) in enumerate(found):
        sent_ms = at_ms + wait_ms
        shown_ms = sent_ms + min(answer_ms, 29_900)
        order = an_order(f"Z{number}", born_s=at_ms / 1000 + born_s)
        cost = 8 * POINT
        planned.append(
            Planned(
                at_ns=sent_ms * MILLISECOND,
                name="engine",
                scope=BTC,
                cost=cost,
                what="cancel",
                least=own_least(order, shown_ms),
            )
        )
        timeline.append((sent_ms, cancel_spent(order.id, 8), ()))
        timeline.append((shown_ms, stream(order.id, "canceled", shown_ms / 1000), (order,)))
    return planned, timeline


def own_least(order: Order, shown_ms: int) -> int:
    patch = stream(order.id, "canceled", shown_ms / 1000).patch
    return own_cancel(patch, order).low


@given(st.sampled_from(["starter", "intermediate", "pro", None]), past, polls, cancels)
def test_the_ledger_stays_within_its_forecast_when_what_was_planned_happens(
    tier: Tier | None,
    life: Past,
    some_polls: list[tuple[int, int, int, int, bool]],
    some_cancels: list[tuple[int, int, int]],
) -> None:
    ledger, at_ms = lived(tier, life)
    planned, timeline = rest_timeline(ledger, at_ms, some_polls)
    more, events = cancel_timeline(at_ms, some_cancels)
    curves = drawn(ledger, *planned, *more, at_s=at_ms / 1000)
    todo = sorted([*timeline, *events], key=lambda one: one[0])
    for step in range(STEPS + 1):
        t_ms = at_ms + step * SPAN_S * 1000 // STEPS
        while todo and todo[0][0] <= t_ms:
            now_ms, event, orders = todo.pop(0)
            ledger = told(ledger, now_ms / 1000, event, orders=orders)
        for one in curves:
            counter = ledger.counter(one.name, one.scope, t_ms * MILLISECOND)
            if counter is None:
                continue
            assert one.low[step] <= points(counter.low), (one.label, step)
            assert points(counter.high) <= one.high[step], (one.label, step)


@given(st.sampled_from(["starter", "intermediate", "pro", None]), past)
def test_with_nothing_planned_the_forecast_is_the_ledger_to_the_unit(tier: Tier | None, life: Past) -> None:
    ledger, at_ms = lived(tier, life)
    for one in drawn(ledger, at_s=at_ms / 1000):
        for step in range(STEPS + 1):
            counter = ledger.counter(one.name, one.scope, at_ms * MILLISECOND + step * one.step_ns)
            if counter is not None:
                assert (one.low[step], one.high[step]) == (points(counter.low), points(counter.high))


def test_each_pair_has_its_own_curve() -> None:
    ledger = told(a_ledger(), 0, cancel_spent("O1", 8), cancel_spent("O2", 4, ETH))
    highs = {one.label: one.high[0] for one in drawn(ledger) if one.name == "engine"}
    assert highs == {"BTC/USD trading": 8, "ETH/USD trading": 4}
