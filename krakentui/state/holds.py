"""What open orders and all that we cannot see hold of an account's funds.

No stream names holds. They are worked out from the open orders; a poll teaches the fee on top and corrects
what we cannot see, and the correction rides along until the next poll that is not behind. So a hold moves at
once with its order, and a poll that lags, or is ahead of a slow stream, moves nothing.
"""

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from decimal import ROUND_CEILING, Decimal
from typing import Final

from msgspec import Struct

from krakentui.model.clock import SECOND
from krakentui.model.order import Order
from krakentui.state.merge import REST_LAG_NS, STREAM_LAG_NS

ZERO: Final = Decimal(0)
ONE: Final = Decimal(1)
MOST_FEE: Final = Decimal("1.01")
"""A hold up to 1 % above what the orders themselves lock is their fee (0.4 % at most for a taker: 2026)."""
KEPT_LONGER_NS: Final = 15 * SECOND
"""A poll is judged at most so long after it was asked for."""
ROUNDED: Final = Decimal("0.0001")
"""The exchange rounds the fee of each order up: together by far less than this part."""
EXACT: Final = 1 - Decimal("1e-20")
"""What a fee that was worked out by division may be off by is not rounded up."""
Lock = tuple[str, Decimal]
"""An asset and how much of it one order locks."""


class Polled(Struct, frozen=True):
    """A hold that a poll told."""

    asked_ns: int
    held: Decimal
    whole: bool
    """No order can have come and gone unseen in the time that it may show."""


class Holds:
    """What is held of each asset of one account."""

    def __init__(self) -> None:
        self.orders_known = False
        """The open orders were listed: what they hold can be worked out."""
        self._polled: dict[str, Polled] = {}
        self._offset: dict[str, Decimal] = {}
        self._fee: dict[str, Decimal] = {}
        self._fresh: set[str] = set()
        """Assets whose hold is explained by a first poll that is not judged yet."""
        self._unjudged: set[str] = set()
        """Assets of which the last poll is to be judged."""
        self._odd: dict[str, tuple[int, Decimal]] = {}
        """What the orders of the last judged poll did not explain, and since which poll it has been so."""
        self._derived: dict[str, deque[tuple[int, Decimal]]] = {}
        self._locks: dict[str, tuple[Order, Lock | None]] = {}

    def polled(self, held: Mapping[str, Decimal], asked_ns: int, *, stand: bool, whole: bool) -> None:
        """Take the holds of a poll, whatever it does not name being nothing.

        Args:
            held: What it names, by asset.
            asked_ns: Steady time of the asking.
            stand: The open orders are believed as they were then. Without that a hold that is not theirs
                would be learned from orders that came and went unseen.
            whole: So they were in all the time that a lagging poll may show. Without that only what the
                orders explain alone is learned, and what polls go on showing for a minute.
        """
        for asset in {*held, *self._polled}:
            self._polled[asset] = Polled(asked_ns, held.get(asset, ZERO), whole)
            if self.orders_known:
                if asset not in self._offset:
                    self._meet(asset)
                (self._unjudged.add if stand else self._unjudged.discard)(asset)

    def renamed(self, name: Callable[[str], str]) -> None:
        """Move what was told under REST's own names (`XXBT`) to the names that are shown."""
        for asset in [known for known in self._polled if name(known) != known]:
            self._polled.setdefault(name(asset), self._polled.pop(asset))
            self._offset.pop(asset, None)

    def orders_moved(self, orders: Iterable[Order], t_ns: int, exchange_ns: int | None = None) -> None:
        """Work out anew what the open orders hold, unless REST's names of their pairs are not joined yet.

        Args:
            orders: All of them.
            t_ns: Now.
            exchange_ns: Now on the exchange's clock, which dates the orders; None = not known.
        """
        orders = tuple(orders)
        if not self.orders_known and any(order.pair is None for order in orders):
            return
        known, self._locks = self._locks, {}
        for order in orders:  # hundreds of orders, of which one has changed: 4 times as fast as anew
            last = known.get(order.id)
            self._locks[order.id] = last if last and last[0] is order else (order, _lock(order))
        now = _summed(lock for _, lock in self._locks.values())
        first, self.orders_known = not self.orders_known, True
        for asset in {*now, *self._derived}:
            value = now.get(asset, ZERO)
            if asset not in self._derived:
                began = self._since_opened(asset, t_ns, exchange_ns) if first else deque([(0, ZERO)])
                self._derived[asset] = began
            past = self._derived[asset]
            if past[-1][1] != value:
                past.append((t_ns, value))
            while len(past) > 1 and past[1][0] <= t_ns - REST_LAG_NS - KEPT_LONGER_NS:
                past.popleft()
        if first:
            for asset in self._polled:
                self._meet(asset)
            self._unjudged.update(self._polled)
        elif self._fresh and exchange_ns is not None:
            self._meet_again(known, t_ns, exchange_ns)

    def held(self, asset: str) -> Decimal | None:
        """Tell what is locked of an asset; None = nobody has said."""
        polled = self._polled.get(asset)
        if not self.orders_known:
            return None if polled is None else polled.held
        offset = self._offset.get(asset)
        if polled is None or offset is None:
            return max(ZERO, self._now(asset))
        now, fee = self._now(asset), self._fee_of(asset)
        if fee == ONE:
            return max(ZERO, now + offset)
        # The exchange rounds each order's fee up to the places of its ledger.
        return max(ZERO, (now * fee * EXACT + offset).quantize(polled.held, ROUND_CEILING))

    def doubt_orders(self) -> None:
        """Judge no poll that was asked in the last seconds: the stream of orders may have been dead then."""
        self._unjudged.clear()

    def settle(self, t_ns: int) -> None:
        """Judge the polled holds that are old enough for the stream to have shown the orders they go by."""
        for asset in [one for one in self._unjudged if t_ns - self._polled[one].asked_ns >= STREAM_LAG_NS]:
            self._unjudged.discard(asset)
            self._fresh.discard(asset)
            self._judge(asset)

    def _judge(self, asset: str) -> None:
        """Correct what we cannot see, if the poll goes by no older orders than ours of then."""
        polled, derived = self._polled[asset], self._during_lag(asset)[-1]
        alone = abs(polled.held - derived * self._fee_of(asset)) <= derived * ROUNDED
        known = polled.whole or self._is_steady(asset, polled.held - derived)
        if alone or (known and self._nearest(asset) == derived):
            self._explain(asset, derived)

    def _is_steady(self, asset: str, rest: Decimal) -> bool:
        """Tell whether polls have shown for a minute that so much is held by what no order explains."""
        asked_ns = self._polled[asset].asked_ns
        first_ns, before = self._odd.get(asset, (asked_ns, rest))
        self._odd[asset] = (first_ns, rest) if before == rest else (asked_ns, rest)
        return before == rest and asked_ns - first_ns >= REST_LAG_NS

    def _meet(self, asset: str) -> None:
        """Explain a first hold at once, as well as what is known of the orders allows."""
        self._offset.pop(asset, None)
        self._explain(asset, self._nearest(asset))
        self._fresh.add(asset)

    def _meet_again(self, before: Mapping[str, object], t_ns: int, exchange_ns: int) -> None:
        """Explain first holds anew by orders that the polls showed before the stream did."""
        for order, lock in self._locks.values():
            if lock is not None and lock[0] in self._fresh & self._unjudged and order.id not in before:
                opened_ns = _opened(order, t_ns, exchange_ns)
                if 0 < opened_ns <= self._polled[lock[0]].asked_ns:
                    self._meet(lock[0])

    def _nearest(self, asset: str) -> Decimal:
        """Tell which count of ours in the time that the poll may show explains it best."""
        offset, fee, held = self._offset.get(asset, ZERO), self._fee_of(asset), self._polled[asset].held
        return min(reversed(self._during_lag(asset)), key=lambda value: abs(value * fee + offset - held))

    def _explain(self, asset: str, derived: Decimal) -> None:
        """Learn what a hold is made of: the orders, a fee on top of buys, and what we cannot see."""
        held = self._polled[asset].held
        fee = held / derived if derived else ZERO
        if ONE <= fee <= MOST_FEE:  # then the orders explain all of it: what a division rounds off is no hold
            self._fee[asset] = fee
            self._offset[asset] = ZERO
        else:
            self._offset[asset] = held - derived * self._fee_of(asset)

    def _since_opened(self, asset: str, t_ns: int, exchange_ns: int | None) -> deque[tuple[int, Decimal]]:
        """Tell how the hold of a first list came about: each order holds since it was opened.

        A poll asked before that list shows the same, and one that lags may know nothing of the youngest.
        """
        past = deque([(0, ZERO)])
        locks = [(order, lock[1]) for order, lock in self._locks.values() if lock and lock[0] == asset]
        for at_ns, amount in sorted((_opened(order, t_ns, exchange_ns), amount) for order, amount in locks):
            past.append((at_ns, past[-1][1] + amount))
        return past

    def _fee_of(self, asset: str) -> Decimal:
        return self._fee.get(asset, ONE)

    def _during_lag(self, asset: str) -> list[Decimal]:
        """List what the orders held, by our count, in the time that the last poll may show.

        REST may be a minute behind the stream, and the stream some seconds behind REST.
        """
        past: list[Decimal] = []
        asked_ns = self._polled[asset].asked_ns
        for at_ns, value in self._derived.get(asset, ()):
            if at_ns <= asked_ns - REST_LAG_NS:
                past.clear()
            if at_ns <= asked_ns + STREAM_LAG_NS:
                past.append(value)
        return past or [ZERO]

    def _now(self, asset: str) -> Decimal:
        past = self._derived.get(asset)
        return past[-1][1] if past else ZERO


