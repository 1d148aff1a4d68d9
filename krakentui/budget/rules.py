"""What the exchange documents of its limits, as data with sources; `model.counting` is what goes before it.

Sources: REST and spot trading rate-limit guides (2026-05, 2026-06), the support article on API limits
(2026-08-10), the official REST description of 2021 and 2023, client libraries where these are silent.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from types import MappingProxyType

from msgspec import Struct, structs

from krakentui.budget.interval import Interval
from krakentui.model.clock import SECOND
from krakentui.model.counting import AS_DOCUMENTED, FINEST, Counting
from krakentui.model.limit import POINT, Tier


class TierRules(Struct, frozen=True, kw_only=True):
    """Ceilings in points and drains in points per second of one verification level."""

    rest_max: int
    rest_decay: Fraction
    """The slower reading, applied to the high end."""
    rest_decay_fast: Fraction
    """The faster reading, applied to the low end."""
    engine_max: int
    engine_decay: Fraction
    engine_decay_fast: Fraction
    open_orders: int
    """For each pair."""
    scheduled_orders: int


def _rules(
    rest: tuple[int, str, str], engine: tuple[int, str], orders: tuple[int, int], engine_fast: str = ""
) -> TierRules:
    return TierRules(
        rest_max=rest[0],
        rest_decay=Fraction(rest[1]),
        rest_decay_fast=Fraction(rest[2]),
        engine_max=engine[0],
        engine_decay=Fraction(engine[1]),
        engine_decay_fast=Fraction(engine_fast or engine[1]),
        open_orders=orders[0],
        scheduled_orders=orders[1],
    )


TIERS: Mapping[Tier, TierRules] = MappingProxyType(
    {
        # Rate-limit guides, 2026-05; scheduled orders: support article 209090607. The table says 0.33 a
        # second, the prose one point every couple of seconds: 0.33 may be 1/3.
        "starter": _rules((15, "0.33", "1/3"), (60, "1"), (60, 15)),
        "intermediate": _rules((20, "0.5", "0.5"), (125, "2.34"), (80, 25)),
        "pro": _rules((20, "1", "1"), (180, "3.75"), (225, 40)),
    }
)

UNKNOWN_TIER = _rules((15, "0.33", "1"), (60, "1"), (60, 15), engine_fast="3.75")
"""Until the tier is known: pace as Starter, but a counter may drain as fast as Pro's."""

EMPTY_IN_S = 30
"""No account's counter surely drains faster than from full to empty in so long: documented are 48 to 60 s."""

REST_STEP = POINT
"""A REST counter that drains in steps loses one point at each ("every couple of seconds")."""
ENGINE_STEP_NS = SECOND
"""An engine counter that drains in steps does so every second."""

_ONE = Interval.exactly(1)
_FREE = Interval.exactly(0)
_HISTORY = Interval.between(2, 4)
_QUERY = Interval.between(1, 2)

REST_COST: Mapping[str, Interval] = MappingProxyType(
    {
        # 4: rate-limit guide 2026-06, support article 2026-08. 2: the new site of mid-2026, older text.
        "Ledgers": _HISTORY,
        "TradesHistory": _HISTORY,
        # 4: support article 2026-08; 1: client libraries.
        "ClosedOrders": Interval.between(1, 4),
        # 2: client libraries; 1: others.
        "QueryLedgers": _QUERY,
        "QueryTrades": _QUERY,
        # "All other calls" cost 1: rate-limit guide, 2026-06; no other reading is known.
        "OrderAmends": _ONE,
        # "AddOrder and CancelOrder operate on a different limiter": REST guide, 2026-06.
        "CancelOrder": _FREE,
        # Client libraries count 0 and 1; the guide says "all other calls 1".
        "CancelOrderBatch": Interval.between(0, 1),
        "CancelAll": Interval.between(0, 1),
        # Public calls count for the address, not for the key.
        "Time": _FREE,
        "SystemStatus": _FREE,
        "Assets": _FREE,
        "AssetPairs": _FREE,
        "Ticker": _FREE,
        "OHLC": _FREE,
    }
)
"""What a REST call adds to the key's counter; every other private call adds 1."""

