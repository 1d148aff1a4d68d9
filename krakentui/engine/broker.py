"""The owner's side of a shared key: carries out what other programs hand in, and tells them what was spent.

A guest is another program of the same user on the same key. Its calls wait in the same queue as ours, most
urgent first, and a guest's cancel goes before our own reads. Whether a cancel is wanted is the guest's
business: `--read-only` holds for the program that was started with it.

A call that was handed in and did not begin is dropped when its guest goes; one that began is carried out.
"""

import asyncio
import logging
from collections.abc import Callable

from msgspec import Struct, structs

from krakentui.budget.figures import figures_of
from krakentui.budget.ledger import Ledger
from krakentui.engine.lane import KeyLane
from krakentui.engine.lanes import Expired, Held
from krakentui.engine.points import MOST_UNITS, Granted, NotYet, Points, Wish
from krakentui.engine.turnstile import RANK, Kind
from krakentui.model.clock import SECOND, Clock
from krakentui.model.error import Forbidden, NotSent, TransportError
from krakentui.model.event import CallRefused, CallSpent, ForeignUseSeen, Happening
from krakentui.model.text import clean
from krakentui.net.deadline import within
from krakentui.net.local import LocalClosed, Peer
from krakentui.net.patience import Patience
from krakentui.wire import broker as say
from krakentui.wire.spot.endpoints import allowed
from krakentui.wire.spot.rest import Call

_log = logging.getLogger("krakentui.engine")
MOST_GUESTS = 16
TELLS = 10
"""How often in the time after which an owner counts as silent it looks whether there is news."""
BEATS = 4
"""How often in that time it tells how things stand, news or not."""
_FROM_GUESTS = (CallRefused, ForeignUseSeen)


class House(Struct, frozen=True, kw_only=True):
    """What the broker needs of the program that owns the key."""

    key: str
    venue: str
    speed: float
    program: str
    """How other programs are told of this one."""
    clock: Clock
    patience: Patience
    lane: KeyLane
    ledger: Callable[[], Ledger]
    points: Points
    tell: Callable[[Happening], None]


class Guest:
    """One other program, and what it has handed in."""

    def __init__(self, peer: Peer, program: str) -> None:
        """Begin with nothing handed in."""
        self.peer = peer
        self.program = program
        self.leases: dict[int, int] = {}
        """Until when each call may begin."""
        self.begun: dict[int, asyncio.Task[None]] = {}
        self.waiting: dict[int, asyncio.Task[None]] = {}
        self.taken = 0
        self.gone = False

    def post(self, message: say.Message) -> None:
        """Tell it something."""
        self.peer.post(say.encode(message))

    def began(self, number: int) -> None:
        """Note that a call's turn has come: it is not dropped any more."""
        task = self.waiting.pop(number, None)
        if task is not None:
            self.begun[number] = task

    def leaves(self) -> None:
        """Drop what did not begin."""
        self.gone = True
        self.leases.clear()
        for task in self.waiting.values():
            task.cancel()


class GuestLease:
    """For how long one call of a guest may begin."""

    def __init__(self, guest: Guest, number: int, house: House) -> None:
        """Look after one call."""
        self.program = guest.program
        self._guest = guest
        self._number = number
        self._clock = house.clock
        self._patience_s = house.patience.broker_s / BEATS

    async def begin(self) -> None:
        """Tell the guest; what is with the operating system reaches it even if this program is killed."""
        if not self.holds:
            raise Expired("Nobody waits for it any more: it was not sent.")
        self._guest.post(say.Began(self._number))
        try:
            await within(self._clock, self._patience_s, self._guest.peer.flush)
        except (LocalClosed, TimeoutError):
            self._guest.peer.close()  # it does not listen, and holds nobody up
            raise Expired("The program that handed it in is gone: it was not sent.") from None
        self._guest.began(self._number)

    @property
    def holds(self) -> bool:
        """Tell whether the guest still waits."""
        return self._clock.mono_ns() <= self._guest.leases.get(self._number, -1)


