from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from krakentui.budget.acts import order_cost
from krakentui.budget.interval import Interval
from krakentui.budget.ledger import Ledger
from krakentui.budget.planner import CancelPlan, PairPlan, plan
from krakentui.budget.question import route_words, warnings
from krakentui.budget.route import Route
from krakentui.model.clock import SECOND
from krakentui.model.counting import Edge
from krakentui.model.event import CounterReported, Happening, LockoutBegan
from krakentui.model.limit import units
from krakentui.model.order import Order
from tests.budget.acts import (
    BTC,
    KEY,
    WALL,
    a_ledger,
    an_order,
    cancel_spent,
    refused,
    spent,
    stream_down,
    told,
)
from tests.budget.figures import spread

NOW_S = 20
"""A cancel of an order born at second 0 costs 4 now."""


def planned(
    *orders: Order,
    ledger: Ledger | None = None,
    socket_open: bool = True,
    rest_open: bool = True,
    batch_names: bool = True,
    at_once: bool = False,
    now_s: float = NOW_S,
    clock_known: bool = True,
) -> CancelPlan:
    return plan(
        orders,
        a_ledger("starter") if ledger is None else ledger,
        round(now_s * SECOND),
        WALL + round(now_s * SECOND) if clock_known else None,
        socket_open=socket_open,
        rest_open=rest_open,
        batch_names=batch_names,
        at_once=at_once,
    )


def test_while_the_clock_of_the_exchange_is_not_known_a_cancel_may_cost_nothing_or_most() -> None:
    made = planned(an_order("O1"), an_order("O2"), clock_known=False)
    assert made.cost == Interval(0, units(16))
    assert (made.pairs[0].cost, made.pairs[0].orders) == (Interval(0, units(16)), 2)


def the_pair(*orders: Order, ledger: Ledger | None = None) -> PairPlan:
    (pair,) = planned(*orders, ledger=ledger).pairs
    return pair


def route(*orders: Order, ledger: Ledger | None = None, **roads: bool) -> Route:
    return planned(*orders, ledger=ledger, **roads).route


def orders(count: int, pair: str = "BTC/USD", born_s: float = 0) -> tuple[Order, ...]:
    return tuple(an_order(f"{pair}{n}", pair=pair, born_s=born_s) for n in range(count))


def used(points: int) -> Ledger:
    """Between 0 and so many of 60 points are in use on BTC/USD at `NOW_S`."""
    return told(a_ledger("starter"), NOW_S, cancel_spent("", points))


def surely_used(points: int) -> Ledger:
    """So many of 60 points are in use on BTC/USD at `NOW_S`, told by a stream that is never late."""
    report = CounterReported(name="engine", scope=BTC, units=units(points), source="a test")
    ledger = told(a_ledger("starter"), NOW_S, report)
    return ledger.with_engine(BTC.pair, lambda meter: structs.replace(meter, late=0))


# --- what it costs --------------------------------------------------------------------------------


def test_a_cancel_costs_by_age_in_points() -> None:
    assert spread(planned(*orders(2)).cost) == (8, 8)


def test_costs_are_told_for_each_pair() -> None:
    mixed = (*orders(2), *orders(3, "ETH/USD", born_s=-1_000))
    assert [(one.pair, one.orders, spread(one.cost)) for one in planned(*mixed).pairs] == [
        ("BTC/USD", 2, (8, 8)),
        ("ETH/USD", 3, (0, 0)),
    ]


def test_each_way_has_its_cost_and_its_end() -> None:
    pair = the_pair(*orders(5), ledger=surely_used(10))
    assert pair.fits
    assert (spread(pair.single.cost), spread(pair.single.end)) == ((20, 20), (30, 30))
    assert (spread(pair.batch.cost), spread(pair.batch.end)) == ((20, 20), (30, 30))
    assert (spread(pair.all.cost), spread(pair.all.end)) == ((0, 21), (10, 31))
    assert pair.passes == (5, 5)


def test_a_batch_over_the_ceiling_may_count_up_to_it_only_or_in_full() -> None:
    batch = the_pair(*orders(10), ledger=surely_used(50)).batch
    assert (spread(batch.cost), spread(batch.end)) == ((10, 40), (60, 90))
    assert not batch.fits


