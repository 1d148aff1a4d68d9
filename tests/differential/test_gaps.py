"""Where the client could not look, its intervals hold what happened: never optimistic after a gap.

Another program goes on trading, one act at a time, as far as the exchange lets it. (A batch of cancels that
takes a counter over its ceiling unseen is beyond what "up to the ceiling" promises.)
"""

import random
from collections.abc import Callable

import pytest

from krakentui.simulator.rules import TIERS
from tests.differential.client import QUICK_RULES, Both, both
from tests.differential.life import Life

NOTICED_S = 1.5
"""The clocks are compared every second."""


async def busy(pair: Both, rng: random.Random, acts: int = 6) -> Life:
    """Let both sides spend, so that there is something to be wrong about."""
    life = Life(pair, rng, seen=False)
    for _ in range(acts):
        await rng.choice((life.add, life.amend, life.cancel, life.ask))()
        await pair.run(0.4)
    return life


async def unseen(life: Life, rng: random.Random) -> None:
    """The other program trades while nobody looks."""
    for _ in range(rng.randrange(12)):
        await rng.choice((life.add, life.add_batch, life.amend, life.edit, life.other_cancel))()


async def held_for(pair: Both, seconds: float) -> None:
    for _ in range(round(seconds / 0.7)):
        await pair.run(0.7)
        pair.check()


@pytest.mark.anyio
@pytest.mark.parametrize("steady", [True, False], ids=["steady clock goes on", "steady clock stands"])
@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("rules", QUICK_RULES)
async def test_after_a_sleep_the_intervals_hold(rules: str, tier: str, *, steady: bool) -> None:
    for seed in range(2):
        rng = random.Random(f"sleep {rules} {tier} {steady} {seed}")
        async with both(tier, rules, seed=seed, warm_s=20) as pair:
            life = await busy(pair, rng)
            for _ in range(3):
                pair.clock.suspend(rng.choice((1, 2)), steady=steady)
                await unseen(life, rng)
                pair.clock.suspend(rng.choice((3, 20, 70, 3_600)), steady=steady)
                await unseen(life, rng)
                await pair.run(NOTICED_S)
                await held_for(pair, 30)
            life = await busy(pair, rng)
            await held_for(pair, 80)


def breaks(pair: Both) -> None:
    pair.wire.cut()


def falls_silent(pair: Both) -> None:
    """The peer is gone and says nothing: the feed notices after five seconds."""
    for socket in pair.wire.sockets:
        socket.deafen()


@pytest.mark.anyio
@pytest.mark.parametrize("lose", [breaks, falls_silent])
@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("rules", QUICK_RULES)
async def test_after_a_reconnect_the_intervals_hold(
    rules: str, tier: str, lose: Callable[[Both], None]
) -> None:
    for seed in range(1):
        rng = random.Random(f"reconnect {rules} {tier} {lose.__name__} {seed}")
        async with both(tier, rules, seed=seed, warm_s=20) as pair:
            life = await busy(pair, rng)
            pair.wire.is_cut = True
            lose(pair)
            await pair.run(0.3 if lose is breaks else 6)
            await unseen(life, rng)
            pair.check()
            await held_for(pair, rng.choice((2, 20)))
            await unseen(life, rng)
            pair.wire.is_cut = False
            await held_for(pair, 110)


@pytest.mark.anyio
@pytest.mark.parametrize("rules", QUICK_RULES)
async def test_a_wall_clock_that_is_set_changes_nothing_that_drains(rules: str) -> None:
    rng = random.Random(f"wall {rules}")
    async with both("pro", rules) as pair:
        await busy(pair, rng)
        for jump_s in (3_600, -7_200, 86_400, -1.5, 0.9):
            pair.clock.step_wall(jump_s)
            pair.check()
            await busy(pair, rng, acts=3)
            await held_for(pair, 20)
