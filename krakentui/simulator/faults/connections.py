"""Faults of connections: closed, cut, frozen, refused, flooded."""

from krakentui.simulator.clock import SECOND_US
from krakentui.simulator.faults.base import Fault
from krakentui.simulator.faults.spec import Args, Subject
from krakentui.simulator.faults.wire import Frame, Wire
from krakentui.simulator.public_feeds import TickerFeed
from krakentui.simulator.public_ws import PublicTalk
from krakentui.simulator.ws_envelope import HEARTBEAT

RESTARTING = "CloudFlare WebSocket proxy restarting"
"""The reason seen with code 1001 (python-kraken-sdk 352)."""
FLOOD_US = 50_000
HELD_MAX = 50_000


class Close(Fault):
    """Connections are closed with a code: those open now, or each as soon as it is accepted."""

    def read(self, args: Args) -> None:
        """Take code, reason and occasion."""
        self._code = args.whole("code", 1001, 1000, 4999)
        self._reason = args.text("reason", RESTARTING if self._code == 1001 else "")[:120]
        self._on_accept = args.text("on", "now", ("now", "accept")) == "accept"
        self.instant = not self._on_accept

    def begin(self) -> None:
        """Close what is open."""
        for wire in [] if self._on_accept else self.wires():
            wire.talk.socket.close(self._code, self._reason)

    def strikes(self, subject: Subject) -> bool:
        """Strike new connections only if that is the occasion."""
        return self._on_accept and super().strikes(subject)

    def accepted(self, wire: Wire) -> None:
        """Close what was just accepted."""
        wire.talk.socket.close(self._code, self._reason)


class Reset(Fault):
    """Connections are cut without a word (RST): websockets that are open, or a REST call's."""

    instant = True

    def begin(self) -> None:
        """Cut what is open."""
        for wire in self.wires():
            wire.talk.socket.reset()


class HalfOpen(Fault):
    """Connections that are open now go dead: nothing is read, nothing is sent, nobody hangs up.

    When the fault ends, all that was held back comes in one burst.
    """

    def begin(self) -> None:
        """Freeze what is open."""
        self._frozen: dict[int, tuple[Wire, list[Frame]]] = {}
        for wire in self.wires():
            self._frozen[wire.talk.socket.number] = (wire, [])
            wire.talk.socket.freeze()

    def touches_frame(self, wire: Wire, frame: Frame) -> bool:
        """Touch what a frozen connection would send."""
        return bool(frame) and wire.talk.socket.number in self._frozen

    def outgoing(self, wire: Wire, frame: Frame) -> list[Frame]:
        """Hold it."""
        held = self._frozen[wire.talk.socket.number][1]
        if len(held) < HELD_MAX:
            held.append(frame)
        return []

    def end(self) -> None:
        """Let all go."""
        frozen, self._frozen = self._frozen, {}
        for wire, held in frozen.values():
            wire.talk.socket.thaw()
            for frame in held:
                wire.put(frame)


class Flood(Fault):
    """Connections get many more frames than they asked for: their last ticker again and again."""

    def read(self, args: Args) -> None:
        """Take how many a second."""
        self._rate = args.number("rate", 1_000, 1, 100_000)
        self._owed = 0.0

    def begin(self) -> None:
        """Start to pour."""
        if self.begun == 1:
            self._pour()

    def _pour(self) -> None:
        self._owed += self._rate * FLOOD_US / SECOND_US
        count, self._owed = int(self._owed), self._owed % 1
        for wire in self.wires():
            frames = [Frame(text) for text in self._texts(wire)]
            for number in range(count):
                wire.put(frames[number % len(frames)])
        self.after(FLOOD_US, self._pour)

    def _texts(self, wire: Wire) -> list[str]:
        talk = wire.talk
        keys = [key for key in talk.keys if key[0] == "ticker"] if isinstance(talk, PublicTalk) else []
        return [self._update(key[1]) for key in keys] or [HEARTBEAT]

    def _update(self, symbol: str) -> str:
        snapshot = TickerFeed(self.world.markets[symbol], "bbo").snapshot()
        return snapshot.replace('"snapshot"', '"update"', 1)
