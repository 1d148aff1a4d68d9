"""The websocket tokens of one key: fetched one at a time, shared while they are fresh.

A token has to be used within 15 minutes and is then good for the life of its sockets; one may open several
(websocket v1 reference, 1, as of 2026-06). Each costs a point of the key's REST counter: the account's own
stream takes a new one for each socket, the audit takes what is there and asks for one of its own at most
once while it is fresh, whatever happens to its socket.
"""

import asyncio
from collections.abc import Callable

from krakentui.budget.words import duration
from krakentui.engine.lanes import Held, Lane
from krakentui.engine.turnstile import Kind
from krakentui.model.clock import SECOND, Clock
from krakentui.model.error import NotSent
from krakentui.model.secret import Secret
from krakentui.wire.spot.rest import Call

FRESH_NS = 840 * SECOND
"""A minute less than the exchange gives."""


class NoToken(NotSent):
    """The exchange answered and gave no token."""


class Tokens:
    """Gets the tokens of one key."""

    def __init__(self, lane: Lane, clock: Clock, learn: Callable[[Secret], None]) -> None:
        """Start with none; `learn` is told of each, so that nothing that is written shows it."""
        self._lane = lane
        self._clock = clock
        self._learn = learn
        self._turn = asyncio.Lock()
        self._latest: Secret | None = None
        self._got_ns = 0
        self._borrowed_ns: int | None = None
        """When one was last asked for on behalf of who only shares."""

    async def new(self, kind: Kind) -> Secret:
        """Fetch a token.

        Raises:
            KrakentuiError: there is none; the sentence says why.
        """
        asked_ns = self._clock.mono_ns()
        async with self._turn:
            if self._latest is not None and self._got_ns > asked_ns:
                return self._latest  # somebody else's came while we waited
            return await self._fetch(kind)

    async def shared(self) -> Secret:
        """Give a token that is still fresh, or fetch one if none was fetched here for so long.

        Raises:
            KrakentuiError: there is none; the sentence says why.
        """
        async with self._turn:
            t_ns = self._clock.mono_ns()
            if self._latest is not None and t_ns - self._got_ns < FRESH_NS:
                return self._latest
            if self._borrowed_ns is not None and t_ns - self._borrowed_ns < FRESH_NS:
                wait = duration(FRESH_NS - (t_ns - self._borrowed_ns))
                raise NotSent(f"no fresh websocket token is there, and none is asked for within {wait}")
            before, self._borrowed_ns = self._borrowed_ns, t_ns
            try:
                return await self._fetch("background")
            except Held:  # nothing was sent
                self._borrowed_ns = before
                raise

    def spoiled(self, token: Secret) -> None:
        """Learn that the exchange no longer takes this token."""
        if token is self._latest:
            self._latest = None

    async def _fetch(self, kind: Kind) -> Secret:
        reply = await self._lane.call(Call("GetWebSocketsToken"), kind)
        if reply.refusal is not None:
            raise reply.refusal
        if reply.token is None:
            raise NoToken(reply.broken or "the exchange gave no websocket token")
        self._learn(reply.token)
        self._latest, self._got_ns = reply.token, self._clock.mono_ns()
        return reply.token
