"""What the lanes share with the rest of a session: the ways out, the budget, the clock, where events go."""

import random
from collections.abc import Callable
from typing import Protocol

from msgspec import Struct

from krakentui.budget.interval import Interval
from krakentui.engine.pulse import Pulse
from krakentui.engine.turnstile import Kind
from krakentui.model.clock import SECOND, Clock
from krakentui.model.error import TransportError
from krakentui.model.event import Happening
from krakentui.model.symbol import Names
from krakentui.net.backoff import EdgePause
from krakentui.net.deadline import Scissors
from krakentui.net.patience import Patience
from krakentui.wire.spot.rest import Call, Prepared, Reply, decode


class Door(Protocol):
    """Sends one signed request: `net.http.Rest`, or a stand-in of tests."""

    async def send(
        self,
        prepared: Prepared,
        limit_s: float,
        scissors: Scissors | None = None,
        wrote: Callable[[], None] | None = None,
    ) -> tuple[int, bytes]:
        """Send it and return status and body; `wrote` is called when bytes begin to leave."""
        ...


class Purse(Protocol):
    """What the lane asks of the budget."""

    def cost(self, endpoint: str) -> Interval:
        """Tell what a call adds to the REST counter, in units."""
        ...

    def rest_fits_at(self, cost: int, kind: Kind, t_ns: int) -> int | None:
        """Tell when this many units fit into the REST counter for this lane; None = never."""
        ...

    def expects_refusal(self, cost: int, t_ns: int) -> bool:
        """Tell whether a refusal of a call that costs this much would be no surprise."""
        ...


class Household(Struct, frozen=True, kw_only=True):
    """What the lane shares with the rest of the session."""

    clock: Clock
    rng: random.Random
    patience: Patience
    door: Door
    edge: EdgePause
    pulse: Pulse
    purse: Purse
    names: Callable[[], Names]
    offset_ns: Callable[[], int]
    """Exchange clock minus ours."""
    tell: Callable[[Happening], None]
    hide: Callable[[str], str]
    """Takes the secrets of the run out of a text."""

    async def send(
        self,
        prepared: Prepared,
        limit_s: float,
        scissors: Scissors | None = None,
        wrote: Callable[[], None] | None = None,
    ) -> tuple[int, bytes]:
        """Send a request through the door; a failure quotes no secret, whoever answered there.

        Raises:
            TransportError: as the door says.
        """
        try:
            return await self.door.send(prepared, limit_s, scissors, wrote)
        except TransportError as error:
            shown = self.hide(str(error))
            if shown == str(error):
                raise
            raise type(error)(shown) from None

    def read(
        self, call: Call, status: int, body: bytes, *, account: str, asked_ns: int, key: str = ""
    ) -> Reply:
        """Read what came of a call, of a key or of none, and note whether the exchange itself was heard."""
        names = self.names()
        reply = decode(
            call, status, body, account=account, names=names, asked_ns=asked_ns, key=key, hide=self.hide
        )
        if reply.broken is not None:
            self._note_broken(reply)
        else:
            self.pulse.heard()
        return reply

    def _note_broken(self, reply: Reply) -> None:
        """Tell that what came was no answer of the exchange; its edge may ask all of us for silence."""
        until_ns = None
        if reply.edge:
            t_ns = self.clock.mono_ns()
            until_ns = t_ns + round(self.edge.refused(t_ns, self.rng) * SECOND)
        self.pulse.failed(reply.broken or "", until_ns)
