from fractions import Fraction

import pytest
from msgspec import structs

from krakentui.budget.gauges import Gauge, gauges, level
from krakentui.budget.headline import headline, overall, tightest
from krakentui.budget.ledger import Ledger
from krakentui.model.clock import SECOND
from krakentui.model.connection import SocketEnded, SocketOpened
from krakentui.model.event import CallRefused, CallSettled, CallSpent, CancelSent, LockoutBegan
from krakentui.model.limit import POINT, ConnectionScope, IpScope, LimitName, units
from krakentui.model.order import Order
from tests.budget.acts import (
    BTC,
    ETH,
    KEY,
    WALL,
    a_ledger,
    an_order,
    cancel_spent,
    refused,
    settled,
    snapshot,
    spent,
    stream,
    told,
)


def rows(ledger: Ledger, at_s: float = 0, orders: tuple[Order, ...] = ()) -> tuple[Gauge, ...]:
    return gauges(ledger, round(at_s * SECOND), orders)


def row(ledger: Ledger, name: LimitName, at_s: float = 0, orders: tuple[Order, ...] = ()) -> Gauge:
    return next(one for one in rows(ledger, at_s, orders) if one.name == name)


def sentence(ledger: Ledger, at_s: float = 0, orders: tuple[Order, ...] = ()) -> str:
    return headline(ledger, rows(ledger, at_s, orders), round(at_s * SECOND))


@pytest.mark.parametrize(
    ("high", "said"),
    [("74.9", "calm"), ("75", "warm"), ("89.9", "warm"), ("90", "hot"), ("100", "full"), ("140", "full")],
)
def test_warnings_begin_at_seventy_five_and_ninety_percent(high: str, said: str) -> None:
    assert level(Fraction(high), Fraction(100)) == said


def test_a_row_names_its_limit_and_its_figures() -> None:
    gauge = row(told(a_ledger(), 0, spent(5)), "rest")
    assert (gauge.label, gauge.scope) == ("REST calls", KEY)
    assert [gauge.low, gauge.high, gauge.max, gauge.reserve, gauge.decay] == [5, 5, 20, 3, Fraction(1, 2)]


def test_a_counter_within_the_reserve_is_free_when_a_background_call_fits() -> None:
    gauge = row(told(a_ledger("pro"), 0, spent(18)), "rest")
    assert gauge.free_in_ns == 3 * SECOND  # down to 16 below the reserve, and a step may be late
    assert row(told(a_ledger("pro"), 0, spent(16)), "rest").free_in_ns == 0


def test_a_band_that_rests_on_the_start_alone_is_no_warning() -> None:
    gauge = row(Ledger.start(0, KEY.key, "alice", assume_tier="pro"), "rest")
    assert gauge.high == 20
    assert gauge.from_start
    assert gauge.warning == "calm"


def test_what_was_spent_since_the_start_is_a_warning_even_then() -> None:
    gauge = row(told(Ledger.start(0, KEY.key, "alice", assume_tier="pro"), 0, spent(16)), "rest")
    assert not gauge.from_start
    assert gauge.warning == "full"


def test_a_lockout_locks_the_rest_row_and_not_the_pairs() -> None:
    ledger = told(a_ledger(), 0, LockoutBegan(scope=KEY, until_ns=900 * SECOND, reason="silence"))
    assert row(ledger, "rest").warning == "locked"
    assert row(ledger, "rest").free_in_ns == 900 * SECOND
    assert row(ledger, "engine", orders=(an_order(),)).warning == "calm"


def test_a_pair_has_a_row_while_it_has_orders_or_something_is_counted() -> None:
    ledger = a_ledger()
    assert not [one for one in rows(ledger) if one.name == "engine"]
    assert row(ledger, "engine", orders=(an_order(),)).label == "BTC/USD trading"
    assert row(told(ledger, 0, cancel_spent("O1", 8)), "engine").scope == BTC


def test_a_pair_whose_counter_has_drained_and_has_no_orders_is_not_shown() -> None:
    ledger = told(a_ledger(), 0, cancel_spent("O1", 8))
    assert not [one for one in rows(ledger, 100) if one.name == "engine"]


def test_open_orders_are_counted_for_each_pair() -> None:
    orders = (*tuple(an_order(f"O{n}") for n in range(75)), an_order("E1", pair="ETH/USD"))
    gauge = row(a_ledger(), "open_orders", orders=orders)
    assert [gauge.low, gauge.high, gauge.max] == [75, 75, 80]
    assert gauge.warning == "hot"
    assert gauge.free_in_ns == 0


def test_an_order_whose_cancel_is_on_its_way_may_be_open_or_not() -> None:
    orders = (an_order("O1"), an_order("O2"))
    sent = CancelSent(account="alice", order_id="O1", request=1, route="socket")
    gauge = row(told(a_ledger(), 0, sent, orders=orders), "open_orders", orders=orders)
    assert [gauge.low, gauge.high] == [1, 2]


