"""Which verification level we go by, and why."""

from typing import Self

from msgspec import Struct, structs

from krakentui.budget.counter import Counter
from krakentui.budget.rules import ENGINE_STEP_NS, REST_STEP, TIERS, UNKNOWN_TIER, TierRules, per_ns, tier_of
from krakentui.model.limit import Tier, units


class Belief(Struct, frozen=True):
    """What was said of the tier: by the exchange as a ceiling, by the user as a name."""

    named: int | None = None
    """`maxratecount`, as the exchange told it."""
    assumed: Tier | None = None
    """`--assume-tier`, which overrides."""

    def told(self, maxratecount: int) -> Self:
        """Take the exchange's word."""
        return structs.replace(self, named=maxratecount)

    @property
    def tier(self) -> Tier | None:
        """The tier gone by; None = not known."""
        return self.assumed or (None if self.named is None else tier_of(self.named))

    @property
    def rules(self) -> TierRules:
        """The figures gone by; an unknown ceiling is taken as it is, with everything else as Starter."""
        if self.tier is not None:
            return TIERS[self.tier]
        if self.named is None:
            return UNKNOWN_TIER
        return structs.replace(UNKNOWN_TIER, engine_max=self.named)

    @property
    def name(self) -> str:
        """The tier in a word."""
        return self.tier or "unknown"

    @property
    def source(self) -> str:
        """Where the belief comes from, in words."""
        if self.assumed is not None:
            if self.named is None or TIERS[self.assumed].engine_max == self.named:
                return "assumed by --assume-tier"
            said = tier_of(self.named) or f"a trading ceiling of {self.named}"
            return f"assumed by --assume-tier; the exchange says {said}"
        if self.named is None:
            return "not told yet, paced as starter"
        if self.tier is None:
            return f"by the exchange's ceiling of {self.named}, the rest is paced as starter"
        return f"by the exchange's ceiling of {self.named}"

    @property
    def rest_full(self) -> int:
        """The most that a REST counter may hold by what is known, in units."""
        if self.tier is not None:
            return units(self.rules.rest_max)
        return units(max(rules.rest_max for rules in TIERS.values()))

    @property
    def engine_full(self) -> int:
        """The most that an engine counter may hold by what is known, in units."""
        if self.tier is not None or self.named is not None:
            return units(self.rules.engine_max)
        return units(max(rules.engine_max for rules in TIERS.values()))

    def rest_counter(self, t_ns: int) -> Counter:
        """Make the shape of a REST counter, empty."""
        rules = self.rules
        return Counter(
            0,
            0,
            t_ns,
            units(rules.rest_max),
            per_ns(rules.rest_decay_fast),
            per_ns(rules.rest_decay),
            step=REST_STEP,
        )

    def engine_counter(self, t_ns: int) -> Counter:
        """Make the shape of an engine counter, empty."""
        rules = self.rules
        slow = per_ns(rules.engine_decay)
        step = slow * ENGINE_STEP_NS
        return Counter(0, 0, t_ns, units(rules.engine_max), per_ns(rules.engine_decay_fast), slow, step=step)
