"""The lane of one API key: its queue, its nonces, its one request in flight, and when it must be silent.

Seam 1 of the design. `reserve` answers at once whether a call may go, and if not, until when and why;
`settle` says what became of it. `call` does both around one request: wait for the turn, reserve, take
the nonce, sign and write with nothing in between, and read the answer. Cancels go before everything
else, and a read that is in flight when a cancel comes is given up.
"""

import itertools
from collections.abc import Callable
from typing import Literal

from krakentui.budget.rules import LOCKOUT_NS
from krakentui.engine.household import Household
from krakentui.engine.lanes import DESCRIPTION, Carried, Expired, Held, Lease, Ticket, Wait
from krakentui.engine.nonce import NonceMark
from krakentui.engine.takeover import TakenOver, TakeOver
from krakentui.engine.turnstile import Kind, Turnstile
from krakentui.model.clock import SECOND
from krakentui.model.error import (
    AnswerLost,
    BadKey,
    BadNonce,
    Denied,
    LockedOut,
    NotSent,
    RateLimited,
    TransportError,
    VenueRefusal,
)
from krakentui.model.event import (
    CallRefused,
    CallSettled,
    CallSpent,
    DeniedSeen,
    ForeignUseSeen,
    Happening,
    KeyRefused,
    LockoutBegan,
    Noted,
)
from krakentui.model.limit import KeyScope, Scope
from krakentui.model.secret import Credentials
from krakentui.net.deadline import Cut, Scissors
from krakentui.wire.spot.endpoints import allowed
from krakentui.wire.spot.errors import throttled_until_s
from krakentui.wire.spot.rest import Call, Reply, prepare

LOCKOUT_MARGIN_NS = 5 * SECOND
"""We stay silent so much longer: a call a moment too early is answered by another quarter of an hour."""
Outcome = Literal["passed", "refused", "lost", "not_sent"]
OVERTAKEN = "another krakentui has used this key meanwhile"
TAKEN = (
    "Another program uses the key {name}: its nonces overtake ours. Private calls stop: give each program a "
    "key of its own, or take this one over, which locks the other program out (K, then t, or krakentui keys "
    "take-over)."
)
SPENT = (
    "A time code is good for one call, and this is not that call: it goes over the websocket or not at all."
)


