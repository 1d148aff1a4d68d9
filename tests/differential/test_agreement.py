"""The client's intervals hold the exchange's counters through random lives, and are narrow where all is seen.

`pytest -m slow tests/differential/test_agreement.py` lives ten thousand steps for every tier and rule set;
`python -m tests.differential` does so, too, and prints what came of it as a table.
"""

import random
from dataclasses import dataclass, field
from fractions import Fraction

import pytest

from krakentui.model.counting import AS_DOCUMENTED
from krakentui.simulator.rules import RULE_SETS, TIERS
from tests.differential.client import both, knobs
from tests.differential.life import Life

QUICK, FULL = 60, 10_000
PART = 500
"""Steps of one life: a new one begins with other orders and another clock."""


@dataclass
class Agreement:
    """What came of many lives; counters are "" for the key's, else the pair's symbol; points."""

    steps: int = 0
    widths: dict[str, Fraction] = field(default_factory=dict)
    """How wide each interval ever was beyond what cannot be seen."""
    by: dict[str, Fraction] = field(default_factory=dict)
    """By how much each interval ever missed the truth."""
    misses: list[str] = field(default_factory=list)
    """What happened where one did."""

    def add(self, life: Life) -> None:
        """Add what a life showed."""
        self.steps += life.steps
        for name, slack in life.slack.items():
            self.widths[name] = max(self.widths.get(name, slack.worst), slack.worst)
        for name, points in life.both.missed.items():
            self.by[name] = max(self.by.get(name, points), points)

    def width(self, counter: str) -> Fraction:
        """Tell the worst width of the key's counter ("rest") or of any pair's ("pair")."""
        return worst(self.widths, counter)

    def missed(self, counter: str) -> Fraction:
        """Tell by how much the key's counter or any pair's was missed at worst."""
        return worst(self.by, counter)


def worst(points: dict[str, Fraction], counter: str) -> Fraction:
    """Tell the largest figure of the key ("rest") or of any pair."""
    mine = (one for name, one in points.items() if bool(name) == (counter != "rest"))
    return max(mine, default=Fraction(0))


async def lives(tier: str, rules: str, steps: int, *, told: bool) -> Agreement:
    """Live for so many steps, in lives of `PART`; a life ends where an interval misses the truth."""
    found = Agreement()
    for seed in range(-(-steps // PART)):
        counting = knobs(tier, rules) if told else AS_DOCUMENTED
        rng = random.Random(f"{tier} {rules} {seed}")
        skew_s = rng.choice((0, 0, 40, -3_700))
        async with both(tier, rules, counting=counting, seed=seed, skew_s=skew_s) as pair:
            life = Life(pair, rng, seen=told)
            try:
                await life.live(min(PART, steps - seed * PART))
            except AssertionError as error:
                found.misses.append("\n".join([str(error), f"seed {seed}", *life.trace]))
            found.add(life)
    return found


@pytest.mark.anyio
@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("rules", RULE_SETS)
async def test_the_intervals_hold_the_truth(rules: str, tier: str) -> None:
    found = await lives(tier, rules, QUICK, told=False)
    assert not found.misses, found.misses[0]


@pytest.mark.anyio
@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("rules", RULE_SETS)
async def test_told_how_the_exchange_counts_they_are_no_wider_than_a_point(rules: str, tier: str) -> None:
    found = await lives(tier, rules, QUICK, told=True)
    assert not found.misses, found.misses[0]
    assert max(found.widths.values()) <= 1, found.widths


@pytest.mark.slow
@pytest.mark.anyio
@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("rules", RULE_SETS)
async def test_the_intervals_hold_the_truth_for_ten_thousand_steps(rules: str, tier: str) -> None:
    found = await lives(tier, rules, FULL, told=False)
    assert not found.misses, found.misses[0]


@pytest.mark.slow
@pytest.mark.anyio
@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("rules", RULE_SETS)
async def test_told_they_are_no_wider_than_a_point_for_ten_thousand_steps(rules: str, tier: str) -> None:
    found = await lives(tier, rules, FULL, told=True)
    assert not found.misses, found.misses[0]
    assert max(found.widths.values()) <= 1, found.widths
