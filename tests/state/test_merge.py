"""Merging words about one order: forward only, whatever the order of arrival."""

import itertools
import random
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from krakentui.budget.acts import foreign_act
from krakentui.budget.costs import amend_cost
from krakentui.budget.interval import Interval
from krakentui.model.amend import Amend, AmendsSeen
from krakentui.model.order import Order, OrderPatch
from krakentui.state.merge import REST_LAG_NS, Word, merge, tells_news, with_amends
from tests.support.builders import ACCOUNT, a_listed, a_patch, a_standing, at, wall


def stream(t: float = 0, *, snapshot: bool = False) -> Word:
    return Word(source="stream", t_ns=at(t), now_ns=wall(t), snapshot=snapshot)


def rest(asked: float = 0, *, query: bool = False) -> Word:
    return Word(source="query" if query else "poll", t_ns=at(asked), now_ns=wall(asked))


def told(*patches: OrderPatch) -> Order:
    order: Order | None = None
    for patch in patches:
        order = merge(order, patch, stream(), ACCOUNT)
    assert order is not None
    return order


LIFE = (
    a_patch("O1", "pending_new", 0),
    a_patch("O1", "new", 0.001),
    a_patch("O1", "amended", 3, price="109000.0", qty="0.60000000", amended=True),
    a_patch("O1", "trade", 5, filled="0.10000000", cost="10900.00", average="109000.0", pair="BTC/USD"),
    a_patch("O1", "trade", 7, filled="0.60000000", cost="65400.00", average="109000.0", pair="BTC/USD"),
    a_patch("O1", "filled", 7.001, filled="0.60000000", cost="65400.00", average="109000.0"),
)


def test_every_arrangement_of_a_life_ends_in_the_same_belief() -> None:
    truths = {repr(told(*arrangement)) for arrangement in itertools.permutations(LIFE)}
    assert len(truths) == 1


@given(st.lists(st.sampled_from(LIFE), max_size=12), st.randoms(use_true_random=False))
def test_repeated_frames_change_nothing(extra: list[OrderPatch], dice: random.Random) -> None:
    frames = [*LIFE, *extra]
    dice.shuffle(frames)
    assert told(*frames) == told(*LIFE)


@given(st.lists(st.sampled_from(LIFE[:-1]), min_size=1))
def test_no_old_frame_reopens_a_finished_order(old: list[OrderPatch]) -> None:
    assert told(LIFE[-1], *old).status == "filled"


def test_a_trade_that_completes_the_order_leaves_it_partially_filled_until_the_exchange_says_filled() -> None:
    assert told(*LIFE[:-1]).status == "partially_filled"


def test_an_amend_that_says_new_does_not_hide_a_fill() -> None:
    order = told(LIFE[0], LIFE[3], a_patch("O1", "amended", 6, price="108000.0"))
    assert order.status == "partially_filled"


def test_a_larger_fill_voids_the_average_of_the_smaller_one() -> None:
    order = told(LIFE[0], LIFE[3], a_patch("O1", "trade", 6, filled="0.20000000"))
    assert order.average is None


def test_a_late_amend_does_not_turn_a_younger_price_back() -> None:
    young = a_patch("O1", "amended", 9, price="108000.0")
    assert told(LIFE[0], young, LIFE[2]).limit_price == Decimal("108000.0")


def test_an_amend_of_the_price_alone_keeps_the_quantity_of_another() -> None:
    price_only = a_patch("O1", "amended", 9, price="108000.0")
    assert told(LIFE[0], price_only, LIFE[2]).qty == Decimal("0.60000000")


def test_rest_does_not_lower_what_was_filled() -> None:
    order = merge(told(*LIFE[:4]), a_listed("O1", 0), rest(6), ACCOUNT)
    assert order.filled == Decimal("0.10000000")


def test_rest_does_not_reopen_a_finished_order() -> None:
    assert merge(told(*LIFE), a_listed("O1", 0), rest(600, query=True), ACCOUNT).is_done


def test_rest_raises_what_was_filled() -> None:
    order = merge(told(*LIFE[:2]), a_listed("O1", 0, filled="0.20000000"), rest(6), ACCOUNT)
    assert order.filled == Decimal("0.20000000")


def test_rest_may_end_an_order() -> None:
    over = a_listed("O1", 0, status="canceled", reason="User requested")
    assert merge(told(*LIFE[:2]), over, rest(6, query=True), ACCOUNT).status == "canceled"


def test_a_price_just_streamed_stands_over_a_list_that_may_lag() -> None:
    order = merge(told(*LIFE[:3]), a_listed("O1", 0, amended=True), rest(6), ACCOUNT)
    assert order.limit_price == Decimal("109000.0")


