"""What every fault is: a schedule that opens and closes, and places where it may interfere.

A kind overrides the places it interferes at; all others let everything pass. `touches_*` say whether
a thing is of the sort that this kind spoils at all, before its match, chance and count are asked.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from krakentui.simulator.clock import Timer
from krakentui.simulator.faults.spec import Args, Spec, Subject
from krakentui.simulator.keys import ApiKey
from krakentui.simulator.surface import HttpReply, HttpRequest

if TYPE_CHECKING:
    from krakentui.simulator.faults.wire import Asked, Frame, Wire
    from krakentui.simulator.world import World


@dataclass(frozen=True, slots=True)
class Call:
    """One REST call on its way in."""

    request: HttpRequest
    subject: Subject
    key: ApiKey | None

    @property
    def endpoint(self) -> str:
        """The last part of the path."""
        return self.request.path.split("/", 3)[-1]

    @property
    def is_private(self) -> bool:
        """Whether it needs a key."""
        return self.request.path.startswith("/0/private/")


@dataclass(frozen=True, slots=True)
class Answer:
    """What becomes of a call: its reply, how late it comes, or that it never does."""

    reply: HttpReply
    late_us: int = 0
    cut: str | None = None
    """`reset`, `fin` or `silence`: the reply is lost this way."""

    def later(self, us: int) -> "Answer":
        """Give the same, so much later."""
        return replace(self, late_us=self.late_us + us)


Go = Callable[[], Answer]


class Fault:
    """One injected fault."""

    instant = False
    """Done as soon as it began, with nothing to take back."""
    surfaces: tuple[str, ...] = ()
    """Where alone it can strike; empty = where it interferes."""
    methods: frozenset[str] = frozenset()
    """What requests alone it strikes, by endpoint and websocket method; empty = any."""

    def __init__(
        self, world: "World", spec: Spec, number: int, wires: Callable[[], "Sequence[Wire]"]
    ) -> None:
        self.world = world
        self.spec = spec
        self.number = number
        self.rng = world.rng(f"fault/{number}/{spec.name}")
        self.active = False
        self.over = False
        self.begun = 0
        self.struck = 0
        self.timers: list[Timer] = []
        self._wires = wires
        self._seen = 0
        self._next_us = 0
        args = Args(spec.args, spec.name)
        self.read(args)
        args.finish()

    # --- what a kind overrides --------------------------------------------------------------------

    def read(self, args: Args) -> None:
        """Take the arguments."""

    def begin(self) -> None:
        """Come into force; with `every`, again each so often."""

    def end(self) -> None:
        """Take back what the beginning did."""

    def touches_call(self, call: Call) -> bool:
        """Say whether a call is of the sort that this spoils."""
        return bool(call)

    def around(self, call: Call, go: Go) -> Answer:
        """Interfere with a REST call."""
        del call
        return go()

    def touches_frame(self, wire: "Wire", frame: "Frame") -> bool:
        """Say whether an outgoing frame is of the sort that this spoils."""
        return bool(wire) and bool(frame)

    def outgoing(self, wire: "Wire", frame: "Frame") -> "list[Frame]":
        """Interfere with an outgoing frame: give what goes out in its place."""
        del wire
        return [frame]

    def touches_request(self, wire: "Wire", asked: "Asked") -> bool:
        """Say whether an incoming websocket request is of the sort that this spoils."""
        return bool(wire) and bool(asked)

    def hears(self, wire: "Wire", asked: "Asked", go: Callable[[], None]) -> None:
        """Interfere with an incoming websocket request."""
        del wire, asked
        go()

    def door(self) -> HttpReply | None:
        """Refuse a websocket handshake with a reply."""
        return None

    def accepted(self, wire: "Wire") -> None:
        """Interfere with a connection that was just greeted."""

    # --- what the bench asks ----------------------------------------------------------------------

    def takes(self, subject: Subject) -> bool:
        """Say whether the match holds."""
        return self.spec.match.takes(subject)

    def strikes(self, subject: Subject) -> bool:
        """Decide whether it strikes now, and count it."""
        when = self.spec.when
        if not self.active or not self.takes(subject):
            return False
        self._seen += 1
        now_us = self.world.clock.now_us()
        spent = when.times is not None and self.struck >= when.times
        if spent or self._seen <= when.after_n or now_us < self._next_us:
            return False
        if when.prob < 1 and self.rng.random() >= when.prob:
            return False
        if when.every_us is not None:
            self._next_us = now_us + when.every_us
        self.struck += 1
        return True

    def overrides(self, place: str) -> bool:
        """Say whether this kind interferes at a place."""
        return getattr(type(self), place) is not getattr(Fault, place)

    # --- for kinds ----------------------------------------------------------------------------------

    def wires(self) -> "list[Wire]":
        """List the open connections that the match takes."""
        return [wire for wire in self._wires() if self.takes(wire.subject())]

    def after(self, us: int, act: Callable[[], Any]) -> None:
        """Do something later, unless the fault has ended by then."""
        self.timers.append(self.world.clock.after(us, act))
        self.timers = [timer for timer in self.timers if timer.callback is not None]

    def row(self) -> dict[str, object]:
        """Describe it for the control call."""
        state = "over" if self.over else "active" if self.active else "waiting"
        return {"number": self.number, **self.spec.asked, "state": state, "struck": self.begun + self.struck}
