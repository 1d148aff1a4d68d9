"""Totals and holds of one account, joined from the stream and from polls.

The stream names totals only, and its word stands over every poll that REST's lag may explain. What is
held is worked out from the open orders; a poll teaches the fee on top and corrects what we cannot see,
and the correction rides along until the next poll that is not behind. So a hold moves at once with its
order, and a poll that lags, or is ahead of a slow stream, moves nothing.
"""

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from decimal import ROUND_CEILING, Decimal
from typing import Final, Literal

from msgspec import Struct, structs

from krakentui.model.account import Holding
from krakentui.model.clock import SECOND
from krakentui.model.order import Order
from krakentui.state.merge import REST_LAG_NS

ZERO: Final = Decimal(0)
ONE: Final = Decimal(1)
MOST_FEE: Final = Decimal("1.01")
"""A hold up to 1 % above what the orders themselves lock is their fee (0.4 % at most for a taker: 2026)."""
STREAM_LAG_NS: Final = 5 * SECOND
"""By so much a live stream may show an order later than a poll does."""
KEPT_LONGER_NS: Final = 15 * SECOND
"""A poll is judged at most so long after it was asked for."""
Lock = tuple[str, Decimal]
"""An asset and how much of it one order locks."""


class Total(Struct, frozen=True, kw_only=True):
    """What one asset holds, who said so and when (steady time)."""

    total: Decimal
    source: Literal["stream", "poll"]
    seen_ns: int
    spoken_ns: int | None = None
    """When the stream last named it."""
    credit: Decimal = ZERO
    """Credit line less what is used of it."""
    moved: bool = False
    """It changed while we watched: shown even when it is nothing."""