HISTORY_CALLS = frozenset({"Ledgers", "TradesHistory", "ClosedOrders"})
LOOKUP_CALLS = frozenset({"QueryLedgers", "QueryTrades"})
BATCH_CANCELS = frozenset({"CancelOrderBatch", "CancelAll"})

PUBLIC_BURST = 1
"""Public calls that may go at once: one a second is always safe (support article 206548367)."""
PUBLIC_DECAY = Fraction(1)
PER_PAIR_PUBLIC = frozenset({"Trades", "OHLC"})
"""Public calls that are limited for each pair apart (support article 206548367)."""

CONNECTIONS_MAX = 150
"""Socket attempts of one address in ten minutes before it is banned (websocket guide)."""
CONNECTIONS_OURS = 60
"""Our own share of these."""
CONNECTIONS_WINDOW_NS = 600 * SECOND

MESSAGES_MAX = 15
"""Messages that surely pass at once on one socket: a 16th was refused in 2020 (xchange-stream #502).

The exchange publishes no figure and calls the limit dynamic.
"""
MESSAGES_OURS = 10
"""Our own share of these; cancels may use the rest."""
MESSAGES_DECAY = Fraction(10)
"""Messages a second, as a trading engine writes orders (NautilusTrader, 2026)."""

REJECTED_WINDOW_NS = 300 * SECOND
"""For so long each act of others that was seen may be matched by one that was refused unseen."""
LOCKOUT_NS = 900 * SECOND
"""How long `EGeneral:Temporary lockout` wants silence."""


def rest_cost(endpoint: str, counting: Counting = AS_DOCUMENTED) -> Interval:
    """Tell what a private REST call costs; what is said of it goes before what is documented."""
    said = None
    if endpoint in HISTORY_CALLS:
        said = counting.history_cost
    elif endpoint in LOOKUP_CALLS:
        said = counting.lookup_cost
    elif endpoint in BATCH_CANCELS:
        said = counting.batch_cancel_cost
    return REST_COST.get(endpoint, _ONE) if said is None else Interval.exactly(said)


def tier_of(maxratecount: int) -> Tier | None:
    """Tell the tier by the engine ceiling that the exchange names; None = none that we know."""
    return next((tier for tier, rules in TIERS.items() if rules.engine_max == maxratecount), None)


def cautious(several: Sequence[TierRules]) -> TierRules:
    """Put rules of which any may be true into one: the least ceilings, the widest range of drains."""
    if len(several) == 1:
        return several[0]
    return TierRules(
        rest_max=min(one.rest_max for one in several),
        rest_decay=min(one.rest_decay for one in several),
        rest_decay_fast=max(one.rest_decay_fast for one in several),
        engine_max=min(one.engine_max for one in several),
        engine_decay=min(one.engine_decay for one in several),
        engine_decay_fast=max(one.engine_decay_fast for one in several),
        open_orders=min(one.open_orders for one in several),
        scheduled_orders=min(one.scheduled_orders for one in several),
    )


FIGURES = ("rest_max", "rest_decay", "engine_max", "engine_decay", "open_orders", "scheduled_orders")
"""What the settings may say of a tier."""


def with_said(rules: TierRules, counting: Counting) -> TierRules:
    """Lay what is said over the figures of a tier; a drain that is said is exact."""
    said = {name: value for name in FIGURES if (value := getattr(counting, name)) is not None}
    for name in ("rest_decay", "engine_decay"):
        if name in said:
            said[f"{name}_fast"] = said[name]
    return structs.replace(rules, **said)


def unlisted(engine_max: int) -> TierRules:
    """Tell the figures of an account whose ceiling is no tier's: a VIP's may drain faster than Pro's."""
    fastest = -(-Fraction(engine_max, EMPTY_IN_S) // FINEST) * FINEST
    return structs.replace(
        UNKNOWN_TIER,
        engine_max=engine_max,
        engine_decay_fast=max(UNKNOWN_TIER.engine_decay_fast, fastest),
    )


def per_ns(decay: Fraction) -> int:
    """Turn points per second into units per nanosecond, which must come out whole.

    Raises:
        ValueError: the drain is finer than `POINT` can show.
    """
    drain = decay * POINT / SECOND
    if drain.denominator != 1:
        raise ValueError(f"{decay} points/s are no whole units a nanosecond")
    return drain.numerator