def test_what_goes_one_by_one_may_be_refused_over_the_ceiling() -> None:
    pair = the_pair(*orders(10), ledger=surely_used(50))
    assert pair.overflows
    assert pair.passes == (2, 2)
    assert (spread(pair.single.cost), pair.single.fits) == ((8, 40), False)


def test_where_the_counter_is_in_doubt_so_is_how_many_pass() -> None:
    pair = the_pair(*orders(10), ledger=used(50))
    assert not pair.fits
    assert not pair.overflows
    assert pair.passes == (2, 10)


def test_new_orders_fit_once_the_counter_fell_below_the_ceiling() -> None:
    batch = the_pair(*orders(10), ledger=surely_used(50)).batch
    wait = batch.new_orders
    assert wait.best_in_ns == 1  # a step of what counted up to the ceiling may be due
    assert wait.sure_in_ns == (30 + 1 + 1) * SECOND
    assert the_pair(*orders(3)).batch.new_orders.sure_in_ns == 0


def test_the_cheapest_go_first() -> None:
    young, old, middle = an_order("Y", born_s=18), an_order("O", born_s=-900), an_order("M", born_s=-50)
    assert planned(young, old, middle).ids == ("O", "M", "Y")


# --- the way --------------------------------------------------------------------------------------


def test_one_order_goes_over_the_websocket() -> None:
    assert (route(*orders(1)), warnings(planned(*orders(1)))) == ("socket", ())


def test_without_the_websocket_it_goes_over_rest() -> None:
    assert route(*orders(1), socket_open=False) == "rest"


def test_many_go_as_a_batch() -> None:
    assert route(*orders(3)) == "socket batch"
    assert route(*orders(3), socket_open=False) == "rest batch"


def test_one_that_may_not_fit_goes_as_a_rest_batch_where_rest_is_free() -> None:
    found = planned(*orders(1), ledger=used(58))
    assert (found.route, found.fits) == ("rest batch", False)
    assert route_words(found) == "over REST, as a batch: taken even over the ceiling"


@pytest.mark.parametrize("event", [spent(15), refused(until_s=100)])
def test_one_that_may_not_fit_goes_over_the_websocket_with_a_warning_where_rest_is_not_free(
    event: Happening,
) -> None:
    found = planned(*orders(1), ledger=told(used(58), NOW_S, event))
    assert (found.route, found.fits) == ("socket", False)
    assert route_words(found).endswith("REST may have no room for a batch, so it may be refused")
    assert warnings(found)[0] == (
        "BTC/USD: 4 points may not fit beside 0 to 58 of 60 in use: it may be refused."
    )


def test_a_lockout_leaves_the_websocket() -> None:
    lockout = LockoutBegan(scope=KEY, until_ns=900 * SECOND, reason="silence")
    ledger = told(used(58), NOW_S, lockout)
    assert planned(*orders(1), ledger=ledger).why.startswith("REST is not there for a batch")
    assert route(*orders(1), ledger=ledger) == "socket"
    assert route(*orders(1), ledger=ledger, socket_open=False) == "none"


def test_a_key_that_learns_of_no_end_cancels_one_by_one() -> None:
    found = planned(*orders(3), socket_open=False, batch_names=False)
    assert (found.route, found.why) == ("rest", "a batch's answer would not name what it ended")
    assert route(*orders(1), ledger=used(58), socket_open=False, batch_names=False) == "rest"


def test_with_a_gap_in_the_stream_it_may_not_fit() -> None:
    ledger = told(a_ledger("starter"), 0, stream_down())
    found = planned(*orders(1), ledger=ledger)
    assert (found.route, found.fits) == ("rest batch", False)


# --- what is said -----------------------------------------------------------------------------------


def test_a_batch_that_does_not_fit_says_that_it_goes_and_when_new_orders_do() -> None:
    found = planned(*orders(16))
    assert (found.route, found.fits) == ("socket batch", False)
    assert route_words(found) == "over the websocket, as a batch: taken even over the ceiling"
    assert warnings(found) == (
        "BTC/USD: 64 points do not fit beside 0 of 60 in use. New orders there fit 1 s to 6 s later.",
        "In 26 s it surely fits, at 32 points.",
    )


