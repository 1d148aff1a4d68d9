"""Answers scripts that ask for points of a pair: do they surely fit now, and if so, are they booked."""

from collections.abc import Callable

from msgspec import Struct

from krakentui.budget.ledger import Ledger
from krakentui.budget.words import figure
from krakentui.model.booking import PointsBooked
from krakentui.model.clock import Clock
from krakentui.model.event import Happening
from krakentui.model.limit import POINT, PairScope
from krakentui.model.number import counted
from krakentui.model.symbol import Names
from krakentui.state.pairnames import as_typed, meant_pairs, which_one

MOST_UNITS = 1_000 * POINT
"""No ceiling of the exchange comes near."""


class Wish(Struct, frozen=True, kw_only=True):
    """What a script wants."""

    pair: str
    """As it was typed."""
    units: int
    waits: bool
    """It wants to know whether the points surely fit."""
    books: bool
    """It takes them, too."""


class Granted(Struct, frozen=True, kw_only=True):
    """The points fit, or were not asked to: how the pair stands, with them if they were booked."""

    pair: str
    low: int
    high: int
    ceiling: int


class NotYet(Struct, frozen=True, kw_only=True):
    """The points do not surely fit."""

    until_ns: int | None
    """Steady time at which they do, if nothing happens; None = never."""
    why: str
    no_pair: bool = False
    """The exchange has no such pair, or it may be several."""


class Points:
    """The points of one account's pairs."""

    def __init__(
        self,
        account: str,
        ledger: Callable[[], Ledger],
        names: Callable[[], Names],
        clock: Clock,
        tell: Callable[[Happening], None],
    ) -> None:
        """Take where the ledger is to be found, and where bookings are told."""
        self._account = account
        self._ledger = ledger
        self._names = names
        self._clock = clock
        self._tell = tell
        self._booked = 0

    def ask(self, wish: Wish, program: str) -> Granted | NotYet:
        """Grant a wish, or say until when it waits and why."""
        pair, t_ns = self._named(wish.pair), self._clock.mono_ns()
        if isinstance(pair, NotYet):
            return pair
        if wish.waits and (wait := self._wait(pair, wish.units, t_ns)) is not None:
            return wait
        counter = self._ledger().engine_at(pair, t_ns)
        if wish.books and wish.units > counter.ceiling:
            why = (
                f"{counted(figure(wish.units), 'point')} cannot be spent on {pair} at once: its ceiling is "
                f"{figure(counter.ceiling)}. A batch of cancels may pass it: book that in parts."
            )
            return NotYet(until_ns=None, why=why)
        if wish.books:
            self._booked += 1
            name = f"{program} {t_ns} {self._booked}"
            scope = PairScope(self._account, pair)
            self._tell(PointsBooked(scope=scope, units=wish.units, name=name, program=program))
        counter = self._ledger().engine_at(pair, t_ns)
        return Granted(pair=pair, low=counter.low, high=counter.high, ceiling=counter.ceiling)

    def _wait(self, pair: str, units: int, t_ns: int) -> NotYet | None:
        ledger = self._ledger()
        ceiling = ledger.engine_at(pair, t_ns).ceiling
        fits_ns = ledger.engine_fits_at(pair, units, t_ns)
        if fits_ns is None:
            wanted = counted(figure(units), "point")
            why = f"{wanted} can never fit on {pair}: its ceiling is {figure(ceiling)}."
            return NotYet(until_ns=None, why=why)
        if fits_ns <= t_ns:
            return None
        why = f"{counted(figure(units), 'point')} may not fit on {pair} yet."
        if not ledger.sees_acts:
            why = f"Nobody sees yet what is done on {pair}, so nothing surely fits."
        return NotYet(until_ns=fits_ns, why=why)

    def _named(self, typed: str) -> str | NotYet:
        """Give the stream's name of a pair, or why none is meant; until pairs are told, as it was typed."""
        names = self._names()
        found = meant_pairs(names, typed)
        named = found[0] if len(found) == 1 else as_typed(names, typed)
        if named is not None:
            return named
        why = f"The exchange has no pair {typed}: one is written like BTC/USD."
        if found:
            why = which_one(typed, found)
        elif not names.pairs:
            why = f"The exchange has not told its names of pairs: write {typed} like BTC/USD."
        return NotYet(until_ns=None, why=why, no_pair=True)
