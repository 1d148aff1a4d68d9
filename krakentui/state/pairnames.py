"""Which pair is meant by what somebody typed: every spelling of the exchange, in capitals or not.

A spelling is one that the exchange's lists name (`XBTUSD`, `XXBTZUSD`), or the two assets in any spelling of
theirs, with a slash or without (`xbt/usd`, `BTCUSD`). What may be two things is told as both, never guessed:
a cancel may go by it.
"""

from krakentui.model.symbol import Names


def named_pair(names: Names, typed: str) -> str | None:
    """Give the stream's name of the one pair that is meant; None where there is none, or more than one."""
    found = meant_pairs(names, typed)
    return found[0] if len(found) == 1 else None


def meant_pairs(names: Names, typed: str) -> tuple[str, ...]:
    """Give the stream's names of all pairs that may be meant."""
    wanted, known = typed.casefold(), names.spellings
    found = {*known.pairs.get(wanted, ())}
    for base, quote in _halves(wanted):
        sides = ((one, other) for one in known.assets.get(base, ()) for other in known.assets.get(quote, ()))
        found |= {symbol for one, other in sides if (symbol := f"{one}/{other}") in known.symbols}
    return tuple(sorted(found))


def meant_assets(names: Names, typed: str) -> tuple[str, ...]:
    """Give the display names of all assets that may be meant."""
    return tuple(sorted(names.spellings.assets.get(typed.casefold(), ())))


def has_all_spellings(names: Names) -> bool:
    """Tell whether REST has told its names of pairs: the stream knows `BTC/USD` alone."""
    return names.spellings.has_rest


def _halves(wanted: str) -> list[tuple[str, str]]:
    base, slash, quote = wanted.partition("/")
    return [(base, quote)] if slash else [(wanted[:at], wanted[at:]) for at in range(1, len(wanted))]
