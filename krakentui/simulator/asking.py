"""What a client asks of an order, read out of either surface's spelling: numbers, prices, ids, deadlines.

Whatever makes no sense is raised as `Unfit` with the exchange's own words.
"""

import re
import uuid
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from krakentui.simulator.checks import INVALID_PRICE, OFF_TICK
from krakentui.simulator.clock import SECOND_US
from krakentui.simulator.instants import parse_iso
from krakentui.simulator.orders import Order, Reference, Side
from krakentui.simulator.tables import Pair

if TYPE_CHECKING:
    from krakentui.simulator.market import Market

ARGUMENTS = "EGeneral:Invalid arguments"
ELAPSED = "EService:Deadline elapsed"
NO_MARGIN = "EAccount:Invalid permissions"
"""Nobody here may trade on margin."""
NUMBER = re.compile(r"(\d{1,15}(\.\d{0,20})?|\.\d{1,20})([eE][+-]?\d{1,2})?", re.ASCII)
LARGEST = 10**15
CLIENT_ID_MAX = 18
"""Longest free text of a client's order id; else it is a UUID: reference of AddOrder."""
USERREF_MAX = 2**31
DEADLINE_MAX_US = 60 * SECOND_US
GTD_MAX_US = 31 * 86_400 * SECOND_US
"""A GTD order lasts up to a month: reference of add_order."""


class Unfit(Exception):
    """A request makes no sense; its text is the exchange's refusal."""


def unfit(field: str) -> Unfit:
    """Name the argument that makes no sense."""
    return Unfit(f"{ARGUMENTS}:{field}")


@dataclass(frozen=True, slots=True)
class Price:
    """A price as asked for: itself, or a distance from the last price."""

    amount: Fraction
    kind: Literal["static", "pct", "quote"] = "static"
    sign: Literal["+", "-", "#"] = "+"
    """`#` goes whichever way the order needs."""


def number(text: str, field: str) -> Fraction:
    """Read a number that is neither negative nor beyond all reason."""
    if NUMBER.fullmatch(text) is None:
        raise unfit(field)
    value = Fraction(text)
    if value >= LARGEST:
        raise unfit(field)
    return value


def quantity(pair: Pair, amount: Fraction, field: str) -> int:
    """Read a quantity; decimals beyond the pair's are cut off."""
    units = int(amount * pair.qty_unit)
    if units <= 0:
        raise unfit(field)
    return units


def price_units(price: Price, market: "Market", reference: Reference, *, up: bool) -> int:
    """Work out a price in the pair's units; `up` is where `#` points."""
    unit = market.pair.price_unit
    if price.kind == "static":
        units = price.amount * unit
        if units <= 0:
            raise Unfit(INVALID_PRICE)
        if units.denominator != 1:
            raise Unfit(OFF_TICK)
        return int(units)
    base = market.index_price if reference == "index" else market.last
    return _positive(round(base + distance(price, base, unit, up=up)))


def distance(price: Price, base: int, unit: int, *, up: bool) -> Fraction:
    """Work out how far a relative price is from its base, signed, in price units."""
    step = price.amount * unit if price.kind == "quote" else base * price.amount / 100
    return step if price.sign == "+" or (price.sign == "#" and up) else -step


def trail_bp(price: Price | None, field: str) -> int:
    """Read the distance of a trailing stop: a percentage with up to two decimals."""
    if price is None or price.kind != "pct":
        raise unfit(field)
    hundredths = price.amount * 100
    if hundredths.denominator != 1:
        raise unfit(field)
    return int(hundredths)


def trigger_goes_up(side: Side, order_type: str) -> bool:
    """Say whether a stop of this kind waits above the market."""
    return (side == "buy") != order_type.startswith("take-profit")


def client_id(text: str) -> str:
    """Read a client's own order id: a UUID with or without dashes, or short ASCII text."""
    if 0 < len(text) <= CLIENT_ID_MAX and text.isascii() and text.isprintable():
        return text
    try:
        parsed = uuid.UUID(text)
    except ValueError:
        raise unfit("cl_ord_id") from None
    if text.lower() not in {str(parsed), parsed.hex}:
        raise unfit("cl_ord_id")
    return text


def expiry(t_us: int, now_us: int, field: str) -> int:
    """Accept the end of a GTD order, or the start of a scheduled one: in the future, a month at most."""
    if not now_us < t_us <= now_us + GTD_MAX_US:
        raise unfit(field)
    return t_us


def amendable(order: Order, qty: int | None, limit: int | None, trigger: int | None) -> None:
    """Refuse an amend that changes nothing, or what the order does not have."""
    if qty is None and limit is None and trigger is None:
        raise Unfit(ARGUMENTS)
    if limit is not None and order.limit_price is None:
        raise unfit("limit_price")
    if trigger is not None and (not order.waits_for_trigger or order.trail_bp is not None):
        raise unfit("trigger_price")


def meet_deadline(text: object, now_us: int) -> None:
    """Refuse what came after its own deadline, or names one that is no instant within a minute."""
    if text is None:
        return
    try:
        at_us = parse_iso(str(text))
    except (ValueError, OverflowError):
        raise unfit("deadline") from None
    if at_us <= now_us:
        raise Unfit(ELAPSED)
    if at_us > now_us + DEADLINE_MAX_US:
        raise unfit("deadline")


def _positive(units: int) -> int:
    if units <= 0:
        raise Unfit(INVALID_PRICE)
    return units
