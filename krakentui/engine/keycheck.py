"""Asks, when the user wants it, what the key in use may do (`GetApiKeyInfo`, which needs no permission).

The same call takes a key over whose nonces another program has raised, on the user's word.
"""

import asyncio
from collections.abc import Callable, Iterable

from krakentui.budget.ledger import Ledger
from krakentui.engine.lanes import DESCRIPTION, Lane
from krakentui.engine.takeover import READS_ONLY
from krakentui.engine.wants import cost_text, why_later
from krakentui.model.clock import Clock
from krakentui.model.error import TransportError
from krakentui.model.event import Happening, KeyDescribed, Noted
from krakentui.model.secret import Credentials
from krakentui.wire.spot.rest import Call

TAKING = "Taking the key {} over."
NOT_OVERTAKEN = (
    "There is nothing to take over: as far as is known here, no other program has overtaken the nonces of "
    "this key."
)
FAILED = "The last check failed. {}"


class KeyCheck:
    """The check of one key, one at a time."""

    def __init__(
        self,
        credentials: Credentials,
        ledger: Callable[[], Ledger],
        lane: Lane,
        clock: Clock,
        tell: Callable[[Happening], None],
        described: Callable[[KeyDescribed], None],
        *,
        read_only: bool,
    ) -> None:
        """Begin with nothing asked.

        Args:
            credentials: the key.
            ledger: the counters as this key sees them.
            lane: the key's way to REST.
            clock: where time comes from.
            tell: where events go.
            described: draws the consequences, right after the answer.
            read_only: nothing is to be changed at the exchange: a take-over locks other programs out there.
        """
        self._credentials = credentials
        self._ledger = ledger
        self._lane = lane
        self._clock = clock
        self._tell = tell
        self._described = described
        self._read_only = read_only
        self._wanted = asyncio.Event()
        self._takes_over = False
        self.trouble = ""
        """Why the last check or take-over brought nothing, as a sentence; empty = it did, or nobody asked."""

    @property
    def is_asking(self) -> bool:
        """Tell whether an answer is awaited."""
        return self._wanted.is_set()

    @property
    def doing(self) -> str:
        """Say what is under way, as a sentence; empty = nothing."""
        if not self.is_asking:
            return ""
        name = self._credentials.name
        return TAKING.format(name) if self._takes_over else f"Asking the exchange what the key {name} may do."

    @property
    def told(self) -> str:
        """Say what is wrong, as a sentence: the last check brought nothing, or the key is held back."""
        return self.trouble or self._lane.held_back or ""

    @property
    def is_overtaken(self) -> bool:
        """Tell whether another program has raised the key's nonces above ours."""
        return self._lane.is_overtaken

    def begin(self) -> str:
        """Ask, once at a time; the sentence says what comes of it."""
        stopped = None if self._lane.held_back else self._lane.stopped
        if stopped is not None and not self.is_asking:
            return stopped
        return self._begin(
            takes_over=False, said=f"Asked: {DESCRIPTION}, up to {self._cost()} of the REST counter."
        )

    def begin_take_over(self) -> str:
        """Take the key over, which the user has agreed to; the sentence says what comes of it."""
        barrier = self.barrier_to_take_over()
        return barrier or self._begin(takes_over=True, said=TAKING.format(self._credentials.name))

    def barrier_to_take_over(self) -> str:
        """Say why this key is not taken over; empty = it can be."""
        if self._read_only:
            return READS_ONLY
        return self._lane.key_refused or ("" if self.is_overtaken or self.is_asking else NOT_OVERTAKEN)

    def _begin(self, *, takes_over: bool, said: str) -> str:
        if self.is_asking:
            return "The exchange is being asked already."
        later = why_later(DESCRIPTION, self._ledger(), self._clock.mono_ns())
        if later is not None:
            return later
        self.trouble, self._takes_over = "", takes_over
        self._wanted.set()
        return said

    def _cost(self) -> str:
        return cost_text(self._ledger().rest_cost(DESCRIPTION).high)

    async def run(self) -> None:
        """Ask until cancelled, each time somebody wants it."""
        while True:
            await self._wanted.wait()
            try:
                self.trouble = await (self._take_over() if self._takes_over else self._ask())
            finally:
                self._wanted.clear()

    async def _ask(self) -> str:
        try:
            reply = await self._lane.call(Call(DESCRIPTION), "user")
        except TransportError as error:
            return FAILED.format(error)
        self._learn(reply.events)
        why = str(reply.refusal or reply.broken or "")
        return FAILED.format(why) if why else ""

    async def _take_over(self) -> str:
        done = await self._lane.take_over()
        self._learn(done.events)
        text = done.words(self._credentials)
        self._tell(Noted(kind="notice", text=text, level="good" if done.is_ours else "bad"))
        return "" if done.is_ours else text

    def _learn(self, events: Iterable[Happening]) -> None:
        for event in events:
            self._tell(event)
            if isinstance(event, KeyDescribed):
                self._described(event)
