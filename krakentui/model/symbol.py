"""Names of assets and pairs: what REST, the stream and people call the same thing.

REST answers by asset id (`XXBT`) and pair id (`XXBTZUSD`), orders name the altname (`XBTUSD`), the
stream says `BTC/USD`. `Names` is built from the exchange's own lists, never from letter patterns:
thirty real assets begin with X or Z (spot REST reference, 4.5).
"""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import cached_property
from types import MappingProxyType

from msgspec import Struct

_ALIASES = {"XBT": "BTC", "XDG": "DOGE"}
_LOCK_DAYS = re.compile(r"\d+$")
SUFFIXES = {
    "F": "rewards",
    "B": "bonded",
    "S": "staked",
    "M": "rewards (old)",
    "P": "crowdloan",
    "T": "tokenized",
    "HOLD": "on hold",
}
"""What follows the point in `DOT28.S`, `XBT.M`, `USD.HOLD` (spot REST reference, 4.5)."""


class AssetInfo(Struct, frozen=True):
    """One asset, under its display name (`BTC`)."""

    asset: str
    places: int
    """Decimals of the exchange's ledger."""
    display_places: int
    status: str = "enabled"
    rest_id: str | None = None
    altname: str | None = None


class PairInfo(Struct, frozen=True, kw_only=True):
    """One pair, under the stream's name (`BTC/USD`)."""

    symbol: str
    base: str
    quote: str
    price_places: int
    qty_places: int
    cost_places: int
    status: str = "online"
    price_step: Decimal | None = None
    qty_min: Decimal | None = None
    cost_min: Decimal | None = None
    rest_id: str | None = None
    altname: str | None = None


class Spellings(Struct, frozen=True):
    """What every spelling without capitals may be; more than one thing, where it is ambiguous."""

    assets: Mapping[str, frozenset[str]]
    pairs: Mapping[str, frozenset[str]]
    symbols: frozenset[str]
    bases: frozenset[str]
    quotes: frozenset[str]
    has_rest: bool
    """REST has told its names of pairs: the stream knows `BTC/USD` alone."""


class Names(Struct, frozen=True, dict=True):
    """The join of REST's names and the stream's names."""

    assets: Mapping[str, str] = MappingProxyType({})
    """Any spelling of an asset -> display name."""
    pairs: Mapping[str, str] = MappingProxyType({})
    """Any spelling of a pair -> stream symbol."""

    def with_assets(self, infos: Iterable[AssetInfo]) -> "Names":
        """Return the join with these assets added."""
        known = dict(self.assets)
        for info in infos:
            for spelling in (info.asset, info.rest_id, info.altname):
                if spelling:
                    known[spelling] = info.asset
        return Names(MappingProxyType(known), self.pairs)

    def with_pairs(self, infos: Iterable[PairInfo]) -> "Names":
        """Return the join with these pairs added."""
        known = dict(self.pairs)
        for info in infos:
            for spelling in (info.symbol, info.rest_id, info.altname):
                if spelling:
                    known[spelling] = info.symbol
        return Names(self.assets, MappingProxyType(known))

    @cached_property
    def spellings(self) -> Spellings:
        """Every spelling in capitals or not, made once: it takes milliseconds with all pairs of Kraken."""
        symbols = frozenset(self.pairs.values())
        sides = [symbol.partition("/") for symbol in symbols if "/" in symbol]
        bases, quotes = frozenset(base for base, _, _ in sides), frozenset(quote for _, _, quote in sides)
        told = bases | quotes | {*self.assets.values()}
        old = [(one, alias(one)) for one in _ALIASES if alias(one) in told]
        return Spellings(
            assets=_folded([*self.assets.items(), *((asset, asset) for asset in told), *old]),
            pairs=_folded(self.pairs.items()),
            symbols=symbols,
            bases=bases,
            quotes=quotes,
            has_rest=any("/" not in spelling for spelling in self.pairs),
        )

    def asset(self, spelling: str) -> str:
        """Give the display name, suffix kept: `XXBT` -> `BTC`, `XBT.M` -> `BTC.M`, `DOT28.S` -> `DOT.S`."""
        base, dot, suffix = spelling.partition(".")
        if not dot:
            return self.assets.get(base, alias(base))
        known = self.assets.get(base)
        if known is None and base != "ETH2":
            base = _LOCK_DAYS.sub("", base) or base
            known = self.assets.get(base)
        return f"{known or alias(base)}.{suffix}"

    def pair(self, spelling: str) -> str | None:
        """Give the stream symbol of a pair, or None where it is not known yet."""
        return self.pairs.get(spelling)


def _folded(spelled: Iterable[tuple[str, str]]) -> dict[str, frozenset[str]]:
    known: dict[str, frozenset[str]] = {}
    for spelling, name in spelled:
        known[spelling.casefold()] = known.get(spelling.casefold(), frozenset()) | {name}
    return known


def alias(name: str) -> str:
    """Give the display name of an altname: `XBT` -> `BTC`, `XDG` -> `DOGE`."""
    return _ALIASES.get(name, name)


def wsname_symbol(wsname: str) -> str:
    """Turn REST's `wsname` (`XBT/USD`) into the stream's symbol (`BTC/USD`)."""
    base, _, quote = wsname.partition("/")
    return f"{alias(base)}/{alias(quote)}"


def suffix_of(asset: str) -> str:
    """Tell the suffix of an asset (`S` of `DOT.S`), empty for a plain one."""
    return asset.partition(".")[2]
