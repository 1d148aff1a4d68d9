from fractions import Fraction

import pytest

from krakentui.budget.rules import REST_COST, TIERS, UNKNOWN_TIER, per_ns, rest_cost, tier_of
from krakentui.model.counting import Counting
from krakentui.model.limit import Tier
from tests.budget.figures import spread


@pytest.mark.parametrize(
    ("decay", "per_nanosecond"),
    [("0.33", 99), ("1/3", 100), ("0.5", 150), ("1", 300), ("2.34", 702), ("3.75", 1125)],
)
def test_every_drain_is_whole_units_a_nanosecond(decay: str, per_nanosecond: int) -> None:
    assert per_ns(Fraction(decay)) == per_nanosecond


def test_a_drain_that_is_too_fine_is_refused() -> None:
    with pytest.raises(ValueError, match="no whole units"):
        per_ns(Fraction(1, 7))


@pytest.mark.parametrize(
    ("tier", "rest", "engine", "open_orders", "scheduled"),
    [("starter", 15, 60, 60, 15), ("intermediate", 20, 125, 80, 25), ("pro", 20, 180, 225, 40)],
)
def test_the_tiers_are_those_of_the_guide(
    tier: Tier, rest: int, engine: int, open_orders: int, scheduled: int
) -> None:
    rules = TIERS[tier]
    assert (rules.rest_max, rules.engine_max) == (rest, engine)
    assert (rules.open_orders, rules.scheduled_orders) == (open_orders, scheduled)


def test_a_counter_is_empty_again_after_the_times_of_the_reference() -> None:
    seconds = [rules.engine_max / rules.engine_decay for rules in TIERS.values()]
    assert [round(float(one), 1) for one in seconds] == [60.0, 53.4, 48.0]


@pytest.mark.parametrize(
    ("ceiling", "tier"), [(60, "starter"), (125, "intermediate"), (180, "pro"), (250, None)]
)
def test_the_ceiling_names_the_tier(ceiling: int, tier: str | None) -> None:
    assert tier_of(ceiling) == tier


def test_until_the_tier_is_known_the_slowest_paces_and_the_fastest_drains_the_low_end() -> None:
    assert UNKNOWN_TIER.rest_max == min(rules.rest_max for rules in TIERS.values())
    assert UNKNOWN_TIER.rest_decay == min(rules.rest_decay for rules in TIERS.values())
    assert UNKNOWN_TIER.rest_decay_fast == max(rules.rest_decay_fast for rules in TIERS.values())
    assert UNKNOWN_TIER.engine_decay_fast == max(rules.engine_decay for rules in TIERS.values())


@pytest.mark.parametrize(
    ("endpoint", "low", "high"),
    [
        ("BalanceEx", 1, 1),
        ("OpenOrders", 1, 1),
        ("GetWebSocketsToken", 1, 1),
        ("CancelOrder", 0, 0),
        ("CancelOrderBatch", 0, 1),
        ("TradesHistory", 2, 4),
        ("QueryTrades", 1, 2),
        ("Ticker", 0, 0),
    ],
)
def test_calls_cost_what_the_sources_say(endpoint: str, low: int, high: int) -> None:
    cost = rest_cost(endpoint)
    assert spread(cost) == (low, high)


def test_the_user_may_say_that_history_costs_two() -> None:
    assert spread(rest_cost("Ledgers", Counting(history_cost=2))) == (2, 2)


def test_no_call_costs_less_than_nothing() -> None:
    assert all(0 <= cost.low <= cost.high for cost in REST_COST.values())
