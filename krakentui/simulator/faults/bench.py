"""The bench: the faults of a world, their schedules, and the way of calls and frames past them."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from krakentui.simulator.accounts import of
from krakentui.simulator.faults.base import Answer, Call, Fault
from krakentui.simulator.faults.reach import barrier
from krakentui.simulator.faults.spec import Spec, Subject, read_spec
from krakentui.simulator.faults.wire import PATHS, Asked, Frame, Wire
from krakentui.simulator.refusal import Refused
from krakentui.simulator.surface import HttpReply, HttpRequest
from krakentui.simulator.ws_talk import Talk

if TYPE_CHECKING:
    from krakentui.simulator.world import World

OVER_KEPT = 200
PENDING_MAX = 1_000
Handle = Callable[["World", HttpRequest], HttpReply]


class Faults:
    """Every fault of a world."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._asked = 0
        self._faults: list[Fault] = []
        self._wires: dict[int, Wire] = {}
        self.on_rest = False
        """Whether any fault in force interferes with REST."""
        self.on_sockets = False
        """Whether any fault in force interferes with websockets."""

    # --- what may be asked of it ------------------------------------------------------------------

    def add(self, asked: object) -> int:
        """Add a fault and give its number.

        Raises:
            Refused: it makes no sense.
        """
        spec = self._read(asked)
        if sum(not fault.over for fault in self._faults) >= PENDING_MAX:
            raise Refused(f"there are {PENDING_MAX} faults already")
        self._asked += 1
        fault = _kinds()[spec.name](self._world, spec, self._asked, self.wires)
        done = [old for old in self._faults if old.over]
        self._faults = [old for old in self._faults if old not in done[:-OVER_KEPT]]
        self._faults.append(fault)
        if spec.when.at_us:
            fault.after(spec.when.at_us, partial(self._open, fault))
        else:
            self._open(fault)
        return fault.number

    def check(self, asked: object) -> None:
        """Refuse a fault that makes no sense, and add none."""
        spec = self._read(asked)
        _kinds()[spec.name](self._world, spec, 0, self.wires)

    def clear(self, number: int | None = None) -> int:
        """End one fault, or all, whether begun or not; give how many."""
        ending = [fault for fault in self._faults if not fault.over and number in (None, fault.number)]
        for fault in ending:
            self._shut(fault)
        return len(ending)

    def rows(self) -> list[dict[str, object]]:
        """Describe every fault, oldest first."""
        return [fault.row() for fault in self._faults]

    def wires(self) -> list[Wire]:
        """List the open websocket connections."""
        for talk in list(self._world.talks.values()):
            self._wire(talk)
        return [self._wires[number] for number in self._world.talks]

    # --- schedules --------------------------------------------------------------------------------

    def _open(self, fault: Fault) -> None:
        when = fault.spec.when
        fault.active = True
        self._look()
        if when.for_us is not None:
            fault.after(when.for_us, partial(self._shut, fault))
        self._fire(fault)

    def _fire(self, fault: Fault) -> None:
        """Begin, and begin again where the schedule says so."""
        when = fault.spec.when
        if fault.overrides("begin"):
            fault.begun += 1
            fault.begin()
            again = when.every_us is not None and (when.times is None or fault.begun < when.times)
            if again and when.every_us is not None:
                fault.after(when.every_us, partial(self._fire, fault))
            elif fault.instant:
                self._shut(fault)

    def _shut(self, fault: Fault) -> None:
        began, fault.active, fault.over = fault.active, False, True
        for timer in fault.timers:
            timer.cancel()
        fault.timers.clear()
        if began:
            fault.end()
        self._look()

    def _look(self) -> None:
        """Find out anew who interferes where; where nobody does, nothing comes past."""
        active = [fault for fault in self._faults if fault.active]
        self.on_rest = any(fault.overrides("around") for fault in active)
        places = ("outgoing", "hears", "door", "accepted")
        self.on_sockets = any(fault.overrides(place) for fault in active for place in places)
        for wire in self.wires():
            (wire.hook if self.on_sockets else wire.unhook)()

    # --- REST -------------------------------------------------------------------------------------

    def call(self, request: HttpRequest, handle: Handle) -> Answer:
        """Let a REST call come past every fault that strikes it."""
        call = self._call(request)

        def go() -> Answer:
            return Answer(handle(self._world, request))

        for fault in reversed(self._faults):
            here = fault.active and fault.overrides("around") and fault.touches_call(call)
            if here and fault.strikes(call.subject):
                go = partial(fault.around, call, go)
        return go()

    def _call(self, request: HttpRequest) -> Call:
        key = of(self._world).door.keys.get(request.headers.get("api-key", ""))
        public = key.public if key is not None else ""
        subject = Subject("spot-rest", request.path, request.method, key=public, peer=request.peer)
        return Call(request, subject, key)

    # --- websockets -------------------------------------------------------------------------------

    def door(self, surface: str, peer: str) -> HttpReply | None:
        """Refuse a websocket handshake, if a fault wants that."""
        subject = Subject(f"spot-ws-{surface}", PATHS.get(surface, ""), peer=peer)
        for fault in self._faults:
            if fault.active and fault.overrides("door") and fault.strikes(subject):
                return fault.door()
        return None

    def joined(self, talk: Talk) -> None:
        """Take note of a new connection."""
        wire = self._wire(talk)
        if self.on_sockets:
            wire.hook()

    def accepted(self, talk: Talk) -> None:
        """Let faults have a connection that was just greeted."""
        wire = self._wire(talk)
        for fault in list(self._faults):
            if fault.active and fault.overrides("accepted") and fault.strikes(wire.subject()):
                fault.accepted(wire)

    def attach(self) -> None:
        """Lead every connection past the faults again, now that its socket has ways out."""
        for wire in self.wires():
            wire.attach()
        self._look()

    def left(self, talk: Talk) -> None:
        """Forget a connection."""
        self._wires.pop(talk.socket.number, None)

    def received(self, talk: Talk, text: str) -> None:
        """Let a request come past every fault that strikes it, and then to its talk."""
        wire, asked = self._wire(talk), Asked(text)
        channel = str(asked.params.get("channel") or "")
        subject = wire.subject(method=asked.method, channel=channel, symbols=asked.symbols)

        def go() -> None:
            talk.received(text)

        for fault in reversed(self._faults):
            here = fault.active and fault.overrides("hears") and fault.touches_request(wire, asked)
            if here and fault.strikes(subject):
                go = partial(fault.hears, wire, asked, go)
        go()

    def _through(self, wire: Wire, frame: Frame) -> list[Frame]:
        frames = [frame]
        for fault in self._faults:
            if not fault.active or not fault.overrides("outgoing"):
                continue
            frames = [out for one in frames for out in self._spoiled(fault, wire, one)]
        return frames

    def _spoiled(self, fault: Fault, wire: Wire, frame: Frame) -> list[Frame]:
        if not fault.touches_frame(wire, frame):
            return [frame]
        subject = wire.subject(method=frame.method, channel=frame.channel, symbols=frame.symbols)
        return fault.outgoing(wire, frame) if fault.strikes(subject) else [frame]

    def _wire(self, talk: Talk) -> Wire:
        number = talk.socket.number
        if number not in self._wires:
            self._wires[number] = Wire(self._world, talk, self._through)
        return self._wires[number]

    def _read(self, asked: object) -> Spec:
        spec = read_spec(asked, self._key_names())
        if spec.name not in _kinds():
            raise Refused(f"there is no fault {spec.name[:40]}: it is one of {', '.join(sorted(_kinds()))}")
        if why := barrier(spec.name, _kinds()[spec.name], spec.match):
            raise Refused(why)
        return spec

    def _key_names(self) -> dict[str, str]:
        names: dict[str, str] = {}
        for program, key in of(self._world).programs.items():
            names.update({program: key.public, key.public: key.public, key.fingerprint: key.public})
        return names


def _kinds() -> dict[str, type[Fault]]:
    from krakentui.simulator.faults.names import KINDS  # noqa: PLC0415 - most runs have no fault

    return KINDS