def test_what_others_may_have_been_refused_unseen_is_told_while_it_counts() -> None:
    acts = (stream(order_id, "new", 0, pair="BTC/USD") for order_id in ("O1", "O2"))
    ledger = told(a_ledger(), 0, snapshot(), *acts)
    then, later = (row(ledger, "engine", at_s, (an_order(),)) for at_s in (200, 302))
    assert [then.low, then.hidden, then.high] == [0, 2, 2]
    assert later.hidden == 0


def test_a_full_order_list_frees_by_no_time() -> None:
    gauge = row(a_ledger(), "open_orders", orders=tuple(an_order(f"O{n}") for n in range(80)))
    assert gauge.free_in_ns is None
    assert gauge.warning == "full"


def test_orders_that_start_later_are_counted_as_scheduled_until_they_start() -> None:
    order = structs.replace(an_order(), starts_ns=WALL + 100 * SECOND)
    ledger = told(a_ledger(), 0, stream("O2", "new", 0), orders=(an_order("O2"),))
    assert row(ledger, "scheduled_orders", 0, (order,)).high == 1
    assert not [one for one in rows(ledger, 200, (order,)) if one.name == "scheduled_orders"]


def test_connections_show_our_own_share_as_the_reserve() -> None:
    attempt = CallSpent(name="connections", scope=IpScope(), low=POINT, high=POINT, what="private")
    gauge = row(told(a_ledger(), 0, attempt, attempt), "connections")
    assert [gauge.high, gauge.max, gauge.reserve] == [2, 150, 90]


def test_an_attempt_counts_for_sure_only_when_the_exchange_answered_it() -> None:
    told_of = [
        CallSpent(name="connections", scope=IpScope(), low=0, high=POINT, what="private", ticket=number)
        for number in (1, 2)
    ]
    landed = CallSettled(name="connections", scope=IpScope(), ticket=2, answered=True)
    gauge = row(told(a_ledger(), 0, *told_of, landed), "connections")
    assert [gauge.low, gauge.high] == [1, 2]


def test_our_own_public_pace_is_no_warning() -> None:
    call = CallSpent(name="public_rest", scope=IpScope(), low=POINT, high=POINT, what="Ticker")
    gauge = row(told(a_ledger(), 0, call), "public_rest")
    assert gauge.warning == "calm"
    assert gauge.free_in_ns == SECOND


def test_each_open_socket_has_a_row_and_a_closed_one_has_none() -> None:
    ledger = told(a_ledger(), 0, SocketOpened(feed="private", connection=3))
    gauge = row(ledger, "messages")
    assert (gauge.label, gauge.scope) == ("Messages private", ConnectionScope(3))
    assert [gauge.low, gauge.high, gauge.max, gauge.reserve, gauge.decay] == [0, 0, 15, 5, 10]
    ended = told(ledger, 1, SocketEnded(feed="private", connection=3))
    assert not [one for one in rows(ended, 1) if one.name == "messages"]


def test_a_message_may_stand_with_the_exchange_until_it_was_answered_and_drained() -> None:
    scope = ConnectionScope(3)
    out = [
        CallSpent(name="messages", scope=scope, low=0, high=POINT, what="ping", ticket=number)
        for number in range(1, 13)
    ]
    answers = [
        CallSettled(name="messages", scope=scope, ticket=number, answered=True) for number in range(1, 13)
    ]
    ledger = told(a_ledger(), 0, SocketOpened(feed="private", connection=3), *out)
    assert [row(ledger, "messages", 4).low, row(ledger, "messages", 4).high] == [0, 12]
    assert row(told(ledger, 4, *answers), "messages", 4.5).high == 7
    assert row(told(ledger, 4, *answers), "messages", 4).warning == "calm"


def test_a_refusal_for_the_pace_of_messages_is_nobody_else_s_doing() -> None:
    scope = ConnectionScope(3)
    no = CallRefused(name="messages", scope=scope, cost=POINT, code="Exceeded msg rate", expected=False)
    ledger = told(a_ledger(), 0, SocketOpened(feed="private", connection=3), no)
    gauge = row(ledger, "messages")
    assert [gauge.low, gauge.high, gauge.others_high] == [14, 16, 0]
    assert ledger.refusals_unexpected == 1


def test_rows_come_rest_first_then_pairs_then_the_others() -> None:
    orders = (an_order("O1"), an_order("E1", pair="ETH/USD"))
    ledger = told(a_ledger(), 0, cancel_spent("E1", 8, scope=ETH))
    labels = [one.label for one in rows(ledger, 0, orders)]
    assert labels == [
        "REST calls",
        "BTC/USD trading",
        "ETH/USD trading",
        "BTC/USD open orders",
        "ETH/USD open orders",
        "Public calls",
        "Our connections",
    ]


def test_a_pair_that_warns_comes_before_those_that_do_not() -> None:
    orders = (an_order("O1"), an_order("E1", pair="ETH/USD"))
    ledger = told(a_ledger(), 0, *(cancel_spent(f"E{n}", 8, scope=ETH) for n in range(12)))
    assert [one.label for one in rows(ledger, 0, orders)][1:3] == ["ETH/USD trading", "BTC/USD trading"]


