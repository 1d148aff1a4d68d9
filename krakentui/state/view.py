"""What leaves the state: frozen, exact, complete, so that a screen has nothing left to work out.

Money and quantities are Decimals, ages are nanoseconds (None = never seen), points are Fractions.
Instants ending in `_ns` are steady time unless the name says `wall`.
"""

from decimal import Decimal
from fractions import Fraction
from typing import Literal

from msgspec import Struct

from krakentui.budget.gauges import Gauge, Level
from krakentui.model.account import KeyInUse
from krakentui.model.event import FeedRole, FeedState
from krakentui.model.limit import Scope
from krakentui.model.market import Maintenance
from krakentui.model.order import Outcome, Source
from krakentui.model.venue import Power, Venue
from krakentui.state.drift import AuditView
from krakentui.state.ways import HasteView, PairView

Freshness = Literal["live", "old", "stale", "unknown"]
"""live: as it is now · old: the source is silent (amber) · stale: too long, dim it · unknown: never seen."""
"""Below 75 % of the ceiling, from 75, from 90, at the ceiling, locked out."""
CancelState = Literal["asked", "sent", "closing", "unknown"]
"""Outcomes that leave nothing to cancel."""


class FeedView(Struct, frozen=True, kw_only=True):
    """One feed: its state, the age of its last word, how often it was reopened."""

    role: FeedRole
    state: FeedState
    age_ns: int | None
    reconnects: int
    why: str
    retry_in_ns: int | None
    freshness: Freshness


class SwitchView(Struct, frozen=True, kw_only=True):
    """The dead man's switch, while it is on or has just fired."""

    phase: Literal["arming", "armed", "left", "disarming", "fired"]
    fires_in_ns: int | None
    """At the earliest; negative = its moment has passed; None = the exchange has named no moment."""
    fires_wall_ns: int | None
    timeout_s: int
    doubt: str


class SwitchQuestion(Struct, frozen=True, kw_only=True):
    """A question about the dead man's switch, frozen."""

    number: int
    venue: Venue
    account: str
    key: str | None
    arm: bool
    """Arm it, or disarm it."""
    open_orders: int
    pairs: tuple[str, ...]
    not_ours: int
    """Of these orders, those that carry another program's mark."""
    fires_in_ns: int | None


class StatusView(Struct, frozen=True, kw_only=True):
    """The status line."""

    venue: Venue
    power: Power
    account: str | None
    key: str | None
    """Fingerprint of the key in use."""
    key_name: str | None
    read_only: bool
    system: str | None
    """None until the exchange has said it."""
    maintenance: tuple[Maintenance, ...]
    feeds: tuple[FeedView, ...]
    clock_offset_ns: int | None
    """Exchange minus ours, when it matters (over 2 s), else None."""
    wall_ns: int
    """Now, by the exchange's clock as far as it was measured."""
    clock_known: bool = True
    """False until the exchange's clock was measured: until then no order has an age."""
    ended: bool = False
    """What is shown is a recording, and over: everything stands as it was at `wall_ns`."""
    power_known: bool = True
    """False until the exchange has told what the key may do."""
    switch: SwitchView | None = None
    """The dead man's switch; None = off."""
    key_refused: str | None = None
    """Why the exchange does not take this key at all, as a sentence."""
    key_held_back: str | None = None
    """Why this key is not used before the exchange has told what it may do, as a sentence."""
    canceller: KeyInUse | None = None
    """A second key, which cancels; None = there is none."""


class MarketRow(Struct, frozen=True, kw_only=True):
    """One market."""

    pair: str
    last: Decimal | None
    change_pct: Decimal | None
    bid: Decimal | None
    ask: Decimal | None
    spread: Decimal | None
    spread_pct: Decimal | None
    price_places: int
    spark: tuple[Decimal, ...]
    """Closes of the latest candles, oldest first; empty until known."""
    age_ns: int | None
    freshness: Freshness


class BalanceRow(Struct, frozen=True, kw_only=True):
    """One asset."""

    asset: str
    total: Decimal
    held: Decimal | None
    free: Decimal | None
    value: Decimal | None
    """In the view's currency; None = no price known."""
    share_pct: Decimal | None
    places: int
    age_ns: int | None
    freshness: Freshness


class BalancesView(Struct, frozen=True, kw_only=True):
    """All assets and their worth."""

    rows: tuple[BalanceRow, ...]
    """None known yet: `known` is False and `rows` is empty."""
    known: bool
    currency: str
    total_value: Decimal | None
    unpriced: tuple[str, ...]
    """Assets left out of the total because no price is known."""
    denied: str | None
    """Why there is nothing to show (permission), as a sentence."""


class CancelCost(Struct, frozen=True, kw_only=True):
    """What a cancel of an order would add to its pair's engine counter, and when that falls."""

    low: Fraction
    high: Fraction
    next: Fraction | None
    """The cost after the next step down; None when it is at its lowest."""
    next_in_ns: int | None
    free_in_ns: int | None
    """Until it costs nothing; None = the age is not known."""
    fits: bool
    """Surely within the ceiling right now."""


