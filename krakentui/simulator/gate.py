"""Acts on behalf of clients: counted by the judge, held to the system's mode, then done at the desk.

REST, websocket, the background actor and "another program" all come through here, so that all of them
count alike.
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from krakentui.simulator import rules
from krakentui.simulator.account import Account
from krakentui.simulator.desk import USER, Desk
from krakentui.simulator.judge import Judge
from krakentui.simulator.orders import Order, Request

if TYPE_CHECKING:
    from krakentui.simulator.world import World

LIMITED = "EOrder:Rate limit exceeded"
UNKNOWN = "EOrder:Unknown order"
UNAVAILABLE = "EService:Unavailable"

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
        error = self._closed_for_orders(ask)
        if error is not None:
            return error
        symbol = ask.pair.symbol
        if not self._judge.engine_act(account, symbol, rules.ADD_COST, 0, self._desk.now_us()):
            return LIMITED
        if account.count_by_pair.get(symbol, 0) >= account.tier.open_orders:
            return "EOrder:Orders limit exceeded"
        return self._desk.place(account, ask)

    def amend(
        self,
        account: Account,
        order_id: str,
        *,
        qty: int | None = None,
        limit_price: int | None = None,
        trigger_price: int | None = None,
    ) -> str | None:
        """Change an open order; the text is the reason of a refusal."""
        if self._world.system == "maintenance":
            return UNAVAILABLE
        order = account.open.get(order_id)
        if order is None:
            return UNKNOWN
        age_us = self._desk.now_us() - order.counts_from_us
        if qty is not None and qty <= order.filled:
            return self.cancel(account, order)
        fixed, by_age = rules.AMEND_FIXED, rules.amend_cost(age_us) - rules.AMEND_FIXED
        if not self._judge.engine_act(account, order.pair.symbol, fixed, by_age, self._desk.now_us()):
            return LIMITED
        return self._desk.amend(order, qty=qty, limit_price=limit_price, trigger_price=trigger_price)

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

    def _cancel_many(self, account: Account, orders: list[Order], count: Count) -> int | str:
        if self._world.system == "maintenance":
            return UNAVAILABLE
        now_us = self._desk.now_us()
        costs: dict[str, int] = {}
        for order in orders:
            symbol = order.pair.symbol
            costs[symbol] = costs.get(symbol, 0) + rules.cancel_cost(now_us - order.counts_from_us)
        for symbol, cost in costs.items():
            count(account, symbol, cost, now_us)
        for order in orders:
            self._desk.cancel(order, USER)
        return len(orders)

    def _closed_for_orders(self, ask: Request) -> str | None:
        match self._world.system:
            case "maintenance":
                return UNAVAILABLE
            case "cancel_only":
                return "EService:Market in cancel_only mode"
            case "post_only" if not ask.post_only:
                return "EService:Market in post_only mode"
        return None
