"""The orders of one account: open ones, ended ones that are remembered, and the doubtful between.

The stream has authority. While its snapshot stands, a list may neither add an order at once nor take
one away; while it does not, a list adds at once, and takes away by the rule of `absence`.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Literal

from msgspec import Struct, structs

from krakentui.model.amend import AmendsSeen
from krakentui.model.clock import SECOND
from krakentui.model.order import Fill, Order, OrderPatch
from krakentui.model.symbol import Names
from krakentui.state.absence import TOMBSTONE_NS, Absence, is_beyond_lag
from krakentui.state.merge import REST_LAG_NS, STREAM_LAG_NS, Word, merge, tells_news, with_amends

DETAILS_PAUSE_NS = 10 * SECOND
"""Between two queries for an order whose details are missing."""
FRESH_LIST_NS = 20 * SECOND
"""Without a stream a list is asked for every 5 to 10 s; one that is younger tells the orders of now."""
TRACE_NS = 8 * SECOND
"""How long an order that has ended leaves a trace in the list."""
MAX_FILLS = 5_000
"""Execution ids remembered; the exchange repeats at most the last 50."""


class Change(Struct, frozen=True, kw_only=True):
    """What a word did to one order; `after` is the belief now, or the last one it had."""

    kind: Literal["new", "changed", "ended", "vanished"]
    before: Order | None
    after: Order


class Tombstone(Struct, frozen=True, kw_only=True):
    """An order that is no longer open."""

    order: Order
    at_ns: int
    was_open: bool
    """It was among the open orders, so that its going is news."""


class OrderTable:
    """All that is believed of the orders of one account."""

    def __init__(self, account: str) -> None:
        self._account = account
        self._open: dict[str, Order] = {}
        self._ended: dict[str, Tombstone] = {}
        self._heard: dict[str, int] = {}
        self._absent: dict[str, Absence] = {}
        self._unsure: set[str] = set()
        self._queried: dict[str, int] = {}
        self._fills: dict[str, str] = {}
        self._traded: dict[str, Decimal] = {}
        self._strangers: set[str] = set()
        self._last_list_ns = -1
        self._whole_ns = 0
        self.listed = False
        """The exchange has listed the open orders at least once."""
        self.authoritative = False
        """The stream's snapshot stands: it is live and nothing was missed since."""

    @property
    def open(self) -> Mapping[str, Order]:
        """The orders believed open, and those whose end is being asked for."""
        return MappingProxyType(self._open)

    def find(self, order_id: str) -> Order | None:
        """Return the last belief about an order, ended ones included."""
        stone = self._ended.get(order_id)
        return self._open.get(order_id) or (stone.order if stone else None)

    def ended(self, order_id: str) -> Order | None:
        """Return an order that ended lately."""
        stone = self._ended.get(order_id)
        return stone.order if stone else None

    def just_ended(self, t_ns: int) -> Iterator[Order]:
        """List the orders that were open some seconds ago."""
        for stone in self._ended.values():
            if stone.was_open and t_ns - stone.at_ns <= TRACE_NS:
                yield stone.order

    def stands(self, t_ns: int) -> bool:
        """Tell whether the open orders are believed as they were then: streamed, or listed lately in full."""
        lately = self._last_list_ns >= 0 and t_ns - self._last_list_ns < FRESH_LIST_NS
        return self.authoritative or (lately and not self._absent)

    def stood(self, t_ns: int) -> bool:
        """Tell whether a stream has shown every order that a lagging list asked then may know."""
        return self.authoritative and is_beyond_lag(self._whole_ns, t_ns)

    def will_tell(self, order_id: str, since_ns: int) -> bool:
        """Tell whether the stream is to tell how an order ends that was open then."""
        if not self.authoritative or order_id in self._unsure:
            return False
        return order_id in self._open or self._whole_ns <= since_ns

    def is_unsure(self, order_id: str) -> bool:
        """Tell whether the stream no longer lists it, while a cancel of it is unsettled."""
        return order_id in self._unsure

    def may_be_open(self, order_id: str, *, named: bool) -> bool:
        """Tell whether an order that is not among the open ones may be open all the same.

        One that was `named` may while only a list of REST misses it, which lags, or nobody was asked for it.
        """
        if order_id in self._ended:
            return False
        return not self.listed or (named and not (self.authoritative and order_id in self._strangers))

    def is_stranger(self, order_id: str) -> bool:
        """Tell whether the exchange was asked for it and knew no such order, and we neither."""
        return order_id in self._strangers

    def patched(self, patch: OrderPatch, word: Word) -> list[Change]:
        """Take one entry of the stream."""
        stone = self._ended.get(patch.id)
        if stone is not None:
            after = merge(stone.order, patch, word, self._account)
            if stone.order.is_done or not _is_later(stone.order, patch):
                self._ended[patch.id] = structs.replace(stone, order=after)
                return self._known_end(stone.order, after)
            del self._ended[patch.id]
            self._open[patch.id] = stone.order
        self._unsure.discard(patch.id)
        self._absent.pop(patch.id, None)
        return self._join(patch, word)

    def snapshot(self, patches: Iterable[OrderPatch], word: Word, keep: Collection[str]) -> list[Change]:
        """Replace the open orders by the stream's list; those in `keep` stay until a query tells."""
        changes: list[Change] = []
        named: set[str] = set()
        for patch in patches:
            named.add(patch.id)
            stone = self._ended.get(patch.id)
            if stone is not None and stone.order.is_done:
                continue
            self._ended.pop(patch.id, None)
            changes += self._join(patch, word)
        self._heard.clear()
        self._absent.clear()
        self._unsure &= set(self._open) - named
        for order_id in [known for known in self._open if known not in named]:
            if order_id in keep:
                self._unsure.add(order_id)
            elif _is_ahead(self._open[order_id], word):  # a query is to tell, or the stream catches up
                first_ns = word.t_ns - REST_LAG_NS
                self._absent[order_id] = Absence(first_ns=first_ns, last_ns=word.t_ns, lists=2)
            else:
                changes.append(self._bury(order_id, word.t_ns))
        if not self.authoritative:
            self._whole_ns = word.t_ns
        self.listed = self.authoritative = True
        return changes

    def polled(self, patches: Iterable[OrderPatch], word: Word) -> list[Change]:
        """Take a list of REST; it may lag, and one asked before the last one says nothing new."""
        if word.t_ns <= self._last_list_ns:
            return []
        self._last_list_ns = word.t_ns
        changes: list[Change] = []
        named: set[str] = set()
        for patch in patches:
            named.add(patch.id)
            if patch.id in self._ended:
                continue
            self._absent.pop(patch.id, None)
            if patch.id in self._open or self._believes(patch.id, word.t_ns):
                changes += self._join(patch, word)
        self._heard = {known: first for known, first in self._heard.items() if known in named}
        for order_id, order in self._open.items():
            if order_id not in named and (order.stream_ns is None or order.stream_ns <= word.t_ns):
                before = self._absent.get(order_id)
                now = Absence(first_ns=word.t_ns, last_ns=word.t_ns)
                self._absent[order_id] = before.again(word.t_ns) if before else now
        self.listed = True
        return changes

    def queried(
        self, patches: Iterable[OrderPatch], missing: Iterable[str], word: Word, t_ns: int
    ) -> list[Change]:
        """Take what REST says of orders asked for by id."""
        changes: list[Change] = []
        for patch in patches:
            self._queried[patch.id] = t_ns
            self._absent.pop(patch.id, None)
            stone = self._ended.get(patch.id)
            if stone is not None:
                after = merge(stone.order, patch, word, self._account)
                self._ended[patch.id] = structs.replace(stone, order=after)
                changes += self._known_end(stone.order, after)
            elif patch.id in self._open or not self.authoritative or _is_over(patch):
                changes += self._join(patch, word)
        for order_id in missing:
            self._queried[order_id] = t_ns
            if self.find(order_id) is None:
                self._strangers.add(order_id)
            absence = self._absent.get(order_id)
            if order_id in self._unsure or (absence is not None and absence.wants_query(word.t_ns)):
                changes.append(self._bury(order_id, t_ns))
        return changes

    def fill(self, fill: Fill) -> bool:
        """Count one execution; False when it was counted before."""
        if fill.exec_id in self._fills:
            return False
        self._fills[fill.exec_id] = fill.order_id
        self._traded[fill.order_id] = self._traded.get(fill.order_id, Decimal(0)) + fill.qty
        while len(self._fills) > MAX_FILLS:
            del self._fills[next(iter(self._fills))]
        order = self._open.get(fill.order_id)
        if order is not None and order.filled < self._traded[fill.order_id]:
            self._open[fill.order_id] = structs.replace(order, filled=self._traded[fill.order_id])
        return True

    def amended(self, event: AmendsSeen, asked_ns: int) -> None:
        """Take the history of an order's changes, asked for then on the exchange's clock."""
        order = self._open.get(event.order_id)
        if order is not None:
            self._open[order.id] = with_amends(order, event, asked_ns)

    def resolve(self, names: Names) -> None:
        """Give the orders whose pair REST named in its own way the stream's name."""
        for order_id, order in self._open.items():
            if order.pair is None and order.raw_pair is not None:
                self._open[order_id] = structs.replace(order, pair=names.pair(order.raw_pair))

    def release(self, order_id: str, t_ns: int) -> None:
        """Stop showing an order that was only kept for its cancel."""
        if order_id in self._unsure:
            self._bury(order_id, t_ns)

    def wanted(self, t_ns: int) -> tuple[str, ...]:
        """List the orders that only a query can settle."""
        ids = [order_id for order_id in self._open if order_id in self._unsure]
        ids += [order_id for order_id, gone in self._absent.items() if gone.wants_query(t_ns)]
        for order_id, order in self._open.items():
            asked_ns = self._queried.get(order_id)
            if lacks_details(order) and (asked_ns is None or t_ns - asked_ns >= DETAILS_PAUSE_NS):
                ids.append(order_id)
        return tuple(dict.fromkeys(ids))

    def forget(self, t_ns: int) -> None:
        """Drop what is no longer needed against lagging lists."""
        for order_id in [i for i, stone in self._ended.items() if t_ns - stone.at_ns > TOMBSTONE_NS]:
            del self._ended[order_id]
            self._traded.pop(order_id, None)
            self._queried.pop(order_id, None)

    def _believes(self, order_id: str, asked_ns: int) -> bool:
        """Tell whether a list's word suffices to show an order that the stream has not named."""
        first_ns = self._heard.setdefault(order_id, asked_ns)
        return not self.authoritative or is_beyond_lag(first_ns, asked_ns)

    def _join(self, patch: OrderPatch, word: Word) -> list[Change]:
        before = self._open.get(patch.id)
        after = merge(before, patch, word, self._account)
        traded = self._traded.get(patch.id)
        if traded is not None and traded > after.filled:
            after = structs.replace(after, filled=traded)
        if after.is_done:
            self._bury(patch.id, word.t_ns, after)
            return [Change(kind="ended", before=before, after=after)]
        self._open[patch.id] = after
        self._heard.pop(patch.id, None)
        if not tells_news(before, after):
            return []
        return [Change(kind="changed" if before else "new", before=before, after=after)]

    def _bury(self, order_id: str, t_ns: int, order: Order | None = None) -> Change:
        before = self._open.pop(order_id, None)
        last = order or before
        if last is None:
            raise KeyError(order_id)
        self._ended[order_id] = Tombstone(order=last, at_ns=t_ns, was_open=before is not None)
        self._absent.pop(order_id, None)
        self._heard.pop(order_id, None)
        self._unsure.discard(order_id)
        return Change(kind="vanished", before=before, after=last)

    @staticmethod
    def _known_end(before: Order, after: Order) -> list[Change]:
        """Tell how a vanished order ended, once."""
        if after.is_done and not before.is_done:
            return [Change(kind="ended", before=before, after=after)]
        return []


def lacks_details(order: Order) -> bool:
    """Tell whether the exchange must be asked what this order is (a delta came without its base)."""
    known_pair = order.pair or order.raw_pair
    return None in (known_pair, order.side, order.type) or (order.qty is None and order.cash_qty is None)


def _is_ahead(order: Order, word: Word) -> bool:
    """Tell whether REST may know an order that is younger than a snapshot that was under way."""
    young = order.opened_ns is not None and word.now_ns - order.opened_ns < STREAM_LAG_NS
    return young and order.stream_ns is None


def _is_over(patch: OrderPatch) -> bool:
    return patch.status in {"filled", "canceled", "expired"}


def _is_later(order: Order, patch: OrderPatch) -> bool:
    return patch.said_ns is not None and patch.said_ns > order.said_ns