class OrderRow(Struct, frozen=True, kw_only=True):
    """One open order, or one that is being cancelled."""

    id: str
    pair: str | None
    side: str | None
    type: str | None
    price: Decimal | None
    """Limit price, or trigger price where there is no limit."""
    price_text: str | None
    trigger: Decimal | None
    trigger_state: str | None
    price_places: int
    distance_pct: Decimal | None
    """How far the market has to go until it trades or triggers; None = no price."""
    qty: Decimal | None
    filled: Decimal
    remaining: Decimal | None
    qty_places: int
    filled_pct: Decimal | None
    value: Decimal | None
    """Remaining quantity times price, in the quote currency."""
    quote: str | None
    status: str
    opened_wall_ns: int | None
    order_age_ns: int | None
    """Since it was made; None = not known, also while the exchange's clock is not."""
    cost: CancelCost | None
    """None while the order's details are loading."""
    cancel: CancelState | None
    last_outcome: Outcome | None
    protective: bool
    margin: bool
    source: Source
    age_ns: int
    """Since the last word about it."""
    freshness: Freshness
    details_loading: bool
    amended: bool = False
    """Changed since it was made: a cancel's cost counts from the last change, not from `order_age_ns`."""
    userref: int | None = None
    cl_ord_id: str | None = None
    waits_for: Fraction | None = None
    """It is cancelled as soon as that costs no more points than this; None = no such plan."""
    distance_freshness: Freshness = "live"
    """How fresh the prices are that the distance goes by."""

    trace: str = ""
    """How it ended, in words, where it is no longer open."""

    @property
    def is_over(self) -> bool:
        """Tell whether this row only says how an order ended: nothing is left to cancel."""
        return bool(self.trace)


class OrdersView(Struct, frozen=True, kw_only=True):
    """All open orders."""

    rows: tuple[OrderRow, ...]
    """In the usual order: `arrangement.place`."""
    traces: tuple[OrderRow, ...] = ()
    """Orders that ended some seconds ago, not by our cancel; in the same order."""
    known: bool
    """False until the exchange has listed them once."""
    denied: str | None
    whole: bool | None = True
    """The stream tells them, so there are no others; False = not yet, None = this key may not stream them."""


class LockoutView(Struct, frozen=True, kw_only=True):
    """Private calls are stopped."""

    scope: Scope
    until_in_ns: int
    reason: str
    meanwhile: str = ""
    """What goes on until then, and what waits."""


class BudgetView(Struct, frozen=True, kw_only=True):
    """The call budget."""

    headline: str
    """One sentence: the tightest limit, with its unit and when it frees."""
    warning: Level
    gauges: tuple[Gauge, ...]
    """Rest, then engine by pair, then the others; within each kind what warns first, then by name."""
    cancels_now: int | None
    """How many of the open orders can surely be cancelled now, one by one, within all ceilings."""
    cancels_of: int
    tier: str
    tier_source: str
    next_poll: str
    """One sentence: what is polled next, when, why."""
    next_poll_in_ns: int | None
    lockouts: tuple[LockoutView, ...]
    refusals_expected: int
    refusals_unexpected: int
    fresh_now: int = 0
    """Of `cancels_now`, those of fresh orders, whose cancels are dear."""
    fresh_of: int = 0
    """Of `cancels_of`, the fresh orders: younger than 45 s, since they were made or amended."""
    audit: AuditView = AuditView()


class JournalLine(Struct, frozen=True, kw_only=True):
    """One thing that happened."""

    number: int
    """Rises by one a line; a reader keeps the last it has seen."""
    wall_ns: int
    kind: str
    text: str
    level: str
    order_id: str | None = None
    outcome: Outcome | None = None
    filled: Decimal | None = None
    """What of the order had traded, where an outcome is told."""


class QuestionOrder(Struct, frozen=True, kw_only=True):
    """One order of a question, frozen as it was when the question was asked."""

    id: str
    pair: str | None
    side: str | None
    type: str | None
    price: Decimal | None
    price_text: str | None
    trigger: Decimal | None
    price_places: int
    remaining: Decimal | None
    qty_places: int
    value: Decimal | None
    quote: str | None
    protective: bool
    cost: CancelCost | None


MANY = 10
"""From so many orders on, a cancel is no slip of a finger: the count is typed."""


class Question(Struct, frozen=True, kw_only=True):
    """What the user is asked before anything is cancelled. Its ids never change."""

    number: int
    account: str | None
    key: str | None
    venue: Venue
    orders: tuple[QuestionOrder, ...]
    """In the order in which they go: the cheapest first."""
    everything: bool
    """All open orders: answered by typing the count."""
    route: str
    """In words: `over the websocket, one by one`; with the reason, where it is not the usual way."""
    cost_low: Fraction
    cost_high: Fraction
    warnings: tuple[str, ...]
    pairs: tuple[PairView, ...] = ()
    later: bool = False
    """It is about cancelling when that is cheap enough, not now."""
    at_once: bool = False
    """Of one about later: each order is cheap enough already."""
    new_too: bool = False
    """A mass cancel: it also takes what is placed meanwhile."""
    named: bool = False
    """Somebody named its ids: those that no list names are meant, too."""
    in_haste: HasteView | None = None
    """How it would go from a program in haste; None = likewise, or not at all."""
    counted: bool = True
    """False of a mass cancel while the exchange has not listed the open orders."""

    @property
    def needs_count(self) -> bool:
        """Tell whether the count has to be typed: for everything, and for many at once."""
        return self.everything or len(self.orders) >= MANY


class Found(Struct, frozen=True, kw_only=True):
    """What became of an order that is not open: it ended, or the exchange knows none of that id."""

    id: str
    fate: Literal["filled", "gone", "stranger"]
    text: str
    pair: str | None = None
    filled: Decimal | None = None


class NotAsked(Struct, frozen=True, kw_only=True):
    """Why no question can be asked: a sentence with the reason and, where known, until when."""

    why: str
