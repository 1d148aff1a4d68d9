"""The language of filters: words that all have to hold, `btc buy limit >5m far>2 ours id:OABC ref:12`.

A comma inside a word means either (`btc,eth`), `!` in front means not (`!stop`). Upper and lower case are
the same. What makes no sense is a `Complaint` in one clause, never a guess: a filter may select for a
cancel.
"""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

from msgspec import Struct

from krakentui.model.clock import SECOND
from krakentui.model.number import plain
from krakentui.model.order import ORDER_TYPES, PROTECTIVE
from krakentui.model.symbol import Names, wsname_symbol
from krakentui.state.filters import OTHERS, OURS, Demand, Kind, OrderFilter, Value
from krakentui.state.pairnames import meant_assets, meant_pairs

LONGEST: Final = 120
"""Characters of a filter."""
WORDS: Final[tuple[tuple[str, str], ...]] = (
    ("btc  btc/usd  /usd", "the pair: an asset on either side, both, or one side only"),
    ("buy  sell", "the side"),
    ("limit  stop-loss …", "the type; stop is every order that limits a loss, take and trail likewise"),
    (">5m  <2h", "the age: at least, or less than; s, m, h, d"),
    ("far>2  far<0.5", "percent away from the market, or from triggering"),
    ("ours  others", "without, or with, another program's mark (user reference, client's order id)"),
    ("id:O7K", "how the order id begins"),
    ("ref:12  cl:grid", "the user reference; how the client's order id begins"),
    ("btc,eth  !stop", "a comma means either, ! means not; all words have to hold"),
)
"""The language, for the help."""
HINT: Final = "btc  buy  limit  stop  >5m  far>2  ours  id:O7  ref:12  !not  a,b either"

_TYPES: Final[Mapping[str, frozenset[str]]] = {
    "stop": PROTECTIVE,
    "take": frozenset({"take-profit", "take-profit-limit"}),
    "trail": frozenset({"trailing-stop", "trailing-stop-limit"}),
    **{one: frozenset({one}) for one in ORDER_TYPES},
}
_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_AGE = re.compile(r"(\d{1,6})([smhd])", re.ASCII)
_PERCENT = re.compile(r"\d{1,6}(?:\.\d{1,6})?%?", re.ASCII)
_REFERENCE = re.compile(r"-?\d{1,10}", re.ASCII)
_MARKET = re.compile(r"[\w.]{1,24}(?:/[\w.]{0,24})?|/[\w.]{1,24}")
_SHOWN = 20


class Complaint(Struct, frozen=True):
    """What is wrong with a filter: one clause."""

    why: str


class _Wrong(Exception):
    """A word makes no sense; the clause says why."""


def parse(text: str, names: Names | None = None) -> OrderFilter | Complaint:
    """Read a filter.

    Args:
        text: What was typed; empty = no filter.
        names: The exchange's spellings, so that `xbt` is `btc` and a pair that does not exist is no pair;
            while there are none, every word that could be one is taken for one.
    """
    if len(text) > LONGEST:
        return Complaint(f"a filter has at most {LONGEST} characters")
    if not text.isprintable():
        return Complaint("a filter is plain text")
    reader = _Reader(names or Names())
    try:
        demands = tuple(reader.demand(word) for word in text.split())
        _check(demands)
    except _Wrong as wrong:
        return Complaint(str(wrong))
    return OrderFilter(demands)


def written(wanted: OrderFilter) -> str:
    """Write a filter so that it reads the same again."""
    return " ".join(map(_written, wanted.demands))


def age_s(text: str) -> int | None:
    """Read an age like `90s`, `5m`, `2h`, `3d` in seconds; None where it is none."""
    found = _AGE.fullmatch(text)
    return int(found[1]) * _SECONDS[found[2]] if found else None


def percent(text: str) -> str | None:
    """Read a distance like `2`, `0.5` or `2%` as the digits of a Decimal; None where it is none."""
    return text.rstrip("%") if _PERCENT.fullmatch(text) else None


class _Reader:
    """Reads single words."""

    def __init__(self, names: Names) -> None:
        self._names = names

    def demand(self, word: str) -> Demand:
        negated = word.startswith("!")
        said = word[1:] if negated else word
        if not said:
            raise _Wrong("! stands right in front of a word: !stop")
        for begin, kind in ((">", "older"), ("<", "younger")):
            if said.startswith(begin):
                return _bound(kind, said[1:], word, negated=negated)
        head = said.casefold()
        for begin, kind in (("far>", "far"), ("far<", "near")):
            if head.startswith(begin):
                return _bound(kind, said[len(begin) :], word, negated=negated)
        for begin, read in _PREFIXED.items():
            if head.startswith(begin):
                return _joined([read(part) for part in _parts(said[len(begin) :], word)], word, negated)
        return _joined([self._plain(part) for part in _parts(said, word)], word, negated)

    def _plain(self, part: str) -> tuple[Kind, tuple[Value, ...]]:
        low = part.casefold()
        if low in {"buy", "sell"}:
            return "side", (low,)
        if low in {OURS, OTHERS}:
            return "whose", (low,)
        if low in _TYPES:
            return "type", tuple(sorted(_TYPES[low]))
        return "market", (self._market(part),)

    def _market(self, typed: str) -> str:
        if _MARKET.fullmatch(typed) is None:
            raise _Wrong(f"{_shown(typed)} is no pair, asset or word of a filter")
        names = self._names
        pairs = meant_pairs(names, typed)
        if pairs:
            return _only(pairs, typed) or pairs[0]
        base, slash, quote = typed.partition("/")
        known = [_only(meant_assets(names, side), side) for side in (base, quote) if side]
        if names.pairs and (None in known or (base and quote)):
            if base and quote:
                raise _Wrong(f"the exchange has no pair {_shown(typed)}")
            raise _Wrong(f"{_shown(typed)} is no pair, asset or word of a filter")
        sides = [_only(meant_assets(names, side), side) or _spelled(side) for side in (base, quote)]
        return slash.join(sides) if slash else sides[0]


