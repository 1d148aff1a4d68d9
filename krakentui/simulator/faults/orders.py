"""Faults around cancels: fills that come first, successes that are none, batches that half succeed."""

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, TypeVar, final

from krakentui.simulator.account import Account
from krakentui.simulator.accounts import of
from krakentui.simulator.clock import SECOND_US
from krakentui.simulator.desk import USER
from krakentui.simulator.faults.base import Answer, Call, Fault, Go
from krakentui.simulator.faults.spec import Args
from krakentui.simulator.faults.wire import Asked, Frame, Wire, written
from krakentui.simulator.identity import parse_body
from krakentui.simulator.jsontext import Raw, dumps
from krakentui.simulator.orders import Order
from krakentui.simulator.surface import HttpReply

T = TypeVar("T")
BATCHES = frozenset({"CancelOrderBatch", "CancelAll", "batch_cancel", "cancel_all"})
CANCELS = BATCHES | {"CancelOrder", "cancel_order"}
NAMED = ("txid", "order_id", "orders", "order_userref")
OWN_NAMED = ("cl_ord_id", "cl_ord_ids")


class OfCancels(Fault, ABC):
    """A fault that strikes cancels, over REST and websocket alike."""

    methods = CANCELS

    @abstractmethod
    def before(self, account: Account, orders: list[Order]) -> list[Order]:
        """Do something before the cancel is done; give the orders that it shall not end."""

    def after_all(self, spared: list[Order]) -> None:
        """Do something after the cancel was answered."""

    def answered(self, result: dict[str, Any], spared: int) -> dict[str, Any]:
        """Change the result that the client gets."""
        del spared
        return result

    def touches_call(self, call: Call) -> bool:
        """Touch cancels."""
        return call.is_private and call.endpoint in self.methods and call.key is not None

    def around(self, call: Call, go: Go) -> Answer:
        """Let a cancel go wrong."""
        assert call.key is not None  # noqa: S101  `touches_call` asked for it
        account = of(self.world).owner(call.key)
        orders = self._targets(account, call.endpoint, parse_body(call.request) or {})
        spared = self.before(account, orders)
        answer = self._sparing(spared, go)
        self.after_all(spared)
        document = json.loads(answer.reply.body, parse_float=Raw, parse_int=Raw)
        if isinstance(document.get("result"), dict):
            document["result"] = self.answered(document["result"], len(spared))
        reply = HttpReply(answer.reply.status, dumps(document).encode())
        return Answer(reply, answer.late_us, answer.cut)

    def touches_request(self, wire: Wire, asked: Asked) -> bool:
        """Touch cancels."""
        return asked.method in self.methods and wire.key() is not None

    def hears(self, wire: Wire, asked: Asked, go: Callable[[], None]) -> None:
        """Let a cancel go wrong."""
        key = wire.key()
        assert key is not None  # noqa: S101  `touches_request` asked for it
        account = of(self.world).owner(key)
        spared = self.before(account, self._targets(account, asked.method, asked.params))
        send = wire.talk.socket.send

        def changed(text: str) -> None:
            document = Frame(text).document
            if document.get("method") == asked.method and isinstance(document.get("result"), dict):
                result = self.answered(document["result"], len(spared))
                text = written(document | {"result": result}).text
            send(text)

        wire.talk.socket.send = changed
        try:
            self._sparing(spared, go)
        finally:
            wire.talk.socket.send = send
        self.after_all(spared)

    def _sparing(self, spared: Iterable[Order], go: Callable[[], T]) -> T:
        desk = of(self.world).desk
        desk.spared = frozenset(order.id for order in spared)
        try:
            return go()
        finally:
            desk.spared = frozenset()

    def _targets(self, account: Account, method: str, params: dict[str, Any]) -> list[Order]:
        gate = of(self.world).gate
        if method in {"CancelAll", "cancel_all"}:
            return list(account.open.values())
        refs = [ref for name in NAMED for ref in _listed(params.get(name))]
        own = [ref for name in OWN_NAMED for ref in _listed(params.get(name))]
        return gate.find_batch(account, [int(r) if r.isdecimal() else r for r in refs], own)


@final
class FillBeforeCancel(OfCancels):
    """Orders fill, wholly or in part, just before the cancel arrives."""

    def read(self, args: Args) -> None:
        """Take how much of what remains."""
        self._part = args.number("part", 1, 0, 1)

    def before(self, account: Account, orders: list[Order]) -> list[Order]:
        """Fill them."""
        desk = of(self.world).desk
        for order in orders:
            price = order.limit_price or order.trigger_price or self.world.markets[order.pair.symbol].last
            qty = max(1, round(order.remaining * self._part)) if self._part else 0
            if qty and order.id in account.open:
                desk.matching.fill_by_script(order, price, min(qty, order.remaining))
        return []


@final
class CancelNoop(OfCancels):
    """A cancel is answered with success, and the order stays open."""

    def before(self, account: Account, orders: list[Order]) -> list[Order]:
        """Spare them."""
        del account
        return orders


@final
class PendingCancel(OfCancels):
    """REST answers that a cancel is pending; it is done a while later."""

    surfaces = ("spot-rest",)
    methods = frozenset({"CancelOrder", "CancelOrderBatch", "CancelAll"})

    def read(self, args: Args) -> None:
        """Take how much later."""
        self._late_us = args.span_us("s", SECOND_US)

    def before(self, account: Account, orders: list[Order]) -> list[Order]:
        """Spare them for now."""
        del account
        return orders

    def after_all(self, spared: list[Order]) -> None:
        """Cancel them in a while."""
        self.world.clock.after(self._late_us, partial(self._cancel, spared))

    def answered(self, result: dict[str, Any], spared: int) -> dict[str, Any]:
        """Say that it is pending."""
        return result | {"pending": True} if spared else result

    def _cancel(self, orders: list[Order]) -> None:
        accounts = of(self.world)
        for order in orders:
            if order.id in accounts.by_name[order.account].open:
                accounts.desk.cancel(order, USER)


@final
class PartialBatch(OfCancels):
    """A batch of cancels ends only some of its orders, and says how many."""

    methods = BATCHES

    def read(self, args: Args) -> None:
        """Take how large a part fails."""
        self._part = args.number("part", 0.5, 0, 1)

    def before(self, account: Account, orders: list[Order]) -> list[Order]:
        """Spare the last of them."""
        del account
        spared = round(len(orders) * self._part)
        return orders[len(orders) - spared :]

    def answered(self, result: dict[str, Any], spared: int) -> dict[str, Any]:
        """Count those that ended."""
        count = result.get("count")
        return result if count is None else result | {"count": max(0, int(count) - spared)}


def _listed(value: object) -> list[str]:
    if value is None:
        return []
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]
