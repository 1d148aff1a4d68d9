"""Frames that are two seconds under way: every figure is a little old, and none is wrong."""

import pytest

from krakentui.simulator import Options
from tests.whole.lockstep import Lockstep, lockstep
from tests.whole.truth import shown_orders, true_counter, true_orders, wrong_balances, wrong_gauges

LATE_S = 2


def too_high(both: Lockstep) -> list[str]:
    """List the trading counters whose low end is above the truth: acts of others in the air are not known."""
    return [
        f"{gauge.label} {gauge.low}, truly {truth}"
        for gauge in both.session.budget(both.exchange_ns()).gauges
        if gauge.name == "engine" and gauge.low > (truth := true_counter(both, gauge.name, gauge.scope))
    ]


@pytest.mark.anyio
@pytest.mark.parametrize("tier", ["starter", "pro"])
async def test_no_counter_is_said_to_be_fuller_than_it_is(tier: str) -> None:
    async with lockstep(Options(manual=True, seed=5, tier=tier), late_s=LATE_S) as both:
        for _ in range(60):
            await both.run(2)
            assert too_high(both) == []


@pytest.mark.anyio
async def test_every_gauge_is_right_when_only_we_act() -> None:
    async with lockstep(late_s=LATE_S, warm_s=65) as both:
        both.confirm(*sorted(both.true_orders())[:5])
        for _ in range(20):
            await both.run(1)
            assert wrong_gauges(both) == []


@pytest.mark.anyio
async def test_what_has_arrived_leaves_orders_and_balances_true() -> None:
    async with lockstep(Options(manual=True, seed=5), late_s=LATE_S, warm_s=65) as both:
        for _ in range(8):
            await both.run(20)
            await both.until(
                lambda: shown_orders(both) == true_orders(both) and wrong_balances(both) == [], 15
            )
