"""What has been, as far as it was asked for: pages joined without doubles and without holes.

A page is asked for by the time of the oldest row that is known, which names that row once more; so rows
that arrive meanwhile shift nothing. The newest page asked for again either meets what is known, or there
is a hole between them: then the older rows go, rather than be shown as if nothing lay between.
"""

from collections.abc import Iterable
from typing import Final, TypeVar

from msgspec import Struct, structs

from krakentui.model.event import FillSeen, Happening
from krakentui.model.history import (
    PAGE,
    FeesTold,
    HistoryAsked,
    HistoryCame,
    HistoryFailed,
    HistoryKind,
    LedgerEntry,
    Past,
    PastTrade,
    instant_of,
)
from krakentui.model.order import Fill

T = TypeVar("T", bound=Past)
MOST_ROWS: Final = 5_000
"""Rows kept of a kind; older pages are not asked for beyond."""
MOST_FILLS: Final = 1_000


class Shelf(Struct, frozen=True, kw_only=True):
    """The rows of one kind, newest first."""

    rows: tuple[Past, ...] = ()
    known: bool = False
    """A page has come."""
    complete: bool = False
    """There is nothing older."""
    asking: bool = False
    again: bool = False
    """What is asked for is the newest page."""
    why: str = ""
    """Why the last page did not come, as a sentence."""
    skip: int = 0
    """Rows of the oldest instant to pass over: a whole page of them brought nothing new."""

    @property
    def oldest_ns(self) -> int | None:
        """The instant by which the next page is asked for; None = the newest page."""
        return instant_of(self.rows[-1]) if self.rows else None


class History:
    """The shelves of one account, and the fees."""

    def __init__(self, account: str) -> None:
        self._account = account
        self.shelves: dict[HistoryKind, Shelf] = {"orders": Shelf(), "trades": Shelf(), "ledger": Shelf()}
        self.fills: dict[str, PastTrade] = {}
        """Fills that the stream told in this run, oldest first: they cost no call."""
        self.fees: FeesTold | None = None

    def take(self, event: Happening) -> None:
        """Take an event; those that concern no history mean nothing here."""
        match event:
            case HistoryAsked(account=self._account):
                shelf = self.shelves[event.kind]
                self.shelves[event.kind] = structs.replace(shelf, asking=True, again=event.again, why="")
            case HistoryCame(account=self._account):
                self.shelves[event.kind] = _joined(self.shelves[event.kind], event.rows)
            case HistoryFailed(account=self._account):
                shelf = self.shelves[event.kind]
                self.shelves[event.kind] = structs.replace(shelf, asking=False, why=event.why)
            case FillSeen(fill=Fill(account=self._account) as fill):
                self._fill(fill)
            case FeesTold(account=self._account):
                self.fees = event

    def trades(self) -> tuple[PastTrade, ...]:
        """List the trades that are known, of the stream and of the pages, newest first."""
        known = {row.id: row for row in self.shelves["trades"].rows if isinstance(row, PastTrade)}
        return tuple(_sorted([*known.values(), *(one for one in self.fills.values() if one.id not in known)]))

    def pairs(self) -> tuple[str, ...]:
        """List the pairs of the orders and trades that are known."""
        rows = (*self.shelves["orders"].rows, *self.trades())
        told = (None if isinstance(row, LedgerEntry) else row.pair for row in rows)
        return tuple(dict.fromkeys(pair for pair in told if pair is not None))

    def _fill(self, fill: Fill) -> None:
        asset, fee = fill.fees[0] if len(fill.fees) == 1 else (None, None)
        self.fills.setdefault(
            fill.exec_id,
            PastTrade(
                id=fill.exec_id,
                order_id=fill.order_id,
                pair=fill.pair,
                side=fill.side,
                type=fill.type,
                price=fill.price,
                qty=fill.qty,
                cost=fill.cost,
                fee=fee,
                maker=fill.maker,
                at_ns=fill.exchange_ns,
                fee_asset=asset,
            ),
        )
        while len(self.fills) > MOST_FILLS:
            del self.fills[next(iter(self.fills))]


def _joined(shelf: Shelf, page: tuple[Past, ...]) -> Shelf:
    """Put a page to what is known."""
    known = {row.id: row for row in shelf.rows}
    fresh = [row for row in page if row.id not in known]
    done = structs.replace(shelf, asking=False, again=False, known=True, why="")
    if shelf.again and shelf.rows:
        meets = len(fresh) < len(page) or len(page) < PAGE
        kept = [*shelf.rows, *fresh] if meets else fresh
        return structs.replace(done, rows=_bounded(kept), complete=shelf.complete and meets, skip=0)
    if not fresh and len(page) >= PAGE:
        return structs.replace(done, skip=shelf.skip + PAGE)
    rows = _bounded([*shelf.rows, *fresh])
    return structs.replace(done, rows=rows, complete=len(page) < PAGE or len(rows) >= MOST_ROWS, skip=0)


def _bounded(rows: Iterable[Past]) -> tuple[Past, ...]:
    return tuple(_sorted(rows))[:MOST_ROWS]


def _sorted(rows: Iterable[T]) -> list[T]:
    return sorted(rows, key=lambda row: (-instant_of(row), row.id))
