"""Random lives of an account: at every step the monitor's interval holds the exchange's own figure.

Other programs of the user add, amend and edit where it fits; the monitor cancels, fitting or not, and
polls. Nothing happens unseen, so this is the promise in its plainest form, for every tier and rule set.
"""

import random
from dataclasses import replace

import pytest

from krakentui.simulator.rules import RULE_SETS, TIERS
from tests.golden.cases import Act, Case
from tests.golden.exchange import Play
from tests.golden.monitor import Watch

STEPS = 120
WAITS_S = ("0", "0.2", "1", "4", "9", "40", "120")
COST_AT_MOST = {"add": 1, "batch-add": 4, "amend": 4, "edit": 7}
CALLS = ("Balance", "OpenOrders", "Ledgers", "TradesHistory", "ClosedOrders", "QueryTrades", "CancelOrder")


def a_case(tier: str, rules: str, limit: str) -> Case:
    return Case("a life", "", limit, tier, rules, (), (), None, None, "")


class Life:
    """One account, seen from both sides."""

    def __init__(self, case: Case, seed: int) -> None:
        self.rng = random.Random(f"{case.tier} {case.rules} {case.limit} {seed}")
        self.play, self.watch = Play(case), Watch(case)
        self.now_us = self.made = 0

    def step(self) -> None:
        self.now_us += round(float(self.rng.choice(WAITS_S)) * 1_000_000)
        self.play.at(self.now_us)
        self.watch.at(self.now_us)
        act = self.call() if self.play.case.limit == "rest" else self.trade()
        if act is not None:
            verdicts = self.play.act(act)
            assert verdicts <= {"ok", "refused"}, (act, verdicts)
            self.watch.act(replace(act, verdict=verdicts.pop()))
        low, high = self.watch.interval("")
        used = self.play.used("")
        assert low <= used <= high, (act, float(low), float(used), float(high))

    def call(self) -> Act:
        return Act(self.now_us, "call", (self.rng.choice(CALLS),))

    def trade(self) -> Act | None:
        there = list(self.watch.orders)
        verb = self.rng.choice(["add", "add", "add", "batch-add", "amend", "edit", "cancel", "batch-cancel"])
        fits = self.play.world.judge.engine_gauge(self.play.account, "BTC/USD").fits
        if verb in COST_AT_MOST and not fits(COST_AT_MOST[verb], self.play.world.clock.now_us()):
            return None  # what others try in vain is shown to nobody
        if verb in {"add", "batch-add"}:
            if len(there) > 40:
                return None
            return Act(self.now_us, verb, self.names(1 if verb == "add" else 8))
        if not there:
            return None
        if verb == "batch-cancel":
            return Act(self.now_us, verb, tuple(self.rng.sample(there, min(len(there), 6))))
        chosen = self.rng.choice(there)
        return Act(self.now_us, verb, (chosen, *self.names(1)) if verb == "edit" else (chosen,))

    def names(self, count: int) -> tuple[str, ...]:
        self.made += count
        return tuple(f"N{self.made - number}" for number in range(count))


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("rules", RULE_SETS)
@pytest.mark.parametrize("limit", ["engine", "rest"])
def test_the_interval_holds_the_figure_all_along(limit: str, rules: str, tier: str, seed: int) -> None:
    life = Life(a_case(tier, rules, limit), seed)
    for _ in range(STEPS):
        life.step()
