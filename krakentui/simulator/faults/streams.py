"""Faults of what a websocket carries: silence, lost and doubled frames, holes, wrong checksums."""

import re
from collections.abc import Callable

from krakentui.simulator.clock import SECOND_US
from krakentui.simulator.faults.base import Fault
from krakentui.simulator.faults.spec import Args, Subject
from krakentui.simulator.faults.wire import Asked, Frame, Wire, written
from krakentui.simulator.jsontext import Raw
from krakentui.simulator.private_ws import PrivateTalk
from krakentui.simulator.ws_envelope import HEARTBEAT

TERMINAL = frozenset({"canceled", "filled", "expired"})
_CHECKSUM = re.compile(r'"checksum":(\d+)')


class Silence(Fault):
    """Frames stop while the socket stays open. Answers still come, unless nothing is kept."""

    def read(self, args: Args) -> None:
        """Take what is kept: `pong` answers only, `heartbeat` these too, `none` not even answers."""
        narrow = bool(self.spec.match.names("channel") or self.spec.match.names("symbol"))
        self._keep = args.text("keep", "heartbeat" if narrow else "pong", ("pong", "heartbeat", "none"))
        self._beats = args.text("heartbeat", "on" if self._keep == "heartbeat" else "off", ("on", "off"))

    def takes(self, subject: Subject) -> bool:
        """Let heartbeats count with the channel that falls silent."""
        if subject.channel != "heartbeat":
            return super().takes(subject)
        return self.spec.match.takes(subject, ("channel", "symbol"))

    def touches_frame(self, wire: Wire, frame: Frame) -> bool:
        """Leave answers alone where they are kept."""
        del wire
        if frame.is_answer:
            return self._keep == "none"
        return frame.channel != "heartbeat" or self._beats == "off"

    def outgoing(self, wire: Wire, frame: Frame) -> list[Frame]:
        """Lose it; heartbeats that the lost data held back are put in its place."""
        idle_us = self.world.clock.now_us() - wire.passed_us
        return [Frame(HEARTBEAT)] if frame.is_data and self._beats == "on" and idle_us >= SECOND_US else []


class Dup(Fault):
    """Data frames come more than once."""

    def read(self, args: Args) -> None:
        """Take how many copies follow each frame."""
        self._copies = args.whole("copies", 1, 1, 100)

    def touches_frame(self, wire: Wire, frame: Frame) -> bool:
        """Double data only."""
        del wire
        return frame.is_data

    def outgoing(self, wire: Wire, frame: Frame) -> list[Frame]:
        """Give it and its copies."""
        del wire
        return [frame] * (1 + self._copies)


class Reorder(Fault):
    """Data frames overtake each other: so many are held back and come in the reverse order."""

    def read(self, args: Args) -> None:
        """Take how many are turned around, and how long one waits for the others at most."""
        self._window = args.whole("window", 2, 2, 100)
        self._within_us = args.span_us("within", SECOND_US)
        self._held: dict[int, tuple[Wire, list[Frame]]] = {}

    def touches_frame(self, wire: Wire, frame: Frame) -> bool:
        """Turn data around only."""
        del wire
        return frame.is_data

    def outgoing(self, wire: Wire, frame: Frame) -> list[Frame]:
        """Hold it, or give all that were held."""
        number = wire.talk.socket.number
        _, held = self._held.setdefault(number, (wire, []))
        held.append(frame)
        if len(held) >= self._window:
            del self._held[number]
            return held[::-1]
        if len(held) == 1:
            self.after(self._within_us, self.end)
        return []

    def end(self) -> None:
        """Give what is held."""
        held, self._held = self._held, {}
        for wire, frames in held.values():
            for frame in reversed(frames):
                wire.put(frame)


