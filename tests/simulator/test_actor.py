"""The gentle actor: panels move, counters stay far below their limits, and everything repeats."""

import hashlib
from collections import Counter
from fractions import Fraction

import pytest

from krakentui.simulator import accounts
from krakentui.simulator.actor import USERREF
from tests.simulator.private import Talk, a_world, alice, tell, wait


def test_it_places_amends_takes_fills_and_cancels_within_minutes() -> None:
    world = a_world(frozen=False, quiet=False)
    talk = Talk(world)
    talk.executions(snap_orders=False)
    talk.take()
    wait(world, 120)
    kinds = Counter(
        frame["data"][0]["exec_type"] for frame in talk.take() if frame.get("channel") == "executions"
    )
    assert {"pending_new", "new", "trade", "filled", "amended", "canceled"} <= kinds.keys()


def test_it_touches_only_its_own_orders() -> None:
    world = a_world(quiet=False)
    before = set(alice(world).open)
    wait(world, 600)
    assert before <= set(alice(world).open)


def test_it_keeps_a_handful_of_orders() -> None:
    world = a_world(quiet=False)
    for _ in range(60):
        wait(world, 10)
        mine = [order for order in alice(world).open.values() if order.userref == USERREF]
        assert len(mine) <= 8


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_its_counters_stay_below_half_of_the_lowest_limit(seed: int) -> None:
    world = a_world(quiet=False, tier="starter", rules="strict", seed=seed)
    highest = Fraction(0)
    for _ in range(450):
        wait(world, 2)
        now_us = world.clock.now_us()
        gauges = accounts.of(world).judge.engine.values()
        highest = max(highest, *(gauge.used(now_us) for gauge in gauges))
    assert 0 < highest < 30


def test_a_quiet_world_has_no_actor() -> None:
    world = a_world()
    before = set(alice(world).open)
    wait(world, 120)
    assert set(alice(world).open) == before


def outgoing(seed: int) -> str:
    """Hash every private frame of most of a minute, with a client that cancels."""
    world = a_world(frozen=False, quiet=False, seed=seed)
    talk = Talk(world)
    talk.executions(snap_trades=True)
    talk.balances()
    for order_id in list(alice(world).open)[:3]:
        wait(world, 8)
        talk.send("cancel_order", order_id=[order_id])
    wait(world, 20)
    talk.send("cancel_all")
    return hashlib.sha256("\n".join(talk.frames).encode()).hexdigest()


def test_the_same_seed_and_commands_give_the_same_bytes() -> None:
    assert outgoing(5) == outgoing(5)


def test_another_seed_gives_another_life() -> None:
    assert outgoing(5) != outgoing(6)


@pytest.mark.parametrize("seed", range(2, 8))
def test_every_seed_opens_with_sound_books(seed: int) -> None:
    world = a_world(seed=seed)
    assert len(alice(world).open) == 25
    assert tell(world, "truth")["accounts"].keys() == {"alice", "bob"}
