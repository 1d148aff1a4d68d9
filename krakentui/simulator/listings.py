"""Pairs beyond the table, made from a seed: as many as a whole exchange has.

Each new asset trades against USD, most against EUR too. A listing has no past: it opens at the
start, and nothing has been printed before. The first ones are the same whatever the number.
"""

import random
from collections.abc import Callable, Iterator

from krakentui.simulator.jsontext import units_of
from krakentui.simulator.tables import Asset, Pair, Tables

CONSONANTS, VOWELS = "BCDFGHJKLMNPRSTVWXZ", "AEIOU"
EUR_SHARE = 0.7
LEAST_USD, DECADES = -5.0, 7.5
"""Prices lie between 10^-5 and 10^2.5 USD, every size as likely."""
DIGITS = 5
"""Significant digits of a price."""
ORDER_MIN_USD = 5
EVENTS_PER_S = 0.25


def with_listings(tables: Tables, count: int, rng: Callable[[str], random.Random]) -> Tables:
    """Fill tables up to so many pairs; tables that have as many stay as they are."""
    if count <= len(tables.pairs):
        return tables
    assets, pairs = dict(tables.assets), dict(tables.pairs)
    taken = {spelling for asset in assets.values() for spelling in (asset.id, asset.altname, asset.name)}
    names, shape = _names(rng("listings/names"), taken), rng("listings/shapes")
    while len(pairs) < count:
        name = next(names)
        asset = assets[name] = Asset(name, name, name, name.capitalize(), places=8, display_places=5)
        for pair in _pairs_of(asset, assets, shape):
            if len(pairs) < count:
                pairs[pair.symbol] = pair
    return Tables(assets, pairs)


def _names(rng: random.Random, taken: set[str]) -> Iterator[str]:
    """Make names that can be spoken and are not in use."""
    while True:
        letters = [
            (VOWELS if place % 2 else CONSONANTS)[int(rng.random() * (5 if place % 2 else 19))]
            for place in range(3 + int(rng.random() * 3))
        ]
        name = "".join(letters)
        if name not in taken:
            taken.add(name)
            yield name


def _pairs_of(asset: Asset, assets: dict[str, Asset], rng: random.Random) -> list[Pair]:
    size = LEAST_USD + DECADES * rng.random()
    places = max(2, DIGITS - 1 - int(size // 1))
    price = f"{10**size:.{places}f}"
    minimum = f"{max(ORDER_MIN_USD / 10**size, 1e-4):.1g}"
    usd = _pair(asset, assets["USD"], places, f"{float(minimum):.8f}".rstrip("0").rstrip("."), price)
    if rng.random() >= EUR_SHARE:
        return [usd]
    return [usd, _pair(asset, assets["EUR"], places, usd.ordermin, None)]


def _pair(base: Asset, quote: Asset, places: int, ordermin: str, opening: str | None) -> Pair:
    qty_places = 8
    return Pair(
        rest_id=base.altname + quote.altname,
        symbol=f"{base.name}/{quote.name}",
        base=base,
        quote=quote,
        price_places=places,
        qty_places=qty_places,
        cost_places=places + 1,
        tick=1,
        qty_min=units_of(ordermin, qty_places),
        cost_min=units_of("0.5", places + 1),
        ordermin=ordermin,
        costmin="0.5",
        leverage=0,
        long_limit=0,
        short_limit=0,
        volatility_pct=4.0,
        turnover_musd=0.2,
        events_per_s=EVENTS_PER_S,
        opening=opening,
        change_pct=None if opening is None else "0.00",
        is_listing=True,
    )
