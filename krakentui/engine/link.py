"""A follower's side of a shared key: hands calls in to the program that owns it, and hears what was spent.

The owner shows that it lives several times a second. Once it has been silent for a second it counts as
hung: leases are renewed no more, so that a call that has not begun surely never will, and whoever waits
for it may go another way. A call that began and got no word may have been sent: its outcome is unknown.
"""

import asyncio
import itertools
from collections import deque
from collections.abc import Callable

from msgspec import Struct

from krakentui.engine.lanes import Held, Wait
from krakentui.engine.points import Granted, NotYet, Wish
from krakentui.engine.turnstile import Kind
from krakentui.model.clock import SECOND, Clock
from krakentui.model.error import AnswerLost, NotSent
from krakentui.model.event import Happening
from krakentui.model.figures import BudgetFigures
from krakentui.model.text import clean
from krakentui.net.deadline import within
from krakentui.net.local import GONE, LocalClosed, Peer, TooMuch
from krakentui.net.patience import Patience
from krakentui.wire import broker as say
from krakentui.wire.spot.rest import Call

RENEWS = 5
"""How often in the time after which the owner counts as silent leases are renewed."""
UNSAID = "the program that holds the key ended before it began"
HUNG = "the program that holds the key does not answer"


class LinkLost(Exception):
    """There is no talking to the owner any more; the text is a clause."""


class NotBegun(NotSent):
    """The owner surely never sends this call: it may go another way."""


class Returned(Struct, frozen=True, kw_only=True):
    """What came back of a call."""

    status: int
    body: bytes
    asked_ns: int


class Asking:
    """One call that was handed in."""

    def __init__(self, wrote: Callable[[], None] | None, until_ns: int) -> None:
        """Wait for its end."""
        self.end: asyncio.Future[Returned] = asyncio.get_running_loop().create_future()
        self.until_ns = until_ns
        self.begun_ns: int | None = None
        self.overdue = False
        """Its lease was over when it was looked at last."""
        self._wrote = wrote

    def wrote(self) -> None:
        """Tell, once, that its bytes leave or may have left."""
        wrote, self._wrote = self._wrote, None
        if wrote is not None:
            wrote()

    def succeed(self, returned: Returned) -> None:
        """End it well."""
        if not self.end.done():
            self.end.set_result(returned)

    def fail(self, error: Exception) -> None:
        """End it; a call that may have been sent counts as written."""
        if isinstance(error, AnswerLost):
            self.wrote()
        if not self.end.done():
            self.end.set_exception(error)
            self.end.exception()  # whoever gave up waiting meanwhile will not look at it


