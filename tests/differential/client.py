"""The whole engine of the monitor on the simulated exchange's core, and what both say of each counter."""

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from fractions import Fraction

import pytest

from krakentui.budget.counter import Counter
from krakentui.budget.ledger import Ledger
from krakentui.engine.host import Host
from krakentui.engine.lane import KeyLane
from krakentui.engine.session import Session
from krakentui.model.counting import AS_DOCUMENTED, Counting
from krakentui.model.limit import POINT
from krakentui.model.secret import Credentials, Secret
from krakentui.settings import Endpoints, Settings
from krakentui.simulator import accounts
from krakentui.simulator.rules import RULE_SETS, TIERS, rest_rate
from krakentui.simulator.world import World
from tests.differential.exchange import PAIRS, Travel, TwinClock, Wire, a_world, alice, key_of

QUICK_RULES = [
    one if one in {"documented", "strict"} else pytest.param(one, marks=pytest.mark.slow) for one in RULE_SETS
]
"""The rule sets of every run; the others go with the slow ones."""
ENDPOINTS = Endpoints("http://127.0.0.1:1", "ws://127.0.0.1:1/v2", "ws://127.0.0.1:1/auth/v2")


def knobs(tier: str, rules: str) -> Counting:
    """Say to the client what it cannot know of a rule set, and that others are never refused unseen."""
    chosen = RULE_SETS[rules]
    return Counting(
        history_cost=chosen.history_cost,
        lookup_cost=2,
        batch_cancel_cost=0,
        decay=chosen.decay,
        rest_decay=rest_rate(TIERS[tier], chosen),
        edge=chosen.edge,
        capped=chosen.capped,
        others_window=0,
    )


class Both:
    """One exchange, one client, one time."""

    def __init__(self, world: World, clock: TwinClock, wire: Wire, host: Host) -> None:
        self.world = world
        self.clock = clock
        self.wire = wire
        self.host = host
        self.missed: dict[str, Fraction] = {}
        """By pair, or "" for the key: by how many points an interval missed the truth, at worst."""

    @property
    def session(self) -> Session:
        return self.host.session

    @property
    def ledger(self) -> Ledger:
        return self.session.state.ledger

    @property
    def lane(self) -> KeyLane:
        side = self.session._account
        assert side is not None
        return side.shared._own

    def believed(self, pair: str = "") -> Counter:
        """What the client believes of a pair's counter, or of its key's."""
        t_ns = self.clock.mono_ns()
        return self.ledger.engine_at(pair, t_ns) if pair else self.ledger.rest_at(t_ns)

    def truth(self, pair: str = "") -> Fraction:
        """Where that counter stands, in points."""
        judge, account = self.world.judge, alice(self.world)
        key = key_of(self.world, "cancel")
        gauge = judge.engine_gauge(account, pair) if pair else judge.rest_gauge(key, account.tier)
        return gauge.used(self.world.clock.now_us())

    def width(self, pair: str = "") -> Fraction:
        """How wide the client's interval is, in points; it must hold the truth."""
        counter, true = self.believed(pair), self.truth(pair)
        missed = max(counter.low - true * POINT, true * POINT - counter.high, Fraction(0)) / POINT
        self.missed[pair] = max(self.missed.get(pair, Fraction(0)), missed)
        shown = (pair or "rest", float(Fraction(counter.low, POINT)), float(true), counter.high / POINT)
        assert not missed, shown
        return Fraction(counter.high - counter.low, POINT)

    def check(self) -> None:
        """The truth lies in every interval."""
        for pair in ("", *PAIRS):
            self.width(pair)

    async def run(self, seconds: float) -> None:
        await self.clock.advance(seconds)


@asynccontextmanager
async def both(
    tier: str,
    rules: str,
    *,
    counting: Counting = AS_DOCUMENTED,
    seed: int = 1,
    late_s: float = 0.05,
    skew_s: float = 0,
    warm_s: float = 90,
) -> AsyncIterator[Both]:
    """Open both and let them run until nothing of the start's doubt is left.

    Args:
        tier: The exchange's truth; the client learns it as it does in life.
        rules: How the exchange counts.
        counting: What the client is told of that.
        seed: Of the time that bytes are under way.
        late_s: So long at most, each way.
        skew_s: The client's wall clock minus the exchange's.
        warm_s: How long.
    """
    world = a_world(tier, rules)
    clock = TwinClock(world, skew_s)
    wire = Wire(world, clock, Travel(random.Random(f"travel {seed}"), late_s))
    key = key_of(world, "cancel")
    settings = Settings(
        venue="simulator",
        endpoints=ENDPOINTS,
        credentials=Credentials(
            key=key.public, secret=Secret(key.secret_text), name="cancel", source="a test"
        ),
        account=accounts.of(world).by_name["alice"].name,
        markets=("BTC/USD",),
        counting=counting,
    )
    async with Host(settings, clock, random.Random(seed), connect=wire, door=wire) as host:
        pair = Both(world, clock, wire, host)
        await pair.run(warm_s)
        yield pair