def test_singles_that_do_not_fit_say_how_many_pass() -> None:
    found = planned(*orders(10), ledger=surely_used(50), socket_open=False, batch_names=False)
    assert warnings(found)[0] == (
        "BTC/USD: 40 points do not fit beside 50 of 60 in use: 2 of 10 pass, the rest is refused."
    )


def test_many_pairs_in_doubt_are_one_sentence() -> None:
    ledger = told(a_ledger("starter"), 0, stream_down())
    some = [order for n in range(5) for order in orders(2, f"P{n}/USD")]
    assert warnings(planned(*some, ledger=ledger))[0] == (
        "It may not fit on P0/USD, P1/USD, P2/USD and 2 more. New orders there surely fit 10 s later."
    )
    singles = planned(*some, ledger=ledger, socket_open=False, batch_names=False)
    assert warnings(singles)[0] == "It may not fit on P0/USD, P1/USD, P2/USD and 2 more: some may be refused."


def test_pairs_that_surely_overflow_are_told_of_one_by_one() -> None:
    told_of = warnings(planned(*orders(16), *orders(16, "ETH/USD")))
    assert [one.partition(":")[0] for one in told_of[:2]] == ["BTC/USD", "ETH/USD"]
    assert told_of[2:] == ("In 26 s it surely fits, at 64 points.",)


def test_an_order_whose_pair_is_not_known_warns() -> None:
    found = planned(an_order(pair=None))
    assert not found.fits
    assert "still being asked for" in warnings(found)[0]


# --- patience ---------------------------------------------------------------------------------------


def test_a_short_wait_that_makes_everything_fit_is_told() -> None:
    wait = planned(*orders(14), ledger=surely_used(7)).wait
    assert wait is not None
    assert (wait.in_ns, wait.fits, wait.saves) == (4 * SECOND, True, 0)  # 3 points too many, one step late


def test_the_next_step_is_told_where_points_are_scarce() -> None:
    found = planned(*orders(7), now_s=4)  # 56 of 60 points; at 5 s, and one for doubt, they cost 42
    assert found.fits
    assert found.wait is not None
    assert (found.wait.in_ns, found.wait.saves, found.wait.fits) == (2 * SECOND, units(14), False)
    assert warnings(found) == ("Waiting 2 s saves 14 of 56 points.",)


def test_where_points_are_plenty_there_is_nothing_to_wait_for() -> None:
    assert planned(*orders(5), now_s=4).wait is None


def test_a_far_step_or_a_small_saving_is_not_told() -> None:
    assert planned(*orders(14), now_s=20).wait is None  # the next step is in 26 s
    mixed = (*orders(7, born_s=3.5), an_order("late", born_s=-41.5))
    found = planned(*mixed, now_s=4).wait
    assert found is not None
    assert found.saves == units(8 * 2)  # not the 2 points that the old one saves at once


def test_free_orders_need_no_patience() -> None:
    assert planned(*orders(30, born_s=-900)).wait is None


ages = st.lists(st.integers(-400_000, 19_000), min_size=1, max_size=12)


@given(ages, st.integers(0, 70))
def test_the_moment_at_which_everything_fits_is_the_first(born_ms: list[int], points: int) -> None:
    ledger = surely_used(points)
    some = tuple(an_order(f"O{n}", born_s=ms / 1000) for n, ms in enumerate(born_ms))
    (pair,) = planned(*some, ledger=ledger).pairs
    assert pair.fits_at_ns is not None

    def fits(at_ns: int) -> bool:
        cost = sum(order_cost(order, WALL + at_ns).high for order in some)
        return ledger.engine_at("BTC/USD", at_ns).surely_fits(cost, at_ns)

    assert fits(pair.fits_at_ns)
    assert pair.fits_at_ns == NOW_S * SECOND or not fits(pair.fits_at_ns - 1)


@given(ages, st.integers(0, 70))
def test_what_a_wait_saves_is_saved_then(born_ms: list[int], points: int) -> None:
    some = tuple(an_order(f"O{n}", born_s=ms / 1000) for n, ms in enumerate(born_ms))
    found = planned(*some, ledger=surely_used(points))
    if found.wait is None:
        return
    later_s = NOW_S + found.wait.in_ns / SECOND
    then = planned(*some, ledger=surely_used(points), now_s=later_s)
    assert found.cost.high - then.cost.high == found.wait.saves >= 0
    assert then.cost == found.wait.cost
    assert not found.wait.fits or (then.fits and not found.fits)


