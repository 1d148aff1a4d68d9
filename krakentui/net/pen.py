"""Writes to one socket, at a pace that the exchange bears, and tells what was written.

Kraken publishes no figure. A burst of some fifteen subscriptions passed and the sixteenth was refused
while the socket stayed up (2020); a trading engine writes ten at once, then ten a second (2026); both by
the websocket reference, 1. We keep to ten and ten. A cancel does not wait: what lies between ten and
fifteen is its own.
"""

import asyncio
from collections.abc import Callable, Iterable

from krakentui.model.clock import SECOND, Clock
from krakentui.model.event import Answered, Happening
from krakentui.model.limit import ConnectionScope
from krakentui.net.counted import answered, too_fast, written
from krakentui.net.socket import Socket
from krakentui.net.talk import Speech

FRAME_NS = SECOND // 10
"""What one message takes of the time."""
OURS, MOST = 10, 15
"""Messages at once: those we write without waiting, and those that surely pass."""
LATE_NS = 5 * SECOND
"""For so long a refusal may speak of a burst of ours."""
TOO_FAST = "Exceeded msg rate"


class Pace:
    """How many messages may stand with the exchange, as the time that they take."""

    def __init__(self) -> None:
        """Start with none."""
        self._busy_until_ns = 0
        self._over_ns: int | None = None

    def wait_ns(self, t_ns: int) -> int:
        """Tell how long until one more message is within our own pace; 0 = now."""
        return max(0, self._busy_until_ns - t_ns - (OURS - 1) * FRAME_NS)

    def spend(self, t_ns: int) -> None:
        """Count one message."""
        self._busy_until_ns = max(self._busy_until_ns, t_ns) + FRAME_NS
        if self._busy_until_ns - t_ns > MOST * FRAME_NS:
            self._over_ns = t_ns

    def was_over(self, t_ns: int) -> bool:
        """Tell whether lately there were more than surely pass."""
        return self._over_ns is not None and t_ns - self._over_ns < LATE_NS


class Pen:
    """Writes what a conversation has queued to one socket."""

    def __init__(
        self,
        socket: Socket,
        connection: int,
        clock: Clock,
        passed: Callable[[bytes], None],
        tell: Callable[[Happening], None],
    ) -> None:
        """Write to this socket; `passed` hears every message just before it leaves."""
        self._socket = socket
        self._scope = ConnectionScope(connection)
        self._clock = clock
        self._passed = passed
        self._tell = tell
        self._pace = Pace()
        self._asked = asyncio.Event()

    def ask(self) -> None:
        """Ask the writer to look again at what is queued."""
        self._asked.set()

    async def asked(self) -> None:
        """Wait until somebody asks."""
        await self._asked.wait()
        self._asked.clear()

    async def write(self, conversation: Speech, *, urgent: bool = False) -> None:
        """Write what is queued, in order; what is urgent does not wait for the pace.

        Raises:
            SocketClosed: the socket broke while it was written.
        """
        for out in conversation.to_send():
            while not urgent and (wait_ns := self._pace.wait_ns(self._clock.mono_ns())):
                await self._clock.sleep(wait_ns / SECOND)
            self._pace.spend(self._clock.mono_ns())
            self._tell(written(self._scope, out, urgent=urgent))
            self._passed(out.text.encode())
            await self._socket.send(out.text)

    def heard(self, events: Iterable[Happening]) -> None:
        """Take the answers: what was answered has arrived, what came too fast was refused."""
        for event in events:
            if not isinstance(event, Answered):
                continue
            if event.error.startswith(TOO_FAST):
                expected = self._pace.was_over(self._clock.mono_ns())
                self._tell(too_fast(self._scope, event.error, event.req_id, expected=expected))
            elif event.req_id is not None:
                self._tell(answered(self._scope, event.req_id))
