"""What the exchange refuses of an order, in its own words: prices, minima, funds, post-only.

First what the request itself must satisfy, then what depends on the account. None = nothing is wrong.
"""

from fractions import Fraction
from typing import TYPE_CHECKING

from krakentui.simulator.account import HOLD_FEE, Account, held_asset
from krakentui.simulator.orders import LIMIT_TYPES, ORDER_TYPES, STOP_TYPES, TRAILING_TYPES, Order, Request

if TYPE_CHECKING:
    from krakentui.simulator.market import Market

INVALID_PRICE = "EOrder:Invalid price"
OFF_TICK = "EOrder:Tick size check failed"
BELOW_MINIMUM = "EOrder:Order minimum not met"
BELOW_COST = "EOrder:Cost minimum not met"
NO_FUNDS = "EOrder:Insufficient funds"
WOULD_TAKE = "EOrder:Post only order"


def wrong_with(ask: Request, order: Order, market: "Market") -> str | None:
    """Say what is wrong with a request whatever the account owns; `order` is what it would become."""
    if ask.type not in ORDER_TYPES or ask.side not in {"buy", "sell"}:
        return "EGeneral:Invalid arguments:ordertype"
    if not _has_its_prices(ask) or (order.limit_price is not None and order.limit_price <= 0):
        return INVALID_PRICE
    return _wrong_size(order, market)


def wrong_for(account: Account, order: Order, *, freed: int = 0) -> str | None:
    """Say why an account cannot have an order; `freed` comes free with it."""
    if order.cl_ord_id and any(other.cl_ord_id == order.cl_ord_id for other in account.open.values()):
        return "EGeneral:Invalid arguments:cl_ord_id"
    name = held_asset(order.pair, order.side).name
    return NO_FUNDS if order.held(HOLD_FEE) > account.free(name) + freed else None


def wrong_amend(account: Account, order: Order, market: "Market") -> str | None:
    """Say why an order cannot become what it now says; what it held before is not spent."""
    error = _wrong_size(order, market)
    if error is not None:
        return error
    if order.post_only and crosses(order, market):
        return WOULD_TAKE
    name = held_asset(order.pair, order.side).name
    free = account.free(name) + account.order_holds.get(order.id, 0)
    return NO_FUNDS if order.held(HOLD_FEE) > free else None


def crosses(order: Order, market: "Market") -> bool:
    """Say whether a limit order would take at once."""
    if order.limit_price is None or order.waits_for_trigger:
        return False
    if order.side == "buy":
        return order.limit_price >= market.best_ask
    return order.limit_price <= market.best_bid


def _wrong_size(order: Order, market: "Market") -> str | None:
    pair = order.pair
    if order.trail_bp is None and (
        (order.limit_price or 0) % pair.tick or (order.trigger_price or 0) % pair.tick
    ):
        return OFF_TICK
    if order.qty < pair.qty_min:
        return BELOW_MINIMUM
    price = order.worst_price or order.trigger_price or market.last
    cost = Fraction(price * order.qty * 10**pair.cost_places, pair.price_unit * pair.qty_unit)
    return BELOW_COST if cost < pair.cost_min else None


def _has_its_prices(ask: Request) -> bool:
    trails = ask.type in TRAILING_TYPES
    wants_limit = ask.type in LIMIT_TYPES and not trails
    wants_trigger = ask.type in STOP_TYPES and not trails
    return (
        (not wants_limit or (ask.limit_price or 0) > 0)
        and (not wants_trigger or (ask.trigger_price or 0) > 0)
        and (not trails or 0 < (ask.trail_bp or 0) < 10_000)
        and (ask.type != "trailing-stop-limit" or ask.limit_offset is not None)
    )
