"""One key as the programs of this machine share it: who holds it, its lane, its counters on disk.

The program that holds the key sends everybody's calls, counts, and keeps the counters on disk. The others
follow it. When it ends, however it ends, the first of them that gets hold of the key goes on: with the
nonce from the mark on disk, with the counters as they were told and kept; what others did to the pairs
in between nobody saw. Without a seat (no state folder, a demo) nothing is shared and nothing is kept.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Literal

from msgspec import structs

from krakentui.budget.ledger import Ledger
from krakentui.engine.broker import Broker, House
from krakentui.engine.firstword import TRIES, Ask, first_word, not_told, reason
from krakentui.engine.household import Household
from krakentui.engine.keeper import Identity, Keeper, KeepingDoor
from krakentui.engine.lane import KeyLane
from krakentui.engine.link import Link, LinkLost
from krakentui.engine.nonce import NonceMark
from krakentui.engine.points import Points
from krakentui.engine.powers import Powers
from krakentui.engine.recalling import Recollection
from krakentui.engine.seat import LOOK, NoOwner, Refused, Seat
from krakentui.engine.shared_lane import SharedLane
from krakentui.model.clock import SECOND, this_boot
from krakentui.model.event import (
    CallRefused,
    CallSpent,
    DeniedSeen,
    ForeignUseSeen,
    Happening,
    KeyRefused,
    Noted,
)
from krakentui.model.figures import BudgetFigures, FiguresTold, OwnerGone
from krakentui.model.limit import KeyScope
from krakentui.model.secret import Credentials
from krakentui.net.local import GONE, Listener, listen
from krakentui.settings import Settings
from krakentui.wire import broker as say

Level = Literal["info", "good", "warn", "bad"]
TOLD_BY_OWNER = "the exchange said so to the program that holds the key"
BESIDE = "another krakentui holds this key and is not asked"
SHARES = "This key is shared with {}: its calls and ours go through one lane."
ALONE = "{} ended: this program holds the key now."
STILL = "{} does not answer: private calls wait for it, a cancel does not."
AGAIN = "{} answers again."
LOST = "{} is not talked to any more: {}."
NOBODY = "This key is held by another krakentui, but {}: private calls wait, a cancel does not."
UNSHARED = "This key cannot be shared with other programs ({}): they show public markets only."


class SharedKey:
    """The lane of one key, and this program's part in it."""

    def __init__(
        self,
        settings: Settings,
        credentials: Credentials,
        house: Household,
        ledger: Callable[[], Ledger],
        hear: Callable[[Happening], None],
        seat: Seat | None,
        *,
        second: bool = False,
    ) -> None:
        """Build the lane and tell what others or an earlier run know; start nothing.

        Args:
            settings: what this run was told.
            credentials: the key.
            house: what the lanes share with the session.
            ledger: what is known at this moment.
            hear: takes what another program on the key told.
            seat: where this program sits at the key; None = it is not shared.
            second: it is a second key of the account: what others tell of the pairs is heard with the first.
        """
        self._settings = settings
        self._name = credentials.name
        self._second = second
        self._house = house
        self._ledger = ledger
        self._hear = hear
        self._seat = seat
        self.points = Points(settings.account, ledger, house.names, house.clock, house.tell)
        """What scripts ask for and book."""
        self._before = "another krakentui"
        """How the owner calls itself that this program follows, or followed last."""
        self._broker: Broker | None = None
        self._keeper: Keeper | None = None
        self.problem: str | None = None
        """What is wrong with the counters of an earlier run, as a sentence."""
        mark = NonceMark(house.clock, credentials.fingerprint, settings.state_dir)
        if seat is not None:
            self._keeper = self._keeper_of(seat, mark)
            house = structs.replace(house, door=KeepingDoor(house.door, self._keep))
        self._own = KeyLane(credentials, settings.account, mark, house)
        self.powers = Powers(settings.state_dir, credentials.fingerprint, settings.endpoints.rest)
        self._harmless_s = self.powers.harmless_since(house.clock.now_ns() // SECOND)
        known = self._harmless_s is not None or credentials.fingerprint in settings.withdraw_accepted
        self.lane = SharedLane(
            self._own,
            settings.account,
            house,
            single=credentials.otp_call is not None,
            held_back=None if known else reason(credentials),
        )
        folder = None if seat is None else seat.place.folder
        self._recollection = Recollection(settings, folder, house.clock, self._own, mark, house.tell)
        if seat is not None:
            self._sit_down(seat)

    def tasks(self) -> list[tuple[str, Callable[[], Awaitable[None]]]]:
        """List what runs, by name."""
        if self._seat is None or self._seat.is_outside:
            return []
        return [("sharing of the key", self.run)]

    async def first_word(self, ask: Ask, tries: int = TRIES) -> None:
        """Learn what the key may do, before anything else; see `firstword.first_word`."""
        go_on = not_told(self._name, self._harmless_s)
        await first_word(ask, self.lane, self._house.clock, self._house.tell, go_on, tries)

    def remember(self, figures: BudgetFigures) -> None:
        """Go on with what an earlier session of this program knew, where no file keeps it."""
        if self._seat is None:
            self._recollection.take(figures)

    def told(self, event: Happening) -> None:
        """Let the other programs on the key know of what happened here."""
        link, of = None if self._seat is None else self._seat.link, _key_of(event)
        if of is not None and of != self.lane.scope.key:
            return
        if self._broker is not None:
            self._broker.told(event)
        elif link is not None and _is_the_owners_business(event) and not (self._second and of is None):
            link.pass_on(event)

    async def finish(self, seconds: float) -> None:
        """Wait, not long, until calls of other programs that have begun are over."""
        if self._broker is not None:
            await self._broker.finish(seconds)

    def close(self) -> None:
        """Write the counters for the next start."""
        self._keep()

    async def run(self) -> None:
        """Own or follow until cancelled."""
        seat = self._seat
        while seat is not None:
            if seat.place.is_held:
                await self._serve(seat)
            elif seat.link is not None:
                await self._follow(seat, seat.link)
            else:
                await self._succeed(seat)

    # --- as the owner ----------------------------------------------------------------------------

    async def _serve(self, seat: Seat) -> None:
        """Serve the other programs and keep the counters, until cancelled."""
        assert self._keeper is not None  # noqa: S101 - whoever has a seat keeps
        broker = Broker(
            House(
                key=self.lane.scope.key,
                venue=self._settings.endpoints.rest,
                speed=self._settings.speed,
                program=seat.program,
                clock=self._house.clock,
                patience=self._house.patience,
                lane=self._own,
                ledger=self._ledger,
                points=self.points,
                tell=self._house.tell,
            )
        )
        listener: Listener | None = None
        try:
            listener = await listen(seat.place.socket, broker.came, say.MOST_ASKED)
        except OSError as error:
            self._say(UNSHARED.format(error.strerror or error), "warn")
        self._broker = broker
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._keeper.run(), name="counters on disk")
                group.create_task(broker.run(), name="broker")
        finally:
            self._broker = None
            if listener is not None:
                listener.close()

    def _keep(self) -> None:
        if self._keeper is not None and self._seat is not None and self._seat.place.is_held:
            self._keeper.save()

    # --- as a follower ---------------------------------------------------------------------------

    async def _follow(self, seat: Seat, link: Link) -> None:
        """Hear the owner until that ends."""
        try:
            async with asyncio.TaskGroup() as group:
                watching = group.create_task(self._watch(link), name="signs of life of the owner")
                try:
                    await link.run()
                except LinkLost as lost:
                    watching.cancel()
                    if str(lost) != GONE:
                        self._say(LOST.format(_capital(link.program), lost), "warn")
        finally:
            seat.link = None
            self.lane.wait()
            self._hear(OwnerGone(key=self.lane.scope.key))

    async def _watch(self, link: Link) -> None:
        """Say when the owner falls silent and when it speaks again."""
        silent = False
        while True:
            await self._house.clock.sleep(self._house.patience.broker_s / LOOK)
            if link.is_silent is not silent:
                silent = link.is_silent
                text = STILL if silent else AGAIN
                self._say(text.format(_capital(link.program)), "warn" if silent else "good")

    async def _succeed(self, seat: Seat) -> None:
        """Find out who holds the key now: this program, or another one that may be followed."""
        clock, patience_s = self._house.clock, self._house.patience.broker_s
        end_ns, said = clock.mono_ns() + round(patience_s * SECOND), False
        nonce, before = self.lane.last_nonce, self._before
        while True:
            if self._takes(seat):
                self._recollection.inherit(nonce)
                self.lane.own()
                self._say(ALONE.format(_capital(before)), "info")
                return
            try:
                seat.link = await seat.join()
            except NoOwner as none:
                why = str(none)
                hopeless = isinstance(none, Refused)
            else:
                self._greet(seat.link)
                return
            over = hopeless or clock.mono_ns() >= end_ns
            if over and not said:
                said = True
                self._say(NOBODY.format(why), "bad")
            await clock.sleep(patience_s if over else patience_s / LOOK)

    def _takes(self, seat: Seat) -> bool:
        try:
            return seat.place.take()
        except OSError:
            return False

    # --- the beginning ---------------------------------------------------------------------------

    def _sit_down(self, seat: Seat) -> None:
        if seat.place.is_held:
            self.problem = self._recollection.begin()
        elif seat.link is not None:
            self._greet(seat.link)
        else:
            self._house.tell(ForeignUseSeen(name="rest", scope=self.lane.scope, why=BESIDE))

    def _greet(self, link: Link) -> None:
        """Begin to follow an owner, with what it knows."""
        self._before = link.program
        link.hear, link.stand = self._heard, self._stands
        self._stands(link.figures, ())
        self._recollection.stay_silent(link.figures.silences, TOLD_BY_OWNER)
        self.lane.follow(link)
        self._say(SHARES.format(link.program), "info")

    def _heard(self, event: Happening) -> None:
        self._own.heed(event)
        if not (self._second and _key_of(event) is None):
            self._hear(event)

    def _stands(self, figures: BudgetFigures, since: tuple[Happening, ...]) -> None:
        self._hear(FiguresTold(figures=figures, key=self.lane.scope.key, by="owner", since=since))

    def _keeper_of(self, seat: Seat, mark: NonceMark) -> Keeper:
        identity = Identity(
            folder=seat.place.folder,
            key=seat.place.key,
            venue=self._settings.endpoints.rest,
            boot=this_boot(),
            speed=self._settings.speed,
        )
        return Keeper(identity, self._house.clock, self._ledger, lambda: mark.known, self._house.tell)

    def _say(self, text: str, level: Level) -> None:
        said = f"Key {self._name}: {text}" if self._second else text
        self._hear(Noted(kind="notice", text=said, level=level))


def _key_of(event: Happening) -> str | None:
    """Tell the fingerprint of the key that an event is about; None = it is about no key in particular."""
    if isinstance(event, DeniedSeen | KeyRefused):
        return event.key
    scope = getattr(event, "scope", None)
    return scope.key if isinstance(scope, KeyScope) else None


def _is_the_owners_business(event: Happening) -> bool:
    if isinstance(event, CallSpent | CallRefused):
        return event.name == "engine"
    return isinstance(event, ForeignUseSeen)


def _capital(program: str) -> str:
    return program[:1].upper() + program[1:]