class Funds:
    """All that is believed of the funds of one account."""

    def __init__(self) -> None:
        self._totals: dict[str, Total] = {}
        self._polled_held: dict[str, Decimal] = {}
        self._offset: dict[str, Decimal] = {}
        self._fee: dict[str, Decimal] = {}
        self._unjudged: dict[str, tuple[int, Decimal]] = {}
        self._derived: dict[str, deque[tuple[int, Decimal]]] = {}
        self.orders_known = False
        """The open orders were listed: what they hold can be worked out."""
        self._locks: dict[str, tuple[Order, Lock | None]] = {}
        self._whole: set[str] = set()
        self._listed: dict[str, Decimal] = {}
        """What REST last listed, wallets apart."""
        self.authoritative = False
        """The stream's snapshot stands."""
        self.polled_ns: int | None = None
        """Steady time at which the last good poll was asked for."""

    @property
    def known(self) -> bool:
        """Tell whether any balance was ever named."""
        return self.authoritative or self.polled_ns is not None or bool(self._totals)

    @property
    def totals(self) -> Mapping[str, Total]:
        """The totals by asset, suffixed assets apart."""
        return self._totals

    def snapshot(self, holdings: Iterable[Holding], t_ns: int) -> None:
        """Take all totals from the stream; assets that only REST names stay."""
        for holding in _by_asset(holdings):
            self._speak(holding.asset, holding.total, t_ns)
        self.authoritative = True
        self._learn_wallets()

    def changed(self, asset: str, total: Decimal, t_ns: int) -> None:
        """Take the new total of one asset from the stream."""
        self._speak(asset, total, t_ns, moved=True)

    def polled(self, holdings: Iterable[Holding], asked_ns: int, *, orders_stand: bool = True) -> None:
        """Take a list of REST, unless a younger one was taken.

        Args:
            holdings: What it names.
            asked_ns: Steady time of the asking.
            orders_stand: The open orders are believed as they were then. Without that a hold that is not
                theirs would be learned from orders that came and went unseen.
        """
        if self.polled_ns is not None and asked_ns <= self.polled_ns:
            return
        self.polled_ns = asked_ns
        held: dict[str, Decimal] = {}
        listed = {holding.asset: holding for holding in _by_asset(holdings)}
        for asset, holding in listed.items():
            self._list(holding, asked_ns)
            if holding.held is not None:
                plain = main_asset(asset)
                held[plain] = held.get(plain, ZERO) + holding.held
        for asset in [known for known, total in self._totals.items() if total.source == "poll"]:
            if asset not in listed:  # REST lists every asset ever held: one that is not there is nothing
                self._list(Holding(asset=asset, total=ZERO), asked_ns)
        self._listed = {asset: holding.total for asset, holding in listed.items()}
        self._learn_wallets()
        if any(holding.held is not None for holding in listed.values()) or not listed:
            for asset in {*held, *self._polled_held}:
                self._correct(asset, held.get(asset, ZERO), asked_ns, orders_stand=orders_stand)

    def renamed(self, name: Callable[[str], str]) -> None:
        """Move what was listed under REST's own names (`XXBT`) to the names that are shown."""
        for asset in [known for known in self._totals if name(known) != known]:
            self._totals.setdefault(name(asset), self._totals.pop(asset))
        for asset in [known for known in self._polled_held if name(known) != known]:
            self._polled_held.setdefault(name(asset), self._polled_held.pop(asset))
            self._offset.pop(asset, None)
        self._listed = {name(asset): total for asset, total in self._listed.items()}
        self._learn_wallets()

    def orders_moved(self, orders: Iterable[Order], t_ns: int) -> None:
        """Work out anew what the open orders hold, unless REST's names of their pairs are not joined yet."""
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
            past = self._derived.setdefault(asset, deque() if first else deque([(0, ZERO)]))
            if not past or past[-1][1] != value:
                # The first list tells what was held all along; a poll asked before it shows the same.
                past.append((0 if first else t_ns, value))
            while len(past) > 1 and past[1][0] <= t_ns - REST_LAG_NS - KEPT_LONGER_NS:
                past.popleft()
        if first:
            for asset, held in self._polled_held.items():
                self._explain(asset, held, self._now(asset))

    def held(self, asset: str) -> Decimal | None:
        """Tell what is locked of an asset; None = nobody has said."""
        polled = self._polled_held.get(asset)
        if not self.orders_known:
            return polled
        offset = self._offset.get(asset)
        if polled is None or offset is None:
            return max(ZERO, self._now(asset))
        now, fee = self._now(asset), self._fee_of(asset)
        if fee == ONE:
            return max(ZERO, now + offset)
        # The exchange rounds each order's fee up to the places of its ledger.
        return max(ZERO, (now * fee + offset).quantize(polled, ROUND_CEILING))

    def total(self, asset: str) -> Decimal | None:
        """Tell what there is of an asset, flexible rewards (`X.F`) included, locked wallets not."""
        parts = [self._totals[name].total for name in (asset, f"{asset}.F") if name in self._totals]
        if not parts:
            return None
        return parts[0] - self._elsewhere(asset) if asset in self._whole else sum(parts, ZERO)

    def credit(self, asset: str) -> Decimal:
        """Tell the unused credit of an asset."""
        known = self._totals.get(asset)
        return known.credit if known else ZERO

    def _speak(self, asset: str, total: Decimal, t_ns: int, *, moved: bool = False) -> None:
        known = self._totals.get(asset)
        self._totals[asset] = Total(
            total=total,
            source="stream",
            seen_ns=t_ns,
            spoken_ns=t_ns,
            credit=known.credit if known else ZERO,
            moved=moved or (known is not None and known.moved),
        )

    def _list(self, holding: Holding, asked_ns: int) -> None:
        known = self._totals.get(holding.asset)
        credit = (holding.credit or ZERO) - (holding.credit_used or ZERO)
        spoken_ns = known.spoken_ns if known else None
        stands = spoken_ns is not None and (self.authoritative or asked_ns - spoken_ns < REST_LAG_NS)
        if known is not None and stands:
            agrees = known.total == holding.total
            seen_ns = max(known.seen_ns, asked_ns) if agrees else known.seen_ns
            total, source = known.total, known.source
        else:
            total, source, seen_ns = holding.total, "poll", asked_ns
        self._totals[holding.asset] = Total(
            total=total,
            source=source,
            seen_ns=seen_ns,
            spoken_ns=spoken_ns,
            credit=credit,
            moved=known is not None and known.moved,
        )

    def _learn_wallets(self) -> None:
        """Find out whether the stream's total of an asset contains its other wallets, which REST splits.

        The stream's reference calls its figure the total over wallets; REST lists `X`, `X.F`, `X.B` apart.
        Counted twice, a locked coin would look spendable. Either may speak first, and a trade may lie
        between them, so the nearer reading is taken.
        """
        for asset, known in self._totals.items():
            if known.source != "stream" or "." in asset or asset not in self._listed:
                continue
            plain = self._listed[asset]
            everywhere = plain + self._listed.get(f"{asset}.F", ZERO) + self._elsewhere(asset)
            if abs(known.total - everywhere) < abs(known.total - plain):
                self._whole.add(asset)
            elif known.total == plain:
                self._whole.discard(asset)

    def _elsewhere(self, asset: str) -> Decimal:
        locked = [
            known.total
            for name, known in self._totals.items()
            if known.source == "poll" and name.startswith(f"{asset}.") and not name.endswith((".F", ".T"))
        ]
        return sum(locked, ZERO)

    def _correct(self, asset: str, held: Decimal, asked_ns: int, *, orders_stand: bool) -> None:
        """Correct a hold by a poll, if the poll shows the orders as they were when it was asked."""
        self._polled_held[asset] = held
        if not self.orders_known:
            return
        if asset not in self._offset:
            self._explain(asset, held, self._during_lag(asset, asked_ns)[-1])
        if orders_stand:
            self._unjudged[asset] = (asked_ns, held)

    def doubt_orders(self) -> None:
        """Judge no poll that was asked in the last seconds: the stream of orders may have been dead then."""
        self._unjudged.clear()

    def settle(self, t_ns: int) -> None:
        """Judge the polled holds that are old enough for the stream to have shown the orders they go by."""
        due = [asset for asset, (asked_ns, _) in self._unjudged.items() if t_ns - asked_ns >= STREAM_LAG_NS]
        for asset in due:
            asked_ns, held = self._unjudged.pop(asset)
            self._judge(asset, held, asked_ns)

    def _judge(self, asset: str, held: Decimal, asked_ns: int) -> None:
        """Correct what we cannot see, if the poll goes by no older orders than ours of then."""
        past = self._during_lag(asset, asked_ns)
        offset, fee = self._offset.get(asset, ZERO), self._fee_of(asset)
        nearest = min(reversed(past), key=lambda value: abs(value * fee + offset - held))
        if nearest == past[-1]:
            self._explain(asset, held, nearest)

    def _explain(self, asset: str, held: Decimal, derived: Decimal) -> None:
        """Learn what a hold is made of: the orders, a fee on top of buys, and what we cannot see."""
        fee = held / derived if derived else ZERO
        if ONE <= fee <= MOST_FEE:
            self._fee[asset] = fee
        self._offset[asset] = held - derived * self._fee_of(asset)

    def _fee_of(self, asset: str) -> Decimal:
        return self._fee.get(asset, ONE)

    def _during_lag(self, asset: str, asked_ns: int) -> list[Decimal]:
        """List what the orders held, by our count, in the time that a list asked then may show.

        REST may be a minute behind the stream, and the stream some seconds behind REST.
        """
        past: list[Decimal] = []
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


def _by_asset(holdings: Iterable[Holding]) -> Iterable[Holding]:
    """Sum what one asset holds in several places: `DOT28.S` and `DOT14.S` are both `DOT.S`."""
    summed: dict[str, Holding] = {}
    for one in holdings:
        other = summed.get(one.asset)
        if other is None:
            summed[one.asset] = one
            continue
        held = None if one.held is None and other.held is None else (one.held or ZERO) + (other.held or ZERO)
        summed[one.asset] = structs.replace(other, total=other.total + one.total, held=held)
    return summed.values()


def main_asset(asset: str) -> str:
    """Give the asset whose row shows this one: `X.F` is spendable and shown with `X`."""
    return asset.removesuffix(".F")


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