class KeyLane:
    """Everything private that one key does over REST."""

    def __init__(self, credentials: Credentials, account: str, mark: NonceMark, house: Household) -> None:
        """Start with an empty queue."""
        self.scope = KeyScope(credentials.fingerprint)
        self._credentials = credentials
        self._account = account
        self._mark = mark
        self._house = house
        self._turnstile = Turnstile()
        self._numbers = itertools.count(1)
        self._reading: Scissors | None = None
        self._locked_until_ns = 0
        self._throttled_until_ns = 0
        self._stopped: str | None = None
        self._nonce_taken = False
        self._take_over = TakeOver(mark)
        self._mark_told = False
        self._code_spent = False

    @property
    def stopped(self) -> str | None:
        """Tell why private calls stopped for good, as a sentence; None = they did not."""
        return self._stopped or (self._taken if self.is_overtaken else None)

    @property
    def key_refused(self) -> str | None:
        """Tell why the exchange does not take this key at all; None = it does, as far as known."""
        return self._stopped

    @property
    def last_nonce(self) -> int:
        """Tell the last nonce that was used."""
        return self._mark.last

    @property
    def nonce_before_last(self) -> int | None:
        """Tell the nonce that any program of ours used before that one; None = not known."""
        return self._mark.before_last or None

    @property
    def nonce_before_run(self) -> int | None:
        """Tell the last nonce that a program of ours had used before this run; None = that is not kept."""
        return self._mark.before_run

    def refuse(self, why: str) -> None:
        """Use this key no more, on our own judgement."""
        self._stopped = why
        self._house.tell(KeyRefused(key=self.scope.key, why=why))

    def locked_ns(self, t_ns: int) -> int:
        """Tell how long the lockout still lasts; 0 = none."""
        return max(0, self._locked_until_ns - t_ns)

    def lock_out(self, reason: str) -> None:
        """Stop all private calls: the exchange said `Temporary lockout`, over REST or over a socket."""
        until_ns = self._house.clock.mono_ns() + LOCKOUT_NS
        self._locked_until_ns = max(self._locked_until_ns, until_ns + LOCKOUT_MARGIN_NS)
        self._house.tell(LockoutBegan(scope=self.scope, until_ns=until_ns, reason=reason))

    def stay_silent(self, locked_ns: int, throttled_ns: int) -> None:
        """Keep the silence that the exchange asked another run or program for, until these steady times."""
        if locked_ns:
            self._locked_until_ns = max(self._locked_until_ns, locked_ns + LOCKOUT_MARGIN_NS)
        self._throttled_until_ns = max(self._throttled_until_ns, throttled_ns)

    def reserve(self, kind: Kind, cost: int, scopes: tuple[Scope, ...], what: str = "") -> Ticket | Wait:
        """Give leave for one call that costs this many units, or say until when it waits and why."""
        t_ns = self._house.clock.mono_ns()
        wait = self._silence(kind, t_ns) or self._second_factor(what) or self._budget(kind, cost, t_ns)
        if wait is not None:
            return wait
        sure = not self._house.purse.expects_refusal(cost, t_ns)
        return Ticket(number=next(self._numbers), kind=kind, what=what, scopes=scopes, sure=sure)

    def settle(self, ticket: Ticket, outcome: Outcome) -> None:
        """Say what became of a call."""
        for scope in ticket.scopes:
            if isinstance(scope, KeyScope):
                self._house.tell(
                    CallSettled(
                        name="rest",
                        scope=scope,
                        ticket=ticket.number,
                        answered=outcome == "passed",
                        sent=outcome != "not_sent",
                    )
                )

    async def call(self, call: Call, kind: Kind, wrote: Callable[[], None] | None = None) -> Reply:
        """Send one call of this program; see `Lane.call`."""
        return (await self.carry(call, kind, wrote)).reply

    async def carry(
        self, call: Call, kind: Kind, wrote: Callable[[], None] | None = None, lease: Lease | None = None
    ) -> Carried:
        """Send one call when its turn comes; one that was handed in only while its lease holds.

        Raises:
            Held, NotSent, AnswerLost: as `Lane.call`.
        """
        first = await self._in_turn(call, kind, wrote, lease)
        if not isinstance(first.reply.refusal, BadNonce) or self._credentials.otp_call is not None:
            return first
        try:  # once more, with a higher one; that it was written is told already
            again = await self._in_turn(call, kind, None, lease, first)
        except NotSent:
            return first
        if again is not first and isinstance(again.reply.refusal, BadNonce):
            self._take_note_of_taken_nonce()
        return again

    async def _in_turn(
        self,
        call: Call,
        kind: Kind,
        wrote: Callable[[], None] | None,
        lease: Lease | None,
        first: Carried | None = None,
    ) -> Carried:
        """Wait for the turn and send; a second try waits again, for a cancel may have come meanwhile."""
        if kind == "cancel" and self._reading is not None:
            self._reading.cut()
        await self._turnstile.enter(kind)
        try:
            if lease is not None:
                if first is None:
                    await lease.begin()
                elif not lease.holds:
                    return first  # whoever handed it in may have sent it himself, with a higher one
            return await self._attempt(call, kind, wrote, lease)
        finally:
            self._turnstile.leave()

    async def take_over(self) -> TakenOver:
        """Raise the nonces' unit, no more than is needed, until the exchange takes one of ours.

        Only on the user's word: whoever uses the key with a coarser unit is locked out for good. Nothing but
        a cancel, which ends it, comes between its calls; until one is taken the key stays overtaken.
        """
        await self._turnstile.enter("user")
        try:
            done = await self._take_over.run(self._describe)
        finally:
            self._turnstile.leave()
        if done.is_proved:
            self._nonce_taken = False
        elif isinstance(done.refusal, BadNonce):
            self._take_note_of_taken_nonce()
        return done

    async def _describe(self) -> Reply:
        return (await self._attempt(Call(DESCRIPTION), "user", None, None)).reply

    def heed(self, event: Happening) -> None:
        """Draw the consequences of what another program on this key has met."""
        match event:
            case LockoutBegan(scope=self.scope, until_ns=until_ns):
                self.stay_silent(until_ns, 0)
            case CallRefused(name="rest", scope=self.scope, until_ns=int(until_ns)):
                self.stay_silent(0, until_ns)
            case KeyRefused(key=self.scope.key, why=why):
                self._stopped = why

    def _silence(self, kind: Kind, t_ns: int) -> Wait | None:
        if self._stopped is not None:
            return Wait(None, self._stopped)
        if t_ns < self._locked_until_ns:
            return Wait(self._locked_until_ns, "The exchange locked private calls out.")
        if kind == "cancel":
            return None  # the rest is an assumption, and a cancel goes on an assumption
        if self.is_overtaken and not self._take_over.is_under_way:
            return Wait(None, self._taken)
        edge_ns = self._house.edge.wait_ns(t_ns)
        if edge_ns:
            return Wait(t_ns + edge_ns, "The exchange's edge wants a pause.")
        if t_ns < self._throttled_until_ns:
            return Wait(self._throttled_until_ns, "The exchange asked for a pause.")
        return None

    @property
    def _taken(self) -> str:
        return TAKEN.format(name=self._credentials.name)

    @property
    def is_overtaken(self) -> bool:
        """Tell whether another program has the nonces; not once one of ours has taken the key over."""
        if self._nonce_taken:
            self._mark.look()
            self._nonce_taken = self._mark.known <= self._mark.last
        return self._nonce_taken

    def _second_factor(self, what: str) -> Wait | None:
        """A time code is good for one call (REST reference 1.4): everything else goes over the socket."""
        only = self._credentials.otp_call
        return None if only is None or (what == only and not self._code_spent) else Wait(None, SPENT)

    def _budget(self, kind: Kind, cost: int, t_ns: int) -> Wait | None:
        if kind == "cancel" or cost == 0:
            return None
        fits_ns = self._house.purse.rest_fits_at(cost, kind, t_ns)
        if fits_ns is None or fits_ns > t_ns:
            return Wait(fits_ns, "The REST counter has to drain first.")
        return None

    async def _attempt(
        self, call: Call, kind: Kind, wrote: Callable[[], None] | None, lease: Lease | None
    ) -> Carried:
        """Reserve, sign, write, read, settle: one request."""
        house = self._house
        cost = house.purse.cost(call.endpoint)
        ticket = self.reserve(kind, cost.high, (self.scope,), call.endpoint)
        if isinstance(ticket, Wait):
            raise Held(ticket)
        reading = None if allowed(call.endpoint).writes else Scissors()
        self._reading = reading
        house.tell(
            CallSpent(
                name="rest",
                scope=self.scope,
                low=cost.low,
                high=cost.high,
                what=call.endpoint,
                lane=kind,
                ticket=ticket.number,
                program="" if lease is None else lease.program,
            )
        )
        asked_ns = house.clock.mono_ns()
        try:
            status, body = await self._write(call, reading, wrote, lease)
        except TransportError as error:
            self.settle(ticket, "not_sent" if isinstance(error, NotSent) else "lost")
            if not isinstance(error, Expired):
                house.pulse.failed(str(error))
            raise
        except Cut as error:
            self.settle(ticket, "lost")
            raise AnswerLost(f"{call.endpoint} was set aside for a cancel.") from error
        finally:
            self._reading = None
        reply = self._read(call, ticket, status, body, asked_ns)
        return Carried(reply=reply, status=status, body=body, asked_ns=asked_ns, nonce=self._mark.last)

    async def _write(
        self,
        call: Call,
        reading: Scissors | None,
        wrote: Callable[[], None] | None,
        lease: Lease | None,
    ) -> tuple[int, bytes]:
        """Take the nonce, sign and hand the bytes over: nothing awaits in between.

        The lease is looked at with the nonce taken: if this program stands still from here on, whoever
        handed the call in takes a higher nonce when he sends it himself, and the exchange refuses ours.
        """
        patience = self._house.patience
        limit_s = patience.answer_s if reading is None else patience.read_s
        prepared = prepare(call, self._credentials, self._mark.take())
        self._code_spent = self._credentials.otp_call is not None
        if self._mark.problem is not None and not self._mark_told:
            self._mark_told = True
            self._house.tell(Noted(kind="notice", text=self._mark.problem, level="warn"))
        if self._mark.overtaken:
            self._mark.overtaken = False
            self._house.tell(ForeignUseSeen(name="rest", scope=self.scope, why=OVERTAKEN))
        if lease is not None and not lease.holds:
            raise Expired("It was handed in by a program that waits for it no more: it was not sent.")
        return await self._house.send(prepared, limit_s, reading, wrote)

    def _read(self, call: Call, ticket: Ticket, status: int, body: bytes, asked_ns: int) -> Reply:
        reply = self._house.read(
            call, status, body, account=self._account, key=self.scope.key, asked_ns=asked_ns
        )
        if reply.broken is not None:
            self.settle(ticket, "lost")
        elif reply.refusal is None:
            self._nonce_taken = False
            self.settle(ticket, "passed")
        else:
            self._note_refusal(reply.refusal, ticket)
        return reply

    def _note_refusal(self, refusal: VenueRefusal, ticket: Ticket) -> None:
        """Draw the consequences of a no."""
        match refusal:
            case LockedOut():
                self.settle(ticket, "refused")
                self.lock_out(str(refusal))
            case RateLimited():
                self._note_limit(refusal, ticket)
            case BadKey():
                self.settle(ticket, "refused")
                self._stopped = str(refusal)
                self._house.tell(KeyRefused(key=self.scope.key, why=self._stopped))
            case Denied():
                self.settle(ticket, "passed")
                self._house.tell(DeniedSeen(key=self.scope.key, endpoint=ticket.what))
            case BadNonce():
                self.settle(ticket, "refused")
            case _:
                self.settle(ticket, "passed")

    def _note_limit(self, refusal: RateLimited, ticket: Ticket) -> None:
        until_s, until_ns = throttled_until_s(refusal.code), None
        if until_s is not None:
            house = self._house
            ahead_ns = until_s * SECOND - (house.clock.now_ns() + house.offset_ns())
            until_ns = house.clock.mono_ns() + max(0, min(ahead_ns, LOCKOUT_NS))
            self._throttled_until_ns = max(self._throttled_until_ns, until_ns)
        if refusal.code.startswith("EOrder:"):
            self.settle(ticket, "passed")  # the pair's counter said no, not the key's
            return
        self._house.tell(
            CallRefused(
                name="rest",
                scope=self.scope,
                cost=self._house.purse.cost(ticket.what).high,
                code=refusal.code,
                expected=not ticket.sure,
                until_ns=until_ns,
                ticket=ticket.number,
            )
        )

    def _take_note_of_taken_nonce(self) -> None:
        if not self._nonce_taken:
            self._nonce_taken = True
            self._house.tell(Noted(kind="notice", text=self._taken, level="bad"))
