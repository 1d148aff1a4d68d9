"""Asks, when the user wants it, what the key in use may do (`GetApiKeyInfo`, which needs no permission)."""

import asyncio
from collections.abc import Callable

from krakentui.budget.ledger import Ledger
from krakentui.engine.lanes import Lane
from krakentui.engine.wants import cost_text, why_later
from krakentui.model.clock import Clock
from krakentui.model.error import TransportError
from krakentui.model.event import Happening, KeyDescribed
from krakentui.wire.spot.rest import Call

ENDPOINT = "GetApiKeyInfo"


class KeyCheck:
    """The check of one key, one at a time."""

    def __init__(
        self,
        ledger: Callable[[], Ledger],
        lane: Lane,
        clock: Clock,
        tell: Callable[[Happening], None],
        described: Callable[[KeyDescribed], None],
    ) -> None:
        """Begin with nothing asked.

        Args:
            ledger: the counters as this key sees them.
            lane: the key's way to REST.
            clock: where time comes from.
            tell: where events go.
            described: draws the consequences, right after the answer.
        """
        self._ledger = ledger
        self._lane = lane
        self._clock = clock
        self._tell = tell
        self._described = described
        self._wanted = asyncio.Event()
        self.trouble = ""
        """Why the last check brought nothing, as a sentence; empty = it did, or nobody asked."""

    @property
    def is_asking(self) -> bool:
        """Tell whether an answer is awaited."""
        return self._wanted.is_set()

    def begin(self) -> str:
        """Ask, once at a time; the sentence says what comes of it."""
        if self.is_asking:
            return "The exchange is being asked already."
        if self._lane.stopped is not None:
            return self._lane.stopped
        later = why_later(ENDPOINT, self._ledger(), self._clock.mono_ns())
        if later is not None:
            return later
        self.trouble = ""
        self._wanted.set()
        cost = cost_text(self._ledger().rest_cost(ENDPOINT).high)
        return f"Asked: {ENDPOINT}, up to {cost} of the REST counter."

    async def run(self) -> None:
        """Ask until cancelled, each time somebody wants it."""
        while True:
            await self._wanted.wait()
            try:
                self.trouble = await self._ask()
            finally:
                self._wanted.clear()

    async def _ask(self) -> str:
        try:
            reply = await self._lane.call(Call(ENDPOINT), "user")
        except TransportError as error:
            return str(error)
        for event in reply.events:
            self._tell(event)
            if isinstance(event, KeyDescribed):
                self._described(event)
        return str(reply.refusal or reply.broken or "")
