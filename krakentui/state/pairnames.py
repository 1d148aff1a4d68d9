"""Which pair is meant by what somebody typed: every spelling of the exchange, in capitals or not.

A spelling is one that the exchange's lists name (`XBTUSD`, `XXBTZUSD`), or the two assets in any spelling of
theirs, with a slash or without (`xbt/usd`, `BTCUSD`). What may be two things is told as both, never guessed:
a cancel may go by it.
"""

from collections.abc import Sequence

from krakentui.model.symbol import Names, wsname_symbol


def meant_pairs(names: Names, typed: str) -> tuple[str, ...]:
    """Give the stream's names of all pairs that may be meant."""
    wanted, known = typed.casefold(), names.spellings
    found = {*known.pairs.get(wanted, ())}
    for base, quote in _halves(wanted):
        sides = ((one, other) for one in known.assets.get(base, ()) for other in known.assets.get(quote, ()))
        found |= {symbol for one, other in sides if (symbol := f"{one}/{other}") in known.symbols}
    return tuple(sorted(found))


def as_typed(names: Names, typed: str) -> str | None:
    """Give a whole pair as it was typed, in the stream's spelling, while the exchange has told none."""
    base, _, quote = typed.partition("/")
    return wsname_symbol(typed.upper()) if base and quote and not names.pairs else None


def which_one(typed: str, found: Sequence[str]) -> str:
    """Ask which of several pairs is meant."""
    return f"{typed} may be {' or '.join(found)}: write the one that is meant."


def meant_assets(names: Names, typed: str) -> tuple[str, ...]:
    """Give the display names of all assets that may be meant."""
    return tuple(sorted(names.spellings.assets.get(typed.casefold(), ())))


def has_all_spellings(names: Names) -> bool:
    """Tell whether REST has told its names of pairs: the stream knows `BTC/USD` alone."""
    return names.spellings.has_rest


def _halves(wanted: str) -> list[tuple[str, str]]:
    base, slash, quote = wanted.partition("/")
    return [(base, quote)] if slash else [(wanted[:at], wanted[at:]) for at in range(1, len(wanted))]
