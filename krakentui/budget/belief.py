"""Which verification level we go by, and why."""

from collections.abc import Sequence
from typing import Self

from msgspec import Struct, structs

from krakentui.budget.counter import Counter
from krakentui.budget.rules import (
    ENGINE_STEP_NS,
    REST_STEP,
    TIERS,
    UNKNOWN_TIER,
    TierRules,
    cautious,
    per_ns,
    tier_of,
)
from krakentui.model.limit import Tier, units


class Belief(Struct, frozen=True):
    """What was said of the tier: by the exchange as a ceiling, by the user as a name."""

    named: int | None = None
    """`maxratecount`, as the exchange told it with the account's stream."""
    assumed: Tier | None = None
    """`--assume-tier`, which overrides."""
    audited: int | None = None
    """`maxratecount`, as the exchange told it on the old websocket."""

    def told(self, maxratecount: int, *, audited: bool = False) -> Self:
        """Take the exchange's word, from its stream or from the old websocket."""
        if audited:
            return structs.replace(self, audited=maxratecount)
        return structs.replace(self, named=maxratecount)

    @property
    def ceilings(self) -> tuple[int, ...]:
        """The trading ceilings that the exchange named, the lowest first; more than one = it disagrees."""
        return tuple(sorted({one for one in (self.named, self.audited) if one is not None}))

    @property
    def tier(self) -> Tier | None:
        """The tier gone by; None = not known."""
        return self.assumed or (tier_of(self.ceilings[0]) if self.ceilings else None)

    @property
    def rules(self) -> TierRules:
        """The figures gone by; an unknown ceiling is taken as it is, with everything else as Starter.

        Where the exchange names two ceilings the lower one counts, and a counter may drain as either says.
        """
        if self.assumed is not None:
            return TIERS[self.assumed]
        if not self.ceilings:
            return UNKNOWN_TIER
        return cautious([_by_ceiling(ceiling) for ceiling in self.ceilings])

    @property
    def name(self) -> str:
        """The tier in a word."""
        return self.tier or "unknown"

    @property
    def source(self) -> str:
        """Where the belief comes from, in words."""
        if self.assumed is not None:
            said = self._said(self.assumed)
            return f"assumed by --assume-tier{said}"
        if not self.ceilings:
            return "not told yet, paced as starter"
        paced = "" if self.tier is not None else ", the rest is paced as starter"
        if self.disputed:
            return f"by the lower of the exchange's ceilings, {_listed(self.ceilings)}{paced}"
        return f"by the exchange's ceiling of {self.ceilings[0]}{paced}"

    @property
    def disputed(self) -> bool:
        """Tell whether the exchange names different ceilings on its two websockets."""
        return len(self.ceilings) > 1

    @property
    def rest_full(self) -> int:
        """The most that a REST counter may hold by what is known, in units."""
        return units(max(rules.rest_max for rules in self._possible()))

    @property
    def engine_full(self) -> int:
        """The most that an engine counter may hold by what is known, in units."""
        if self.assumed is None and self.ceilings:
            return units(self.ceilings[-1])
        return units(max(rules.engine_max for rules in self._possible()))

    def _said(self, assumed: Tier) -> str:
        """Add what the exchange says against an assumed tier; empty for nothing."""
        if not self.ceilings or self.ceilings == (TIERS[assumed].engine_max,):
            return ""
        if self.disputed:
            return f"; the exchange says trading ceilings of {_listed(self.ceilings)}"
        return (
            f"; the exchange says {tier_of(self.ceilings[0]) or f'a trading ceiling of {self.ceilings[0]}'}"
        )

    def _possible(self) -> Sequence[TierRules]:
        """List the rules that may be the true ones."""
        if self.assumed is not None:
            return (TIERS[self.assumed],)
        tiers = [tier_of(ceiling) for ceiling in self.ceilings]
        known = [TIERS[tier] for tier in tiers if tier is not None]
        return known if known and len(known) == len(tiers) else tuple(TIERS.values())

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


def _by_ceiling(ceiling: int) -> TierRules:
    tier = tier_of(ceiling)
    return structs.replace(UNKNOWN_TIER, engine_max=ceiling) if tier is None else TIERS[tier]


def _listed(ceilings: Sequence[int]) -> str:
    return " and ".join(map(str, ceilings))
