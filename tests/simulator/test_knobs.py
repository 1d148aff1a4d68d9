"""Single knobs of the rules can be turned while the exchange runs, and each has a list of what it may be."""

from dataclasses import fields
from typing import Any

import pytest

from krakentui.simulator.control import Refused
from krakentui.simulator.knobs import CHOICES, NUMBERS, turned
from krakentui.simulator.rules import RULE_SETS, RuleSet
from krakentui.simulator.world import World
from tests.simulator.private import Rest, a_world, tell


def refused_calls(world: World, count: int) -> int:
    client = Rest(world)
    return sum(client.error("Balance") is not None for _ in range(count))


def test_every_knob_can_be_turned() -> None:
    assert {*CHOICES, *NUMBERS} == {field.name for field in fields(RuleSet)} - {"name"}


@pytest.mark.parametrize("name", RULE_SETS)
def test_every_rule_set_is_one_of_what_its_knobs_may_be(name: str) -> None:
    rules = RULE_SETS[name]
    assert turned(rules, {knob: getattr(rules, knob) for knob in (*CHOICES, *NUMBERS)}) == rules


def test_a_turned_knob_counts_at_once_and_the_others_stay() -> None:
    world = a_world()
    told = tell(world, "rules", knobs={"edge": ">="})
    assert told["knobs"]["edge"] == ">="
    assert told["knobs"]["history_cost"] == 4
    assert refused_calls(world, 20) == 1


def test_knobs_turn_on_top_of_a_named_set() -> None:
    world = a_world()
    told = tell(world, "rules", rules="strict", knobs={"edge": ">"})
    assert (told["rules"], told["knobs"]["edge"], told["knobs"]["decay"]) == ("strict", ">", "step")


def test_asking_changes_nothing() -> None:
    world = a_world()
    assert refused_calls(world, 20) == 0
    assert tell(world, "rules")["rules"] == "documented"
    assert refused_calls(world, 1) == 1


def test_other_rules_reach_every_counter() -> None:
    world = a_world()
    world.judge.connect("127.0.0.1", world.clock.now_us())
    tell(world, "rules", knobs={"in_flight": 1, "connections_max": 1, "message_burst": 1, "public_burst": 3})
    assert world.judge.flights.maximum == 1
    assert not world.judge.connect("127.0.0.1", world.clock.now_us())
    assert [world.judge.message(1, world.clock.now_us()) for _ in range(2)] == [True, False]
    assert world.public_limiter.burst == 3


@pytest.mark.parametrize(
    "knobs",
    [
        {"edge": "<"},
        {"third": 1},
        {"history_cost": 3},
        {"history_cost": True},
        {"public_burst": 0},
        {"public_burst": None},
        {"in_flight": "2"},
        {"nothing": 1},
        {"name": "mine"},
        [],
    ],
)
def test_what_a_knob_cannot_be_is_refused_and_nothing_changes(knobs: Any) -> None:  # noqa: ANN401
    world = a_world()
    before = world.judge.rules
    with pytest.raises(Refused):
        tell(world, "rules", knobs=knobs)
    assert world.judge.rules is before