class SkipSeq(Fault):
    """A private channel's sequence leaves numbers out, with or without a frame that is really lost."""

    surfaces = ("spot-ws-private",)

    def read(self, args: Args) -> None:
        """Take how many numbers are left out, and whether the frame is lost too."""
        self._by = args.whole("by", 1, 1, 1_000_000)
        self._lost = args.flag("lost", default=False)

    def touches_frame(self, wire: Wire, frame: Frame) -> bool:
        """Touch what is counted, updates only."""
        counted = isinstance(wire.talk, PrivateTalk) and frame.channel in wire.talk.subscriptions
        return counted and "sequence" in frame.document and frame.document.get("type") == "update"

    def outgoing(self, wire: Wire, frame: Frame) -> list[Frame]:
        """Count on, or lose it."""
        if self._lost:
            return []
        return [counted_on(wire, frame, self._by)]


class TerminalMissing(Fault):
    """An order ends and the stream never says so; the sequence shows no hole."""

    surfaces = ("spot-ws-private",)

    def touches_frame(self, wire: Wire, frame: Frame) -> bool:
        """Touch the ends of orders."""
        if not isinstance(wire.talk, PrivateTalk) or frame.document.get("type") != "update":
            return False
        return frame.channel == "executions" and any(e.get("exec_type") in TERMINAL for e in frame.entries)

    def outgoing(self, wire: Wire, frame: Frame) -> list[Frame]:
        """Lose it, and count as if it had never been."""
        counted_on(wire, frame, -1)
        return []


class BadCrc(Fault):
    """Book frames carry a wrong checksum."""

    surfaces = ("spot-ws-public",)

    def touches_frame(self, wire: Wire, frame: Frame) -> bool:
        """Touch books."""
        del wire
        return frame.channel == "book" and frame.is_data

    def outgoing(self, wire: Wire, frame: Frame) -> list[Frame]:
        """Change the checksum."""
        del wire
        return [Frame(_CHECKSUM.sub(lambda found: f'"checksum":{(int(found[1]) + 1) % 2**32}', frame.text))]


class DropAck(Fault):
    """A subscription is taken and never acknowledged."""

    def touches_frame(self, wire: Wire, frame: Frame) -> bool:
        """Touch acks of subscriptions."""
        del wire
        return frame.method in ("subscribe", "unsubscribe") and frame.document.get("success") is True

    def outgoing(self, wire: Wire, frame: Frame) -> list[Frame]:
        """Lose it."""
        del wire, frame
        return []


class AnswerOrder(Fault):
    """The answer to a request comes after what it causes on the stream, or before it (as usual)."""

    def read(self, args: Args) -> None:
        """Take the side of the stream on which answers come."""
        self._after = args.text("answer", "after", ("before", "after")) == "after"
        self._held: dict[int, list[Frame]] = {}

    def touches_request(self, wire: Wire, asked: Asked) -> bool:
        """Touch trading requests."""
        del wire
        return self._after and asked.method not in ("", "ping", "subscribe", "unsubscribe")

    def hears(self, wire: Wire, asked: Asked, go: Callable[[], None]) -> None:
        """Hold the answers until the stream has spoken."""
        del asked
        number = wire.talk.socket.number
        self._held[number] = []
        go()
        for frame in self._held.pop(number):
            wire.put(frame)

    def strikes(self, subject: Subject) -> bool:
        """Count requests, not their answers."""
        return (
            self.takes(subject)
            if self._held.get(subject.connection) is not None
            else super().strikes(subject)
        )

    def touches_frame(self, wire: Wire, frame: Frame) -> bool:
        """Touch the answers to a request that is being heard."""
        return frame.is_answer and wire.talk.socket.number in self._held

    def outgoing(self, wire: Wire, frame: Frame) -> list[Frame]:
        """Hold it."""
        self._held[wire.talk.socket.number].append(frame)
        return []


def counted_on(wire: Wire, frame: Frame, by: int) -> Frame:
    """Move a channel's sequence on, and give the frame with the number that follows from it."""
    assert isinstance(wire.talk, PrivateTalk)  # noqa: S101  only its frames are counted
    subscription = wire.talk.subscriptions[frame.channel]
    subscription.sequence += by
    number = int(frame.document["sequence"]) + by
    return written(frame.document | {"sequence": Raw(str(number))})