@given(ages, st.integers(0, 70), st.booleans(), st.randoms())
def test_the_ways_hold_what_an_exchange_does(
    born_ms: list[int], points: int, counts_beyond: bool, random: Random
) -> None:
    """An exchange that refuses singles over the ceiling, and counts batches up to it or beyond."""
    ledger = used(points)
    some = tuple(an_order(f"O{n}", born_s=ms / 1000) for n, ms in enumerate(born_ms))
    found = planned(*some, ledger=ledger)
    (pair,) = found.pairs
    now = ledger.engine_at("BTC/USD", NOW_S * SECOND)
    true = random.randint(now.low, now.high)
    exact = {order.id: true_cost(order, random) for order in some}
    passed, single = 0, true
    for order_id in found.ids:
        if single + exact[order_id] <= now.ceiling:
            passed, single = passed + 1, single + exact[order_id]
    batch = true + sum(exact.values())
    batch = batch if counts_beyond else max(true, min(batch, now.ceiling))
    assert pair.passes[0] <= passed <= pair.passes[1]
    assert within(single, pair.single.end)
    assert within(single - true, pair.single.cost)
    assert within(batch, pair.batch.end)
    assert within(batch - true, pair.batch.cost)
    assert within(batch, pair.all.end)


def test_a_mass_cancel_costs_up_to_all_of_its_orders_and_a_point_a_pair() -> None:
    found = planned(*orders(3), *orders(2, pair="ETH/USD"), at_once=True)
    assert found.route == "socket all"
    assert found.cost == Interval(0, units(5 * 4 + 2))
    assert [found.way(pair) for pair in found.pairs] == [pair.all for pair in found.pairs]


def test_a_mass_cancel_goes_over_rest_where_no_socket_is_open_and_without_rest_not_at_all() -> None:
    assert route(*orders(2), at_once=True, socket_open=False) == "rest all"
    assert route(*orders(2), at_once=True, socket_open=False, batch_names=False) == "rest all"
    assert route(at_once=True) == "socket all"
    assert route(*orders(2), at_once=True, socket_open=False, rest_open=False) == "none"


def test_a_mass_cancel_over_the_ceiling_is_taken_and_new_orders_wait() -> None:
    found = planned(*orders(20), at_once=True)
    assert route_words(found) == "over the websocket, everything at once"
    (told,) = [text for text in warnings(found) if "do not fit" in text or "may not fit" in text]
    assert "New orders there" in told


def within(units: int, interval: Interval) -> bool:
    return interval.low <= units <= interval.high


def true_cost(order: Order, random: Random) -> int:
    cost = order_cost(order, WALL + NOW_S * SECOND)
    return random.randint(cost.low, cost.high)


@pytest.mark.parametrize("edge", [None, ">"])
def test_a_set_that_lands_exactly_on_the_ceiling_fits_as_documented(edge: Edge | None) -> None:
    pair = the_pair(*orders(15), ledger=a_ledger("starter", edge=edge))  # 15 x 4 = 60
    assert (pair.fits, pair.overflows, pair.passes, pair.single.fits) == (True, False, (15, 15), True)
    one_more = the_pair(*orders(16), ledger=a_ledger("starter", edge=edge))
    assert (one_more.fits, one_more.overflows, one_more.passes) == (False, True, (15, 15))


def test_where_an_act_is_refused_just_at_the_ceiling_such_a_set_overflows() -> None:
    ledger = a_ledger("starter", edge=">=")
    pair = the_pair(*orders(15), ledger=ledger)
    assert (pair.fits, pair.overflows, pair.passes, pair.single.fits) == (False, True, (14, 14), False)
    assert pair.fits_at_ns is not None
    assert NOW_S * SECOND < pair.fits_at_ns <= (NOW_S + 26) * SECOND
    assert the_pair(*orders(14), ledger=ledger).fits
    assert warnings(planned(*orders(15), ledger=ledger, batch_names=False, socket_open=False))[0].endswith(
        "14 of 15 pass, the rest is refused."
    )
