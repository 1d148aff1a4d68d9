"""An account: what it owns, what it holds back, its orders and fills, and who listens.

Holds are derived from open orders and kept up to date order by order. Listeners are the private
conversations; they hear of every change at once, in the order of the changes.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Protocol

from krakentui.simulator.ledger import Ledger, Row
from krakentui.simulator.orders import Order, Side
from krakentui.simulator.rules import Tier, counts_as_scheduled
from krakentui.simulator.tables import FEE_VOLUMES, FEES_MAKER, FEES_TAKER, Asset, Pair
from krakentui.simulator.wallets import Wallet, is_rest_only

CLOSED_KEPT = 4_000
FILLS_KEPT = 4_000

Entry = dict[str, object]
"""One element of a channel's `data`, ready to be written."""


class Listener(Protocol):
    """Who wants to hear of an account's changes."""

    def executed(self, account: "Account", entry: Entry, pair: Pair) -> None:
        """Hear of a change of an order or of a fill."""

    def booked(self, account: "Account", row: Row) -> None:
        """Hear of a ledger row."""


@dataclass(frozen=True, slots=True)
class Fill:
    """One execution; amounts in the pair's units."""

    exec_id: str
    trade_id: int
    order: Order
    price: int
    qty: int
    cost: int
    fee: int
    fee_usd: int
    """In the pair's cost units, valued in USD."""
    maker: bool
    t_us: int
    ledgers: tuple[str, ...] = ()
    """Ids of the rows that it booked."""


@dataclass(slots=True, eq=False)
class Account:
    """One client of the exchange."""

    name: str
    tier: Tier
    make_id: Callable[[str], str]
    volume_usd: int = 0
    """Traded in 30 days, which sets the fees."""
    ledger: Ledger = field(default_factory=Ledger)
    open: dict[str, Order] = field(default_factory=dict)
    closed: dict[str, Order] = field(default_factory=dict)
    fills: deque[Fill] = field(default_factory=lambda: deque(maxlen=FILLS_KEPT))
    listeners: list[Listener] = field(default_factory=list)
    holds: dict[str, int] = field(default_factory=dict)
    """By asset name."""
    order_holds: dict[str, int] = field(default_factory=dict)
    """By order id; what each adds to the holds."""
    count_by_pair: dict[str, int] = field(default_factory=dict)
    """Open orders by symbol."""
    wallets: dict[str, Wallet] = field(default_factory=dict)
    """By the name of an asset that is a wallet of another."""

    def fee_rate(self, *, maker: bool) -> Fraction:
        """Say the fee as a fraction of the cost, by the 30-day volume."""
        percents = FEES_MAKER if maker else FEES_TAKER
        step = sum(1 for volume in FEE_VOLUMES if volume <= self.volume_usd) - 1
        return Fraction(percents[step]) / 100

    def held(self, name: str) -> int:
        """Say what open orders lock of an asset."""
        return self.holds.get(name, 0)

    def free(self, name: str) -> int:
        """Say what could be used for a new order."""
        return self.ledger.balance(name) - self.held(name)

    def total(self, name: str) -> int:
        """Say what is owned of an asset over all its wallets, as the stream counts it."""
        others = (key for key, wallet in self.wallets.items() if wallet.asset == name)
        return self.ledger.balance(name) + sum(map(self.ledger.balance, others))

    def streamed(self) -> list[Asset]:
        """List the assets that the stream names, by name."""
        named = [asset for name, asset in sorted(self.ledger.assets.items()) if name not in self.wallets]
        return [asset for asset in named if not is_rest_only(asset)]

    def opened(self, order: Order) -> None:
        """Take in a new order."""
        self.open[order.id] = order
        symbol = order.pair.symbol
        self.count_by_pair[symbol] = self.count_by_pair.get(symbol, 0) + 1
        self.rehold(order)

    def ended(self, order: Order) -> None:
        """Move an order that has ended to the closed ones and free what it held."""
        del self.open[order.id]
        self.count_by_pair[order.pair.symbol] -= 1
        self.rehold(order)
        self.closed[order.id] = order
        if len(self.closed) > CLOSED_KEPT:
            del self.closed[next(iter(self.closed))]

    def rehold(self, order: Order) -> None:
        """Work out anew what an order locks."""
        name = held_asset(order.pair, order.side).name
        now = order.held(HOLD_FEE)
        before = self.order_holds.pop(order.id, 0)
        if now:
            self.order_holds[order.id] = now
        self.holds[name] = self.holds.get(name, 0) + now - before

    def scheduled(self, symbol: str) -> list[int]:
        """List when the scheduled orders of a pair start, the first one first."""
        return sorted(
            order.starts_us
            for order in self.open.values()
            if order.starts_us is not None
            and order.is_scheduled
            and order.pair.symbol == symbol
            and counts_as_scheduled(order.opened_us, order.starts_us)
        )

    def order(self, order_id: str) -> Order | None:
        """Find an order, open or closed."""
        return self.open.get(order_id) or self.closed.get(order_id)

    def executed(self, entry: Entry, pair: Pair) -> None:
        """Tell the listeners of a change of an order."""
        for listener in list(self.listeners):
            listener.executed(self, entry, pair)

    def booked(self, rows: list[Row]) -> None:
        """Tell the listeners of ledger rows, one by one."""
        for listener in list(self.listeners):
            for row in rows:
                listener.booked(self, row)


HOLD_FEE = Fraction(FEES_TAKER[0]) / 100
"""What a buy holds for its fee: the highest rate, so that a fill never takes more than was held."""


def held_asset(pair: Pair, side: Side) -> Asset:
    """Say which asset an order locks."""
    return pair.quote if side == "buy" else pair.base