def _only(found: tuple[str, ...], typed: str) -> str | None:
    """Give the one thing that is meant, None where there is none; two are no guess."""
    if len(found) > 1:
        raise _Wrong(f"{_shown(typed)} may be {' or '.join(found)}")
    return found[0] if found else None


def _spelled(side: str) -> str:
    """Spell an asset that no list names as the stream does: `xbt` is `BTC`."""
    return wsname_symbol(f"{side.upper()}/").rstrip("/")


def _id(part: str) -> tuple[Kind, tuple[Value, ...]]:
    return "id", (part.upper(),)


def _client(part: str) -> tuple[Kind, tuple[Value, ...]]:
    return "client", (part,)


def _reference(part: str) -> tuple[Kind, tuple[Value, ...]]:
    if _REFERENCE.fullmatch(part) is None:
        raise _Wrong(f"ref: takes a whole number like ref:12, not {_shown(part)}")
    return "ref", (int(part),)


_PREFIXED: Final[Mapping[str, Callable[[str], tuple[Kind, tuple[Value, ...]]]]] = {
    "id:": _id,
    "ref:": _reference,
    "cl:": _client,
}


def _parts(said: str, word: str) -> list[str]:
    parts = said.split(",")
    if not all(parts):
        raise _Wrong(f"{_shown(word)} lacks something: a comma stands between two words")
    return parts


def _joined(read: list[tuple[Kind, tuple[Value, ...]]], word: str, negated: bool) -> Demand:
    kinds = {kind for kind, _ in read}
    if len(kinds) > 1:
        raise _Wrong(f"{_shown(word)} mixes two things: a comma joins words of one kind")
    values = {value for _, some in read for value in some}
    return Demand(read[0][0], tuple(sorted(values, key=str)), negated)


def _bound(kind: str, text: str, word: str, *, negated: bool) -> Demand:
    if negated:
        raise _Wrong(f"{_shown(word)}: turn > and < round instead of writing !")
    if kind in {"older", "younger"}:
        seconds = age_s(text.casefold())
        if seconds is None:
            raise _Wrong(f"{_shown(word)} is no age: write >90s, >5m, <2h or <3d")
        return Demand("older" if kind == "older" else "younger", (seconds * SECOND,))
    digits = percent(text)
    if digits is None:
        raise _Wrong(f"{_shown(word)} is no distance: write far>2 or far<0.5, in percent")
    return Demand("far" if kind == "far" else "near", (Decimal(digits),))


_ONCE: Final[Mapping[Kind, str]] = {
    "side": "the side",
    "type": "the type",
    "whose": "ours or others",
    "id": "the id",
    "ref": "the reference",
    "client": "the client's id",
    "older": "the least age",
    "younger": "the greatest age",
    "far": "the least distance",
    "near": "the greatest distance",
}
_OPEN_RANGES: Final[tuple[tuple[Kind, Kind, str], ...]] = (
    ("older", "younger", "no age is both that high and that low"),
    ("far", "near", "no distance is both that far and that near"),
)


def _check(demands: tuple[Demand, ...]) -> None:
    """Refuse what cannot be meant: two sides at once, an age that is high and low."""
    said: dict[Kind, Demand] = {}
    for demand in demands:
        if demand.negated or demand.kind not in _ONCE:
            continue
        if demand.kind in said:
            either = "" if demand.kind in _BOUNDS else ": a,b in one word means either"
            raise _Wrong(f"{_ONCE[demand.kind]} is said twice{either}")
        said[demand.kind] = demand
    for low, high, why in _OPEN_RANGES:
        if low in said and high in said and Decimal(said[low].values[0]) >= Decimal(said[high].values[0]):
            raise _Wrong(why)


_BOUNDS: Final = frozenset({"older", "younger", "far", "near"})
_HEADS: Final[Mapping[Kind, str]] = {"id": "id:", "ref": "ref:", "client": "cl:"}


def _written(demand: Demand) -> str:
    match demand.kind, demand.values:
        case "older" | "younger", (int(age_ns),):
            return f"{'>' if demand.kind == 'older' else '<'}{_age(age_ns // SECOND)}"
        case "far" | "near", (Decimal() as distance,):
            return f"far{'>' if demand.kind == 'far' else '<'}{plain(distance)}"
        case "type", values:
            body = ",".join(_type_words(frozenset(map(str, values))))
        case kind, values:
            body = _HEADS.get(kind, "") + ",".join(str(value) for value in values)
            if kind == "market":
                body = body.lower()
    return f"!{body}" if demand.negated else body


def _type_words(types: frozenset[str]) -> list[str]:
    """Write types, those that a word stands for as that word."""
    words: list[str] = []
    left = set(types)
    for word, group in _TYPES.items():
        if group <= left:
            words.append(word)
            left -= group
    return [*words, *sorted(left)]


def _age(seconds: int) -> str:
    for unit, size in reversed(_SECONDS.items()):
        if seconds % size == 0 and (seconds or unit == "s"):
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def _shown(word: str) -> str:
    return word if len(word) <= _SHOWN else f"{word[: _SHOWN - 1]}…"
