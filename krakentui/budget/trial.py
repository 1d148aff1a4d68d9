"""The two-order trial: what the websockets said of the orders that the user placed elsewhere.

The trial is that of the websocket v1 reference, chapter 7: two orders far from the market on a quiet pair,
0.2 s apart, the first cancelled at 3 s, the second amended at 8 s and cancelled at 20 s. The orders are
known by the order in which they came: A1 and A2 on the pair, B1 on the next pair. Their ids go no further.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, Self

from msgspec import Struct, structs

from krakentui.budget.belief import Belief
from krakentui.budget.costs import AMEND, CANCEL, FIXED, rung
from krakentui.model.audit import STREAM_ACTS, Act, OrderHeard, Written
from krakentui.model.event import CounterReported, Happening, OrderPatched, TierSeen, Unknown
from krakentui.model.limit import PairScope
from krakentui.model.order import OrderPatch

Side = Literal["old", "new"]
"""Which websocket: v1, which documents the counter, or v2."""
ENDS: frozenset[Act] = frozenset({"closed", "canceled", "expired"})
MOST_WORDS, MOST_PAIRS = 2_000, 26


class Word(Struct, frozen=True, kw_only=True):
    """What one websocket said of one order of the trial."""

    order: str
    """`A1`."""
    pair: str
    side: Side
    act: Act
    t_ns: int
    """Steady time of its arrival."""
    said_ns: int | None
    """The exchange's time of the act, where it is told."""
    written: Written | None = None
    """None = not known: the stream's are read as figures only."""
    units: int | None = None
    figure: str = ""


class Event(Struct, frozen=True):
    """One act of the trial, whichever websockets told of it."""

    order: str
    pair: str
    act: Act
    at_ns: int
    cost: int
    """Whole points, by the order's age."""
    words: tuple[Word, ...]

    def figure(self, side: Side) -> int | None:
        """Tell the counter that a websocket gave with it; None = none."""
        return next((one.units for one in self.words if one.side == side and one.units is not None), None)


