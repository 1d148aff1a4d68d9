"""Somebody else spends from the same limits unseen: from the first refusal on the intervals hold.

On the key's counter another process calls at a steady rate. On a pair another program of the user is
refused, act after act, more often than the budget assumes.
"""

import asyncio
import random
from fractions import Fraction

import pytest

from krakentui.budget.plan import next_poll
from krakentui.model.limit import POINT, KeyScope
from krakentui.simulator.orders import Order
from krakentui.simulator.rules import RULE_SETS, TIERS, rest_rate
from krakentui.state.view import Question
from tests.differential.client import QUICK_RULES, Both, both
from tests.differential.exchange import alice, key_of
from tests.differential.life import Life
from tests.differential.test_refusals import Usage, greedy, poll

SHARES = [Fraction(1, 4), Fraction(1, 2), Fraction(9, 10)]
"""Of what the counter drains."""
FIRST_S, THEN_S = 300, 240


class Process:
    """Another process on the client's key: calls of one point at a steady rate."""

    def __init__(self, pair: Both, rate: Fraction) -> None:
        self.pair = pair
        self.every_us = round(1_000_000 / rate)
        self.counted = Fraction(0)
        self._next()

    def _next(self) -> None:
        self.pair.world.clock.after(self.every_us, self._call)

    def _call(self) -> None:
        world = self.pair.world
        account, now_us = alice(world), world.clock.now_us()
        gauge = world.judge.rest_gauge(key_of(world, "cancel"), account.tier)
        before = gauge.used(now_us)
        world.judge.rest_call(key_of(world, "cancel"), account.tier, "Balance", now_us)
        self.counted += gauge.used(now_us) - before
        self._next()


async def refused(pair: Both, seconds: float) -> None:
    """Run until a call of the client is refused."""
    for _ in range(round(seconds)):
        await pair.run(1)
        if pair.ledger.refusals_unexpected:
            return
    raise AssertionError("nothing was refused: the test is void")


@pytest.mark.anyio
@pytest.mark.parametrize("share", SHARES, ids=str)
@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("rules", QUICK_RULES)
async def test_from_the_first_refusal_on_the_keys_interval_holds(
    rules: str, tier: str, share: Fraction
) -> None:
    async with both(tier, rules) as pair:
        usage, rate = Usage(), share * rest_rate(TIERS[tier], RULE_SETS[rules])
        others = Process(pair, rate)
        polls = asyncio.create_task(poll(pair, usage), name="polls")
        try:
            await refused(pair, FIRST_S)
            before, scope = others.counted, KeyScope(key_of(pair.world, "cancel").fingerprint)
            polls_before, refused_before = usage.polls, usage.refused_polls
            for second in range(THEN_S):
                await pair.run(1)
                assert not polls.done()
                pair.width()
                if second >= 60:
                    low, high = pair.ledger.unseen_rate("rest", scope, pair.clock.mono_ns())
                    counted = (others.counted - before) / (second + 1)
                    assert low <= counted * POINT
                    assert high is None or counted * POINT <= high, (float(counted), high / POINT)
            low, high = pair.ledger.unseen_rate("rest", scope, pair.clock.mono_ns())
            assert high is None or high < rest_rate(TIERS[tier], RULE_SETS[rules]) * POINT * 3 / 2
            assert pair.ledger.refusals_unexpected == 1, "later refusals are no surprise"
            went = usage.polls - polls_before
            assert went >= 3, "polls never came again"
            assert usage.refused_polls - refused_before <= 1 + went // 3, "the exchange is hammered"
            wants = [greedy(pair, "BalanceEx", {"BalanceEx": pair.clock.mono_ns()})]
            said = next_poll(wants, pair.ledger, pair.clock.mono_ns()).why
            assert "elsewhere" in said, said
        finally:
            polls.cancel()


@pytest.mark.anyio
@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("rules", ["documented", "strict", "old"])
async def test_from_the_first_refusal_on_a_pairs_interval_holds(rules: str, tier: str) -> None:
    """Adds that fail, faster than the counter drains: the stream shows none of them."""
    rng = random.Random(f"pair {rules} {tier}")
    async with both(tier, rules) as pair:
        life = Life(pair, rng, seen=False)
        for _ in range(12):
            assert isinstance(life.gate.place(life.account, life.an_ask("BTC/USD")), Order)
        await pair.run(250)  # a cancel costs a point now
        every_us = round(Fraction(10**6) / (TIERS[tier].engine_decay * Fraction(6, 5)))

        def fail(*, again: bool = True) -> None:
            bad = life.an_ask("BTC/USD")
            bad.qty = 1
            assert isinstance(life.gate.place(life.account, bad), str)
            if again:
                pair.world.clock.after(every_us, fail)

        for _ in range(TIERS[tier].engine_max):
            fail(again=False)
        fail()
        for order in list(life.account.open.values()):
            asked = pair.session.ask_cancel([order.id])
            assert isinstance(asked, Question)
            assert pair.session.confirm(asked) is None
            await pair.run(0.5)
            if life.count_refusals():
                break
        assert life.count_refusals(), "no cancel was refused: the test is void"
        for _ in range(240):
            await pair.run(1)
            pair.width("BTC/USD")
