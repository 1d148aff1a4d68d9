"""What a taker could have of a book right now, without taking it."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from krakentui.simulator.market import Market


def available(market: "Market", side: str, limit_price: int | None) -> int:
    """Add up the volume that an order on a side would meet down to its limit."""
    resting = market.book.asks if side == "buy" else market.book.bids
    total = 0
    for key in resting.keys:
        if limit_price is not None and key > limit_price * resting.sign:
            break
        total += resting.qty[key * resting.sign]
    return total


def affordable(market: "Market", cash: int) -> int:
    """Say how much an amount of the quote asset (in cost units) buys, walking up the asks."""
    pair, asks = market.pair, market.book.asks
    left, bought = cash * pair.price_unit * pair.qty_unit, 0
    unit = int(10**pair.cost_places)
    for key in asks.keys:
        price = key * asks.sign * unit
        part = min(asks.qty[key * asks.sign], left // price)
        bought += part
        left -= part * price
        if left < price:
            break
    return bought
