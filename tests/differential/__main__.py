"""`python -m tests.differential`: how well the client's counters agree with the exchange's, as a table.

For every tier and rule set: random lives in which the client knows only the documentation, which show
whether an interval ever misses the truth; lives of a client that was told how the exchange counts, which
show how wide the intervals are where all is seen; and ten minutes alone at full use, which show what is
refused and how much of the sustainable is used. A row is printed as soon as it is known.
"""

import argparse
import asyncio
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from krakentui.simulator.rules import RULE_SETS, TIERS
from tests.differential.test_agreement import FULL, Agreement, lives
from tests.differential.test_refusals import Usage, ten_minutes

COUNTERS = ("rest", "pair")
HEAD = (
    "counter",
    "tier",
    "rules",
    "steps",
    "missed by",
    "width",
    "refused",
    "unexpected",
    "of the sustainable",
)


@dataclass(frozen=True)
class Cell:
    """One tier under one rule set."""

    tier: str
    rules: str
    blind: Agreement
    """Of lives in which the client knows the documentation only."""
    told: Agreement
    usage: Usage

    def rows(self) -> Iterator[tuple[str, ...]]:
        """One row a counter."""
        steps = f"{self.blind.steps:,} + {self.told.steps:,}"
        refused = {"rest": self.usage.refused_polls, "pair": self.usage.refused_cancels}
        share = {"rest": f"{float(self.usage.share):.1%}", "pair": "-"}
        for counter in COUNTERS:
            missed = max(self.blind.missed(counter), self.told.missed(counter))
            yield (
                counter,
                self.tier,
                self.rules,
                steps,
                f"{float(missed):.3f}",
                f"{float(self.told.width(counter)):.3f}",
                str(refused[counter]),
                str(self.usage.unexpected),
                share[counter],
            )


def measured(tier: str, rules: str, steps: int, told_steps: int) -> Cell:
    """Measure one tier under one rule set; the second kind of life shows widths."""
    return Cell(
        tier=tier,
        rules=rules,
        blind=asyncio.run(lives(tier, rules, steps, told=False)),
        told=asyncio.run(lives(tier, rules, told_steps, told=True)),
        usage=asyncio.run(ten_minutes(tier, rules)),
    )


def main() -> int:
    """Measure and print; 1 = an interval missed the truth or something was refused."""
    parser = argparse.ArgumentParser(prog="python -m tests.differential", description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=FULL, help="of lives by the documentation (%(default)s)")
    parser.add_argument("--told-steps", type=int, help="of lives that are told how it counts (as many)")
    parser.add_argument("--tier", choices=TIERS, action="append", help="only this one; may be repeated")
    parser.add_argument("--rules", choices=RULE_SETS, action="append", help="only these; may be repeated")
    args = parser.parse_args()
    say(f"| {' | '.join(HEAD)} |")
    say("|" + "---|" * len(HEAD))
    good = True
    for rules in args.rules or RULE_SETS:
        for tier in args.tier or TIERS:
            cell = measured(tier, rules, args.steps, args.told_steps or args.steps)
            for row in cell.rows():
                say(f"| {' | '.join(row)} |")
            usage = cell.usage
            good &= not (cell.blind.misses or cell.told.misses)
            good &= (usage.refused_polls, usage.refused_cancels, usage.unexpected) == (0, 0, 0)
    return 0 if good else 1


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
