"""The README's table of open questions says what the rule sets are."""

import re
from collections.abc import Callable

import pytest

from krakentui.simulator.rules import RULE_SETS, TIERS, RuleSet, rest_rate
from tests.support.readme import README

ANY = "any number"
STARTER = {"33/100": "0.33", "1/3": "1/3"}


def starter(rules: RuleSet) -> str:
    if rules.decay == "step":
        return "one in 3 s"
    return STARTER[str(rest_rate(TIERS["starter"], rules))]


def frames(rules: RuleSet) -> str:
    return ANY if rules.message_burst is None else f"{rules.message_burst}, {rules.message_rate}"


ROWS: dict[str, Callable[[RuleSet], str]] = {
    "Counters drain": lambda rules: "in whole points" if rules.decay == "step" else "continuously",
    "Starter's 0.33 points a second": starter,
    "Ledgers, TradesHistory and ClosedOrders cost": lambda rules: str(rules.history_cost),
    "A refused call counts": lambda rules: "yes" if rules.rejected_counts else "no",
    "Refused when the counter is": lambda rules: "above" if rules.edge == ">" else "at it",
    "A limited key may make calls that cost nothing": lambda rules: "no" if rules.blocks_zero_cost else "yes",
    "A single cancel over the threshold": lambda rules: f"{rules.cancel_over_threshold}ed",
    "The counter in `executions`": lambda rules: (
        f"`{rules.ratecount_field}`" if rules.ratecount_field else "not told"
    ),
    "Cancelling everything costs, by pair": lambda rules: {
        "rungs": "the sum",
        "rungs+1": "one more",
        "free": "nothing",
    }[rules.cancel_all_cost],
    "Cancels that pass count beyond the maximum": lambda rules: "no" if rules.capped else "yes",
    "Public calls at once": lambda rules: str(rules.public_burst),
    "Private calls of a key at once": lambda rules: str(rules.in_flight or ANY),
    "Connections of an address in 10 minutes": lambda rules: str(rules.connections_max),
    "Frames of a connection at once, then a second": frames,
}
ORDER = ("documented", "strict", "lenient", "old")
SAME = {"rejected": "refused"}


def shown() -> dict[str, list[str]]:
    """Read the table: the question and what each rule set does."""
    text = README.read_text(encoding="utf-8").partition("#### What the documentation leaves open")[2]
    rows = re.findall(r"^\| (?!Open question|-)(.+) \|$", text.partition("\n## ")[0], re.MULTILINE)
    return {cells[0]: cells[1:] for cells in (row.split(" | ") for row in rows)}


def test_every_question_is_there_and_no_other() -> None:
    assert [*shown()] == [*ROWS]


@pytest.mark.parametrize("question", ROWS)
def test_the_table_tells_the_rule_sets(question: str) -> None:
    said = [cell.removesuffix(" the maximum").removesuffix(" of its orders") for cell in shown()[question]]
    real = [ROWS[question](RULE_SETS[name]) for name in ORDER]
    assert said == [SAME.get(text, text) for text in real]
