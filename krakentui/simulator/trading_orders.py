"""Trading requests that make or change orders on the private websocket, and the dead man's switch.

Each returns the points that it was priced at, for the log of requests.
"""

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from krakentui.simulator import asking, asking_ws, keys, rules
from krakentui.simulator.account import Account
from krakentui.simulator.asking import Unfit
from krakentui.simulator.asking_ws import ORDER, TRIGGERS
from krakentui.simulator.gate import UNKNOWN
from krakentui.simulator.identity import BAD_ARGUMENTS
from krakentui.simulator.orders import Order, Request
from krakentui.simulator.private_orders import BATCH_ADD, switch_times
from krakentui.simulator.switch import TIMEOUT_BELOW_S

if TYPE_CHECKING:
    from krakentui.simulator.accounts import Accounts
    from krakentui.simulator.market import Market
    from krakentui.simulator.private_ws import PrivateTalk

ADDS = frozenset({keys.MODIFY})
NEEDS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "add_order": (ADDS, frozenset()),
    "batch_add": (ADDS, frozenset({keys.CLOSE})),
    "edit_order": (ADDS, frozenset({keys.CLOSE})),
    "amend_order": (keys.CANCELS, frozenset()),
    "cancel_all_orders_after": (keys.CANCELS, frozenset()),
}
"""Permissions as for REST: one of the first, and all of the second."""

Points = Fraction | int


