"""An order as the exchange keeps it: integers of the pair's smallest units, one life, one end.

Life: pending_new, new, partially_filled, then exactly one of filled, canceled, expired. Stops wait as
`new` with an untriggered trigger; a triggered limit rests, a triggered market order takes at once.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from math import ceil
from typing import Literal

from krakentui.simulator.tables import Pair

Side = Literal["buy", "sell"]
DONE = frozenset({"filled", "canceled", "expired"})
Force = Literal["GTC", "GTD", "IOC", "FOK"]
Reference = Literal["last", "index"]
TRAILING_TYPES = frozenset({"trailing-stop", "trailing-stop-limit"})
LIMIT_TYPES = frozenset({"limit", "stop-loss-limit", "take-profit-limit", "trailing-stop-limit"})
STOP_TYPES = TRAILING_TYPES | {"stop-loss", "stop-loss-limit", "take-profit", "take-profit-limit"}
ORDER_TYPES = LIMIT_TYPES | STOP_TYPES | {"market"}
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
SLIPPAGE_PCT = 5
"""How far above its trigger or the best ask an order without a limit may buy, and what is held for it."""


def ten(places: int) -> int:
    """Say how many units of 10^-places make one."""
    return int(10**places)


def with_slippage(price: int) -> int:
    """Say the most that a buy without a limit may pay, seen from a price."""
    return price * (100 + SLIPPAGE_PCT) // 100


def id_maker(rng: random.Random) -> Callable[[str], str]:
    """Make a source of ids in the exchange's form."""
    return partial(make_id, rng)


def make_id(rng: random.Random, letter: str) -> str:
    """Draw an id: a letter, then 5-5-6 characters (6-5-6 in all)."""
    text = "".join(rng.choices(ALPHABET, k=16))
    return f"{letter}{text[:5]}-{text[5:10]}-{text[10:]}"


@dataclass(slots=True, kw_only=True)
class Request:
    """What someone asks for when placing an order; prices and quantities in the pair's units."""

    pair: Pair
    side: Side
    type: str = "limit"
    qty: int
    limit_price: int | None = None
    trigger_price: int | None = None
    trail_bp: int | None = None
    """Trailing distance in hundredths of a percent."""
    limit_offset: int | None = None
    """For a trailing stop with a limit: how far its limit is from its trigger, signed, in price units."""
    cash: int | None = None
    """For a market buy: how much of the quote asset to spend, in cost units; then `qty` is not read."""
    reference: Reference = "last"
    """The price that triggers look at."""
    force: Force = "GTC"
    expires_us: int | None = None
    """When a GTD order ends."""
    starts_us: int | None = None
    """When an order that is scheduled goes live; None = at once."""
    post_only: bool = False
    cl_ord_id: str | None = None
    userref: int = 0


@dataclass(frozen=True, slots=True)
class Amend:
    """One line of an order's history: as it was made, and after each amend."""

    id: str
    kind: Literal["original", "user"]
    qty: int
    remaining: int
    limit_price: int | None
    trigger_price: int | None
    post_only: bool
    t_us: int


@dataclass(slots=True, kw_only=True, eq=False)
class Order:
    """One order of one account."""

    id: str
    account: str
    pair: Pair
    side: Side
    type: str
    qty: int
    limit_price: int | None
    trigger_price: int | None
    trail_bp: int | None
    peak_price: int | None = None
    """Best last price since a trailing stop was placed."""
    limit_offset: int | None = None
    cash: int | None = None
    """What a market buy by amount spends, in cost units."""
    reference: Reference = "last"
    force: Force = "GTC"
    expires_us: int | None = None
    starts_us: int | None = None
    bound: int | None = None
    """For a buy without a limit: the most it may pay."""
    post_only: bool
    cl_ord_id: str | None
    userref: int
    opened_us: int
    counts_from_us: int
    """Creation or last amend: the age that limits count."""
    changed_us: int
    status: str = "pending_new"
    triggered: bool = False
    filled: int = 0
    cost: int = 0
    """In cost units, as reported: the sum of the reported costs of the fills."""
    fee: int = 0
    fee_usd: int = 0
    """The fees valued in USD, in cost units."""
    exact_cost: Fraction = Fraction(0)
    exact_fee: Fraction = Fraction(0)
    booked_cost: int = 0
    """The exact cost as booked: rounded down as a whole, in the quote asset's units."""
    booked_fee: int = 0
    ahead: int = 0
    """Volume in the queue before this order at its price."""
    amended: bool = False
    reason: str | None = None
    closed_us: int | None = None
    endings: int = 0
    """Terminal events so far: never above one."""
    checked: int = 0
    """What was filled when it was last checked: it only grows."""
    trades: list[str] = field(default_factory=list)
    amends: list[Amend] = field(default_factory=list)
    """Empty until the first amend, then the original first."""
    old_refid: bool = False
    """REST writes the text `None` for the parent, as old replies did."""

    def as_it_stands(self, amend_id: str, kind: Literal["original", "user"], t_us: int) -> Amend:
        """Make a line of history of what the order asks for now."""
        return Amend(
            amend_id,
            kind,
            self.qty,
            self.remaining,
            self.limit_price,
            self.trigger_price,
            self.post_only,
            t_us,
        )

    @property
    def original_id(self) -> str:
        """The id under which its history tells how it was made."""
        return f"T{self.id[1:]}"

    @property
    def remaining(self) -> int:
        """What is not filled, in base units of the pair."""
        return self.qty - self.filled

    @property
    def is_done(self) -> bool:
        """Whether it has ended."""
        return self.status in DONE

    @property
    def is_scheduled(self) -> bool:
        """Whether it waits for the instant at which it goes live."""
        return self.starts_us is not None and self.status == "pending_new"

    @property
    def waits_for_trigger(self) -> bool:
        """Whether it is a stop that nothing has set off."""
        return self.type in STOP_TYPES and not self.triggered

    @property
    def rests(self) -> bool:
        """Whether it stands in the book at its limit price."""
        return not self.is_done and not self.waits_for_trigger and self.limit_price is not None

    @property
    def average(self) -> int:
        """Average fill price in price units, rounded half up; 0 without fills."""
        if not self.filled:
            return 0
        pair = self.pair
        exact = Fraction(self.cost, 10**pair.cost_places) / Fraction(self.filled, pair.qty_unit)
        return int(exact * pair.price_unit + Fraction(1, 2))

    @property
    def worst_price(self) -> int:
        """The most a buy may pay, in price units."""
        return self.limit_price or self.bound or 0

    def held(self, fee_rate: Fraction) -> int:
        """Say what is locked: quote units with fee for a buy, base units for a sell.

        Exact cost so far plus the worst case of the rest, rounded up once, less what was booked: so a
        fill never takes more than it frees.
        """
        if self.is_done:
            return 0
        pair = self.pair
        if self.side == "sell":
            return self.remaining * ten(pair.base.places) // pair.qty_unit
        if not self.filled:  # the same in whole numbers: thousands of orders are held anew at once
            top = self.worst_price * self.qty * (fee_rate.numerator + fee_rate.denominator)
            return -(
                -top * ten(pair.quote.places) // (pair.price_unit * pair.qty_unit * fee_rate.denominator)
            )
        rest = Fraction(self.worst_price * self.remaining, pair.price_unit * pair.qty_unit) * (1 + fee_rate)
        whole = (self.exact_cost + self.exact_fee + rest) * ten(pair.quote.places)
        return max(0, ceil(whole) - self.booked_cost - self.booked_fee)
