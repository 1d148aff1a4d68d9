"""Which pair is meant by what somebody typed: every spelling of the exchange, in capitals or not.

A spelling is one that the exchange's lists name (`XBTUSD`, `XXBTZUSD`), or the two assets in any spelling of
theirs, with a slash or without (`xbt/usd`, `BTCUSD`). What may be two things is told as both, never guessed:
a cancel may go by it.
"""

from collections.abc import Mapping
from typing import Final

from krakentui.model.symbol import Names, alias

_OLD_NAMES: Final = ("XBT", "XDG")
"""What Kraken calls assets that the rest of the world, and its stream, calls otherwise."""


def named_pair(names: Names, typed: str) -> str | None:
    """Give the stream's name of the one pair that is meant; None where there is none, or more than one."""
    found = meant_pairs(names, typed)
    return found[0] if len(found) == 1 else None


def meant_pairs(names: Names, typed: str) -> tuple[str, ...]:
    """Give the stream's names of all pairs that may be meant."""
    wanted = typed.casefold()
    found = {symbol for spelling, symbol in names.pairs.items() if spelling.casefold() == wanted}
    symbols = frozenset(names.pairs.values())
    assets = _assets(names)
    for base, quote in _halves(wanted):
        sides = ((one, other) for one in assets.get(base, ()) for other in assets.get(quote, ()))
        found |= {symbol for one, other in sides if (symbol := f"{one}/{other}") in symbols}
    return tuple(sorted(found))


def meant_assets(names: Names, typed: str) -> tuple[str, ...]:
    """Give the display names of all assets that may be meant."""
    return tuple(sorted(_assets(names).get(typed.casefold(), ())))


def has_all_spellings(names: Names) -> bool:
    """Tell whether REST has told its names of pairs: the stream knows `BTC/USD` alone."""
    return any("/" not in spelling for spelling in names.pairs)


def _halves(wanted: str) -> list[tuple[str, str]]:
    base, slash, quote = wanted.partition("/")
    return [(base, quote)] if slash else [(wanted[:at], wanted[at:]) for at in range(1, len(wanted))]


def _assets(names: Names) -> Mapping[str, frozenset[str]]:
    """Every spelling of an asset, without capitals -> what it may be."""
    told = {side for symbol in names.pairs.values() for side in symbol.split("/")} | {*names.assets.values()}
    spelled = [*names.assets.items(), *((asset, asset) for asset in told)]
    spelled += [(old, alias(old)) for old in _OLD_NAMES if alias(old) in told]
    known: dict[str, frozenset[str]] = {}
    for spelling, asset in spelled:
        known[spelling.casefold()] = known.get(spelling.casefold(), frozenset()) | {asset}
    return known