class Trial(Struct, frozen=True, kw_only=True):
    """All that was said so far."""

    account: str
    chosen: str | None = None
    """The pair that the user named; None = not known yet: until then no order has a part in it."""
    orders: Mapping[str, str] = MappingProxyType({})
    """Order id -> name."""
    pairs: tuple[str, ...] = ()
    words: tuple[Word, ...] = ()
    names: frozenset[str] = frozenset()
    """Fields of the stream that carried a counter."""
    strange: tuple[str, ...] = ()
    """Fields that look like a counter and are none that we know, with where they were."""
    ceilings: Mapping[Side, int] = MappingProxyType({})
    disturbed: bool = False
    """Somebody changed another order on the pair."""

    @classmethod
    def of(cls, account: str, pair: str, belief: Belief) -> Self:
        """Begin a trial on this pair with the ceilings that were told already."""
        told: dict[Side, int | None] = {"old": belief.audited, "new": belief.named}
        ceilings = {side: ceiling for side, ceiling in told.items() if ceiling is not None}
        return cls(account=account, chosen=pair, ceilings=MappingProxyType(ceilings))

    def take(self, event: Happening, t_ns: int) -> Self:
        """Take one event."""
        match event:
            case OrderHeard() if event.account == self.account:
                return self._heard(event, t_ns)
            case OrderPatched() if event.account == self.account:
                return self._streamed(event.patch, t_ns)
            case CounterReported(name="engine", scope=PairScope(pair=pair)) if "executions." in event.source:
                return self._reported(pair, event)
            case Unknown() if event.what.startswith("rate"):
                where = f"{event.what} ({event.where})"
                known = where in self.strange
                return self if known else structs.replace(self, strange=(*self.strange, where))
            case TierSeen() if event.account == self.account:
                side: Side = "old" if event.audited else "new"
                told = MappingProxyType({**self.ceilings, side: event.maxratecount})
                return structs.replace(self, ceilings=told)
        return self

    # --- what was seen ---------------------------------------------------------------------------

    def has(self, order: str, *acts: Act) -> bool:
        """Tell whether one of these acts was told of an order."""
        return any(one.order == order and one.act in acts for one in self.words)

    def is_over(self, order: str) -> bool:
        """Tell whether an order has ended."""
        return self.has(order, *ENDS)

    def events(self) -> tuple[Event, ...]:
        """List the acts in the order of their time, each with its cost."""
        ahead_ns = min((one.said_ns - one.t_ns for one in self.words if one.said_ns is not None), default=0)
        told: dict[tuple[str, Act, int], list[Word]] = {}
        seen: dict[tuple[str, Act, Side], int] = {}
        for word in self.words:
            if word.act in {"snapshot", "touched", "other"}:
                continue
            nth = seen[word.order, word.act, word.side] = seen.get((word.order, word.act, word.side), 0) + 1
            told.setdefault((word.order, word.act, nth), []).append(word)
        times = {key: _time(words, ahead_ns) for key, words in told.items()}
        born: dict[str, int] = {}
        found = []
        for key in sorted(told, key=lambda key: times[key]):
            order, act, _ = key
            age_ns = times[key] - born.setdefault(order, times[key])
            if act == "amended":
                born[order] = times[key]
            found.append(Event(order, told[key][0].pair, act, times[key], _cost(act, age_ns), (*told[key],)))
        return tuple(found)

    # --- taking ----------------------------------------------------------------------------------

    def with_order(self, order_id: str, pair: str | None) -> Self:
        """Give a new order its name; before the chosen pair has its first, nothing else has one."""
        if order_id in self.orders or pair is None or (not self.pairs and self.chosen != pair):
            return self
        pairs = self.pairs if pair in self.pairs else (*self.pairs, pair)
        if len(pairs) > MOST_PAIRS:
            return self
        letter = chr(ord("A") + pairs.index(pair))
        number = 1 + sum(name.startswith(letter) for name in self.orders.values())
        orders = MappingProxyType({**self.orders, order_id: f"{letter}{number}"})
        return structs.replace(self, orders=orders, pairs=pairs)

    def with_word(self, word: Word) -> Self:
        """Keep a word, as long as there is room."""
        return self if len(self.words) >= MOST_WORDS else structs.replace(self, words=(*self.words, word))

    def pair_of(self, order: str) -> str:
        """Tell the pair of an order by its name."""
        return self.pairs[ord(order[0]) - ord("A")]

    def _heard(self, event: OrderHeard, t_ns: int) -> Self:
        known = self.with_order(event.order_id, event.pair) if event.act == "pending" else self
        order = known.orders.get(event.order_id)
        if order is None:
            mine = bool(self.pairs) and event.pair == self.pairs[0] and event.act in {"canceled", "amended"}
            return structs.replace(known, disturbed=known.disturbed or mine)
        return known.with_word(
            Word(
                order=order,
                pair=known.pair_of(order),
                side="old",
                act=event.act,
                t_ns=t_ns,
                said_ns=event.said_ns,
                written=event.written,
                units=event.units,
                figure=event.figure,
            )
        )

    def _streamed(self, patch: OrderPatch, t_ns: int) -> Self:
        act = STREAM_ACTS.get(patch.exec_type)
        known = self.with_order(patch.id, patch.pair) if act == "pending" else self
        order = known.orders.get(patch.id)
        if order is None or act is None:
            return known
        return known.with_word(
            Word(
                order=order,
                pair=known.pair_of(order),
                side="new",
                act=act,
                t_ns=t_ns,
                said_ns=patch.said_ns,
            )
        )

    def _reported(self, pair: str, event: CounterReported) -> Self:
        """Give a figure of the stream to its latest word on that pair."""
        told = structs.replace(self, names=self.names | {event.source.partition(".")[2]})
        for index in range(len(self.words) - 1, -1, -1):
            word = self.words[index]
            if word.side == "new" and word.pair == pair:
                known = structs.replace(word, units=event.units)
                return structs.replace(told, words=(*self.words[:index], known, *self.words[index + 1 :]))
        return told


def _time(words: list[Word], ahead_ns: int) -> int:
    """Tell when an act happened: by the stream, by the old websocket, or by its first arrival."""
    for side in ("new", "old"):
        for word in words:
            if word.side == side and word.said_ns is not None:
                return word.said_ns
    return min(word.t_ns for word in words) + ahead_ns


def _cost(act: Act, age_ns: int) -> int:
    match act:
        case "pending":
            return FIXED
        case "amended":
            return FIXED + rung(AMEND, age_ns)
        case "canceled":
            return rung(CANCEL, age_ns)
    return 0
