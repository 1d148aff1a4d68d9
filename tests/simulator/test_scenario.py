"""Scenarios: those shipped hold what they expect; bad ones are told in one sentence."""

import json
from pathlib import Path

import pytest

from krakentui.simulator import Exchange, Options
from krakentui.simulator.clock import SECOND_US
from krakentui.simulator.faults.names import KINDS
from krakentui.simulator.scenario import BadScenario, load, read, shipped
from tests.simulator.company import assembled

NAMES = ("busy-day", "calm", "maintenance-window", "near-the-limit", "other-bot")


def test_five_scenarios_are_shipped_and_say_what_they_are() -> None:
    assert shipped() == NAMES
    assert all(load(name).about.endswith(".") for name in NAMES)


@pytest.mark.anyio
@pytest.mark.parametrize("name", NAMES)
async def test_a_shipped_scenario_holds_what_it_expects(name: str) -> None:
    scenario = load(name)
    async with Exchange(Options(manual=True, scenario=scenario)) as exchange:
        await exchange.advance(scenario.length_us / 1_000_000 + 1)
        assert exchange.truth()["scenario"] == {"name": name, "failures": []}


@pytest.mark.anyio
async def test_a_missed_expectation_and_a_line_that_fails_are_told() -> None:
    lines = '{"at": 1, "expect": {"fills": {"least": 10000}}}, {"at": 1, "market": {"pair": "?"}}'
    scenario = read("mine", f'{{"lines": [{lines}]}}')
    async with Exchange(Options(manual=True, quiet=True, scenario=scenario)) as exchange:
        await exchange.advance(2)
        assert exchange.world.play is not None
        first, second = exchange.world.play.failures
        assert first.startswith("line 1: fills is ")
        assert second == "line 2: pair names no market"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is not JSON: expecting value at line 1, column 1."),
        ("[" * 100_000, "is not JSON"),
        ("[]", "JSON object"),
        ("{}", "needs lines"),
        ('{"lines": 3}', "needs lines"),
        ('{"lines": [], "author": "me"}', "has no author"),
        ('{"lines": [3]}', "line 1: a line must be a JSON object"),
        ('{"lines": [{"at": 1}]}', "line 1: a line does one of"),
        ('{"lines": [{"at": "noon", "pace": {}}]}', "at must be a time"),
        ('{"lines": [{"every": 0, "pace": {}}]}', "every is at least"),
        ('{"lines": [{"times": 0, "pace": {}}]}', "times is a whole number"),
        ('{"lines": [{"expect": {"mood": "good"}}]}', "expect has no mood"),
        ('{"lines": [{"expect": {"fills": {"least": "many"}}}]}', "least of fills is a number"),
        ('{"lines": [{"expect": {"system": 1}}]}', "system in expect is a text"),
    ],
)
def test_a_scenario_that_makes_no_sense_is_told_in_one_sentence(text: str, why: str) -> None:
    with pytest.raises(BadScenario, match=r"^The scenario mine [^\n]*\.$") as told:
        read("mine", text)
    assert why in str(told.value)


def test_a_file_that_cannot_be_read_is_told_in_one_sentence(tmp_path: Path) -> None:
    binary = tmp_path / "x.json"
    binary.write_bytes(b"\xff\xfe\x00")
    for name in (str(tmp_path), str(tmp_path / "none.json"), str(binary), "no\x00such", "x" * 5000):
        with pytest.raises(BadScenario, match=r"^The(re)? [^\n]*\.$"):
            load(name)


@pytest.mark.anyio
async def test_a_bad_fault_in_a_scenario_is_told_before_anything_runs() -> None:
    scenario = read("mine", '{"lines": [{"at": "9s", "fault": {"fault": "gremlins"}}]}')
    with pytest.raises(BadScenario, match="in line 1: there is no fault gremlins"):
        async with Exchange(Options(manual=True, scenario=scenario)):
            pass


AT_ONCE = {"close", "nonce_jump", "reset", "token_expire"}
"""Done as soon as they begin."""


def test_every_fault_can_be_told_in_a_scenario_and_comes_when_it_says() -> None:
    lines = [
        {"at": f"{2 * number + 1}s", "fault": {"fault": name, "when": {"for": "1s"}}}
        for number, name in enumerate(sorted(KINDS))
    ]
    scenario = read("all", json.dumps({"lines": lines}))
    company = assembled(Options(manual=True, quiet=True, scenario=scenario))
    world = company.world
    for number, name in enumerate(sorted(KINDS)):
        company.wait(2 * number + 1.5 - (world.clock.now_us() - world.start_us) / SECOND_US)
        states = {row["fault"]: row["state"] for row in world.faults.rows()}
        assert states[name] == ("over" if name in AT_ONCE else "active")
        assert list(states) == sorted(KINDS)[: number + 1]
        company.call("full", "OpenOrders")
        company.send(2, method="ping")
    company.wait(2)
    assert {row["state"] for row in world.faults.rows()} == {"over"}
    assert company.tell("truth")["scenario"] == {"name": "all", "failures": []}
