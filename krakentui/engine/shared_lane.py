"""The lane of a key that several programs share: here, or in the program that owns the key.

A cancel never waits for an owner that hangs: it goes directly then, with a nonce that is taken under the
key's file lock, and each program counts the other as foreign use. Everything else waits.
"""

import asyncio
import contextlib
from collections.abc import Callable

from krakentui.engine.household import Household
from krakentui.engine.lane import KeyLane
from krakentui.engine.lanes import DESCRIPTION, Held, Wait
from krakentui.engine.link import Link, NotBegun, Returned
from krakentui.engine.takeover import TakenOver
from krakentui.engine.turnstile import Kind
from krakentui.model.clock import SECOND
from krakentui.model.error import TransportError
from krakentui.net.deadline import within
from krakentui.wire.spot.rest import Call, Reply

SILENT = "The krakentui that holds this key does not answer: private calls wait for it."


class SharedLane:
    """A key's way to REST, wherever its lane is at this moment."""

    def __init__(
        self,
        own: KeyLane,
        account: str,
        house: Household,
        *,
        single: bool = False,
        held_back: str | None = None,
    ) -> None:
        """Begin with the lane of this program.

        Args:
            own: that lane.
            account: whose key it is.
            house: what the lanes share with the session.
            single: only this program can sign for this key.
            held_back: why nothing is done with it yet, as a sentence; None = it is used at once.
        """
        self.scope = own.scope
        self._own = own
        self._account = account
        self._house = house
        self._single = single
        self._held_back = held_back
        self._leave = asyncio.Event()
        self._link: Link | None = None
        self._direct = True
        self._decided = asyncio.Event()
        self._decided.set()

    @property
    def stopped(self) -> str | None:
        """Tell why no private calls go, as a sentence that waiting alone does not change; None = they go."""
        return self._own.stopped or self.held_back

    @property
    def held_back(self) -> str | None:
        """Tell why this key is not used before the exchange has described it; None = it is."""
        return self._held_back if self._own.key_refused is None else None

    @property
    def key_refused(self) -> str | None:
        """Tell why the exchange does not take this key at all; None = it does, as far as known."""
        return self._own.key_refused

    @property
    def last_nonce(self) -> int:
        """Tell the last nonce that was used."""
        return self._own.last_nonce if self._link is None else max(self._link.nonce, self._own.last_nonce)

    @property
    def nonce_before_last(self) -> int | None:
        """Tell the nonce that any program of ours used before that one; None = not known here."""
        return self._own.nonce_before_last if self._link is None else None

    @property
    def nonce_before_run(self) -> int | None:
        """Tell the last nonce that a program of ours had used before this run; None = that is not kept."""
        return self._own.nonce_before_run

    @property
    def is_overtaken(self) -> bool:
        """Tell whether another program has raised the key's nonces above ours, as far as is known here."""
        return self._own.is_overtaken

    def refuse(self, why: str) -> None:
        """Use this key no more, on our own judgement."""
        self._own.refuse(why)

    def let_go(self) -> None:
        """Hold this key back no more."""
        self._held_back = None
        self._leave.set()

    async def wait_for_leave(self) -> None:
        """Wait until a key that was held back is let go."""
        await self._leave.wait()

    def locked_ns(self, t_ns: int) -> int:
        """Tell how long the lockout still lasts; 0 = none."""
        return self._own.locked_ns(t_ns)

    def lock_out(self, reason: str) -> None:
        """Stop all private calls of all programs on the key."""
        if self._link is None or self._link.is_silent:
            self._own.lock_out(reason)
        else:
            self._link.lock_out(reason)

    # --- where the lane is -----------------------------------------------------------------------

    def own(self) -> None:
        """From here on calls go out from this program."""
        self._link, self._direct = None, True
        self._decided.set()

    def follow(self, link: Link) -> None:
        """From here on calls are handed in."""
        self._link, self._direct = link, False
        self._decided.set()

    def wait(self) -> None:
        """The owner is gone: calls wait until it is decided who is the next."""
        self._link, self._direct = None, False
        self._decided.clear()

    # --- calls -----------------------------------------------------------------------------------

    async def call(self, call: Call, kind: Kind, wrote: Callable[[], None] | None = None) -> Reply:
        """Send one call, or hand it in, when its turn comes; see `Lane.call`."""
        if self._held_back is not None and call.endpoint != DESCRIPTION:
            raise Held(Wait(None, self._held_back))
        while True:
            link = self._link
            if self._direct or self._single:
                return await self._own.call(call, kind, wrote)
            if self._own.key_refused is not None:
                raise Held(Wait(None, self._own.key_refused))
            if link is None:
                if not await self._is_decided():
                    return await self._past_the_owner(call, kind, wrote)
            elif link.is_silent:
                return await self._past_the_owner(call, kind, wrote)
            else:
                with contextlib.suppress(NotBegun):
                    return await self._handed_in(link, call, kind, wrote)

    async def take_over(self) -> TakenOver:
        """Make the exchange take our nonces again; an owner goes by the mark on disk, too."""
        return await self._own.take_over()

    async def _is_decided(self) -> bool:
        try:
            await within(self._house.clock, self._house.patience.broker_s, self._decided.wait)
        except TimeoutError:
            return False
        return True

    async def _past_the_owner(self, call: Call, kind: Kind, wrote: Callable[[], None] | None) -> Reply:
        if kind == "cancel":
            return await self._own.call(call, kind, wrote)
        wait_ns = round(self._house.patience.broker_s * SECOND)
        raise Held(Wait(self._house.clock.mono_ns() + wait_ns, SILENT))

    async def _handed_in(self, link: Link, call: Call, kind: Kind, wrote: Callable[[], None] | None) -> Reply:
        try:
            returned = await link.ask(call, kind, wrote)
        except (Held, NotBegun):
            raise
        except TransportError as error:
            self._house.pulse.failed(str(error))
            raise
        return self._read(call, returned)

    def _read(self, call: Call, returned: Returned) -> Reply:
        """Read what came; what follows from a refusal the owner has drawn, and tells."""
        return self._house.read(
            call,
            returned.status,
            returned.body,
            account=self._account,
            key=self.scope.key,
            asked_ns=returned.asked_ns,
        )
