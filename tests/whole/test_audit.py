"""The audit against the simulated exchange: its figures are the exchange's own, so they have to agree."""

import random
from fractions import Fraction
from typing import Any

import pytest

from krakentui.budget.drift import NEEDED
from krakentui.model.limit import POINT, Tier
from krakentui.simulator import Options
from krakentui.state.drift import AuditView
from tests.whole.lockstep import Lockstep, lockstep
from tests.whole.truth import wrong_gauges

PAIR = "BTC/USD"
BAND_S = 70
"""By then the doubt of the start has drained."""


def audit(both: Lockstep) -> AuditView:
    return both.session.budget(both.clock.mono_ns()).audit


def act(both: Lockstep, rng: random.Random, mine: list[str]) -> None:
    """Another program of the account adds, amends or cancels, far from the market."""
    kind = rng.choice(["order", "order", "amend", "cancel"]) if mine else "order"
    if kind == "order":
        ask = {"pair": PAIR, "side": "buy", "type": "limit", "qty": "0.001", "price": "20000"}
        placed: Any = both.exchange.command("account", {"as": "other", "order": ask})["orders"]
        mine += placed
    elif kind == "amend":
        qty = f"0.00{rng.randint(2, 9)}"
        both.exchange.command("account", {"as": "other", "amend": {"id": rng.choice(mine), "qty": qty}})
    else:
        chosen = mine.pop(rng.randrange(len(mine)))
        both.exchange.command("account", {"as": "other", "cancel": {"id": chosen}})


async def live(both: Lockstep, acts: int, seed: int = 1, slower: int = 1) -> list[str]:
    """Let another program act so often; return what was wrong on the gauges meanwhile."""
    rng, mine, wrong = random.Random(seed), list[str](), list[str]()
    for _ in range(acts):
        act(both, rng, mine)
        await both.cross()
        await both.run(slower * rng.choice([0.25, 0.5, 1, 2]))
        wrong += wrong_gauges(both)
    return wrong


@pytest.mark.anyio
@pytest.mark.parametrize(("kind", "tier"), [("string", "starter"), ("int", "pro"), ("float", "pro")])
async def test_true_figures_agree_then_correct_and_the_gauge_holds_the_truth(kind: str, tier: Tier) -> None:
    async with lockstep(Options(manual=True, quiet=True, tier=tier), audit=True) as both:
        both.exchange.command("ratecount", {"kind": kind})
        await both.run(BAND_S, 1)
        assert await live(both, 30, slower=4 if tier == "starter" else 1) == []
        view = audit(both)
        assert view.corrects, view
        assert view.agreeing >= NEEDED
        assert all(row.worst == 0 for row in view.drifts), view.drifts


@pytest.mark.anyio
async def test_figures_that_come_late_agree_as_well() -> None:
    async with lockstep(Options(manual=True, quiet=True), audit=True, late_s=0.15) as both:
        await both.run(BAND_S, 1)
        assert await live(both, 30) == []
        assert audit(both).corrects


@pytest.mark.anyio
async def test_a_corrected_count_is_much_narrower_than_ours_alone() -> None:
    doubts = []
    for wanted in (False, True):
        async with lockstep(Options(manual=True, quiet=True), audit=wanted) as both:
            await both.run(BAND_S, 1)
            await live(both, 40)
            doubt = 0
            for seed in range(20):
                await live(both, 1, seed)
                seen = both.session.state.ledger.engine[PAIR].seen(both.exchange_ns())
                doubt += seen.high - seen.low
            doubts.append(Fraction(doubt, 20 * POINT))
    ours, corrected = doubts
    assert corrected < 8
    assert ours > 2 * corrected


@pytest.mark.anyio
async def test_an_exchange_that_never_tells_the_counter_is_watched_in_vain() -> None:
    async with lockstep(Options(manual=True, quiet=True), audit=True) as both:
        both.exchange.command("ratecount", {"present": False})
        before = audit(both).samples
        await both.run(BAND_S, 1)
        assert await live(both, 30) == []
        assert (audit(both).state, audit(both).samples, audit(both).agreeing) == ("watching", before, 0)


@pytest.mark.anyio
async def test_figures_that_are_not_in_snapshots_and_fills_are_not_missed() -> None:
    async with lockstep(Options(manual=True, quiet=True), audit=True) as both:
        both.exchange.command("ratecount", {"snapshot": False, "fills": False})
        await both.run(BAND_S, 1)
        assert await live(both, 45) == []
        assert audit(both).corrects


@pytest.mark.anyio
async def test_it_never_sends_more_than_its_subscription() -> None:
    async with lockstep(Options(manual=True, quiet=True), audit=True) as both:
        await both.run(60, 1)
        said = [row["what"] for row in both.verdicts() if row["surface"] == "spot-ws-v1"]
        assert said == ["subscribe openOrders"]
