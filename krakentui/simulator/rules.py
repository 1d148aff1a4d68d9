"""The limits as the exchange documents them, and the rule sets for what it leaves open.

Written from the documentation alone: the client has its own table, so that one mistake is not made
twice. Every figure names its source. Sources: `RLG` the exchange's rate-limit guides for REST and
for spot trading (2026-05), `SUP` its support article on API rate limits (2026-08-10), `OLD` the
official REST description of 2021 and 2023, `MEAS` a measurement published in 2026-10.
"""

from dataclasses import dataclass, replace
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
"""Cost 0 on the REST counter, they have the engine's: RLG for the two named, a knob for the others."""
NAMED_CALLS = frozenset({"AddOrder", "CancelOrder"})

CONNECTIONS_WINDOW_US = 600 * SECOND_US
"""Connection attempts of one IP count for so long: WebSocket guide, 2026-05."""
CONNECTIONS_BAN_US = 600 * SECOND_US
"""How long an IP over the line is banned: WebSocket guide, 2026-05."""

PUBLIC_DECAY = Fraction(1)
"""Public calls a second that are always safe: SUP."""

TOKEN_LIFE_US = 900 * SECOND_US
"""A websocket token must be used within 15 minutes: WebSocket authentication guide."""

SCHEDULED_FROM_US = 5 * SECOND_US
"""An order counts as scheduled if it starts this far ahead or farther: SUP 209090607."""

BATCH_CANCEL_MAX = 50
"""Ids in one batch cancel: REST reference of CancelOrderBatch."""


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The knobs: how the exchange is taken to behave where its documents are silent."""

    name: str
    decay: Literal["continuous", "step"]
    """RLG gives rates a second in its table, and "every couple of seconds" in its prose."""
    third: bool
    """Starter's 0.33 points a second mean 1/3: the table of RLG has two digits."""
    history_cost: int
    """4 by RLG and SUP of 2026, 2 by OLD and the client libraries."""
    rejected_counts: bool
    """A refused REST call adds its cost all the same: "if calls continue" in SUP, no more than that."""
    edge: Literal[">", ">="]
    """Refuse when the counter would be above the maximum ("exceeds", RLG), or already at it."""
    blocks_zero_cost: bool
    """A limited key may not even make calls that cost nothing: "subsequent calls" in RLG, unclear."""
    cancel_over_threshold: Literal["reject", "accept"]
    """What happens to a single cancel that does not fit; batches always pass: RLG."""
    ratecount_field: str | None
    """How the websocket names the counter of a pair; only the old one documents a name, `ratecount`."""
    cancel_all_cost: Literal["rungs", "rungs+1", "free"]
    """Of each pair: the sum of its rungs (OLD), one more (the official Rust client), or nothing: RLG of
    2026 does not name it."""
    capped: bool
    """Cancels that pass over the threshold count only up to the maximum: OLD."""
    public_burst: int
    """Public calls that pass at once: 30 by MEAS, 1 by SUP."""
    in_flight: int | None
    """Private calls of a key that may be under way together; above: throttled. A guess: SUP and the error
    list name the refusal, no number."""
    connections_max: int
    """Connection attempts of one IP in the rolling window: WebSocket guide, 2026-05, "about 150"."""
    message_burst: int | None
    """Frames of one connection that pass at once; None = unlimited. The guides say "dynamic"; a report of
    2020 saw 15 pass and the 16th refused."""
    message_rate: int
    """Frames a second that are always welcome; 20 by a trading library of 2026, 10 to be careful."""
    closed_orders_cost: Literal["history", "plain"] = "history"
    """Whether ClosedOrders is one of the dear history calls: SUP of 2026-08 names it, RLG does not."""
    order_calls_cost: Literal[0, 1] = 0
    """What AmendOrder, EditOrder and the batches add to a key: RLG names AddOrder and CancelOrder alone,
    client libraries take 0."""


_DOCUMENTED = RuleSet(
    name="documented",
    decay="continuous",
    third=False,
    history_cost=4,
    rejected_counts=True,
    edge=">",
    blocks_zero_cost=False,
    cancel_over_threshold="reject",
    ratecount_field=None,
    cancel_all_cost="rungs",
    capped=True,
    public_burst=30,
    in_flight=10,
    connections_max=150,
    message_burst=60,
    message_rate=20,
)

RULE_SETS = {
    "documented": _DOCUMENTED,
    # every doubt against the client
    "strict": RuleSet(
        name="strict",
        decay="step",
        third=False,
        history_cost=4,
        rejected_counts=True,
        edge=">=",
        blocks_zero_cost=True,
        cancel_over_threshold="reject",
        ratecount_field=None,
        cancel_all_cost="rungs+1",
        capped=False,
        public_burst=1,
        in_flight=2,
        connections_max=150,
        message_burst=15,
        message_rate=10,
    ),
    # every doubt for the client, and the counter is told
    "lenient": RuleSet(
        name="lenient",
        decay="continuous",
        third=True,
        history_cost=2,
        rejected_counts=False,
        edge=">",
        blocks_zero_cost=False,
        cancel_over_threshold="accept",
        ratecount_field="ratecount",
        cancel_all_cost="free",
        capped=True,
        public_burst=30,
        in_flight=None,
        connections_max=150,
        message_burst=None,
        message_rate=20,
    ),
    # as the texts of 2021 and 2023 and the libraries of their time have it
    "old": replace(_DOCUMENTED, name="old", decay="step", history_cost=2, message_burst=15),
}


@dataclass(slots=True)
class RateTelling:
    """How the old websocket tells a counter, where its documents leave it open; all of it guesses."""

    kind: Literal["string", "int", "float"] = "string"
    """Text by the documents since 2024, a number in older transcriptions."""
    in_snapshot: bool = True
    in_fills: bool = True
    present: bool = True
    """False: it never comes, though it was asked for."""


def rest_rate(tier: Tier, rules: RuleSet) -> Fraction:
    """Say how many REST points a second drain away."""
    steps = rules.third or rules.decay == "step"
    return Fraction(SECOND_US, tier.rest_step_us) if steps else tier.rest_decay


def counts_as_scheduled(opened_us: int, starts_us: int) -> bool:
    """Say whether an order counts for the limit of scheduled orders until it starts."""
    return starts_us - opened_us >= SCHEDULED_FROM_US


def cancel_all_cost(rungs: int, rules: RuleSet) -> int:
    """Say what a cancel of everything adds on one pair, where its orders' rungs come to so much."""
    return {"rungs": rungs, "rungs+1": rungs + 1, "free": 0}[rules.cancel_all_cost]


def rest_cost(endpoint: str, rules: RuleSet) -> int:
    """Say what a private REST call adds to its key's counter."""
    if endpoint in NAMED_CALLS:
        return 0
    if endpoint in TRADING_CALLS:
        return rules.order_calls_cost
    if endpoint == "ClosedOrders" and rules.closed_orders_cost == "plain":
        return 1
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
