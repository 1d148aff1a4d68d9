import random

import pytest

from krakentui.budget.ledger import Ledger
from krakentui.budget.plan import Go, Want, next_poll
from krakentui.model.clock import MILLISECOND, SECOND
from krakentui.model.event import CallRefused, CallSettled, CallSpent, OrdersSnapshot, TierSeen
from krakentui.model.limit import POINT, Tier
from tests.budget.life import ACCOUNT, DOCUMENTED, KEY, STRICT, TRUE_TIERS, Life, Rules

TIERS: tuple[Tier, ...] = ("starter", "intermediate", "pro")


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("rules", [DOCUMENTED, STRICT], ids=["documented", "strict"])
def test_the_truth_stays_within_the_intervals_through_a_random_life(
    rules: Rules, tier: Tier, seed: int
) -> None:
    life = Life(random.Random(f"{tier} {seed}"), rules, tier)
    life.gap()
    while life.steps < 600:
        life.step()


def a_sole_consumer(rules: Rules, tier: Tier, minutes: int) -> tuple[int, int]:
    """Poll as often as is let for so long; tell how many calls went and how many were refused."""
    life = Life(random.Random(tier), rules, tier)
    went = refused = 0
    wants = [a_greedy_want("BalanceEx"), a_greedy_want("OpenOrders")]
    life.tell(TierSeen(account=ACCOUNT, maxratecount=TRUE_TIERS[tier][3]))
    end_ns = life.t_ns + minutes * 60 * SECOND
    while life.t_ns < end_ns:
        decision = next_poll(wants, life.ledger, life.t_ns)
        if not isinstance(decision, Go):
            assert decision.at_ns is not None
            life.t_ns = decision.at_ns
            continue
        went += 1
        spent = CallSpent(name="rest", scope=KEY, low=POINT, high=POINT, what="x", ticket=went)
        life.tell(spent)
        life.t_ns += 40 * MILLISECOND
        passed = life.rest.takes(1, life.t_ns)
        life.t_ns += 40 * MILLISECOND
        if passed:
            life.tell(CallSettled(name="rest", scope=KEY, ticket=went, answered=True))
        else:
            refused += 1
            life.tell(
                CallRefused(name="rest", scope=KEY, cost=POINT, code="EAPI:", expected=False, ticket=went)
            )
        life.check()
    return went, refused


def a_greedy_want(endpoint: str) -> Want:
    return Want(
        endpoint=endpoint,
        what=endpoint,
        cost=POINT,
        last_ns=None,
        soonest_ns=0,
        usual_ns=0,
        latest_ns=0,
        why="it is wanted",
    )


@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("rules", [DOCUMENTED, STRICT], ids=["documented", "strict"])
def test_the_poller_is_never_refused_when_it_is_alone(rules: Rules, tier: Tier) -> None:
    assert a_sole_consumer(rules, tier, minutes=30)[1] == 0


@pytest.mark.parametrize("tier", TIERS)
def test_the_poller_uses_nine_tenths_of_what_the_limit_sustains(tier: Tier) -> None:
    went, _ = a_sole_consumer(DOCUMENTED, tier, minutes=30)
    sustained = float(TRUE_TIERS[tier][1].replace("1/3", "0.33")) * 30 * 60
    assert went >= 0.9 * sustained


def test_after_a_long_silence_all_is_known_again() -> None:
    ledger = Ledger.start(0, KEY.key, ACCOUNT).apply(OrdersSnapshot(account=ACCOUNT, orders=()), 0, {})
    later = 700 * SECOND
    for counter in (ledger.rest_at(later), ledger.engine_at("BTC/USD", later)):
        assert (counter.low, counter.high) == (0, 0)
