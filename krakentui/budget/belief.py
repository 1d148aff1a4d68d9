"""Which verification level we go by, and why."""

from collections.abc import Sequence
from typing import Self

from msgspec import Struct, structs

from krakentui.budget.counter import Counter
from krakentui.budget.meter import Meter
from krakentui.budget.rules import (
    ENGINE_STEP_NS,
    FIGURES,
    REST_STEP,
    TIERS,
    UNKNOWN_TIER,
    TierRules,
    cautious,
    per_ns,
    tier_of,
    unlisted,
    with_said,
)
from krakentui.model.counting import Counting
from krakentui.model.limit import Tier, units


class Belief(Struct, frozen=True):
    """What was said of the tier: by the exchange as a ceiling, by the user as a name or as figures."""

    named: int | None = None
    """`maxratecount`, as the exchange told it with the account's stream."""
    assumed: Tier | None = None
    """`--assume-tier`, which overrides."""
    audited: int | None = None
    """`maxratecount`, as the exchange told it on the old websocket."""
    counting: Counting = Counting()
    """What the settings say of ceilings and drains, which goes before all others."""

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
            rules = TIERS[self.assumed]
        elif not self.ceilings:
            rules = UNKNOWN_TIER
        else:
            rules = cautious([_by_ceiling(ceiling) for ceiling in self.ceilings])
        return with_said(rules, self.counting)

    @property
    def name(self) -> str:
        """The tier in a word."""
        return self.tier or "unknown"

    @property
    def source(self) -> str:
        """Where the belief comes from, in words."""
        paced = "" if self.tier is not None else ", the rest is paced as starter"
        if self.assumed is not None:
            words = "assumed by --assume-tier"
        elif not self.ceilings:
            words = "not told yet, paced as starter"
        elif self.disputed:
            words = f"by the lower of the exchange's ceilings, {_listed(self.ceilings)}{paced}"
        else:
            words = f"by the exchange's ceiling of {self.ceilings[0]}{paced}"
        figures = [name for name in FIGURES if getattr(self.counting, name) is not None]
        if figures:
            words = f"{words}, with {', '.join(figures)} of the settings"
        said = self._overruled
        return f"{words}; the exchange says {said}" if said else words

    @property
    def contradiction(self) -> str | None:
        """Say that the user's word goes before another of the exchange; None = it names no other ceiling."""
        said = self._overruled
        if said is None:
            return None
        ours = (
            f"--assume-tier {self.assumed}"
            if self.counting.engine_max is None
            else f"budget.engine_max = {self.counting.engine_max}"
        )
        return f"{ours} goes before the exchange, which says {said}: limits may be shown wrong."

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
        if self.assumed is None and self.counting.engine_max is None and self.ceilings:
            return units(self.ceilings[-1])
        return units(max(rules.engine_max for rules in self._possible()))

    @property
    def _overruled(self) -> str | None:
        """What the exchange says where the user's word goes before it; None = it says nothing else."""
        if not self.ceilings or (self.assumed is None and self.counting.engine_max is None):
            return None
        if self.ceilings == (self.rules.engine_max,):
            return None
        if self.disputed:
            return f"trading ceilings of {_listed(self.ceilings)}"
        return tier_of(self.ceilings[0]) or f"a trading ceiling of {self.ceilings[0]}"

    def _possible(self) -> Sequence[TierRules]:
        """List the rules that may be the true ones."""
        if self.assumed is not None:
            rules: Sequence[TierRules] = (TIERS[self.assumed],)
        else:
            tiers = [tier_of(ceiling) for ceiling in self.ceilings]
            known = [TIERS[tier] for tier in tiers if tier is not None]
            rules = known if known and len(known) == len(tiers) else tuple(TIERS.values())
        return [with_said(one, self.counting) for one in rules]

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
            step=0 if self.counting.decay == "continuous" else REST_STEP,
            grain=REST_STEP if self.counting.decay == "step" else 1,
        )

    def rest_meter(self, t_ns: int) -> Meter:
        """Make a REST counter of which nothing is known."""
        return Meter.unknown(self.rest_counter(t_ns), self.rest_full)

    def engine_counter(self, t_ns: int) -> Counter:
        """Make the shape of an engine counter, empty."""
        rules = self.rules
        slow = per_ns(rules.engine_decay)
        step = 0 if self.counting.decay == "continuous" else slow * ENGINE_STEP_NS
        return Counter(
            0,
            0,
            t_ns,
            units(rules.engine_max),
            per_ns(rules.engine_decay_fast),
            slow,
            step=step,
            caps=self.counting.capped,
        )


def _by_ceiling(ceiling: int) -> TierRules:
    tier = tier_of(ceiling)
    return unlisted(ceiling) if tier is None else TIERS[tier]


def _listed(ceilings: Sequence[int]) -> str:
    return " and ".join(map(str, ceilings))
