"""The client's intervals hold the exchange's counters through random lives, and are narrow where all is seen.

`pytest -m slow tests/differential/test_agreement.py` lives ten thousand steps for every tier and rule set.
"""

import random
from fractions import Fraction

import pytest

from krakentui.model.counting import AS_DOCUMENTED
from krakentui.simulator.rules import RULE_SETS, TIERS
from tests.differential.client import both, knobs
from tests.differential.life import Life

QUICK, FULL = 60, 10_000
PART = 500
"""Steps of one life: a new one begins with other orders and another clock."""


async def lives(tier: str, rules: str, steps: int, *, told: bool) -> dict[str, Fraction]:
    """Live for so many steps; tell how wide each counter's interval ever was beyond what cannot be seen."""
    worst = dict.fromkeys(("rest", "BTC/USD", "ETH/USD"), Fraction(0))
    for seed in range(-(-steps // PART)):
        counting = knobs(tier, rules) if told else AS_DOCUMENTED
        rng = random.Random(f"{tier} {rules} {seed}")
        skew_s = rng.choice((0, 0, 40, -3_700))
        async with both(tier, rules, counting=counting, seed=seed, skew_s=skew_s) as pair:
            life = Life(pair, rng, seen=told)
            try:
                await life.live(min(PART, steps - seed * PART))
            except AssertionError as error:
                raise AssertionError("\n".join([str(error), f"seed {seed}", *life.trace])) from error
        for name, slack in life.slack.items():
            worst[name or "rest"] = max(worst[name or "rest"], slack.worst)
    return worst


@pytest.mark.anyio
@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("rules", RULE_SETS)
async def test_the_intervals_hold_the_truth(rules: str, tier: str) -> None:
    await lives(tier, rules, QUICK, told=False)


@pytest.mark.anyio
@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("rules", RULE_SETS)
async def test_told_how_the_exchange_counts_they_are_no_wider_than_a_point(rules: str, tier: str) -> None:
    worst = await lives(tier, rules, QUICK, told=True)
    assert max(worst.values()) <= 1, worst


@pytest.mark.slow
@pytest.mark.anyio
@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("rules", RULE_SETS)
async def test_the_intervals_hold_the_truth_for_ten_thousand_steps(rules: str, tier: str) -> None:
    await lives(tier, rules, FULL, told=False)


@pytest.mark.slow
@pytest.mark.anyio
@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("rules", RULE_SETS)
async def test_told_they_are_no_wider_than_a_point_for_ten_thousand_steps(rules: str, tier: str) -> None:
    worst = await lives(tier, rules, FULL, told=True)
    assert max(worst.values()) <= 1, worst
