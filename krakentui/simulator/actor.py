"""A gentle other program of alice's: places, amends, takes and cancels small orders every few seconds.

It touches only its own orders and goes through the gate, so that it counts on alice's engine counters
like any program. Its pace keeps every counter far below its limit.
"""

from typing import TYPE_CHECKING

from krakentui.simulator.account import Account
from krakentui.simulator.gate import Gate
from krakentui.simulator.orders import Order, Request, Side
from krakentui.simulator.rules import SECOND_US

if TYPE_CHECKING:
    from krakentui.simulator.world import World

SYMBOLS = ("BTC/USD", "ETH/USD", "SOL/USD", "XRP/USD", "DOGE/USD", "BTC/EUR")
USERREF = 7_001
ORDERS_MAX = 7
PAUSE_US = (2 * SECOND_US, 7 * SECOND_US)
WORTH = (30, 220)
"""What an order is worth, in whole units of the quote currency."""


class Actor:
    """Acts on a timer, by its own seeded stream."""

    def __init__(self, world: "World", gate: Gate, account: Account) -> None:
        self._world = world
        self._gate = gate
        self._account = account
        self._rng = world.rng("actor")
        self._symbols = [symbol for symbol in SYMBOLS if symbol in world.markets]

    def start(self) -> None:
        """Begin to act, where there is a market to act on."""
        if self._symbols:
            self._wait()

    def _wait(self) -> None:
        self._world.clock.after(self._rng.randrange(*PAUSE_US), self._again)

    def _again(self) -> None:
        self.act()
        self._wait()

    def act(self) -> None:
        """Do one thing."""
        mine = [order for order in self._account.open.values() if order.userref == USERREF]
        chance = self._rng.random()
        if not mine or (len(mine) < ORDERS_MAX and chance < 0.38):
            self._place()
        elif chance < 0.52:
            self._take()
        elif chance < 0.70:
            self._amend(self._rng.choice(mine))
        else:
            self._gate.cancel(self._account, mine[0] if chance < 0.92 else mine[-1])

    def _place(self) -> None:
        symbol, side = self._rng.choice(self._symbols), self._side()
        near = self._rng.random() < 0.45
        bp = 0 if near else self._rng.randrange(8, 180)
        self._order(symbol, side, bp, post_only=self._rng.random() < 0.4)

    def _take(self) -> None:
        self._order(self._rng.choice(self._symbols), self._side(), -30, post_only=False)

    def _amend(self, order: Order) -> None:
        price = self._price(order.pair.symbol, order.side, self._rng.randrange(2, 150))
        self._gate.amend(self._account, order.id, limit_price=price)

    def _side(self) -> Side:
        poor = self._account.free("USD") < 8_000 * 10**4
        return "sell" if poor or self._rng.random() < 0.5 else "buy"

    def _price(self, symbol: str, side: Side, away_bp: int) -> int:
        market = self._world.markets[symbol]
        if side == "buy":
            return max(1, market.best_bid * (10_000 - away_bp) // 10_000)
        return -(-market.best_ask * (10_000 + away_bp) // 10_000)

    def _order(self, symbol: str, side: Side, away_bp: int, *, post_only: bool) -> None:
        pair, price = self._world.pairs[symbol], self._price(symbol, side, away_bp)
        worth = self._rng.randrange(*WORTH)
        exact = worth * pair.price_unit * pair.qty_unit // price
        step = max(1, pair.qty_unit // 10_000)
        qty = max(pair.qty_min, exact // step * step)
        ask = Request(pair=pair, side=side, qty=qty, limit_price=price, post_only=post_only, userref=USERREF)
        self._gate.place(self._account, ask)
