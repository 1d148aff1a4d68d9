"""What the settings say of the exchange's counting goes before tier and documents."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from krakentui.budget.belief import Belief
from krakentui.budget.ledger import Ledger
from krakentui.budget.rules import TIERS, UNKNOWN_TIER, rest_cost
from krakentui.model.clock import SECOND
from krakentui.model.counting import Counting
from krakentui.model.limit import Tier, units
from tests.budget.acts import BTC, KEY, snapshot, stream, tier_seen, told
from tests.budget.figures import spread

VIP = Counting(
    rest_max=40,
    rest_decay=Fraction(2),
    engine_max=500,
    engine_decay=Fraction(25, 3),
    open_orders=400,
    scheduled_orders=60,
)


@pytest.mark.parametrize("tier", [None, "starter", "pro"])
def test_said_figures_replace_those_of_any_tier(tier: Tier | None) -> None:
    rules = Belief(assumed=tier, counting=VIP).rules
    assert (rules.rest_max, rules.engine_max, rules.open_orders, rules.scheduled_orders) == (40, 500, 400, 60)
    assert rules.rest_decay == rules.rest_decay_fast == 2
    assert rules.engine_decay == rules.engine_decay_fast == Fraction(25, 3)


def test_what_is_not_said_stays_the_tiers() -> None:
    rules = Belief(assumed="pro", counting=Counting(engine_max=200)).rules
    assert rules.engine_max == 200
    assert rules.engine_decay == TIERS["pro"].engine_decay


def test_a_said_ceiling_is_the_most_that_a_counter_holds() -> None:
    belief = Belief(counting=VIP)
    assert (belief.rest_full, belief.engine_full) == (units(40), units(500))


def test_the_source_names_the_figures_of_the_settings() -> None:
    belief = Belief(counting=Counting(rest_max=40, history_cost=2)).told(125)
    assert belief.source == "by the exchange's ceiling of 125, with rest_max of the settings"


def test_a_said_ceiling_against_the_exchanges_is_a_contradiction() -> None:
    belief = Belief(counting=Counting(engine_max=500)).told(125)
    assert belief.source.endswith("; the exchange says intermediate")
    said = "budget.engine_max = 500 goes before the exchange, which says intermediate"
    assert belief.contradiction == f"{said}: limits may be shown wrong."
    assert Belief(counting=Counting(engine_max=500)).told(500).contradiction is None


def test_an_assumed_tier_against_the_exchanges_is_a_contradiction() -> None:
    assert Belief(assumed="pro").told(180).contradiction is None
    assert Belief(assumed="pro").contradiction is None
    said = Belief(assumed="pro").told(250).contradiction
    assert said is not None
    assert said.startswith("--assume-tier pro goes before the exchange, which says a trading ceiling of 250")


@pytest.mark.parametrize(
    ("endpoint", "counting", "ends"),
    [
        ("TradesHistory", Counting(), (2, 4)),
        ("TradesHistory", Counting(history_cost=4), (4, 4)),
        ("ClosedOrders", Counting(history_cost=2), (2, 2)),
        ("QueryTrades", Counting(lookup_cost=1), (1, 1)),
        ("CancelOrderBatch", Counting(batch_cancel_cost=0), (0, 0)),
        ("BalanceEx", Counting(history_cost=2, lookup_cost=2, batch_cancel_cost=1), (1, 1)),
    ],
)
def test_a_said_cost_is_exact(endpoint: str, counting: Counting, ends: tuple[int, int]) -> None:
    assert spread(rest_cost(endpoint, counting)) == ends


def test_a_counter_that_is_said_to_drain_all_the_time_withholds_no_step() -> None:
    belief = Belief(assumed="pro", counting=Counting(decay="continuous"))
    assert belief.rest_counter(0).step == belief.engine_counter(0).step == 0


def test_an_unlisted_ceiling_may_drain_faster_than_any_tier() -> None:
    assert Belief().told(600).rules.engine_decay_fast == 20
    assert Belief().told(7).rules.engine_decay_fast == UNKNOWN_TIER.engine_decay_fast


@given(st.integers(1, 2_000), st.fractions(Fraction(1, 60), Fraction(1, 30)), st.lists(st.integers(0, 8_000)))
def test_the_interval_holds_a_vips_counter_whatever_its_drain(
    ceiling: int, share: Fraction, waits_ms: list[int]
) -> None:
    """An exchange that empties a full counter in 30 to 60 s; each add costs a point."""
    ledger = told(Ledger.start(-10_000 * SECOND, KEY.key, "alice"), -10_000, snapshot())
    ledger = told(ledger, 0, tier_seen(ceiling))
    decay, used, at_ms = max(Fraction(1), ceiling * share), Fraction(0), 0
    for number, wait_ms in enumerate(waits_ms):
        at_ms += wait_ms
        used = max(Fraction(0), used - decay * wait_ms / 1000) + 1
        ledger = told(ledger, at_ms / 1000, stream(f"O{number}", "pending_new", at_ms / 1000, pair="BTC/USD"))
        counter = ledger.engine_at(BTC.pair, at_ms * (SECOND // 1000))
        assert counter.low <= used * units(1) <= counter.high
