"""A scenario as it is played: its lines fall due on simulated time, its expectations are judged there."""

from collections.abc import Mapping
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Any

from krakentui.simulator import control
from krakentui.simulator.accounts import of
from krakentui.simulator.faults import verbs
from krakentui.simulator.faults.spec import an_object
from krakentui.simulator.refusal import Refused
from krakentui.simulator.scenario import BadScenario, Line, Scenario
from krakentui.simulator.truth import limits

if TYPE_CHECKING:
    from krakentui.simulator.world import World

FAILURES_KEPT = 200


class Play:
    """One scenario on one world."""

    def __init__(self, world: "World", scenario: Scenario) -> None:
        self._world = world
        self.scenario = scenario
        self.failures: list[str] = []
        """What was expected and was not so, and lines that could not be done."""

    def start(self) -> None:
        """Set every line's timer; what is due at once is done at once.

        Raises:
            BadScenario: a fault in it makes no sense.
        """
        for line in self.scenario.lines:
            if line.verb == "fault":
                self._check(line)
        for line in self.scenario.lines:
            if line.at_us:
                self._world.clock.after(line.at_us, partial(self._due, line, 1))
            else:
                self._due(line, 1)

    def _check(self, line: Line) -> None:
        try:
            self._world.faults.check(line.body)
        except Refused as refused:
            name = self.scenario.name[:100]
            raise BadScenario(
                f"The scenario {name} makes no sense in line {line.number}: {refused}."
            ) from None

    def _due(self, line: Line, count: int) -> None:
        try:
            self._do(line)
        except Refused as refused:
            self._fail(line, str(refused))
        if line.every_us is not None and (line.times is None or count < line.times):
            self._world.clock.after(line.every_us, partial(self._due, line, count + 1))

    def _do(self, line: Line) -> None:
        if line.verb == "expect":
            claims: Any = line.body
            for name, claim in claims.items():
                self._judge(line, name, claim)
        elif line.verb == "fault":
            verbs.faults(self._world, {"add": line.body})
        elif line.verb == "clear":
            verbs.faults(self._world, {"clear": line.body})
        else:
            # not `control.command`: a log tells of commands, and a replay plays the scenario itself
            control.VERBS[line.verb](self._world, an_object(line.body, line.verb))

    def _judge(self, line: Line, name: str, claim: Any) -> None:  # noqa: ANN401  straight from JSON
        world = self._world
        if name == "system":
            if world.system != claim:
                self._fail(line, f"system is {world.system}, not {claim}")
            return
        value = self._part(claim) if name == "limit" else Fraction(self._count(name))
        least, most = claim.get("least"), claim.get("most")
        if (least is not None and value < least) or (most is not None and value > most):
            self._fail(line, f"{name} is {float(value):g}, not from {least} to {most}")

    def _count(self, name: str) -> int:
        world = self._world
        account = of(world).by_name["alice"]
        return {
            "upcoming": lambda: len(world.bulletin.upcoming()),
            "open_orders": lambda: len(account.open),
            "fills": lambda: len(account.fills),
            "refusals": lambda: sum(entry.verdict != "ok" for entry in world.requests),
        }[name]()

    def _part(self, claim: Mapping[str, Any]) -> Fraction:
        rows: Any = limits(self._world)["limits"]
        parts = [
            Fraction(row["used"]) / Fraction(row["max"])
            for row in rows
            if row["name"] == claim.get("name", "engine")
            and claim.get("pair") in (None, row["scope"].get("pair"))
        ]
        return max(parts, default=Fraction(0))

    def _fail(self, line: Line, why: str) -> None:
        if len(self.failures) < FAILURES_KEPT:
            self.failures.append(f"line {line.number}: {why}")
