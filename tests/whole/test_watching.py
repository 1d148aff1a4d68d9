"""Watching: what the screen shows is what the exchange holds, and it costs what we say."""

from decimal import Decimal
from fractions import Fraction

import pytest

from krakentui.model.limit import IpScope, PairScope, Scope
from krakentui.simulator import Options
from tests.whole.lockstep import Lockstep, lockstep

TIERS = ("starter", "intermediate", "pro")
RULES = ("documented", "strict")
FEE = Decimal("0.004")
"""What the exchange holds on top of a buy until a poll has told it; no more than the highest fee."""


def shown_orders(both: Lockstep) -> dict[str, tuple[object, ...]]:
    return {
        row.id: (
            row.pair,
            row.side,
            row.type,
            row.qty,
            row.filled,
            row.price if row.type == "limit" else None,
        )
        for row in both.rows().values()
    }


def true_orders(both: Lockstep) -> dict[str, tuple[object, ...]]:
    return {
        one: (
            order["pair"],
            order["side"],
            order["type"],
            Decimal(order["qty"]),
            Decimal(order["filled"]),
            Decimal(order["price"]) if order["type"] == "limit" else None,
        )
        for one, order in both.true_orders().items()
    }


@pytest.mark.anyio
async def test_open_orders_are_the_exchange_s_all_through_ten_lively_minutes() -> None:
    async with lockstep(Options(manual=True, seed=7)) as both:
        for _ in range(40):
            await both.run(15)
            assert shown_orders(both) == true_orders(both)


def purse(asset: str) -> str:
    """Tell what a row counts with: wallets with their asset, fiat on hold alone."""
    return asset if asset.endswith(".HOLD") else asset.partition(".")[0]


@pytest.mark.anyio
async def test_totals_and_holds_are_the_exchange_s_after_each_minute() -> None:
    async with lockstep(Options(manual=True, seed=5)) as both:
        for _ in range(8):
            await both.run(60)
            rows = both.session.balances(both.clock.mono_ns()).rows
            for asset, truth in both.account()["balances"].items():
                ours = [row for row in rows if purse(row.asset) == asset]
                assert sum(row.total for row in ours) == Decimal(truth["total"]), asset
                held = sum(row.held or 0 for row in ours)
                assert abs(held - Decimal(truth["held"])) <= FEE * Decimal(truth["held"]), asset


@pytest.mark.anyio
@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("rules", RULES)
async def test_every_gauge_holds_the_exchange_s_own_counter(tier: str, rules: str) -> None:
    async with lockstep(Options(manual=True, seed=3, tier=tier, rules=rules), warm_s=2) as both:
        for _ in range(90):
            await both.run(2)
            gauges = both.session.budget(both.exchange_ns()).gauges
            assert {"rest", "engine", "connections"} <= {gauge.name for gauge in gauges}
            for gauge in gauges:
                truth = true_counter(both, gauge.name, gauge.scope)
                assert gauge.low <= truth <= gauge.high, (gauge.label, both.clock.now_ns())


def true_counter(both: Lockstep, name: str, scope: Scope) -> Fraction:
    if name in {"open_orders", "scheduled_orders"}:
        assert isinstance(scope, PairScope)
        return Fraction(sum(order["pair"] == scope.pair for order in both.true_orders().values()))
    if isinstance(scope, IpScope):
        return both.true_counter(name, {"ip": "127.0.0.1"})
    return both.true_counter(name, {field: getattr(scope, field) for field in scope.__struct_fields__})


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
