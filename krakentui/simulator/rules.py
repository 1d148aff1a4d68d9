"""The limits as the exchange documents them, and the rule sets for what it leaves open.

Written from the documentation alone: the client has its own table, so that one mistake is not made
twice. Every figure names its source. Sources: `RLG` the exchange's rate-limit guides for REST and
for spot trading (2026-05), `SUP` its support article on API rate limits (2026-08-10), `OLD` the
official REST description of 2021 and 2023, `MEAS` a measurement published in 2026-10.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

SECOND_US = 1_000_000
"""Time is counted in whole microseconds."""

OpenAct = Literal["add", "amend", "edit"]


@dataclass(frozen=True, slots=True)
class Tier:
    """What one verification level may spend."""

    name: str
    rest_max: int
    rest_decay: Fraction
    """Points a second, continuous reading."""
    rest_step_us: int
    """Stepwise reading: one whole point each time this has passed."""
    engine_max: int
    engine_decay: Fraction
    open_orders: int
    """For each pair."""
    scheduled_orders: int


TIERS = {
    # REST 15 and 0.33/s, engine 60 and 1/s, 60 open orders a pair: RLG; 15 scheduled: SUP 209090607.
    # Steps of 3, 2 and 1 s: "every couple of seconds" in the prose of RLG, read as one whole point.
    "starter": Tier("starter", 15, Fraction(33, 100), 3 * SECOND_US, 60, Fraction(1), 60, 15),
    # REST 20 and 0.5/s, engine 125 and 2.34/s, 80 open orders a pair: RLG; 25 scheduled: SUP 209090607.
    "intermediate": Tier("intermediate", 20, Fraction(1, 2), 2 * SECOND_US, 125, Fraction(234, 100), 80, 25),
    # REST 20 and 1/s, engine 180 and 3.75/s, 225 open orders a pair: RLG; 40 scheduled: SUP 209090607.
    "pro": Tier("pro", 20, Fraction(1), SECOND_US, 180, Fraction(375, 100), 225, 40),
}

ADD_COST = 1
"""Fixed part of an add: RLG."""

AMEND_FIXED = 1
"""Fixed part of an amend: RLG."""

EDIT_FIXED = 1
"""Fixed part of an edit: RLG."""

BATCH_ADD_EACH = Fraction(1, 2)
"""A batch add of n orders costs n/2: RLG."""

# (younger than so many seconds, points); older than the last rung costs 0. Ages run from the creation
# of the order or its last amend: RLG.
AMEND_RUNGS = ((5, 3), (10, 2), (15, 1))
EDIT_RUNGS = ((5, 6), (10, 5), (15, 4), (45, 2), (90, 1))
CANCEL_RUNGS = ((5, 8), (10, 6), (15, 5), (45, 4), (90, 2), (300, 1))

HISTORY_CALLS = frozenset({"Ledgers", "TradesHistory", "ClosedOrders"})
"""Cost 4 (RLG and SUP 2026, ClosedOrders by SUP alone) or 2 (older pages): a knob."""

LOOKUP_CALLS = frozenset({"QueryLedgers", "QueryTrades"})
"""Cost 2 in the official command-line client's text; the guides do not say."""

TRADING_CALLS = frozenset(
    {
        "AddOrder",
        "AddOrderBatch",
        "AmendOrder",
        "CancelOrder",
        "CancelOrderBatch",
        "EditOrder",
    }
)
"""Cost 0 on the REST counter, they have the engine's: RLG for AddOrder and CancelOrder."""

CONNECTIONS_MAX = 150
"""Connection attempts of one IP in a rolling 600 s: WebSocket guide, 2026-05."""

CONNECTIONS_WINDOW_US = 600 * SECOND_US
CONNECTIONS_BAN_US = 600 * SECOND_US
"""How long an IP over the line is banned: WebSocket guide, 2026-05."""

PUBLIC_DECAY = Fraction(1)
"""Public calls a second that are always safe: SUP."""

LOCKOUT_AFTER = 5
"""Wrong keys or signatures in a row until the lockout; undocumented, a guess."""

LOCKOUT_US = 900 * SECOND_US
"""Lockout of about 15 minutes of silence: the official client's maintainer, 2026-08."""

TOKEN_LIFE_US = 900 * SECOND_US
"""A websocket token must be used within 15 minutes: WebSocket authentication guide."""

BATCH_CANCEL_MAX = 50
"""Ids in one batch cancel: REST reference of CancelOrderBatch."""


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The knobs: how the exchange is taken to behave where its documents are silent."""

    name: str
    decay: Literal["continuous", "step"]
    history_cost: int
    rejected_counts: bool
    """A refused REST call adds its cost all the same."""
    edge: Literal[">", ">="]
    """Refuse when the counter would be above the maximum, or already when it would reach it."""
    blocks_zero_cost: bool
    """A limited key may not even make calls that cost nothing."""
    cancel_over_threshold: Literal["reject", "accept"]
    """What happens to a single cancel that does not fit; batches always pass: RLG."""
    ratecount_field: str | None
    cancel_all_extra: int
    """Added for each pair on top of the sum of the rungs: the official Rust client charges 1."""
    capped: bool
    """Cancels that pass over the threshold count only up to the maximum: OLD."""
    public_burst: int
    """Public calls that pass at once: 30 by MEAS, 1 by SUP."""


RULE_SETS = {
    "documented": RuleSet(
        name="documented",
        decay="continuous",
        history_cost=4,
        rejected_counts=True,
        edge=">",
        blocks_zero_cost=False,
        cancel_over_threshold="reject",
        ratecount_field=None,
        cancel_all_extra=0,
        capped=True,
        public_burst=30,
    ),
    "strict": RuleSet(
        name="strict",
        decay="step",
        history_cost=4,
        rejected_counts=True,
        edge=">=",
        blocks_zero_cost=True,
        cancel_over_threshold="reject",
        ratecount_field=None,
        cancel_all_extra=1,
        capped=False,
        public_burst=1,
    ),
}


def rest_cost(endpoint: str, rules: RuleSet) -> int:
    """Say what a private REST call adds to its key's counter."""
    if endpoint in TRADING_CALLS:
        return 0
    if endpoint in HISTORY_CALLS:
        return rules.history_cost
    # "all other calls" cost 1: RLG
    return 2 if endpoint in LOOKUP_CALLS else 1


def _rung(rungs: tuple[tuple[int, int], ...], age_us: int) -> int:
    """Find the points for an age: below the first bound that it does not reach."""
    return next((points for bound_s, points in rungs if age_us < bound_s * SECOND_US), 0)


def cancel_cost(age_us: int) -> int:
    """Say what a cancel adds, single or in a batch: no fixed part, by age."""
    return _rung(CANCEL_RUNGS, age_us)


def amend_cost(age_us: int) -> int:
    """Say what an amend adds: its fixed part and its part by age."""
    return AMEND_FIXED + _rung(AMEND_RUNGS, age_us)


def edit_cost(age_us: int) -> int:
    """Say what an edit (cancel and replace) adds: its fixed part and its part by age."""
    return EDIT_FIXED + _rung(EDIT_RUNGS, age_us)