def test_a_list_asked_a_minute_after_the_stream_spoke_last_may_correct_a_price() -> None:
    late = Word(source="poll", t_ns=at() + REST_LAG_NS, now_ns=wall(60))
    order = merge(told(*LIFE[:3]), a_listed("O1", 0, price="90000.0", amended=True), late, ACCOUNT)
    assert order.limit_price == Decimal("90000.0")


def test_a_list_that_knows_of_a_first_amend_may_correct_a_price_at_once() -> None:
    order = merge(told(*LIFE[:2]), a_listed("O1", 0, price="90000.0", amended=True), rest(6), ACCOUNT)
    assert order.limit_price == Decimal("90000.0")


def test_the_most_trusted_source_names_the_order() -> None:
    order = merge(told(*LIFE[:2]), a_listed("O1", 0), rest(6), ACCOUNT)
    assert order.source == "stream"


def test_a_snapshot_replaces_the_terms_even_under_an_older_timestamp() -> None:
    order = merge(told(*LIFE[:3]), a_standing("O1", 0, price="90000.0"), stream(9, snapshot=True), ACCOUNT)
    assert order.limit_price == Decimal("90000.0")


def test_an_unknown_status_is_kept_as_it_came() -> None:
    assert told(LIFE[0], a_patch("O1", "status", 2, status="triggered")).status == "triggered"


def test_a_repeated_frame_is_no_news() -> None:
    order = told(*LIFE[:4])
    again = merge(order, LIFE[3], stream(9), ACCOUNT)
    assert not tells_news(order, again)


# --- from when the age counts -----------------------------------------------------------------------


def ages(order: Order) -> tuple[int | None, int | None]:
    return order.counts_from_low_ns, order.counts_from_high_ns


def test_an_order_seen_at_its_birth_has_an_exact_age() -> None:
    assert ages(told(*LIFE[:2])) == (wall(0), wall(0))


def test_an_amend_that_was_seen_restarts_the_age_exactly() -> None:
    assert ages(told(*LIFE[:3])) == (wall(3), wall(3))


def test_an_unamended_order_of_a_snapshot_counts_from_its_creation() -> None:
    order = merge(None, a_standing("O1", -30), stream(snapshot=True), ACCOUNT)
    assert ages(order) == (wall(-30), wall(-30))


def test_an_amended_order_of_a_snapshot_may_have_been_amended_until_our_start() -> None:
    order = merge(None, a_standing("O1", -30, amended=True), stream(snapshot=True), ACCOUNT)
    assert ages(order)[1] == wall(0)


def test_a_snapshot_timestamp_younger_than_the_creation_bounds_the_amend() -> None:
    listed = merge(None, a_listed("O1", -600, amended=True), rest(0), ACCOUNT)
    order = merge(listed, a_standing("O1", -30, amended=True), stream(1, snapshot=True), ACCOUNT)
    assert order.counts_from_low_ns == wall(-600)


def test_an_order_listed_as_amended_may_have_been_amended_until_our_start() -> None:
    order = merge(None, a_listed("O1", -600, amended=True), rest(0), ACCOUNT)
    assert ages(order) == (wall(-600), wall(0))


def test_an_order_listed_as_never_amended_counts_from_its_creation() -> None:
    order = merge(None, a_listed("O1", -600), rest(0), ACCOUNT)
    assert ages(order) == (wall(-600), wall(-600))


def test_a_list_that_says_never_amended_makes_a_delta_without_base_exact() -> None:
    delta = merge(None, a_patch("O1", "trade", 1, filled="0.10000000"), stream(1), ACCOUNT)
    order = merge(delta, a_listed("O1", -600), rest(2, query=True), ACCOUNT)
    assert ages(order) == (wall(-600), wall(-600))


def test_a_delta_without_base_is_no_younger_than_itself() -> None:
    delta = merge(None, a_patch("O1", "trade", 1, filled="0.10000000"), stream(1), ACCOUNT)
    assert ages(delta) == (None, wall(1))


def test_a_snapshot_after_a_gap_admits_an_amend_unseen() -> None:
    order = merge(told(*LIFE[:2]), a_standing("O1", 0, amended=True), stream(50, snapshot=True), ACCOUNT)
    assert ages(order) == (wall(0), wall(50))


def test_a_whole_order_that_does_not_speak_of_amends_was_never_amended() -> None:
    order = merge(told(*LIFE[:2]), a_standing("O1", 0, amended=None), stream(50, snapshot=True), ACCOUNT)
    assert ages(order) == (wall(0), wall(0))


def test_other_terms_after_a_gap_are_an_amend_unseen() -> None:
    other = a_standing("O1", 0, amended=None, price="90000.0")
    order = merge(told(*LIFE[:2]), other, stream(50, snapshot=True), ACCOUNT)
    assert ages(order) == (wall(0), wall(50))


