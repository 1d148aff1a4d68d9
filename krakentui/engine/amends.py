"""Asks, when the user wants it, how an order was changed since it was made (`OrderAmends`)."""

import asyncio
from collections.abc import Callable

from krakentui.engine.lanes import Lane
from krakentui.engine.wants import may_ask
from krakentui.model.error import TransportError
from krakentui.model.event import Happening
from krakentui.state.state import State
from krakentui.wire.spot.rest import Call

ENDPOINT = "OrderAmends"
DENIED = "This key may not ask for it: it lacks query-open-trades and query-closed-trades."
MAX_FAILURES = 100


class AmendHistory:
    """What one session was asked of amends, and what stands in the way."""

    def __init__(self, state: State, lane: Lane, tell: Callable[[Happening], None]) -> None:
        """Begin with nothing asked."""
        self._state = state
        self._lane = lane
        self._tell = tell
        self._ids: asyncio.Queue[str] = asyncio.Queue()
        self._asking: set[str] = set()
        self._failed: dict[str, str] = {}

    @property
    def may_ask(self) -> bool:
        """Tell whether this key may ask, as far as is known."""
        return may_ask(ENDPOINT, self._state)

    def begin(self, order_id: str) -> str:
        """Ask for the changes of one order, once at a time; the sentence says what comes of it."""
        if not self.may_ask:
            return DENIED
        if order_id in self._asking:
            return "The exchange is being asked already."
        self._failed.pop(order_id, None)
        self._asking.add(order_id)
        self._ids.put_nowait(order_id)
        return "Asking the exchange for the amends of this order."

    def is_asking(self, order_id: str) -> bool:
        """Tell whether an answer is awaited."""
        return order_id in self._asking

    def failure(self, order_id: str) -> str:
        """Say why the last asking brought nothing; empty = it did, or nobody asked."""
        return self._failed.get(order_id, "")

    async def run(self) -> None:
        """Ask until cancelled, one order after the other; nothing is asked twice unwished."""
        while True:
            order_id = await self._ids.get()
            try:
                why = await self._ask(order_id)
            finally:
                self._asking.discard(order_id)
            if why:
                self._failed[order_id] = why
                if len(self._failed) > MAX_FAILURES:
                    del self._failed[next(iter(self._failed))]

    async def _ask(self, order_id: str) -> str:
        try:
            reply = await self._lane.call(Call(ENDPOINT, (("order_id", order_id),)), "user")
        except TransportError as error:
            return str(error)
        for event in reply.events:
            self._tell(event)
        return str(reply.refusal or reply.broken or "")
