"""Trading requests on the private websocket: cancels are done here, what makes orders elsewhere."""

from typing import TYPE_CHECKING, Any

from krakentui.simulator.account import Account
from krakentui.simulator.gate import UNKNOWN
from krakentui.simulator.identity import BAD_ARGUMENTS
from krakentui.simulator.keys import CANCELS, ApiKey
from krakentui.simulator.orders import Order
from krakentui.simulator.rules import BATCH_CANCEL_MAX, cancel_cost
from krakentui.simulator.trading_orders import NEEDS, Ordering, Points

if TYPE_CHECKING:
    from krakentui.simulator.accounts import Accounts
    from krakentui.simulator.private_ws import PrivateTalk

FIELDS = {
    "cancel_order": frozenset({"token", "order_id", "cl_ord_id", "order_userref"}),
    "batch_cancel": frozenset({"token", "orders", "cl_ord_id"}),
    "cancel_all": frozenset({"token"}),
}
TRADING = NEEDS.keys() | FIELDS.keys()
BATCH_CANCEL_MIN = 2
TEXT, WHOLE = "string", "number_integer"
KINDS = {"order_id": (TEXT,), "cl_ord_id": (TEXT,), "order_userref": (WHOLE,), "orders": (TEXT, WHOLE)}


class Trading:
    """What a private conversation may do with orders."""

    def __init__(self, talk: "PrivateTalk", accounts: "Accounts") -> None:
        self._talk = talk
        self._accounts = accounts
        self._ordering = Ordering(talk, accounts)

    def allows(self, method: str, key: ApiKey) -> bool:
        """Say whether a key may make such a request."""
        any_of, all_of = NEEDS.get(method, (CANCELS, frozenset()))
        return key.may(any_of) and all_of <= set(key.permissions)

    def is_well_formed(self, method: str, params: dict[str, Any], req_id: int | None) -> bool:
        """Say whether a request's fields are known and of their types; refuse it if not."""
        if method in NEEDS:
            return self._ordering.is_well_formed(method, params, req_id)
        extra = self._talk.unknown_field(params, FIELDS[method])
        if extra is not None:
            self._talk.refuse_field(extra, method, method, req_id)
            return False
        error = _wrong_type(params)
        if error is not None:
            self._talk.refuse(error, method, req_id)
        return error is None

    def act(self, method: str, params: dict[str, Any], req_id: int | None, account: Account) -> Points:
        """Do what a well-formed request asks for, or refuse it; give the points it was priced at."""
        if method in NEEDS:
            return self._ordering.act(method, params, req_id, account)
        if method == "cancel_order":
            return self._cancel_order(params, req_id, account)
        if method == "batch_cancel":
            return self._batch_cancel(params, req_id, account)
        return self._cancel_all(req_id, account)

    def _cancel_order(self, params: dict[str, Any], req_id: int | None, account: Account) -> int:
        """Cancel each named order, and answer each apart."""
        gate = self._accounts.gate
        named: list[tuple[str, str | int, list[Order]]] = [
            *(("order_id", ref, gate.find(account, ref)) for ref in params.get("order_id", [])),
            *(("cl_ord_id", ref, gate.find_client_id(account, ref)) for ref in params.get("cl_ord_id", [])),
            *(("order_userref", ref, gate.find(account, ref)) for ref in params.get("order_userref", [])),
        ]
        if not named:
            self._talk.refuse(BAD_ARGUMENTS, "cancel_order", req_id)
            return 0
        cost, manners = 0, self._talk.world.manners
        if manners.userref_answers == "each":
            named = [(name, ref, part) for name, ref, orders in named for part in _apart(orders)]
        for name, ref, orders in named if manners.cancel_answers == "as_asked" else reversed(named):
            error = None if orders else UNKNOWN
            for order in orders:
                cost += self._price(order)
                error = gate.cancel(account, order) or error
            if error is None:
                self._talk.ack("cancel_order", {name: ref}, req_id)
            else:
                self._talk.refuse(error, "cancel_order", req_id)
        return cost

    def _batch_cancel(self, params: dict[str, Any], req_id: int | None, account: Account) -> int:
        named, own = params.get("orders", []), params.get("cl_ord_id", [])
        if not BATCH_CANCEL_MIN <= len(named) + len(own) <= BATCH_CANCEL_MAX:
            self._talk.refuse(BAD_ARGUMENTS, "batch_cancel", req_id)
            return 0
        orders = self._accounts.gate.find_batch(account, named, own)
        return self._count("batch_cancel", req_id, orders, self._accounts.gate.cancel_batch(account, orders))

    def _cancel_all(self, req_id: int | None, account: Account) -> int:
        orders = list(account.open.values())
        return self._count("cancel_all", req_id, orders, self._accounts.gate.cancel_all(account))

    def _count(self, method: str, req_id: int | None, orders: list[Order], count: int | str) -> int:
        if isinstance(count, str):
            self._talk.refuse(count, method, req_id)
            return 0
        if method == "batch_cancel" and self._talk.world.manners.batch_cancel_answer == "orders_cancelled":
            self._talk.ack(method, None, req_id, orders_cancelled=count)
        else:
            self._talk.ack(method, {"count": count}, req_id)
        return sum(map(self._price, orders))

    def _price(self, order: Order) -> int:
        return cancel_cost(self._talk.time_in_us - order.counts_from_us)


def _apart(orders: list[Order]) -> list[list[Order]]:
    """Give each order for itself; none at all stays one."""
    return [[order] for order in orders] or [[]]


def _wrong_type(params: dict[str, Any]) -> str | None:
    """Name the first field whose list holds something else than it should: numbers as text included."""
    for name in sorted(KINDS.keys() & params.keys()):
        kinds, items = KINDS[name], params[name]
        if not isinstance(items, list):
            return f"{name.capitalize()} field must be an array"
        for item in items:
            kind = WHOLE if isinstance(item, int) and not isinstance(item, bool) else TEXT
            if kind not in kinds or not isinstance(item, str | int) or isinstance(item, bool):
                return f"{name.capitalize()} field must be a {kinds[0]}"
    return None
