"""Acts on behalf of clients: counted by the judge, held to the system's mode, then done at the desk.

REST, websocket, the background actor and "another program" all come through here, so that all of them
count alike.
"""

from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import TYPE_CHECKING

from krakentui.simulator import rules
from krakentui.simulator.account import Account
from krakentui.simulator.desk import USER, Change, Desk
from krakentui.simulator.judge import Judge
from krakentui.simulator.orders import Order, Request
from krakentui.simulator.tables import Pair

if TYPE_CHECKING:
    from krakentui.simulator.world import World

LIMITED = "EOrder:Rate limit exceeded"
UNKNOWN = "EOrder:Unknown order"
UNAVAILABLE = "EService:Unavailable"
CANCEL_ONLY = "EService:Market in cancel_only mode"
TIMED_OUT = "CancelAllOrdersAfter Timeout"

Count = Callable[[Account, str, int, int], None]
"""How the judge counts cancels on one pair: account, symbol, sum of the rungs, instant."""


class Gate:
    """What a client may have done with orders."""

    def __init__(self, world: "World", desk: Desk, judge: Judge) -> None:
        self._world = world
        self._desk = desk
        self._judge = judge

    def place(self, account: Account, ask: Request) -> Order | str:
        """Add an order; the text is the reason of a refusal."""
        error = self.closed_for(ask)
        if error is not None:
            return error
        if not self._count(account, ask.pair, rules.ADD_COST):
            return LIMITED
        return self._place(account, ask)

    def place_batch(self, account: Account, asks: list[Request]) -> list[Order | str] | str:
        """Add orders of one pair, each refused by itself; the text is the refusal of them all."""
        error = next((error for ask in asks if (error := self.closed_for(ask)) is not None), None)
        if error is not None:
            return error
        if not self._count(account, asks[0].pair, rules.BATCH_ADD_EACH * len(asks)):
            return LIMITED
        error = next(
            (error for ask in asks if (error := self._desk.fault_in(account, ask)) is not None), None
        )
        return error or [self._place(account, ask) for ask in asks]

    def failed(self, account: Account, pair: Pair, error: str, fixed: Fraction | int = 1) -> str:
        """Count the fixed part of an act whose request made no sense, and say what it is refused with."""
        if self._world.system == "maintenance":
            return UNAVAILABLE
        return error if self._count(account, pair, fixed) else LIMITED

    def tried(self, account: Account, ask: Request) -> Order | str:
        """Say what an order would become if it were placed; nothing is placed."""
        manners = self._world.manners
        error = self.closed_for(ask)
        if error is None and manners.validate_counts and not self._count(account, ask.pair, rules.ADD_COST):
            return LIMITED
        look = self._desk.fault_of if manners.validate_funds else self._desk.fault_in
        return error or look(account, ask) or self._desk.born(account, ask, order_id="")

    def amend(
        self,
        account: Account,
        order_id: str,
        *,
        qty: int | None = None,
        limit_price: int | None = None,
        trigger_price: int | None = None,
        post_only: bool = False,
    ) -> str | None:
        """Change an open order; the text is the reason of a refusal."""
        order = account.open.get(order_id)
        if self._world.system == "maintenance":
            return UNAVAILABLE
        shut = not self._world.manners.amend_in_cancel_only
        if shut and self._world.system == "cancel_only":
            return CANCEL_ONLY
        if order is None:
            return UNKNOWN
        if shut and self._mode(order.pair) == "cancel_only":
            return CANCEL_ONLY
        if qty is not None and qty <= order.filled:
            error = self.cancel(account, order)
            if error is None:
                self._desk.amended_away(order)
            return error
        change = Change(qty, limit_price, trigger_price)
        error = self._desk.amend_fault(order, change, must_rest=post_only)
        if error is not None:
            return self.failed(account, order.pair, error, rules.AMEND_FIXED)
        by_age = rules.amend_cost(self._age_us(order)) - rules.AMEND_FIXED
        if not self._count(account, order.pair, rules.AMEND_FIXED, by_age):
            return LIMITED
        return self._desk.amend(order, qty=qty, limit_price=limit_price, trigger_price=trigger_price)

    def edit(self, account: Account, order: Order, ask: Request) -> Order | str:
        """Cancel an open order and put a new one in its place; the text is the reason of a refusal."""
        error = self.closed_for(ask)
        if error is not None:
            return error
        error = self._desk.edit_fault(order, ask)
        if error is not None:
            return self.failed(account, order.pair, error, rules.EDIT_FIXED)
        by_age = rules.edit_cost(self._age_us(order)) - rules.EDIT_FIXED
        if not self._count(account, order.pair, rules.EDIT_FIXED, by_age):
            return LIMITED
        return self._desk.edit(order, ask)

    def find(self, account: Account, ref: str | int) -> list[Order]:
        """Find open orders by order id, client's id or userref."""
        if isinstance(ref, int):
            return [order for order in account.open.values() if ref and order.userref == ref]
        order = account.open.get(ref)
        return [order] if order else []

    def find_client_id(self, account: Account, cl_ord_id: str) -> list[Order]:
        """Find the open order that a client named itself."""
        return [order for order in account.open.values() if order.cl_ord_id == cl_ord_id]

    def find_batch(
        self, account: Account, refs: Iterable[str | int], cl_ord_ids: Iterable[str]
    ) -> list[Order]:
        """Find the open orders that a batch names, each once; what is not open does not count."""
        found: dict[str, Order] = {}
        for ref in refs:
            found.update({order.id: order for order in self.find(account, ref)})
        for cl_ord_id in cl_ord_ids:
            found.update({order.id: order for order in self.find_client_id(account, cl_ord_id)})
        return list(found.values())

    def knows_all(self, account: Account, refs: Iterable[str | int], cl_ord_ids: Iterable[str]) -> bool:
        """Say whether everything that a batch names is open."""
        found = [*(self.find(account, ref) for ref in refs)]
        return all([*found, *(self.find_client_id(account, own) for own in cl_ord_ids)])

    def cancel(self, account: Account, order: Order) -> str | None:
        """Cancel one open order; the text is the reason of a refusal."""
        if self._world.system == "maintenance":
            return UNAVAILABLE
        if order.id not in account.open:
            return UNKNOWN
        now_us = self._desk.now_us()
        cost = rules.cancel_cost(now_us - order.counts_from_us)
        if not self._judge.engine_cancel(account, order.pair.symbol, cost, now_us):
            return LIMITED
        self._desk.cancel(order, USER)
        return None

    def cancel_batch(self, account: Account, orders: Iterable[Order]) -> int | str:
        """Cancel several orders at once, over the threshold too; give how many ended."""
        return self._cancel_many(account, list(orders), self._judge.engine_accepted)

    def cancel_all(self, account: Account) -> int | str:
        """Cancel every open order of the account, stops included."""
        return self._cancel_many(account, list(account.open.values()), self._judge.engine_cancel_all)

    def usd_price(self, name: str) -> Fraction:
        """Value one whole of an asset in USD, by the last price; 0 where there is no market."""
        return self._desk.usd_price(name)

    def time_out(self, account: Account) -> int | str:
        """Cancel every open order because the account's switch has run out."""
        return self._cancel_many(
            account, list(account.open.values()), self._judge.engine_cancel_all, TIMED_OUT
        )

    def closed_for(self, ask: Request) -> str | None:
        """Say why the exchange takes no such order in its present mode, or the pair in its own."""
        match self._mode(ask.pair):
            case "maintenance":
                return UNAVAILABLE
            case "cancel_only":
                return CANCEL_ONLY
            case "post_only" if not ask.post_only:
                return "EService:Market in post_only mode"
            case "limit_only" if ask.type != "limit":
                return "EService:Market in limit_only mode"
        return None

    def _mode(self, pair: Pair) -> str:
        """Say the mode of the engine, or where that is online the status of a pair."""
        system = self._world.system
        return self._world.halts.status(pair) if system == "online" else system

    def _place(self, account: Account, ask: Request) -> Order | str:
        if account.count_by_pair.get(ask.pair.symbol, 0) >= account.tier.open_orders:
            return "EOrder:Orders limit exceeded"
        if ask.starts_us is not None and rules.counts_as_scheduled(self._desk.now_us(), ask.starts_us):
            scheduled = account.scheduled(ask.pair.symbol)
            if len(scheduled) >= account.tier.scheduled_orders:
                return "EOrder:Scheduled orders limit exceeded"
        return self._desk.place(account, ask)

    def _count(self, account: Account, pair: Pair, fixed: Fraction | int, by_age: int = 0) -> bool:
        return self._judge.engine_act(account, pair.symbol, fixed, by_age, self._desk.now_us())

    def _age_us(self, order: Order) -> int:
        return self._desk.now_us() - order.counts_from_us

    def _cancel_many(
        self, account: Account, orders: list[Order], count: Count, reason: str = USER
    ) -> int | str:
        if self._world.system == "maintenance":
            return UNAVAILABLE
        rungs: dict[str, int] = {}
        for order in orders:
            symbol = order.pair.symbol
            rungs[symbol] = rungs.get(symbol, 0) + rules.cancel_cost(self._age_us(order))
        for symbol, points in rungs.items():
            count(account, symbol, points, self._desk.now_us())
        for order in orders:
            self._desk.cancel(order, reason)
        return len(orders)
