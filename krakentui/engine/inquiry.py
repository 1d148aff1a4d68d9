"""Asks once what became of orders that are not among the open ones."""

import asyncio
from collections.abc import Callable, Sequence

from krakentui.engine.lanes import Lane
from krakentui.engine.routes import BATCH_MOST
from krakentui.engine.wants import may_ask
from krakentui.model.error import TransportError
from krakentui.model.event import Happening
from krakentui.state import words
from krakentui.state.state import State
from krakentui.state.view import Found
from krakentui.wire.spot.rest import Call


class Inquiry:
    """What one session was asked to look up, and what the exchange said."""

    def __init__(self, state: State, lane: Lane, tell: Callable[[Happening], None]) -> None:
        """Begin with nothing to look up."""
        self._state = state
        self._lane = lane
        self._tell = tell
        self._ids: asyncio.Queue[tuple[str, ...]] = asyncio.Queue()

    def begin(self, ids: Sequence[str]) -> bool:
        """Look these orders up; False = this key may not."""
        if not may_ask("QueryOrders", self._state):
            return False
        for at in range(0, len(ids), BATCH_MOST):
            self._ids.put_nowait(tuple(ids[at : at + BATCH_MOST]))
        return True

    def found(self, order_id: str) -> Found | None:
        """Tell what became of an order; None = not known (yet)."""
        table = self._state.desk.table
        order = table.ended(order_id)
        if order is None or not order.is_done:
            if order is not None or order_id in table.open or not table.is_stranger(order_id):
                return None
            return Found(id=order_id, fate="stranger", text=f"The exchange knows no order {order_id}.")
        return Found(
            id=order_id,
            fate="filled" if order.status == "filled" else "gone",
            text=words.closed(order, self._state.pairs),
            pair=order.pair,
            filled=order.filled,
        )

    async def run(self) -> None:
        """Ask until cancelled; what gets no answer stays unknown."""
        while True:
            ids = await self._ids.get()
            try:
                reply = await self._lane.call(Call("QueryOrders", (("txid", ids),)), "user")
            except TransportError:
                continue  # the lane has told why
            if reply.refusal is not None and len(ids) > 1:  # one id that is none spoils the answer for all
                for order_id in ids:
                    self._ids.put_nowait((order_id,))
            for event in reply.events:
                self._tell(event)
