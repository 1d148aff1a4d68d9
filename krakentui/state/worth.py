"""What an asset is worth in the account's currency, by the markets that are known.

Directly (`BTC/USD`), inversely (`USD/JPY`), or over one asset between (BTC, EUR, USDT, USD). A dollar
token is worth what its market says: only the currency itself is worth one. No market, no figure.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final

from krakentui.model.market import Ticker
from krakentui.model.symbol import PairInfo
from krakentui.state.markets import Quote

BRIDGES: Final = ("USD", "BTC", "EUR", "USDT")
ONE: Final = Decimal(1)
_OWN_ASSET: Final = ".T"
"""Suffix of tokenised assets: they are not their base (spot REST reference, 4.5)."""


def worth(asset: str, currency: str, quotes: Mapping[str, Quote]) -> tuple[Decimal, tuple[Quote, ...]] | None:
    """Tell the price of one unit and the quotes it rests on; None = no market tells."""
    name = priced_as(asset)
    direct = _step(name, currency, quotes)
    if direct is not None:
        return direct
    for bridge in BRIDGES:
        if bridge in {name, currency}:
            continue
        first, second = _step(name, bridge, quotes), _step(bridge, currency, quotes)
        if first is not None and second is not None:
            return first[0] * second[0], (*first[1], *second[1])
    return None


def pairs_for(assets: Iterable[str], currency: str, pairs: Mapping[str, PairInfo]) -> tuple[str, ...]:
    """List the markets whose prices value these assets."""
    wanted: dict[str, None] = {}
    for asset in assets:
        for symbol in _route(priced_as(asset), currency, pairs):
            wanted[symbol] = None
    return tuple(wanted)


def priced_as(asset: str) -> str:
    """Give the asset whose market prices this one: a staked or locked coin is priced as the coin."""
    return asset if asset.endswith(_OWN_ASSET) else asset.partition(".")[0]


def middle(ticker: Ticker) -> Decimal | None:
    """Tell the price of a market: the last trade, else the middle between bid and ask."""
    if ticker.last is not None:
        return ticker.last
    if ticker.bid is not None and ticker.ask is not None:
        return (ticker.bid + ticker.ask) / 2
    return None


def _step(asset: str, currency: str, quotes: Mapping[str, Quote]) -> tuple[Decimal, tuple[Quote, ...]] | None:
    if asset == currency:
        return ONE, ()
    quote = quotes.get(f"{asset}/{currency}")
    price = middle(quote.ticker) if quote else None
    if quote is not None and price is not None:
        return price, (quote,)
    quote = quotes.get(f"{currency}/{asset}")
    price = middle(quote.ticker) if quote else None
    return (ONE / price, (quote,)) if quote is not None and price else None


def _route(asset: str, currency: str, pairs: Mapping[str, PairInfo]) -> tuple[str, ...]:
    direct = _market(asset, currency, pairs)
    if asset == currency or direct is not None:
        return (direct,) if direct is not None else ()
    for bridge in BRIDGES:
        first, second = _market(asset, bridge, pairs), _market(bridge, currency, pairs)
        if first is not None and second is not None:
            return first, second
    return ()


def _market(asset: str, currency: str, pairs: Mapping[str, PairInfo]) -> str | None:
    return next((name for name in (f"{asset}/{currency}", f"{currency}/{asset}") if name in pairs), None)
