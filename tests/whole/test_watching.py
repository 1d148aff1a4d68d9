"""Watching: what the screen shows is what the exchange holds, and it costs what we say."""

import pytest

from krakentui.model.clock import SECOND
from krakentui.simulator import Options
from tests.whole.lockstep import lockstep
from tests.whole.truth import shown_orders, true_orders, wrong_balances, wrong_gauges

TIERS = ("starter", "intermediate", "pro")
RULES = ("documented", "strict")


@pytest.mark.anyio
async def test_open_orders_are_the_exchange_s_all_through_ten_lively_minutes() -> None:
    async with lockstep(Options(manual=True, seed=7)) as both:
        for _ in range(40):
            await both.run(15)
            assert shown_orders(both) == true_orders(both)


@pytest.mark.anyio
async def test_totals_and_holds_are_the_exchange_s_after_each_minute() -> None:
    async with lockstep(Options(manual=True, seed=5)) as both:
        for _ in range(8):
            await both.run(60)
            assert wrong_balances(both) == []


@pytest.mark.anyio
@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("rules", RULES)
async def test_every_gauge_holds_the_exchange_s_own_counter(tier: str, rules: str) -> None:
    async with lockstep(Options(manual=True, seed=3, tier=tier, rules=rules), warm_s=2) as both:
        for _ in range(90):
            await both.run(2)
            gauges = both.session.budget(both.exchange_ns()).gauges
            assert {"rest", "engine", "connections", "messages"} <= {gauge.name for gauge in gauges}
            assert wrong_gauges(both) == []


@pytest.mark.anyio
async def test_half_an_hour_of_watching_is_never_refused_for_a_limit() -> None:
    """The strictest reading of the documents, the smallest tier, a lively account."""
    async with lockstep(Options(manual=True, tier="starter", rules="strict")) as both:
        await both.run(30 * 60)
        refused = [call for call in both.verdicts() if call["verdict"] != "ok"]
        assert refused == []
        budget = both.session.budget(both.clock.mono_ns())
        assert (budget.refusals_expected, budget.refusals_unexpected) == (0, 0)
        polls = [call for call in both.verdicts() if str(call["what"]).endswith("/OpenOrders")]
        assert len(polls) > 15  # it did not win by doing nothing


@pytest.mark.anyio
@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("rules", RULES)
async def test_the_next_poll_is_the_first_of_the_forecast_from_the_start_on(tier: str, rules: str) -> None:
    async with lockstep(Options(manual=True, tier=tier, rules=rules), warm_s=0.2) as both:
        for _ in range(400):
            await both.run(0.2)
            plan, t_ns = both.session.state.plan, both.clock.mono_ns()
            assert plan is not None
            first = next(poll for poll in plan.ahead if poll.at_ns >= t_ns)
            assert first.what == plan.what
            assert abs(first.at_ns - plan.at_ns) < SECOND


@pytest.mark.anyio
async def test_the_tier_is_what_the_exchange_names() -> None:
    async with lockstep(Options(manual=True, quiet=True, tier="pro")) as both:
        budget = both.session.budget(both.clock.mono_ns())
        assert budget.tier == "pro"
        assert "180" in budget.tier_source


@pytest.mark.anyio
async def test_a_key_that_may_only_watch_says_why_it_cannot_cancel() -> None:
    async with lockstep(key="watch") as both:
        assert both.session.status(both.clock.mono_ns()).power == "watch"
        assert "may not cancel" in both.refuses(next(iter(both.rows())))
