"""Restarts in the middle of decay: what a program kept on disk is never optimistic at the next start.

The exchange is the simulated one, the file is the real one; between the end of one program and the start
of the next nothing is seen, and others of the account act as they like.
"""

from pathlib import Path

import pytest

from krakentui.budget.figures import figures_of
from krakentui.budget.ledger import Ledger
from krakentui.engine.kept import Kept, Now, path_of, recall, write
from krakentui.model.clock import SECOND, Boot
from krakentui.model.counting import Counting
from krakentui.model.event import FeedChanged, OrdersSnapshot
from krakentui.model.figures import FiguresTold
from krakentui.simulator.rules import RULE_SETS, TIERS
from tests.budget.acts import KEY, WALL, an_order, told
from tests.golden.cases import Act
from tests.golden.monitor import ACCOUNT
from tests.golden.monitor import TIERS as NAMES
from tests.golden.test_lives import Life, a_case

STEPS = 150
BOOT = Boot("here", "since then")


class MortalLife(Life):
    """A life whose program ends now and then and is started again."""

    restarts = 0

    def run(self, path: Path) -> None:
        for _ in range(STEPS):
            if not self.rng.randrange(12):
                self.restart(path)
            self.step()

    def restart(self, path: Path) -> None:
        """Keep the counters, be away while others act, begin with what was kept."""
        self.keep(path)
        for _ in range(self.rng.randint(0, 5)):
            self.away()
        now_ns = round(self.watch.at_s * SECOND)
        recalled = recall(path, self.start(now_ns))
        assert recalled.problem is None
        assert recalled.figures is not None
        tier = NAMES[self.play.case.tier]
        fresh = Ledger.start(now_ns, KEY.key, ACCOUNT, 3, Counting(others_window=0), assume_tier=tier)
        ledger = told(fresh, self.watch.at_s, FiguresTold(figures=recalled.figures, by="file"))
        self.watch.ledger = ledger
        self.holds()
        back = (FeedChanged(feed="private", state="live"), OrdersSnapshot(account=ACCOUNT, orders=()))
        self.watch.ledger = told(ledger, self.watch.at_s, *back)
        self.holds()
        self.restarts += 1

    def away(self) -> None:
        """Let time pass and perhaps another program act, with nobody of ours there to see it."""
        self.now_us += round(float(self.rng.choice(("0.2", "1", "9"))) * 1_000_000)
        self.play.at(self.now_us)
        self.watch.at(self.now_us)
        if self.play.case.limit == "engine" and len(self.watch.orders) < 40:
            (name,) = self.names(1)
            if self.play.act(Act(self.now_us, "add", (name,))) == {"ok"}:
                self.watch.orders[name] = an_order(name, born_s=self.watch.at_s)

    def keep(self, path: Path) -> None:
        t_ns = round(self.watch.at_s * SECOND)
        kept = Kept(
            key=KEY.key,
            venue="v",
            boot=BOOT,
            speed=1.0,
            wall_ns=WALL + t_ns,
            nonce=1,
            figures=figures_of(self.watch.ledger, t_ns),
        )
        write(path, kept)

    def start(self, t_ns: int) -> Now:
        return Now(
            key=KEY.key,
            venue="v",
            simulated=False,
            boot=BOOT,
            speed=1.0,
            wall_ns=WALL + t_ns,
            t_ns=t_ns,
            nonce=1,
        )

    def holds(self) -> None:
        low, high = self.watch.interval("")
        used = self.play.used("")
        assert low <= used <= high, (float(low), float(used), float(high))


@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("rules", RULE_SETS)
@pytest.mark.parametrize("limit", ["engine", "rest"])
def test_the_interval_holds_the_figure_through_restarts(
    limit: str, rules: str, tier: str, tmp_path: Path
) -> None:
    life = MortalLife(a_case(tier, rules, limit), 7)
    life.run(path_of(tmp_path, KEY.key))
    assert life.restarts > 3