class Ordering:
    """What a private conversation may do besides cancelling."""

    def __init__(self, talk: "PrivateTalk", accounts: "Accounts") -> None:
        self._talk = talk
        self._gate = accounts.gate
        self._switches = accounts.switches

    def is_well_formed(self, method: str, params: dict[str, Any], req_id: int | None) -> bool:
        """Say whether a request's fields are known and of their types; refuse it if not."""
        fields = asking_ws.FIELDS[method]
        plain = {name: value for name, value in params.items() if name != "token"}
        nested = [(plain, fields)]
        if method == "batch_add" and isinstance(plain.get("orders"), list):
            nested += [(one, ORDER) for one in plain["orders"] if isinstance(one, dict)]
        nested += [(one["triggers"], TRIGGERS) for one, _ in nested if isinstance(one.get("triggers"), dict)]
        for found, known in nested:
            extra = asking_ws.unknown(found, known)
            if extra is not None:
                self._talk.refuse_field(extra, method, method, req_id)
                return False
        errors = (asking_ws.malformed(found, known) for found, known in nested)
        error = next((error for error in errors if error is not None), None)
        if error is not None:
            self._talk.refuse(error, method, req_id)
        return error is None

    def act(self, method: str, params: dict[str, Any], req_id: int | None, account: Account) -> Points:
        """Do what a well-formed request asks for, or refuse it."""
        match method:
            case "amend_order":
                return self._amend(params, req_id, account)
            case "cancel_all_orders_after":
                return self._cancel_after(params, req_id, account)
        symbol = params.get("symbol", "")
        market = self._talk.world.markets.get(symbol)
        if market is None:
            self._talk.refuse(f"Currency pair not supported {symbol}", method, req_id)
            return 0
        match method:
            case "add_order":
                return self._add(market, params, req_id, account)
            case "batch_add":
                return self._add_batch(market, params, req_id, account)
        return self._edit(market, params, req_id, account)

    def _add(self, market: "Market", params: dict[str, Any], req_id: int | None, account: Account) -> Points:
        tries = params.get("validate", False)
        try:
            ask = self._request(market, params, params)
        except Unfit as reason:
            return self._failed("add_order", market, account, req_id, reason, 0 if tries else rules.ADD_COST)
        order = self._gate.tried(account, ask) if tries else self._gate.place(account, ask)
        self._answer("add_order", order, req_id)
        return 0 if tries else rules.ADD_COST

    def _request(self, market: "Market", request: dict[str, Any], order: dict[str, Any]) -> Request:
        now_us = self._talk.time_in_us
        asking.meet_deadline(request.get("deadline"), now_us)
        return asking_ws.request(market, order, now_us)

    def _add_batch(
        self, market: "Market", params: dict[str, Any], req_id: int | None, account: Account
    ) -> Points:
        wanted, tries = params.get("orders", []), params.get("validate", False)
        if not BATCH_ADD[0] <= len(wanted) <= BATCH_ADD[1] or not all(
            isinstance(one, dict) for one in wanted
        ):
            self._talk.refuse(f"{BAD_ARGUMENTS}:orders", "batch_add", req_id)
            return 0
        fixed = 0 if tries else rules.BATCH_ADD_EACH * len(wanted)
        try:
            asks = [self._request(market, params, one) for one in wanted]
        except Unfit as reason:
            return self._failed("batch_add", market, account, req_id, reason, fixed)
        placed: list[Order | str] | str
        if tries:
            placed = [self._gate.tried(account, ask) for ask in asks]
            placed = next((order for order in placed if isinstance(order, str)), placed)
        else:
            placed = self._gate.place_batch(account, asks)
        if isinstance(placed, str):
            self._talk.refuse(placed, "batch_add", req_id)
        else:
            self._talk.ack("batch_add", [_named(order) for order in placed], req_id)
        return fixed

    def _amend(self, params: dict[str, Any], req_id: int | None, account: Account) -> Points:
        named = "order_id" if "order_id" in params else "cl_ord_id"
        if ("order_id" in params) == ("cl_ord_id" in params):
            self._talk.refuse(BAD_ARGUMENTS, "amend_order", req_id)
            return 0
        find = self._gate.find if named == "order_id" else self._gate.find_client_id
        found = find(account, params[named])
        if not found:
            self._talk.refuse(UNKNOWN, "amend_order", req_id)
            return 0
        order = found[0]
        market = self._talk.world.markets[order.pair.symbol]
        cost = rules.amend_cost(self._talk.time_in_us - order.counts_from_us)
        try:
            asking.meet_deadline(params.get("deadline"), self._talk.time_in_us)
            change = asking_ws.changes(market, order, params)
        except Unfit as reason:
            return self._failed("amend_order", market, account, req_id, reason, rules.AMEND_FIXED)
        error = self._gate.amend(
            account, order.id, **change._asdict(), post_only=params.get("post_only", False)
        )
        if error is not None:
            self._talk.refuse(error, "amend_order", req_id)
        else:
            self._talk.ack("amend_order", {"amend_id": order.amends[-1].id, named: params[named]}, req_id)
        return cost

    def _edit(self, market: "Market", params: dict[str, Any], req_id: int | None, account: Account) -> Points:
        old = account.open.get(params.get("order_id", ""))
        if old is None or old.pair is not market.pair:
            self._talk.refuse(UNKNOWN, "edit_order", req_id)
            return 0
        cost = rules.edit_cost(self._talk.time_in_us - old.counts_from_us)
        tries = params.get("validate", False)
        try:
            asking.meet_deadline(params.get("deadline"), self._talk.time_in_us)
            ask = asking_ws.edited(market, old, params)
            if "order_qty" not in params and self._talk.world.manners.edit_volume == "whole":
                ask.qty = old.qty
        except Unfit as reason:
            return self._failed(
                "edit_order", market, account, req_id, reason, 0 if tries else rules.EDIT_FIXED
            )
        order = self._gate.tried(account, ask) if tries else self._gate.edit(account, old, ask)
        self._answer("edit_order", order, req_id, {"original_order_id": old.id})
        return 0 if tries else cost

    def _cancel_after(self, params: dict[str, Any], req_id: int | None, account: Account) -> Points:
        timeout = params.get("timeout", -1)
        if not 0 <= timeout < TIMEOUT_BELOW_S:
            self._talk.refuse(f"{BAD_ARGUMENTS}:timeout", "cancel_all_orders_after", req_id)
            return 0
        at_us = self._switches.arm(account, timeout)
        if isinstance(at_us, str):
            self._talk.refuse(at_us, "cancel_all_orders_after", req_id)
        else:
            times = switch_times(self._talk.world.manners, self._talk.time_in_us, at_us)
            self._talk.ack("cancel_all_orders_after", times, req_id)
        return 0

    def _answer(
        self, method: str, order: Order | str, req_id: int | None, more: dict[str, object] | None = None
    ) -> None:
        if isinstance(order, str):
            self._talk.refuse(order, method, req_id)
        else:
            self._talk.ack(method, _named(order) | (more or {}), req_id)

    def _failed(
        self,
        method: str,
        market: "Market",
        account: Account,
        req_id: int | None,
        reason: Unfit,
        fixed: Points,
    ) -> Points:
        """Refuse a request that makes no sense; its fixed part counts all the same."""
        error = self._gate.failed(account, market.pair, str(reason), fixed) if fixed else str(reason)
        self._talk.refuse(error, method, req_id)
        return fixed


def _named(order: Order | str) -> dict[str, object]:
    """Name an order in an answer: its ids, or why there is none; a mere validation has no id."""
    if isinstance(order, str):
        return {"error": order}
    row: dict[str, object] = {"order_id": order.id} if order.id else {}
    if order.cl_ord_id is not None:
        row["cl_ord_id"] = order.cl_ord_id
    if order.userref:
        row["order_userref"] = order.userref
    return row