class Link:
    """The open connection to the owner."""

    def __init__(self, peer: Peer, welcome: say.Welcome, clock: Clock, patience: Patience) -> None:
        """Take a connection that was greeted."""
        self.program = clean(welcome.program, 40)
        """How the owner calls itself."""
        self.figures = welcome.figures
        """How the budget stood when this program came."""
        self.nonce = welcome.nonce
        """The last one that the owner is known to have used."""
        self._peer = peer
        self._clock = clock
        self._patience = patience
        self._numbers = itertools.count(1)
        self._issued = 0
        self._is_over = False
        self._asked: dict[int, Asking] = {}
        self._booking: dict[int, asyncio.Future[Granted | NotYet]] = {}
        self._told: deque[tuple[int, Happening]] = deque()
        self._heard_ns = clock.mono_ns()
        self.hear: Callable[[Happening], None] = lambda _event: None
        """Where go what the owner tells of."""
        self.stand: Callable[[BudgetFigures, tuple[Happening, ...]], None] = lambda _figures, _since: None
        """Where goes how the budget stands, and what was passed on that is not in it yet."""

    @property
    def is_silent(self) -> bool:
        """Tell whether the owner counts as hung."""
        return self._quiet_ns() > round(self._patience.broker_s * SECOND)

    async def ask(self, call: Call, kind: Kind, wrote: Callable[[], None] | None = None) -> Returned:
        """Hand a call in and wait for what comes back.

        Raises:
            NotBegun: it surely never left, and never will: it may go another way.
            Held: the lane did not let it go.
            NotSent: it surely never left.
            AnswerLost: it may have arrived.
        """
        if self._is_over:
            await asyncio.sleep(0)  # whoever runs this link is about to say so
            raise NotBegun(f"It was not sent: {UNSAID}.")
        number = self._issued = next(self._numbers)
        until_ns = self._clock.mono_ns() + round(self._patience.broker_s * SECOND)
        asking = self._asked[number] = Asking(wrote, until_ns)
        self._post(say.Ask(number, call.endpoint, call.params, kind, until_ns))
        try:
            return await asking.end
        except asyncio.CancelledError:
            self._post(say.Drop(number))
            raise
        finally:
            self._asked.pop(number, None)

    async def book(self, wish: Wish) -> Granted | NotYet:
        """Ask the owner for points of a pair; it answers at once, or hangs.

        Raises:
            LinkLost: the owner is gone, or does not answer.
        """
        if self._is_over:
            raise LinkLost(GONE)
        number = self._issued = next(self._numbers)
        answer = self._booking[number] = asyncio.get_running_loop().create_future()
        self._post(say.Book(number, wish.pair, wish.units, wish.waits, wish.books))
        try:
            return await within(self._clock, self._patience.broker_s, lambda: answer)
        except TimeoutError:
            raise LinkLost("it does not answer") from None
        finally:
            self._booking.pop(number, None)

    def pass_on(self, event: Happening) -> None:
        """Tell the owner of something of the budget that happened here."""
        number = next(self._numbers)
        self._told.append((number, event))
        self._post(say.told(number, event))

    def lock_out(self, reason: str) -> None:
        """Tell the owner that the exchange wants silence."""
        self._post(say.LockedOut(reason))

    async def run(self) -> None:
        """Listen to the owner until that ends.

        Raises:
            LinkLost: always.
        """
        certain, why = False, "this program left"
        try:
            async with asyncio.TaskGroup() as group:
                looking = group.create_task(self._look(), name="leases")
                try:
                    while True:
                        self._take(say.from_owner(await self._peer.receive()))
                except TooMuch as much:
                    why = str(much)
                except LocalClosed as closed:
                    certain, why = True, str(closed)
                except say.Nonsense as nonsense:
                    why = str(nonsense)
                finally:
                    looking.cancel()
        finally:
            self._end(certain=certain)
        raise LinkLost(why)

    def close(self) -> None:
        """Leave."""
        self._end(certain=False)

    def _end(self, *, certain: bool) -> None:
        """End what is open. Of an owner that is gone all words were heard: what did not begin never will."""
        self._is_over = True
        self._peer.close()
        for answer in self._booking.values():
            if not answer.done():
                answer.set_exception(LinkLost(GONE))
        asked, self._asked = self._asked, {}
        for asking in asked.values():
            if certain and asking.begun_ns is None:
                asking.fail(NotBegun(f"It was not sent: {UNSAID}."))
            else:
                asking.fail(AnswerLost("The program that holds the key gave no word of the answer."))

    # --- what the owner says ---------------------------------------------------------------------

    def _take(self, message: say.FromOwner) -> None:
        self._heard_ns = self._clock.mono_ns()
        match message:
            case say.Began() | say.Wrote() | say.Answer() | say.Failed():
                self._of_a_call(message)
            case say.Happened():
                self.hear(say.event_of(message))
            case say.Standing(figures, taken, nonce):
                self.nonce = max(self.nonce, nonce)
                while self._told and self._told[0][0] <= taken:
                    self._told.popleft()
                self.stand(figures, tuple(event for _, event in self._told))
            case say.Booked(number, pair, low, high, ceiling):
                self._granted(number, Granted(pair=clean(pair, 40), low=low, high=high, ceiling=ceiling))
            case say.NotBooked(number, until_ns, why, no_pair):
                self._granted(number, NotYet(until_ns=until_ns, why=clean(why), no_pair=no_pair))
            case say.Sorry(why):
                raise say.Nonsense(f"it does not serve us: {clean(why)}")
            case say.Welcome():
                raise say.Nonsense("it says hello twice")

    def _granted(self, number: int, answer: Granted | NotYet) -> None:
        if not 0 < number <= self._issued:
            raise say.Nonsense("it answers what nobody asked")
        waiting = self._booking.get(number)
        if waiting is not None and not waiting.done():
            waiting.set_result(answer)

    def _of_a_call(self, message: say.Began | say.Wrote | say.Answer | say.Failed) -> None:
        if not 0 < message.number <= self._issued:
            raise say.Nonsense("it answers what nobody asked")
        if isinstance(message, say.Answer):
            self.nonce = max(self.nonce, message.nonce)
        asking = self._asked.get(message.number)
        if asking is None:
            return  # nobody waits for it any more
        match message:
            case say.Began():
                asking.begun_ns = self._heard_ns
            case say.Wrote():
                asking.wrote()
            case say.Failed():
                asking.fail(_error(message))
            case say.Answer(_, status, body, asked_ns):
                asking.wrote()
                asking.succeed(Returned(status=status, body=body, asked_ns=asked_ns))

    # --- leases ----------------------------------------------------------------------------------

    async def _look(self) -> None:
        """Renew the leases of what waits while the owner lives; give up what is over."""
        while True:
            await self._clock.sleep(self._patience.broker_s / RENEWS)
            t_ns = self._clock.mono_ns()
            if self._quiet_ns() <= round(self._patience.broker_s * SECOND) // 2:
                self._renew(t_ns + round(self._patience.broker_s * SECOND))
            for asking in tuple(self._asked.values()):
                self._give_up(asking, t_ns)

    def _renew(self, until_ns: int) -> None:
        """Let what waits begin, or be tried again, until then; a lease that was over stays so."""
        waiting = {number: one for number, one in self._asked.items() if not one.overdue}
        for asking in waiting.values():
            asking.until_ns = until_ns
        if waiting:
            self._post(say.Renew(tuple(waiting), until_ns))

    def _give_up(self, asking: Asking, t_ns: int) -> None:
        """Give up what is over, at the second look: by then all that came before the first was heard."""
        if asking.begun_ns is None:
            if asking.overdue:
                asking.fail(NotBegun(f"It was not sent: {HUNG}."))
            asking.overdue = t_ns > asking.until_ns
        elif self.is_silent and t_ns - asking.begun_ns > round(self._patience.answer_s * SECOND):
            asking.fail(AnswerLost(f"No word of its answer: {HUNG}."))

    def _quiet_ns(self) -> int:
        return self._clock.mono_ns() - self._heard_ns

    def _post(self, message: say.Message) -> None:
        self._peer.post(say.encode(message))


def _error(message: say.Failed) -> Exception:
    why = clean(message.why)
    match message.how:
        case "held":
            return Held(Wait(message.until_ns, why))
        case "expired":
            return NotBegun(why)
        case "not sent":
            return NotSent(why)
        case _:
            return AnswerLost(why)
