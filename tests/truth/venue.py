"""The simulated exchange's core with one account on it: what others do there, and all that ever was true.

Nothing is under way here: `answer` shows any instant of the past, as a lagging REST would.
"""

from collections.abc import Callable
from decimal import Decimal

from krakentui.simulator import accounts, private_rest
from krakentui.simulator.account import Account
from krakentui.simulator.faults.lag import picture
from krakentui.simulator.orders import Order, Request, Side
from tests.differential.exchange import PAIRS, a_world, alice
from tests.simulator.private import Rest
from tests.truth.past import Past, filled_of
from tests.whole.truth import Shown

ASSETS = ("BTC", "ETH", "USD")
"""What is traded here."""
MOST_ORDERS = 8


class Venue:
    """One exchange in manual time, and its past."""

    def __init__(self) -> None:
        self.world = a_world("pro", "documented")
        self.account = alice(self.world)
        self.past = Past(self.account, ASSETS)
        self._gate = accounts.of(self.world).gate
        self._desk = accounts.of(self.world).desk
        self._rest = Rest(self.world)
        self._pictures: list[tuple[int, Account]] = []
        self._made = 0
        self.remember()

    @property
    def now_us(self) -> int:
        return self.world.clock.now_us()

    def wait(self, us: int) -> None:
        self.world.clock.advance_to(self.now_us + us)

    # --- what others do ----------------------------------------------------------------------------

    def act(self, name: str, which: int, size: int) -> None:
        """Do one thing on the account; where nothing is open, or too much, do nothing."""
        acts: dict[str, Callable[[Order, int], object]] = {
            "amend": self._amend,
            "edit": lambda order, _: self._gate.edit(self.account, order, self._ask(which, size)),
            "fill": lambda order, _: self._fill(order, order.remaining),
            "part": lambda order, _: self._fill(order, max(1, order.remaining // 3)),
            "cancel": lambda order, _: self._desk.cancel(order, "User requested"),
            "expire": lambda order, _: self._desk.cancel(order, "Order expired"),
        }
        if name == "add":
            self._add(which, size)
        elif self.account.open:
            order = [*self.account.open.values()][which % len(self.account.open)]
            acts[name](order, size)
        self.remember()

    def touch(self) -> None:
        """Let both channels say something, so that a hole before it is seen."""
        self._made += 1
        assert self._desk.deposit(self.account, "USD", 10_000 * self._made) is None
        self._add(self._made, self._made)
        self.remember()

    def _add(self, which: int, size: int) -> None:
        if len(self.account.open) < MOST_ORDERS:
            made = self._desk.place(self.account, self._ask(which, size))
            assert isinstance(made, Order), made

    def _ask(self, which: int, size: int) -> Request:
        pair = self.world.pairs[PAIRS[which % 2]]
        last = self.world.markets[pair.symbol].last
        side: Side = "buy" if which % 4 < 2 else "sell"
        away = last * (10 + size) // 1_000
        price = last - away if side == "buy" else last + away
        qty = pair.qty_min * (10 + size)
        if side == "sell" and size % 3 == 2:  # what the exchange holds for a stop that buys is a guess
            return Request(pair=pair, side=side, type="stop-loss", qty=qty, trigger_price=last - away)
        return Request(pair=pair, side=side, qty=qty, limit_price=price)

    def _amend(self, order: Order, size: int) -> None:
        qty = order.qty + order.pair.qty_min * (1 + size)
        if order.limit_price is None:
            refused = self._desk.amend(order, qty=qty)
        else:
            farther = -1 if order.side == "buy" else 1
            refused = self._desk.amend(order, qty=qty, limit_price=order.limit_price + farther * (1 + size))
        assert refused is None, refused

    def _fill(self, order: Order, qty: int) -> None:
        price = order.limit_price or self.world.markets[order.pair.symbol].last
        self._desk.matching.fill_by_script(order, price, qty)

    # --- what was true -----------------------------------------------------------------------------

    def remember(self) -> None:
        """Keep how everything stands now."""
        self.past.note()
        self._pictures.append((self.now_us, picture(self.account)))

    def orders(self) -> dict[str, Shown]:
        """Tell the open orders as a screen would show them."""
        return {one.id: shown_as(one) for one in self.account.open.values()}

    # --- REST --------------------------------------------------------------------------------------

    def answer(self, endpoint: str, shown_us: int, **params: str) -> bytes:
        """Answer a private call with what was true at an instant of the past."""
        past = next(one for at_us, one in reversed(self._pictures) if at_us <= max(shown_us, self._first_us))
        by_name = accounts.of(self.world).by_name
        self.world.judge.rest.clear()  # limits are held elsewhere
        by_name["alice"] = past
        try:
            return private_rest.handle(self.world, self._rest.form(endpoint, **params)).body
        finally:
            by_name["alice"] = self.account

    @property
    def _first_us(self) -> int:
        return self._pictures[0][0]


def shown_as(order: Order) -> Shown:
    pair = order.pair
    price = None if order.limit_price is None else Decimal(order.limit_price).scaleb(-pair.price_places)
    return (
        pair.symbol,
        order.side,
        order.type,
        Decimal(order.qty).scaleb(-pair.qty_places),
        filled_of(order),
        price,
    )