class Broker:
    """Serves every other program on the key."""

    def __init__(self, house: House) -> None:
        """Begin without guests."""
        self._house = house
        self._came: asyncio.Queue[Peer] = asyncio.Queue(MOST_GUESTS)
        self._guests: list[Guest] = []
        self._shown: Ledger | None = None
        self._speaker: Guest | None = None
        """Whose word is being taken at this moment."""

    @property
    def guests(self) -> tuple[str, ...]:
        """List the programs that share the key."""
        return tuple(guest.program for guest in self._guests)

    def came(self, peer: Peer) -> None:
        """Take a new connection."""
        try:
            self._came.put_nowait(peer)
        except asyncio.QueueFull:
            peer.close()

    def told(self, event: Happening) -> None:
        """Tell the guests of what happened here, before anything else can happen."""
        if type(event).__name__ not in say.TELLINGS:
            return
        for guest in self._guests:
            if guest is self._speaker:
                continue  # it knows
            if not isinstance(event, CallSpent):
                guest.post(say.happened(event))
            elif event.name in {"rest", "engine"}:
                guest.post(say.happened(self._seen_by(guest, event)))

    async def run(self) -> None:
        """Serve until cancelled."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._show(), name="budget for guests")
                while True:
                    peer = await self._came.get()
                    group.create_task(self._serve(peer, group), name="guest")
        finally:
            for guest in self._guests:
                guest.peer.close()
            self._guests.clear()

    async def finish(self, seconds: float) -> None:
        """Wait, not long, until the calls of guests that have begun are over."""
        begun = [task for guest in self._guests for task in guest.begun.values()]
        if begun:
            await asyncio.wait(begun, timeout=seconds)

    # --- one guest -------------------------------------------------------------------------------

    async def _serve(self, peer: Peer, group: asyncio.TaskGroup) -> None:
        guest: Guest | None = None
        try:
            guest = await self._greeted(peer)
            if guest is not None:
                while True:
                    self._take(guest, say.from_follower(await peer.receive()), group)
        except (LocalClosed, TimeoutError):
            pass
        except say.Nonsense as nonsense:
            _log.warning("a program on this key is not served: %s", nonsense)
            peer.post(say.encode(say.Sorry(str(nonsense))))
        finally:
            if guest is not None:
                guest.leaves()
                if guest in self._guests:
                    self._guests.remove(guest)
            peer.close()

    async def _greeted(self, peer: Peer) -> Guest | None:
        house = self._house
        hello = say.from_follower(await within(house.clock, house.patience.broker_s, peer.receive))
        if not isinstance(hello, say.Hello):
            raise say.Nonsense("it does not say who it is")
        why = self._objection(hello)
        if why is not None:
            peer.post(say.encode(say.Sorry(why)))
            await peer.flush()
            return None
        guest = Guest(peer, clean(hello.program, 40) or "another program")
        guest.post(
            say.Welcome(
                say.VERSION,
                house.key,
                house.program,
                figures_of(house.ledger(), house.clock.mono_ns()),
                house.lane.last_nonce,
            )
        )
        self._guests.append(guest)
        return guest

    def _objection(self, hello: say.Hello) -> str | None:
        house = self._house
        if hello.version != say.VERSION:
            return "it is of another version of krakentui"
        if hello.key != house.key:
            return "it holds another key"
        if hello.venue != house.venue:
            return f"it uses the key at another exchange, {clean(house.venue, 60)}"
        if hello.speed != house.speed:
            return f"it runs with --speed {house.speed:g}"
        if len(self._guests) >= MOST_GUESTS:
            return f"{MOST_GUESTS} programs share it already"
        return None

    def _take(self, guest: Guest, message: say.FromFollower, group: asyncio.TaskGroup) -> None:
        match message:
            case say.Ask():
                self._asked(guest, message, group)
            case say.Renew(numbers, until_ns):
                for number in numbers:
                    if number in guest.leases:
                        guest.leases[number] = until_ns
            case say.Drop(number):
                guest.leases.pop(number, None)
                task = guest.waiting.get(number)
                if task is not None:
                    task.cancel()
            case say.Told():
                self._heard(guest, message)
            case say.Book():
                self._booked(guest, message)
            case say.LockedOut(reason):
                self._house.lane.lock_out(clean(reason))
            case _:
                raise say.Nonsense("it says who it is twice")

    def _booked(self, guest: Guest, book: say.Book) -> None:
        """Answer a script that wants points."""
        if not 0 < book.units <= MOST_UNITS:
            raise say.Nonsense("it books what no pair has")
        wish = Wish(pair=clean(book.pair, 40), units=book.units, waits=book.waits, books=book.books)
        match self._house.points.ask(wish, guest.program):
            case Granted(pair=pair, low=low, high=high, ceiling=ceiling):
                guest.post(say.Booked(book.number, pair, low, high, ceiling))
            case NotYet(until_ns=until_ns, why=why, no_pair=no_pair):
                guest.post(say.NotBooked(book.number, until_ns, why, no_pair))

    def _heard(self, guest: Guest, message: say.Told) -> None:
        event = say.event_of(message)
        if isinstance(event, CallSpent):
            event, fits = structs.replace(event, program=guest.program), event.name == "engine"
        else:
            fits = isinstance(event, _FROM_GUESTS)
        if not fits:
            raise say.Nonsense("it tells what only the owner of a key can know")
        guest.taken, self._speaker = message.number, guest
        try:
            self._house.tell(event)
        finally:
            self._speaker = None

    def _asked(self, guest: Guest, ask: say.Ask, group: asyncio.TaskGroup) -> None:
        if ask.kind not in RANK or ask.number in guest.leases or len(guest.leases) >= say.MOST_CALLS:
            raise say.Nonsense("it asks what cannot be asked")
        try:
            endpoint = allowed(ask.endpoint)
        except Forbidden:
            raise say.Nonsense("it asks for a call that this program never makes") from None
        if not endpoint.private or (ask.kind == "cancel" and not endpoint.writes):
            raise say.Nonsense("it asks for a call that has no place in the key's lane")
        guest.leases[ask.number] = ask.until_ns
        task = group.create_task(self._carry(guest, ask), name=f"{ask.endpoint} of a guest")
        guest.waiting[ask.number] = task

    async def _carry(self, guest: Guest, ask: say.Ask) -> None:
        """Send one call of a guest and hand back what came."""
        number, house = ask.number, self._house
        kind: Kind = ask.kind  # type: ignore[assignment]  # looked at when it was handed in
        lease = GuestLease(guest, number, house)
        try:
            carried = await house.lane.carry(
                Call(ask.endpoint, ask.params), kind, lambda: guest.post(say.Wrote(number)), lease
            )
        except Held as held:
            guest.post(say.Failed(number, "held", str(held), held.until_ns))
        except Expired as error:
            guest.post(say.Failed(number, "expired", str(error)))
        except NotSent as error:
            guest.post(say.Failed(number, "not sent", str(error)))
        except TransportError as error:
            guest.post(say.Failed(number, "lost", str(error)))
        else:
            guest.post(say.Answer(number, carried.status, carried.body, carried.asked_ns, carried.nonce))
        finally:
            guest.leases.pop(number, None)
            guest.waiting.pop(number, None)
            guest.begun.pop(number, None)

    # --- what everybody has to know --------------------------------------------------------------

    async def _show(self) -> None:
        """Tell how the budget stands, soon after it changed, and regularly as a sign of life."""
        clock, silent_s = self._house.clock, self._house.patience.broker_s
        beat_ns, last_ns = round(silent_s / BEATS * SECOND), 0
        while True:
            await clock.sleep(silent_s / TELLS)
            ledger, t_ns = self._house.ledger(), clock.mono_ns()
            if not self._guests or (ledger is self._shown and t_ns - last_ns < beat_ns):
                continue
            self._shown, last_ns = ledger, t_ns
            figures, nonce = figures_of(ledger, t_ns), self._house.lane.last_nonce
            for guest in self._guests:
                guest.post(say.Standing(figures, guest.taken, nonce))

    def _seen_by(self, guest: Guest, event: CallSpent) -> CallSpent:
        """Say whose doing it was, as the guest sees it."""
        if event.program == guest.program:
            return structs.replace(event, program="")
        return event if event.program else structs.replace(event, program=self._house.program)
