"""What the README tells of the simulated exchange: open questions, options, faults, scenarios."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from krakentui.commands.parser import parse
from krakentui.simulator import Exchange, Options, manners
from krakentui.simulator.faults.names import KINDS
from krakentui.simulator.faults.spec import SURFACES, Args, Match, Spec, When
from krakentui.simulator.keys import PERMISSIONS
from krakentui.simulator.knobs import OF_MANNERS, OF_RULES
from krakentui.simulator.manners import Manners
from krakentui.simulator.public_rest import ENDPOINTS as PUBLIC
from krakentui.simulator.rules import RULE_SETS, TIERS, RuleSet, rest_rate
from krakentui.simulator.scenario import VERBS, read
from tests.simulator.private import a_world, tell
from tests.support.readme import README

TEXT = README.read_text(encoding="utf-8")
ANY = "any number"
STARTER = {"33/100": "0.33", "1/3": "1/3"}


def section(heading: str) -> str:
    """Give the text under a heading."""
    found = re.search(rf"^##+ {heading}$(.*?)(?=^##+ |\Z)", TEXT, re.DOTALL | re.MULTILINE)
    assert found is not None, heading
    return found[1]


def tables(text: str) -> Iterator[list[list[str]]]:
    """Give the tables of a text, each a list of rows of cells, its heading first."""
    for table in re.findall(r"(?:^\|.*\|$\n?)+", text, re.MULTILINE):
        lines = [line for line in table.strip().splitlines() if not line.startswith("|---")]
        yield [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


def coded(cell: str) -> list[str]:
    return re.findall(r"`([^`]*)`", cell)


def starter(rules: RuleSet) -> str:
    if rules.decay == "step":
        return "one in 3 s"
    return STARTER[str(rest_rate(TIERS["starter"], rules))]


def frames(rules: RuleSet) -> str:
    return ANY if rules.message_burst is None else f"{rules.message_burst}, {rules.message_rate}"


def yes(holds: object) -> str:
    return "yes" if holds else "no"


LIMITS: dict[str, Callable[[RuleSet], str]] = {
    "decay": lambda rules: "in whole points" if rules.decay == "step" else "continuously",
    "third": starter,
    "history_cost": lambda rules: str(rules.history_cost),
    "closed_orders_cost": lambda rules: yes(rules.closed_orders_cost == "history"),
    "order_calls_cost": lambda rules: str(rules.order_calls_cost),
    "rejected_counts": lambda rules: yes(rules.rejected_counts),
    "edge": lambda rules: "above" if rules.edge == ">" else "at it",
    "blocks_zero_cost": lambda rules: yes(not rules.blocks_zero_cost),
    "cancel_over_threshold": lambda rules: {"reject": "refused", "accept": "accepted"}[
        rules.cancel_over_threshold
    ],
    "ratecount_field": lambda rules: f"`{rules.ratecount_field}`" if rules.ratecount_field else "not told",
    "cancel_all_cost": lambda rules: {"rungs": "the sum", "rungs+1": "one more", "free": "nothing"}[
        rules.cancel_all_cost
    ],
    "capped": lambda rules: yes(not rules.capped),
    "public_burst": lambda rules: str(rules.public_burst),
    "in_flight": lambda rules: str(rules.in_flight or ANY),
    "connections_max": lambda rules: str(rules.connections_max),
    "message_burst": frames,
}
LIMIT_ROWS, MANNER_ROWS = (table[1:] for table in tables(section("What the documentation leaves open")))


def test_every_knob_is_in_one_of_the_tables_in_its_order() -> None:
    assert [name for row in LIMIT_ROWS for name in coded(row[1])] == [*OF_RULES]
    assert sorted(name for row in MANNER_ROWS for name in coded(row[1])) == sorted(OF_MANNERS)


@pytest.mark.parametrize("row", LIMIT_ROWS, ids=lambda row: str(coded(row[1])[0]))
def test_a_row_of_limits_tells_the_rule_sets(row: list[str]) -> None:
    said = [cell.removesuffix(" the maximum").removesuffix(" of its orders") for cell in row[2:]]
    write = LIMITS[coded(row[1])[0]]
    assert said == [write(RULE_SETS[name]) for name in ("documented", "strict", "lenient", "old")]


@pytest.mark.parametrize("row", MANNER_ROWS, ids=lambda row: str(coded(row[1])[0]))
def test_a_row_of_manners_tells_default_and_choices(row: list[str]) -> None:
    (name,) = coded(row[1])
    default = json.dumps(getattr(Manners(), name)).strip('"')
    assert row[2].strip("`").startswith(default)
    if name in manners.NUMBERS:
        assert row[3] == "{} to {}".format(*manners.NUMBERS[name])
    elif name in manners.CHOICES:
        others = {json.dumps(value).strip('"') for value in manners.CHOICES[name]} - {default}
        assert set(coded(row[3])) == others


def test_every_option_of_simulate_is_told() -> None:
    (options,) = (table for table in tables(section("The simulated exchange")) if table[0][0] == "Option")
    told = {word for row in options[1:] for word in re.findall(r"--[a-z]+", row[0])}
    usage = next(line for line in TEXT.splitlines() if line.startswith("| `krakentui simulate"))
    assert told == set(re.findall(r"--[a-z]+", usage.split(" | ")[0])) - {"--port"}
    parse(["simulate", "--quiet", "--compress", "--control", "--pairs", "100", "--speed", "2", "--seed", "3"])


@pytest.mark.anyio
async def test_the_first_line_has_the_keys_of_the_example() -> None:
    example = json.loads(re.findall(r"```json\n(.*?)```", section("The simulated exchange"), re.DOTALL)[0])
    async with Exchange(Options(manual=True, quiet=True, control=True)) as exchange:
        told: Any = exchange.first_line()
    assert [*told] == [*example]
    assert [*told["keys"]["full"]] == [*example["keys"]["full"]]
    assert all(f"`{name}`" in section("The simulated exchange") for name in told["keys"])


def test_every_endpoint_is_named() -> None:
    (modelled,) = tables(section("What is modelled"))
    cells = {row[0]: set(re.findall(r"[A-Z]\w+", row[1])) for row in modelled}
    assert PUBLIC.keys() <= cells["Public REST"]
    assert PERMISSIONS.keys() - {"OpenPositions"} <= cells["Private REST"]


FAULTS = section("Faults and scenarios")
FAULT_ROWS = {coded(row[0])[0]: row for table in tables(FAULTS) for row in table[1:]}


def arguments(name: str) -> list[str]:
    """Find out what a fault takes: by what it asks for."""
    asked: list[str] = []

    class Listening(dict[str, object]):
        def get(self, key: str, default: Any = None) -> Any:  # noqa: ANN401  as any mapping
            asked.append(key)
            return default

    spec = Spec(name, Match(), When(), {}, {})
    fault = KINDS[name](a_world(), spec, 1, list)
    fault.read(Args(Listening(), name))
    return asked


@pytest.mark.parametrize("name", KINDS)
def test_every_fault_is_told_with_its_arguments(name: str) -> None:
    row = FAULT_ROWS[name]
    assert row[1]
    assert coded(row[2]) == arguments(name)


def test_no_other_fault_is_told_and_every_surface_is() -> None:
    assert FAULT_ROWS.keys() == KINDS.keys()
    assert all(surface in FAULTS for surface in SURFACES)


def test_the_examples_of_a_fault_and_a_scenario_are_taken() -> None:
    fault, scenario = re.findall(r"```json\n(.*?)```", FAULTS, re.DOTALL)
    assert tell(a_world(), "faults", add=json.loads(fault))["added"] == [1]
    assert {line.verb for line in read("mine", scenario).lines} == {"maintenance", "fault", "expect"}
    assert all(re.search(rf"\b{verb}\b", FAULTS) for verb in VERBS)