def derived_holds(orders: Iterable[Order]) -> dict[str, Decimal]:
    """Work out what open orders lock: a sell its remaining base, a buy remaining times price in quote."""
    return _summed(map(_lock, orders))


def _opened(order: Order, t_ns: int, exchange_ns: int | None) -> int:
    """Tell the steady time at which an order was opened; 0 = long ago, as far as is known."""
    if order.opened_ns is None or exchange_ns is None:
        return 0
    return min(t_ns, t_ns - exchange_ns + order.opened_ns)


def _summed(locks: Iterable[Lock | None]) -> dict[str, Decimal]:
    holds: dict[str, Decimal] = {}
    for lock in locks:
        if lock is not None:
            holds[lock[0]] = holds.get(lock[0], ZERO) + lock[1]
    return holds


def _lock(order: Order) -> Lock | None:
    """Tell asset and amount locked by one order; margin orders lock nothing (spot REST reference, 4.2)."""
    if order.pair is None or order.margin or order.reduce_only or order.is_done:
        return None
    base, _, quote = order.pair.partition("/")
    remaining = order.remaining
    if order.side == "sell":
        return None if remaining is None else (base, max(ZERO, remaining))
    if order.cash_qty is not None:
        return quote, max(ZERO, order.cash_qty - (order.cost or ZERO))
    price = order.limit_price or (order.trigger.price if order.trigger else None)
    if order.side != "buy" or remaining is None or price is None:
        return None
    return quote, max(ZERO, remaining) * price