def test_without_a_key_only_the_limits_of_the_address_are_told() -> None:
    ledger = Ledger.start(0, None, None)
    assert [one.name for one in rows(ledger)] == ["public_rest", "connections"]


def test_every_row_has_its_low_end_below_its_high_end() -> None:
    ledger = told(a_ledger(), 0, spent(5, ticket=1), cancel_spent("O1", 8), refused(4))
    for one in rows(ledger, 1, (an_order(),)):
        assert one.low <= one.high
        assert one.others_low <= one.others_high


# --- in a sentence --------------------------------------------------------------------------------


def test_the_headline_tells_the_tightest_limit_its_unit_and_when_it_frees() -> None:
    ledger = told(a_ledger("pro"), 0, spent(18))
    assert sentence(ledger) == ("REST calls: 18 of 20 points; one more poll surely fits in 3 s.")


def test_the_headline_rounds_its_interval_outward() -> None:
    ledger = told(a_ledger("intermediate"), 0, cancel_spent("O1", 8))
    ledger = told(ledger, 1, stream("O1", "canceled", 1), orders=(an_order(),))
    said = sentence(ledger, 1.5, (an_order(),))
    assert said == "BTC/USD trading: 6.36 to 8 of 125 points; one more act fits now."


def test_the_headline_says_that_the_start_is_not_known() -> None:
    ledger = told(Ledger.start(0, KEY.key, "alice", assume_tier="pro"), 0, snapshot())
    assert sentence(ledger) == ("REST calls: earlier use is unknown; one more poll surely fits in 5 s.")


def test_a_limit_that_is_really_used_comes_before_one_that_only_the_start_fills() -> None:
    ledger = told(Ledger.start(0, KEY.key, "alice", assume_tier="pro"), 0, snapshot(), spent(16))
    found = tightest(rows(ledger, 0, (an_order(),)))
    assert found is not None
    assert found.name == "rest"


def test_the_headline_tells_what_is_full_within_the_minute() -> None:
    calm, near = rows(told(a_ledger(), 0, spent(8), cancel_spent("O1", 30)), 0, ())[:2]
    near = structs.replace(near, wall_in_ns=40 * SECOND)
    assert tightest((calm, near)) == near
    assert headline(a_ledger(), (calm, near), 0) == (
        f"{near.label}: 0 to 30 of 125 points; at the pace of the last minute full in 40 s."
    )
    far = structs.replace(near, wall_in_ns=90 * SECOND)
    assert tightest((calm, far)) == calm


def test_the_headline_of_a_lockout_counts_down() -> None:
    ledger = told(a_ledger(), 0, LockoutBegan(scope=KEY, until_ns=900 * SECOND, reason="it wants silence"))
    assert sentence(ledger, 40) == "Private calls are stopped for 14 min 20 s: it wants silence."


def test_a_pause_that_the_exchange_asked_for_is_told_of_the_gauge_until_it_ends() -> None:
    ledger = told(a_ledger(), 0, refused(1, until_s=40))
    assert rows(ledger, 39)[0].warning == "paused"
    assert rows(ledger, 40)[0].warning == "calm"
    locked = told(ledger, 1, LockoutBegan(scope=KEY, until_ns=900 * SECOND, reason="silence"))
    assert rows(locked, 2)[0].warning == "locked"


def test_the_headline_of_a_pause_counts_down() -> None:
    ledger = told(a_ledger(), 0, refused(until_s=40))
    assert sentence(ledger) == "The exchange asked for a pause: private calls go on in 40 s."


def test_the_headline_says_that_others_take_part() -> None:
    ledger = told(a_ledger(), 0, spent(1), refused(1))
    assert ", shared;" in sentence(ledger)


def test_the_headline_of_a_full_order_list_says_what_makes_room() -> None:
    orders = tuple(an_order(f"O{n}") for n in range(80))
    assert sentence(a_ledger(), 0, orders) == (
        "BTC/USD open orders: 80 of 80 orders; only an order that ends makes room."
    )


def test_without_anything_there_is_still_a_sentence() -> None:
    assert sentence(a_ledger()).endswith("one more poll fits now.")


def test_the_overall_warning_is_the_worst() -> None:
    assert overall(rows(told(a_ledger(), 0, spent(15)))) == "warm"
    assert overall(()) == "calm"


def test_units_of_a_row_are_points() -> None:
    assert row(told(a_ledger(), 0, spent(5)), "rest").high * POINT == units(5)


def test_what_came_before_the_start_is_told_from_what_is_known_to_be_used() -> None:
    ledger = told(a_ledger(quiet_s=1), 0, spent(16, 1), settled(1))
    rest = row(ledger, "rest")
    assert (rest.high, rest.known_high) == (Fraction(36), Fraction(16))
    refusal = row(told(ledger, 0, refused()), "rest")
    assert refusal.known_high is not None and refusal.known_high >= refusal.max  # noqa: PT018 - one claim
