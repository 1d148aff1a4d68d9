"""The referee's tables against the documents, and their worked examples."""

from dataclasses import fields
from fractions import Fraction

import pytest

from krakentui.simulator import rules
from krakentui.simulator.account import Account
from krakentui.simulator.judge import Judge
from krakentui.simulator.keys import ApiKey
from krakentui.simulator.rules import RULE_SETS, TIERS, RuleSet

SECOND = 1_000_000
START = 1_804_669_200 * SECOND


def a_judge(name: str = "documented") -> Judge:
    return Judge(RULE_SETS[name])


def an_account(tier: str = "intermediate") -> Account:
    return Account("alice", TIERS[tier], lambda letter: f"{letter}1")


def a_key() -> ApiKey:
    return ApiKey("k", "SIM-x", b"", "alice", (), 0, 0)


@pytest.mark.parametrize(
    ("age_s", "cancel", "amend", "edit"),
    [
        (0, 8, 4, 7),
        (4.999999, 8, 4, 7),
        (5, 6, 3, 6),
        (9.999999, 6, 3, 6),
        (10, 5, 2, 5),
        (14.999999, 5, 2, 5),
        (15, 4, 1, 3),
        (44.999999, 4, 1, 3),
        (45, 2, 1, 2),
        (89.999999, 2, 1, 2),
        (90, 1, 1, 1),
        (299.999999, 1, 1, 1),
        (300, 0, 1, 1),
        (86_400, 0, 1, 1),
    ],
)
def test_costs_by_age_are_the_documented_ones(age_s: float, cancel: int, amend: int, edit: int) -> None:
    age_us = round(age_s * SECOND)
    assert (rules.cancel_cost(age_us), rules.amend_cost(age_us), rules.edit_cost(age_us)) == (
        cancel,
        amend,
        edit,
    )


@pytest.mark.parametrize(
    ("tier", "rest", "engine", "open_orders", "scheduled"),
    [
        ("starter", (15, "33/100"), (60, "1"), 60, 15),
        ("intermediate", (20, "1/2"), (125, "117/50"), 80, 25),
        ("pro", (20, "1"), (180, "15/4"), 225, 40),
    ],
)
def test_tiers_are_the_documented_ones(
    tier: str, rest: tuple[int, str], engine: tuple[int, str], open_orders: int, scheduled: int
) -> None:
    found = TIERS[tier]
    assert (found.rest_max, str(found.rest_decay)) == rest
    assert (found.engine_max, str(found.engine_decay)) == engine
    assert (found.open_orders, found.scheduled_orders) == (open_orders, scheduled)


@pytest.mark.parametrize(
    ("knob", "values"),
    [
        ("decay", ("continuous", "step", "continuous", "step")),
        ("third", (False, False, True, False)),
        ("history_cost", (4, 4, 2, 2)),
        ("rejected_counts", (True, True, False, True)),
        ("edge", (">", ">=", ">", ">")),
        ("blocks_zero_cost", (False, True, False, False)),
        ("cancel_over_threshold", ("reject", "reject", "accept", "reject")),
        ("ratecount_field", (None, None, "ratecount", None)),
        ("cancel_all_cost", ("rungs", "rungs+1", "free", "rungs")),
        ("capped", (True, False, True, True)),
        ("public_burst", (30, 1, 30, 30)),
        ("in_flight", (10, 2, None, 10)),
        ("connections_max", (150, 150, 150, 150)),
        ("message_burst", (60, 15, None, 15)),
        ("message_rate", (20, 10, 20, 20)),
        ("closed_orders_cost", ("history", "history", "history", "history")),
        ("order_calls_cost", (0, 0, 0, 0)),
    ],
)
def test_rule_sets_bundle_the_knobs(knob: str, values: tuple[object, ...]) -> None:
    """In the order documented, strict, lenient, old."""
    names = ("documented", "strict", "lenient", "old")
    assert tuple(getattr(RULE_SETS[name], knob) for name in names) == values


def test_every_knob_of_the_rule_sets_is_listed() -> None:
    assert len(fields(RuleSet)) == 1 + 17  # the name, and the rows above


@pytest.mark.parametrize(
    ("endpoint", "cost"),
    [
        ("Balance", 1),
        ("BalanceEx", 1),
        ("OpenOrders", 1),
        ("QueryOrders", 1),
        ("GetApiKeyInfo", 1),
        ("GetWebSocketsToken", 1),
        ("CancelAll", 1),
        ("CancelOrder", 0),
        ("CancelOrderBatch", 0),
        ("AddOrder", 0),
        ("Ledgers", 4),
        ("TradesHistory", 4),
        ("ClosedOrders", 4),
        ("QueryTrades", 2),
    ],
)
def test_rest_calls_cost_what_the_documents_say(endpoint: str, cost: int) -> None:
    assert rules.rest_cost(endpoint, RULE_SETS["documented"]) == cost


