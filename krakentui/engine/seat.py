"""Where a program sits at a key: as its owner, as a follower of the owner, or outside.

The owner is who has locked the key's place. Whoever comes later looks for the owner's socket and says
hello. An owner that has just begun gets a little time to open it; one that has not answered within a
second, or answers nonsense, is not waited for: the program stays outside and says why.
"""

from typing import NamedTuple

from krakentui.engine.link import Link
from krakentui.engine.place import Place
from krakentui.model.clock import SECOND, Clock
from krakentui.model.text import clean
from krakentui.net.deadline import within
from krakentui.net.local import LocalClosed, NoListener, connect
from krakentui.net.patience import Patience
from krakentui.settings import Settings
from krakentui.wire import broker as say

YOUNG_S = 5.0
"""An owner that took its place so lately may still be opening its socket."""
OPENING = 3
"""It gets so many times the usual patience."""
LOOK = 20
"""How often in the time of patience it is looked whether the owner is gone or listens now."""


class NoOwner(Exception):
    """There is no owner to follow; the text is a clause."""


class Refused(NoOwner):
    """The owner does not serve this program, now or later."""


class Seat:
    """One program's seat at a key."""

    def __init__(self, place: Place, hello: say.Hello, clock: Clock, patience: Patience) -> None:
        """Look at the place; sit nowhere yet."""
        self.place = place
        self.link: Link | None = None
        self.why = ""
        """Why this program is outside, as a clause."""
        self._hello = hello
        self._clock = clock
        self._patience = patience

    @property
    def program(self) -> str:
        """Tell how other programs are told of this one."""
        return self._hello.program

    @property
    def is_outside(self) -> bool:
        """Tell whether this program neither owns nor follows."""
        return self.link is None and not self.place.is_held

    async def take(self) -> None:
        """Own the key or follow its owner; after the time of patience stay outside.

        Raises:
            OSError: the folder cannot be used.
        """
        patience_s = self._patience.broker_s
        if self.place.age_s(self._clock.now_ns()) < YOUNG_S:
            patience_s *= OPENING
        end_ns = self._clock.mono_ns() + round(patience_s * SECOND)
        while not self.place.take():
            try:
                self.link = await self.join()
            except Refused as refused:
                self.why = str(refused)
                return
            except NoOwner as none:
                self.why = str(none)
            else:
                return
            if self._clock.mono_ns() >= end_ns:
                return
            await self._clock.sleep(self._patience.broker_s / LOOK)

    async def join(self) -> Link:
        """Say hello to the owner.

        Raises:
            NoOwner: nobody answers.
            Refused: the owner does not serve this program, or makes no sense.
        """
        try:
            peer = await connect(self.place.socket, say.MOST_TOLD)
        except NoListener as none:
            raise NoOwner(str(none)) from None
        peer.post(say.encode(self._hello))
        try:
            welcome = say.from_owner(await within(self._clock, self._patience.broker_s, peer.receive))
        except TimeoutError:
            peer.close()
            raise NoOwner("it does not answer") from None
        except LocalClosed as closed:
            peer.close()
            raise NoOwner(str(closed)) from None
        except say.Nonsense as nonsense:
            peer.close()
            raise Refused(str(nonsense)) from None
        match welcome:
            case say.Welcome(version=say.VERSION, key=self._hello.key):
                return Link(peer, welcome, self._clock, self._patience)
            case say.Sorry(why):
                reason = clean(why)
            case say.Welcome():
                reason = "it holds another key or is of another version of krakentui"
            case _:
                reason = "it says what makes no sense"
        peer.close()
        raise Refused(reason)

    def leave(self) -> None:
        """Get up."""
        if self.link is not None:
            self.link.close()
            self.link = None
        self.place.leave()


class Seated(NamedTuple):
    """What a session is opened with: settings, and where it sits at its keys; None = it shares none."""

    settings: Settings
    seat: Seat | None = None
    cancel_seat: Seat | None = None

    def leave(self) -> None:
        """Get up."""
        for seat in (self.cancel_seat, self.seat):
            if seat is not None:
                seat.leave()
