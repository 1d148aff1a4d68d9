"""Where each market opens, and where it was 24 h before."""

from dataclasses import dataclass
from fractions import Fraction

from krakentui.simulator.jsontext import units_of
from krakentui.simulator.tables import Pair

TRADES_AN_EVENT = 0.3
"""Prints for each event of a market's flow, measured on the flow itself."""


@dataclass(frozen=True)
class Opening:
    """The first price of a market and the price a day earlier, in price units."""

    price: int
    day_before: int
    mean_qty: float
    """Mean size of a print, in quantity units."""
    trades_a_minute: float


def openings(pairs: dict[str, Pair]) -> dict[str, Opening]:
    """Open pairs with a named price at it, and crosses at the ratio of their USD legs."""
    now: dict[str, Fraction] = {"USD": Fraction(1)}
    before: dict[str, Fraction] = {"USD": Fraction(1)}
    for pair in pairs.values():
        if pair.opening is not None and pair.change_pct is not None:
            price = Fraction(units_of(pair.opening, pair.price_places), pair.price_unit)
            now[pair.base.name] = price
            before[pair.base.name] = price / (1 + Fraction(pair.change_pct) / 100)
    opened = {}
    for symbol, pair in pairs.items():
        base, quote = pair.base.name, pair.quote.name
        trades_a_minute = pair.events_per_s * TRADES_AN_EVENT * 60
        usd = pair.turnover_musd * 1e6 / (trades_a_minute * 1440)
        opened[symbol] = Opening(
            _units(now[base] / now[quote], pair),
            _units(before[base] / before[quote], pair),
            max(4.0, usd / float(now[base]) * pair.qty_unit),
            trades_a_minute,
        )
    return opened


def _units(price: Fraction, pair: Pair) -> int:
    return max(1, round(price * pair.price_unit))