def test_add_amend_at_7_s_and_cancel_36_s_later_come_to_8() -> None:
    judge, account = a_judge(), an_account()
    gauge = judge.engine_gauge(account, "BTC/USD")
    total = [
        rules.ADD_COST,
        rules.amend_cost(7 * SECOND),
        rules.cancel_cost(36 * SECOND),
    ]
    for cost in total:
        assert judge.engine_act(account, "BTC/USD", cost, 0, START)
    assert gauge.used(START) == 8


def test_50_adds_stand_at_26_and_six_tenths_after_10_s_on_intermediate() -> None:
    judge, account = a_judge(), an_account()
    for _ in range(50):
        assert judge.engine_act(account, "BTC/USD", rules.ADD_COST, 0, START)
    assert judge.engine_gauge(account, "BTC/USD").used(START + 10 * SECOND) == Fraction(266, 10)


def test_20_calls_of_cost_1_pass_and_the_21st_fails() -> None:
    judge, key, tier = a_judge(), a_key(), TIERS["intermediate"]
    verdicts = [judge.rest_call(key, tier, "Balance", START)[1] for _ in range(21)]
    assert verdicts == [True] * 20 + [False]


def test_strict_refuses_the_call_that_would_reach_the_maximum() -> None:
    judge, key, tier = a_judge("strict"), a_key(), TIERS["intermediate"]
    verdicts = [judge.rest_call(key, tier, "Balance", START)[1] for _ in range(20)]
    assert verdicts == [True] * 19 + [False]


def test_refused_calls_count_up_to_their_cost_above_the_maximum() -> None:
    judge, key, tier = a_judge(), a_key(), TIERS["pro"]
    for _ in range(40):
        judge.rest_call(key, tier, "Balance", START)
    assert judge.rest_gauge(key, tier).used(START) == 21


@pytest.mark.parametrize(("name", "passes"), [("documented", True), ("strict", False)])
def test_a_limited_key_may_cancel_only_where_free_calls_pass(name: str, *, passes: bool) -> None:
    judge, key, tier = a_judge(name), a_key(), TIERS["intermediate"]
    for _ in range(25):
        judge.rest_call(key, tier, "Balance", START)
    assert judge.rest_call(key, tier, "CancelOrder", START) == (0, passes)


def test_keys_have_their_own_rest_counters() -> None:
    judge, tier = a_judge(), TIERS["intermediate"]
    one, two = a_key(), ApiKey("other", "SIM-y", b"", "alice", (), 0, 0)
    for _ in range(20):
        judge.rest_call(one, tier, "Balance", START)
    assert judge.rest_call(two, tier, "Balance", START)[1]


def test_pairs_have_their_own_engine_counters() -> None:
    judge, account = a_judge(), an_account("starter")
    for _ in range(61):
        judge.engine_act(account, "BTC/USD", 1, 0, START)
    assert not judge.engine_act(account, "BTC/USD", 1, 0, START)
    assert judge.engine_act(account, "ETH/USD", 1, 0, START)


def test_a_refused_add_counts_its_fixed_part() -> None:
    judge, account = a_judge(), an_account("starter")
    for _ in range(60):
        judge.engine_act(account, "BTC/USD", 1, 0, START)
    assert not judge.engine_act(account, "BTC/USD", 1, 0, START)
    assert judge.engine_gauge(account, "BTC/USD").used(START) == 61


def test_a_refused_cancel_counts_nothing() -> None:
    judge, account = a_judge(), an_account("starter")
    judge.engine_act(account, "BTC/USD", 58, 0, START)
    assert not judge.engine_cancel(account, "BTC/USD", 8, START)
    assert judge.engine_gauge(account, "BTC/USD").used(START) == 58


@pytest.mark.parametrize(("name", "used"), [("documented", 60), ("strict", 98)])
def test_a_batch_passes_over_the_threshold(name: str, used: int) -> None:
    judge, account = a_judge(name), an_account("starter")
    judge.engine_act(account, "BTC/USD", 58, 0, START)
    judge.engine_accepted(account, "BTC/USD", 40, START)
    assert judge.engine_gauge(account, "BTC/USD").used(START) == used


def test_the_151st_connection_in_ten_minutes_bans_the_ip_for_ten() -> None:
    judge = a_judge()
    assert all(judge.connect("127.0.0.1", START + n * SECOND) for n in range(150))
    assert not judge.connect("127.0.0.1", START + 150 * SECOND)
    assert not judge.connect("127.0.0.1", START + 749 * SECOND)
    assert judge.connect("127.0.0.1", START + 751 * SECOND)


def test_one_ip_banned_leaves_another_free() -> None:
    judge = a_judge()
    for _ in range(151):
        judge.connect("127.0.0.1", START)
    assert judge.connect("127.0.0.2", START)


def test_connections_free_up_as_the_window_rolls() -> None:
    judge = a_judge()
    for n in range(150):
        judge.connect("127.0.0.1", START + n)
    assert judge.doorsteps["127.0.0.1"].free_at_us(START + SECOND) == START + 600 * SECOND
