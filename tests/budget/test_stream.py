from fractions import Fraction

import pytest

from krakentui.budget.ledger import Ledger
from krakentui.model.clock import SECOND
from krakentui.model.event import (
    CancelAnswered,
    CancelGivenUp,
    CancelNotSent,
    CancelSent,
    TimeMeasured,
)
from tests.budget.acts import (
    WALL,
    a_ledger,
    an_order,
    cancel_spent,
    snapshot,
    stream,
    stream_down,
    told,
)
from tests.budget.figures import spread


def engine(ledger: Ledger, at_s: float, pair: str = "BTC/USD") -> tuple[object, object]:
    return spread(ledger.engine_at(pair, round(at_s * SECOND)))


# --- the stream: acts of others -------------------------------------------------------------------


def test_an_add_of_others_counts_half_to_one_and_may_hide_a_refused_one() -> None:
    ledger = told(a_ledger("starter"), 0, stream("O1", "pending_new", 0, pair="BTC/USD"))
    assert engine(ledger, 0) == (Fraction("0.3"), 2)


def test_an_act_that_is_shown_late_has_drained_meanwhile() -> None:
    """Two seconds under way, by a clock that is known to a quarter of a second, at a point a second."""
    measured = TimeMeasured(offset_ns=0, doubt_ns=SECOND // 4, wall_ns=WALL)
    amended = stream("O1", "amended", 0)
    ledger = told(a_ledger("starter"), 0, measured)
    on_time = told(ledger, 0, amended, orders=(an_order(born_s=-1),))
    late = told(ledger, 2, amended, orders=(an_order(born_s=-1),))
    low, low_late = engine(on_time, 0)[0], engine(late, 2)[0]
    assert isinstance(low, Fraction)
    assert isinstance(low_late, Fraction)
    assert low - low_late == Fraction("2.05")  # 2.25 s of doubt instead of the usual 0.2 s


def test_the_hidden_act_hangs_for_three_hundred_seconds() -> None:
    ledger = told(a_ledger("starter"), 0, stream("O1", "pending_new", 0, pair="BTC/USD"))
    assert engine(ledger, 299) == (0, 1)
    assert engine(ledger, 302) == (0, 0)


def test_where_the_user_says_so_no_act_hides() -> None:
    ledger = told(a_ledger("starter", hidden_s=0), 0, stream("O1", "pending_new", 0, pair="BTC/USD"))
    assert engine(ledger, 3) == (0, 0)


def test_the_new_after_pending_new_costs_nothing() -> None:
    ledger = told(a_ledger(), 0, stream("O1", "new", 0), orders=(an_order(),))
    assert engine(ledger, 0) == (0, 0)


@pytest.mark.parametrize("exec_type", ["trade", "filled", "expired", "restated", "status", "iceberg_refill"])
def test_what_the_exchange_does_itself_costs_nothing(exec_type: str) -> None:
    ledger = told(a_ledger(), 0, stream("O1", exec_type, 0), orders=(an_order(),))
    assert engine(ledger, 0) == (0, 0)


def test_an_amend_of_others_counts_by_the_age_until_then() -> None:
    event = stream("O1", "amended", 8)
    ledger = told(a_ledger(hidden_s=0), 8, event, orders=(an_order(),))
    assert engine(ledger, 8) == (3 - Fraction("0.468"), 3)


def test_a_cancel_of_others_may_be_an_edit() -> None:
    ledger = told(a_ledger(hidden_s=0), 20, stream("O1", "canceled", 20), orders=(an_order(),))
    assert engine(ledger, 20) == (2 - Fraction("0.468"), 4)


def test_a_removal_that_names_itself_an_edit_costs_what_one_costs_at_least() -> None:
    event = stream("O1", "canceled", 20, reason="Order replaced")
    ledger = told(a_ledger(hidden_s=0), 20, event, orders=(an_order(),))
    assert engine(ledger, 20) == (2 - Fraction("0.468"), 4)


def test_a_post_only_order_that_would_take_costs_nothing_to_remove() -> None:
    event = stream("O1", "canceled", 0, reason="Post only order")
    assert engine(told(a_ledger(), 0, event, orders=(an_order(),)), 0) == (0, 0)


def test_a_dead_mans_switch_may_cost_as_cancels_do() -> None:
    event = stream("O1", "canceled", 20, reason="CancelAllOrdersAfter Timeout")
    assert engine(told(a_ledger(), 20, event, orders=(an_order(),)), 20) == (0, 5)


def test_an_act_on_an_order_of_unknown_pair_may_concern_every_pair() -> None:
    ledger = told(a_ledger(hidden_s=0), 0, stream("O9", "canceled", 0))
    assert engine(ledger, 0) == (0, 8)
    assert engine(ledger, 0, "ETH/USD") == (0, 8)


def test_a_batch_of_others_counts_at_the_low_end_only_up_to_the_ceiling() -> None:
    orders = tuple(an_order(f"O{n}") for n in range(20))
    ledger = told(a_ledger("starter"), 1, *(stream(one.id, "canceled", 1) for one in orders), orders=orders)
    assert engine(ledger, 1)[0] == 60 - Fraction("0.2")


def test_acts_of_another_account_do_not_count() -> None:
    ledger = told(a_ledger(), 0, stream("O1", "pending_new", 0, pair="BTC/USD", account="bob"))
    assert engine(ledger, 0) == (0, 0)


def test_others_are_kept_apart() -> None:
    ledger = told(
        a_ledger("starter"), 0, stream("O1", "pending_new", 0, pair="BTC/USD"), cancel_spent("O2", 8)
    )
    others = ledger.engine["BTC/USD"].shown_others(0)
    assert spread(others) == (Fraction("0.3"), 2)


# --- the stream: cancels of ours ------------------------------------------------------------------


def test_a_cancel_of_ours_raises_the_high_end_when_it_is_sent() -> None:
    assert engine(told(a_ledger(), 0, cancel_spent("O1", 8)), 3) == (0, 8)


def test_a_cancel_that_is_only_told_as_sent_is_priced_by_the_streams_clock() -> None:
    order = an_order("O1")
    sent = CancelSent(account="alice", order_id="O1", request=1, route="socket")
    ledger = told(a_ledger(), 0, stream("O2", "new", 0), orders=(order, an_order("O2")))
    assert engine(told(ledger, 50, sent, orders=(order,)), 50) == (0, 2)


def test_a_cancel_of_unknown_age_takes_the_dearest_rung() -> None:
    sent = CancelSent(account="alice", order_id="O1", request=1, route="socket")
    assert engine(told(a_ledger(), 50, sent, orders=(an_order("O1"),)), 50) == (0, 8)


def test_a_cancel_told_twice_counts_once() -> None:
    sent = CancelSent(account="alice", order_id="O1", request=1, route="socket")
    ledger = told(a_ledger(), 0, cancel_spent("O1", 8), sent, cancel_spent("O1", 8), orders=(an_order("O1"),))
    assert engine(ledger, 0) == (0, 8)


def test_the_streams_word_settles_a_cancel_of_ours_at_its_true_cost() -> None:
    order = an_order("O1")
    ledger = told(a_ledger(), 4, cancel_spent("O1", 8))
    ledger = told(ledger, 6.5, stream("O1", "canceled", 6), orders=(order,))
    assert engine(ledger, 6.5) == (6 - Fraction("0.468"), 6)
    assert engine(ledger, 506) == (0, 0)  # no act of others, so nothing may hide behind it


def test_the_streams_word_after_the_answer_is_not_counted_again() -> None:
    yes = CancelAnswered(account="alice", order_id="O1", request=1, ok=True)
    ledger = told(told(a_ledger(), 0, stream_down()), 0, cancel_spent("O1", 8), yes)
    ledger = told(ledger, 100, snapshot())
    ledger = told(ledger, 110, stream("O1", "canceled", 110), orders=(an_order("O1"),))
    assert ledger.engine["BTC/USD"].shown_others(110 * SECOND).high == 0


def test_a_cancel_of_an_order_that_was_gone_may_have_cost_anything() -> None:
    no = CancelAnswered(account="alice", order_id="O1", request=1, ok=False, code="EOrder:Unknown order")
    ledger = told(a_ledger("starter"), 0, cancel_spent("O1", 8), no)
    assert engine(ledger, 0) == (0, 8)
    assert engine(ledger, 4) == (0, 5)


def test_a_cancel_that_never_left_costs_nothing() -> None:
    unsent = CancelNotSent(account="alice", order_id="O1", request=1, why="no socket")
    assert engine(told(a_ledger(), 0, cancel_spent("O1", 8), unsent), 0) == (0, 0)


def test_a_cancel_that_nobody_could_settle_has_landed() -> None:
    end = CancelGivenUp(account="alice", order_id="O1", request=1, outcome="unknown", why="no evidence")
    assert engine(told(a_ledger("starter"), 0, cancel_spent("O1", 8), end), 4) == (0, 5)
