"""A few calls outside a session: is the exchange there, what time is it, what is this key.

They go the normal way, through the key's lane with its persisted nonces and the same allow-list, so that
a check beside a running monitor disturbs nothing.
"""

import random
from types import TracebackType
from typing import Self

from msgspec import Struct

from krakentui.engine.doors import RestDoor
from krakentui.engine.firstword import may_describe
from krakentui.engine.fresh import fresh_state
from krakentui.engine.hiding import hidden
from krakentui.engine.household import Door, Household
from krakentui.engine.lane import KeyLane
from krakentui.engine.nonce import NonceMark
from krakentui.engine.offset import Offset
from krakentui.engine.powers import Powers
from krakentui.engine.public import PublicCalls
from krakentui.engine.pulse import Pulse
from krakentui.engine.purse import LedgerPurse
from krakentui.engine.takeover import TakenOver
from krakentui.keys.audit import Use
from krakentui.model.account import KeyInfo
from krakentui.model.clock import MILLISECOND, SECOND, Clock
from krakentui.model.error import BadKey, Denied, KeyProblem, TransportError, VenueRefusal
from krakentui.model.event import Happening, KeyDescribed, TimeMeasured
from krakentui.model.limit import KeyScope
from krakentui.net.backoff import EdgePause
from krakentui.net.hosts import check_destination
from krakentui.net.patience import Patience
from krakentui.net.tap import NoTap
from krakentui.net.way import Way
from krakentui.settings import Settings
from krakentui.wire.spot.rest import Call, Reply
from krakentui.wire.spot.sign import check_secret


class Described(Struct, frozen=True, kw_only=True):
    """What asking for a key's description came to."""

    info: KeyInfo | None = None
    use: Use | None = None
    """Our own use of it, where that is remembered."""
    refusal: VenueRefusal | None = None
    """The exchange's no."""
    trouble: str | None = None
    """Why there is no answer at all, as a sentence."""
    works: bool = False
    """The exchange takes the key, whether or not it describes it."""

    @property
    def wants_factor(self) -> bool:
        """Tell whether it seems to want a second factor: not even what needs no permission is allowed."""
        return isinstance(self.refusal, Denied) and not self.works


class Probe:
    """An async context manager around one way to the exchange."""

    def __init__(
        self, settings: Settings, clock: Clock, rng: random.Random, *, door: Door | None = None
    ) -> None:
        """Open nothing yet; `door` replaces the sockets in tests."""
        self._settings = settings = settings.redacting()
        self._clock = clock
        way = Way(proxy=settings.proxy, ca_file=settings.ca_file)
        self._own_door = RestDoor(settings.endpoints.rest, clock, NoTap(), way) if door is None else None
        self._state = state = fresh_state(settings, clock)
        key = settings.credentials
        self._house = Household(
            clock=clock,
            rng=rng,
            patience=Patience.at_speed(settings.speed),
            door=self._own_door or door,  # type: ignore[arg-type]  # one of the two is there
            edge=EdgePause(),
            pulse=Pulse(self._tell),
            purse=LedgerPurse(lambda: state.ledger, KeyScope("" if key is None else key.fingerprint)),
            names=lambda: state.names,
            offset_ns=lambda: state.offset_ns or 0,
            tell=self._tell,
            hide=settings.hide,
        )
        self._public = PublicCalls(settings.account, self._house)
        self._lane: KeyLane | None = None

    def _tell(self, event: Happening) -> None:
        self._state.apply(hidden(event, self._settings.hide), self._clock.mono_ns())

    async def __aenter__(self) -> Self:
        """Nothing is opened before the first call."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close what was opened."""
        if self._own_door is not None:
            await self._own_door.close()

    @property
    def trouble(self) -> str:
        """Tell why the last call got no answer, as a sentence; empty where it got one."""
        return self._state.feeds["rest"].why

    @property
    def now_s(self) -> int:
        """Tell the exchange's time, as far as it was measured."""
        return (self._clock.now_ns() + (self._state.offset_ns or 0)) // SECOND

    async def offset(self) -> TimeMeasured | None:
        """Compare the clocks once; None = no answer."""
        sent_ns = self._clock.now_ns()
        reply = await self._public.ask(Call("Time"))
        if reply is None or reply.server_ns is None:
            return None
        got_ns = self._clock.now_ns()
        measured = Offset().measured(reply.server_ns, sent_ns, got_ns).event(got_ns)
        if measured is not None:
            self._house.tell(measured)
        return measured

    async def system(self) -> str | None:
        """Ask for the state of the exchange; None = no answer."""
        reply = await self._public.ask(Call("SystemStatus"))
        return None if reply is None else self._state.system

    async def key(self) -> Described:
        """Let the key describe itself; where it may not, find out whether it works at all.

        Raises:
            KeyProblem: there is no key, or its secret is no secret.
            Forbidden: it may not go to this exchange.
        """
        lane = self._opened_lane()
        try:
            reply = await lane.call(Call("GetApiKeyInfo"), "user")
            refusal = reply.refusal
            if refusal is not None and not may_describe(reply):
                return await self._unnamed(lane, refusal)
        except TransportError as error:
            return Described(trouble=str(error))
        return self._described(lane, reply)

    async def take_over(self) -> TakenOver:
        """Raise the unit of the key's nonces until the exchange takes them; see `KeyLane.take_over`.

        Raises:
            KeyProblem: there is no key, or its secret is no secret.
            Forbidden: it may not go to this exchange.
        """
        return await self._opened_lane().take_over()

    def _described(self, lane: KeyLane, reply: Reply) -> Described:
        if reply.refusal is not None or reply.broken is not None:
            return Described(refusal=reply.refusal, trouble=reply.broken)
        (info,) = [event.info for event in reply.events if isinstance(event, KeyDescribed)]
        settings = self._settings
        Powers(settings.state_dir, lane.scope.key, settings.endpoints.rest).told(info, self.now_s)
        before = lane.nonce_before_run
        offset_ms = (self._state.offset_ns or 0) // MILLISECOND
        use = None if before is None else Use(sent=lane.last_nonce, before=before, offset_ms=offset_ms)
        return Described(info=info, use=use, works=True)

    async def _unnamed(self, lane: KeyLane, refusal: VenueRefusal) -> Described:
        """A key that does not describe itself may still be good: one more call tells."""
        key = self._settings.credentials
        if key is not None and key.otp_call is not None:
            return Described(refusal=refusal)  # its code is spent
        reply = await lane.call(Call("BalanceEx"), "user")
        bad = reply.refusal is not None or reply.broken is not None
        worse = reply.refusal if isinstance(reply.refusal, BadKey) else refusal
        return Described(refusal=worse, works=not bad)

    def _opened_lane(self) -> KeyLane:
        """Give the key's way to REST, the same one for every call."""
        settings = self._settings
        if self._lane is None:
            if settings.credentials is None:
                raise KeyProblem("There is no key to check.")
            check_secret(settings.credentials.secret)
            check_destination(settings.endpoints.rest, settings.credentials.key)
            mark = NonceMark(self._clock, settings.credentials.fingerprint, settings.state_dir)
            self._lane = KeyLane(settings.credentials, settings.account, mark, self._house)
        return self._lane