def test_a_snapshot_that_repeats_the_last_word_admits_nothing() -> None:
    order = merge(told(*LIFE[:3]), a_standing("O1", 3, amended=True), stream(50, snapshot=True), ACCOUNT)
    assert ages(order) == (wall(3), wall(3))


def a_history(*amends: tuple[str, float | None], whole: bool = True) -> AmendsSeen:
    """Make the history of an order: kind and second of each change; the first is how it was made."""
    told = [Amend(id="T0", kind="original", said_ns=wall(-600))]
    told += [
        Amend(id=f"T{n}", kind=kind, said_ns=None if said is None else wall(said))
        for n, (kind, said) in enumerate(amends, start=1)
    ]
    return AmendsSeen(account=ACCOUNT, order_id="O1", amends=tuple(told), asked_ns=at(0), whole=whole)


def amended_unseen() -> Order:
    """Amended at some time before the snapshot of second 0, nobody here saw when."""
    return merge(None, a_standing("O1", -600, amended=True), stream(0, snapshot=True), ACCOUNT)


def counts_from(order: Order) -> tuple[int | None, int | None]:
    return order.counts_from_low_ns, order.counts_from_high_ns


def test_the_history_of_amends_tells_from_when_the_age_counts() -> None:
    assert counts_from(amended_unseen()) == (None, wall(0))
    order = with_amends(amended_unseen(), a_history(("user", -200), ("user", -120)), wall(61))
    assert counts_from(order) == (wall(-120), wall(-120))
    assert order.opened_ns == wall(-600)


def test_a_history_that_may_lag_narrows_one_end_only() -> None:
    """REST may be a minute behind: an amend just before the snapshot may not be in it."""
    order = with_amends(amended_unseen(), a_history(("user", -120)), wall(59))
    assert counts_from(order) == (wall(-120), wall(0))


def test_what_the_exchange_restated_need_not_begin_a_new_age() -> None:
    order = with_amends(amended_unseen(), a_history(("user", -200), ("restated", -50)), wall(61))
    assert counts_from(order) == (wall(-200), wall(-50))


@pytest.mark.parametrize(
    "history",
    [
        a_history(),
        a_history(("user", None)),
        a_history(("user", -200), ("user", None)),
        a_history(("user", -200), whole=False),
    ],
)
def test_a_history_with_a_hole_hides_what_was_hidden(history: AmendsSeen) -> None:
    order = with_amends(amended_unseen(), history, wall(61))
    assert order.counts_from_high_ns == wall(0)


def test_an_amend_that_was_seen_since_stays_the_last() -> None:
    seen = merge(amended_unseen(), a_patch("O1", "amended", 30, price="109000.0"), stream(30), ACCOUNT)
    order = with_amends(seen, a_history(("user", -120)), wall(100))
    assert counts_from(order) == (wall(30), wall(30))


OPEN = told(a_patch("O1", "pending_new", 0), a_patch("O1", "new", 0.001))
AMENDED = a_patch("O1", "amended", 130, qty="0.60000000", amended=True)
POLLED = a_listed("O1", qty="0.60000000", amended=True)


def price_of(patch: OrderPatch, order: Order | None) -> Interval:
    act = foreign_act(patch, order)
    assert act is not None
    return act.cost


def test_an_amend_that_rest_told_first_is_priced_by_the_age_that_the_order_had() -> None:
    ahead = merge(OPEN, POLLED, rest(130.05), ACCOUNT)
    assert ahead.counts_from_high_ns == wall(130.05), "until the stream speaks it may have been any time"
    assert price_of(AMENDED, ahead) == price_of(AMENDED, OPEN) == amend_cost(wall(0), wall(0), wall(130))


def test_the_amend_after_it_is_priced_by_what_was_seen() -> None:
    ahead = merge(OPEN, POLLED, rest(130.05), ACCOUNT)
    after = merge(ahead, AMENDED, stream(130.06), ACCOUNT)
    again = a_patch("O1", "amended", 134, qty="0.70000000", amended=True)
    assert price_of(again, after) == amend_cost(wall(130), wall(130.05), wall(134))


def test_after_a_snapshot_an_amend_that_rest_told_may_have_been_at_any_time() -> None:
    ahead = merge(OPEN, POLLED, rest(130.05), ACCOUNT)
    anew = merge(ahead, a_standing("O1", qty="0.60000000", amended=True), stream(131, snapshot=True), ACCOUNT)
    later = a_patch("O1", "amended", 132, qty="0.70000000", amended=True)
    cost = price_of(later, anew)
    assert cost.high > cost.low
