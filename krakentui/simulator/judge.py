"""The referee of limits: REST per key, engine per account and pair, connections per IP, frames per line.

It counts what the exchange receives, by the rules in force, and says yes or no. It knows nothing of
any client's belief.
"""

from dataclasses import dataclass, field
from fractions import Fraction

from krakentui.simulator.account import Account
from krakentui.simulator.counters import Continuous, EachSecond, Gauge, WholePoints
from krakentui.simulator.keys import ApiKey
from krakentui.simulator.rules import RateTelling, RuleSet, Tier, cancel_all_cost, rest_cost, rest_rate
from krakentui.simulator.traffic import Bucket, Doorstep, Flights


@dataclass(slots=True)
class Judge:
    """Every counter of the exchange, and the rules they follow."""

    rules: RuleSet
    rest: dict[str, Gauge] = field(default_factory=dict)
    """By public key."""
    engine: dict[tuple[str, str], Gauge] = field(default_factory=dict)
    """By account and symbol."""
    doorsteps: dict[str, Doorstep] = field(default_factory=dict)
    """By IP."""
    messages: dict[int, Bucket] = field(default_factory=dict)
    """By number of the connection."""
    telling: RateTelling = field(default_factory=RateTelling)
    flights: Flights = field(init=False)

    def __post_init__(self) -> None:
        self.flights = Flights(self.rules.in_flight)

    def adopt(self, rules: RuleSet) -> None:
        """Count by other rules from now on; what they shape anew starts at zero."""
        self.rules = rules
        self.rest.clear()
        self.engine.clear()
        self.messages.clear()
        self.flights.maximum = rules.in_flight
        for step in self.doorsteps.values():
            step.maximum = rules.connections_max

    def rest_gauge(self, key: ApiKey, tier: Tier) -> Gauge:
        """Find the REST counter of a key."""
        if key.public not in self.rest:
            counter = (
                WholePoints(Fraction(1), step_us=tier.rest_step_us)
                if self.rules.decay == "step"
                else Continuous(rest_rate(tier, self.rules))
            )
            self.rest[key.public] = Gauge(counter, tier.rest_max, self.rules.edge)
        return self.rest[key.public]

    def engine_gauge(self, account: Account, symbol: str) -> Gauge:
        """Find the engine counter of an account on a pair."""
        scope = (account.name, symbol)
        if scope not in self.engine:
            kind = EachSecond if self.rules.decay == "step" else Continuous
            tier = account.tier
            self.engine[scope] = Gauge(kind(tier.engine_decay), tier.engine_max, self.rules.edge)
        return self.engine[scope]

    def rest_call(self, key: ApiKey, tier: Tier, endpoint: str, t_us: int) -> tuple[int, bool]:
        """Count a private REST call; give its cost and whether it may go on.

        A refused call counts too where the rules say so: limits last longer if calls continue. It
        never lifts the counter further than its cost above the maximum.
        """
        gauge = self.rest_gauge(key, tier)
        cost = rest_cost(endpoint, self.rules)
        if self._passes(gauge, cost, t_us):
            gauge.add(cost, t_us)
            return cost, True
        if self.rules.rejected_counts:
            gauge.add_up_to(cost, gauge.maximum + cost, t_us)
        return cost, False

    def engine_act(
        self, account: Account, symbol: str, fixed: Fraction | int, by_age: int, t_us: int
    ) -> bool:
        """Count an act on a pair that is refused when it does not fit.

        The fixed part counts on receipt, whatever becomes of the act; the part by age only if it goes on.
        """
        gauge = self.engine_gauge(account, symbol)
        if self._passes(gauge, fixed + by_age, t_us):
            gauge.add(fixed + by_age, t_us)
            return True
        gauge.add_up_to(fixed, gauge.maximum + fixed, t_us)
        return False

    def engine_cancel(self, account: Account, symbol: str, cost: int, t_us: int) -> bool:
        """Count a single cancel, which the rules may refuse over the threshold."""
        if self.rules.cancel_over_threshold == "accept":
            self.engine_gauge(account, symbol).add(cost, t_us)
            return True
        return self.engine_act(account, symbol, 0, cost, t_us)

    def engine_accepted(self, account: Account, symbol: str, cost: int, t_us: int) -> None:
        """Count cancels that are accepted over the threshold: batches and cancel-all."""
        gauge = self.engine_gauge(account, symbol)
        if self.rules.capped:
            gauge.add_up_to(cost, gauge.maximum, t_us)
        else:
            gauge.add(cost, t_us)

    def engine_cancel_all(self, account: Account, symbol: str, rungs: int, t_us: int) -> None:
        """Count a cancel of everything on one pair, by the sum of its orders' rungs."""
        self.engine_accepted(account, symbol, cancel_all_cost(rungs, self.rules), t_us)

    def connect(self, peer: str, t_us: int) -> bool:
        """Count a connection attempt; False = the IP is banned."""
        return self.doorsteps.setdefault(peer, Doorstep(self.rules.connections_max)).knock(t_us)

    def message(self, connection: int, t_us: int) -> bool:
        """Count a frame that a connection sent; False = it came too fast."""
        burst = self.rules.message_burst
        if burst is None:
            return True
        bucket = self.messages.setdefault(connection, Bucket(burst, self.rules.message_rate))
        return bucket.take(t_us)

    def left(self, connection: int) -> None:
        """Forget a connection that is gone."""
        self.messages.pop(connection, None)

    def _passes(self, gauge: Gauge, cost: Fraction | int, t_us: int) -> bool:
        if cost == 0 and not self.rules.blocks_zero_cost:
            return True
        return gauge.fits(cost, t_us)
