"""The exchange's clock against ours: each answer that names the exchange's time narrows an interval.

REST's `Time` tells whole seconds, so one answer leaves a doubt of half a second and half the round trip.
A `pong` tells microseconds, so it leaves half the round trip. The truth lies in every answer's interval;
several of them together leave little doubt. Clocks drift apart a little, so what was known grows older.
"""

import contextlib
from collections.abc import Callable

from msgspec import Struct

from krakentui.model.clock import MILLISECOND, SECOND, Clock
from krakentui.model.error import NotSent
from krakentui.model.event import Pong, TimeMeasured
from krakentui.net.feed import Feed
from krakentui.net.socket import SocketClosed
from krakentui.wire.spot.ws import Conversation

GOOD_ENOUGH_NS = SECOND // 4
ENOUGH = 8
DRIFT = 5_000
"""Two clocks part by no more than one in so many nanoseconds: machines are good to some 100 ppm."""
MACHINES_NS = 20 * MILLISECOND
"""By so much the clocks of the exchange's own machines may differ: who answers is not who trades."""


QUICK_PINGS, QUICK_PING_S, PING_S = 3, 1.0, 60.0
"""A few pings at first, then one now and then."""


class Offset(Struct, frozen=True):
    """Exchange minus ours lies between the two, as far as was measured."""

    low_ns: int | None = None
    high_ns: int | None = None
    answers: int = 0
    at_ns: int = 0
    """Our wall clock at the last answer."""

    def measured(
        self, server_ns: int, sent_wall_ns: int, got_wall_ns: int, *, within_ns: int = SECOND
    ) -> "Offset":
        """Take one answer: the time that it names began before we got it and ended after we asked.

        Args:
            server_ns: the exchange's time.
            sent_wall_ns: our wall clock when we asked.
            got_wall_ns: our wall clock when the answer came.
            within_ns: how long the named time lasts: a second where it is told in whole seconds.
        """
        low_ns, high_ns = server_ns - got_wall_ns, server_ns + within_ns - sent_wall_ns
        fresh = Offset(low_ns, high_ns, 1, got_wall_ns)
        if self.low_ns is None or self.high_ns is None:
            return fresh
        drift_ns = abs(got_wall_ns - self.at_ns) // DRIFT
        both_low, both_high = max(low_ns, self.low_ns - drift_ns), min(high_ns, self.high_ns + drift_ns)
        if both_low > both_high:
            return fresh
        return Offset(both_low, both_high, self.answers + 1, got_wall_ns)

    @property
    def is_good(self) -> bool:
        """Tell whether more answers would hardly tell more: the doubt is small, or many did not help."""
        if self.low_ns is None or self.high_ns is None:
            return False
        return self.high_ns - self.low_ns <= 2 * GOOD_ENOUGH_NS or self.answers >= ENOUGH

    def event(self, wall_ns: int) -> TimeMeasured | None:
        """Tell what is known; None = nothing yet."""
        if self.low_ns is None or self.high_ns is None:
            return None
        middle, doubt = (self.low_ns + self.high_ns) // 2, (self.high_ns - self.low_ns + 1) // 2
        return TimeMeasured(offset_ns=middle, doubt_ns=doubt, wall_ns=wall_ns)


class Timing:
    """The offset of one session, which several sources measure."""

    def __init__(self, clock: Clock, tell: Callable[[TimeMeasured], None]) -> None:
        """Begin with nothing measured."""
        self._clock = clock
        self._tell = tell
        self._pings: dict[int, int] = {}
        self._quick = QUICK_PINGS
        self.offset = Offset()

    def forget(self) -> None:
        """Our clock jumped: what was measured is void."""
        self.offset = Offset()
        self._pings.clear()
        self._quick = QUICK_PINGS

    def answered(self, server_ns: int, sent_wall_ns: int, got_wall_ns: int) -> None:
        """Take an answer of REST's `Time`, which tells whole seconds."""
        self._take(self.offset.measured(server_ns, sent_wall_ns, got_wall_ns), got_wall_ns)

    def pinged(self, req_id: int) -> None:
        """Note that a ping goes out now."""
        self._pings = {req_id: self._clock.now_ns()}  # an older one has no answer any more

    def ponged(self, event: Pong) -> None:
        """Take the answer to a ping, where it tells the time."""
        sent_ns = self._pings.pop(event.req_id, None) if event.req_id is not None else None
        if sent_ns is None or event.at_ns is None:
            return
        got_ns = self._clock.now_ns()
        about = self.offset.measured(event.at_ns - MACHINES_NS, sent_ns, got_ns, within_ns=2 * MACHINES_NS)
        self._take(about, got_ns)

    async def run(self, feed: Feed[Conversation]) -> None:
        """Ping a feed while it is open, soon until the offset is well known, then now and then."""
        while True:
            await self._clock.sleep(QUICK_PING_S if self._quick else PING_S)
            if feed.is_open:
                self._quick = max(0, self._quick - 1)
                with contextlib.suppress(NotSent, SocketClosed):  # the feed itself sees to its socket
                    await feed.say(lambda talk: self.pinged(talk.ping()))

    def _take(self, offset: Offset, wall_ns: int) -> None:
        self.offset = offset
        event = offset.event(wall_ns)
        if event is not None:
            self._tell(event)
