"""The dead man's switch as believed: armed or not, when it fires at the earliest, what is doubtful.

What the exchange answered is what is shown. A renewal without an answer may have arrived, so the moment
that was answered last stands: it fires then at the earliest. When that moment passes the switch has fired,
unless such a renewal moved it or is still under way: then it is disarmed, and what is not known is said.
Nothing arms it again but a new act of the user.
"""

from functools import singledispatch
from typing import Final, Literal

from msgspec import Struct, structs

from krakentui.model.clock import SECOND
from krakentui.model.event import ClockJumped, Happening, OrderPatched, TimeMeasured
from krakentui.model.switch import (
    SwitchAnswered,
    SwitchAsked,
    SwitchElsewhere,
    SwitchLeft,
    SwitchRanOut,
    SwitchUnanswered,
)

Phase = Literal["off", "arming", "armed", "left", "disarming", "fired"]
SOONEST_S: Final = 15
LATEST_S: Final = 30
"""It is renewed every 15 to 30 s (REST reference 4.3, recommended with a timeout of 60 s)."""
AGAIN_S: Final = 5
"""After a call that was refused or lost the next one follows so soon."""
PASSED_NS: Final = 2 * SECOND
"""So long after its moment it is taken for fired: a renewal of the last second may have been in time."""
HURRY_NS: Final = 3 * SECOND
"""So long before its moment no renewal is sent any more: one that arrives after it would arm it anew."""
LATE: Final = "its last renewal came so late that it may have armed it anew after it fired"
MOVED: Final = "its moment has passed, and a renewal without an answer may have moved it"
REARMED: Final = "a renewal without an answer may arm it anew"
OFF_NOW: Final = "it is off, and whether it fired before is told by the orders alone"
NOT_KNOWN: Final = (
    "its moment has passed: every open order is cancelled, unless a call without an answer changed that"
)
LEFT_PASSED: Final = (
    "the moment of an earlier run's has passed: every open order is cancelled, unless another program "
    "renewed it"
)
FIRED: Final = "The dead man's switch has fired: the exchange cancels every open order."
TOLD_NS: Final = 300 * SECOND
"""For so long it is told that it has fired."""
BY_SWITCH: Final = "CancelAllOrdersAfter"
"""Begin of the reason of orders that it cancelled (websocket reference 7.3)."""
AHEAD_NS: Final = 90 * SECOND
"""So long before an announced maintenance it is disarmed: its end would cancel everything."""


class Switch(Struct, frozen=True, kw_only=True):
    """What is believed of the switch; instants named `wall` are the exchange's clock."""

    phase: Phase = "off"
    timeout_s: int = 0
    """What the user armed it with."""
    fires_wall_ns: int | None = None
    """When it fires at the earliest; None = the exchange has named no moment."""
    asked_ns: int = 0
    """Steady time of the last call."""
    asked_wall_ns: int = 0
    """The same by the exchange's clock: it fires no sooner than its timeout after that."""
    since_ns: int = 0
    """Steady time of the asking that its moment counts from: our clock may be set, this one is not."""
    adrift: bool = False
    """The machine slept or its clock was set, and the exchange's clock was not measured since."""
    waits: bool = False
    """The last call has no answer yet."""
    failed: bool = False
    """The last call was refused or lost."""
    unheard: bool = False
    """A renewal was written and has no answer: it may have moved the moment, or arrive late."""
    passed_wall_ns: int | None = None
    """The moment that has passed, while it is disarmed because it may be armed all the same."""
    proven: bool = False
    """An order that it cancelled proves that it fired."""
    doubt: str = ""
    """What is not certain, as a clause."""

    @property
    def is_on(self) -> bool:
        """Tell whether it is armed or may be."""
        return self.phase in {"arming", "armed", "left", "disarming"}

    def has_passed(self, wall_ns: int) -> bool:
        """Tell whether its moment is over."""
        known = self.is_on and self.fires_wall_ns is not None and not self.adrift
        return known and wall_ns > (self.fires_wall_ns or 0) + PASSED_NS

    def may_be_renewed(self, wall_ns: int, t_ns: int) -> bool:
        """Tell whether a renewal sent now surely comes before it fires, by either clock."""
        if self.fires_wall_ns is None:
            return True
        in_time = t_ns < self.since_ns + self.timeout_s * SECOND - HURRY_NS
        return in_time and not self.adrift and wall_ns < self.fires_wall_ns - HURRY_NS

    @property
    def is_kept(self) -> bool:
        """Tell whether calls are made for it; one that an earlier run has left armed is not renewed."""
        return self.phase in {"arming", "armed", "disarming"}

    def due_ns(self) -> int:
        """Tell the steady time of the next call."""
        if self.failed:
            return self.asked_ns + AGAIN_S * SECOND
        period_s = min(LATEST_S, max(SOONEST_S, self.timeout_s // 3))
        return self.asked_ns + period_s * SECOND


def followed(switch: Switch, event: Happening, t_ns: int, wall_ns: int) -> Switch:
    """Bring the belief forward by an event; `wall_ns` is the exchange's clock."""
    return _followed(event, switch, t_ns, wall_ns)


@singledispatch
def _followed(_event: Happening, switch: Switch, _t_ns: int, _wall_ns: int) -> Switch:
    return switch


@_followed.register
def _(event: SwitchAsked, switch: Switch, t_ns: int, wall_ns: int) -> Switch:
    asked = structs.replace(switch, asked_ns=t_ns, asked_wall_ns=wall_ns, waits=True)
    if event.renewal:
        return asked
    if not event.timeout_s:
        return structs.replace(asked, phase="disarming", doubt="")
    return structs.replace(
        asked,
        phase="arming",
        timeout_s=event.timeout_s,
        fires_wall_ns=None,
        since_ns=t_ns,
        failed=False,
        unheard=False,
        proven=False,
        doubt="",
    )


@_followed.register
def _(_event: ClockJumped, switch: Switch, _t_ns: int, _wall_ns: int) -> Switch:
    return structs.replace(switch, adrift=True)


@_followed.register
def _(_event: TimeMeasured, switch: Switch, _t_ns: int, _wall_ns: int) -> Switch:
    return structs.replace(switch, adrift=False) if switch.adrift else switch


@_followed.register
def _(event: SwitchLeft, switch: Switch, _t_ns: int, _wall_ns: int) -> Switch:
    if switch.is_on:
        return switch
    return Switch(phase="left", timeout_s=event.timeout_s, fires_wall_ns=event.trigger_ns)


@_followed.register
def _(_event: SwitchElsewhere, switch: Switch, _t_ns: int, _wall_ns: int) -> Switch:
    return Switch() if switch.phase == "left" else switch


@_followed.register
def _(event: SwitchAnswered, switch: Switch, t_ns: int, _wall_ns: int) -> Switch:
    heard = structs.replace(switch, waits=False, failed=not event.ok, unheard=switch.unheard and not event.ok)
    if not event.ok:
        if switch.phase == "arming":
            return Switch()
        return structs.replace(heard, doubt=f"the last call was refused: {event.code}")
    if not event.timeout_s:
        return Switch() if switch.passed_wall_ns is None else _ended(switch, OFF_NOW)
    if switch.phase == "disarming":  # a renewal's answer that comes after the wish to disarm
        return structs.replace(heard, fires_wall_ns=event.trigger_ns or switch.fires_wall_ns)
    fires_ns = event.trigger_ns or switch.asked_wall_ns + event.timeout_s * SECOND
    armed = structs.replace(heard, phase="armed", fires_wall_ns=fires_ns, since_ns=switch.asked_ns, doubt="")
    if switch.phase in {"off", "fired"} or _came_too_late(event, switch):
        return _taken_back(armed, switch.fires_wall_ns, t_ns, LATE)
    return armed


def _came_too_late(event: SwitchAnswered, switch: Switch) -> bool:
    """Tell whether a renewal may have reached the exchange after it fired; both moments are whole seconds."""
    if switch.phase not in {"arming", "armed"} or event.trigger_ns is None or switch.fires_wall_ns is None:
        return False
    return event.trigger_ns - event.timeout_s * SECOND >= switch.fires_wall_ns


def _taken_back(switch: Switch, passed_ns: int | None, t_ns: int, why: str) -> Switch:
    """Disarm at once what may be armed, unasked, after this moment."""
    return structs.replace(
        switch, phase="disarming", passed_wall_ns=passed_ns, asked_ns=t_ns - LATEST_S * SECOND, doubt=why
    )


def _ended(switch: Switch, doubt: str) -> Switch:
    """Its moment is over: it fired, or that is in doubt."""
    moment_ns = switch.fires_wall_ns if switch.passed_wall_ns is None else switch.passed_wall_ns
    return Switch(
        phase="fired",
        timeout_s=switch.timeout_s,
        fires_wall_ns=moment_ns,
        doubt="" if switch.proven else doubt,
        proven=switch.proven,
    )


@_followed.register
def _(event: SwitchUnanswered, switch: Switch, _t_ns: int, _wall_ns: int) -> Switch:
    unheard = switch.unheard or (event.sent and event.timeout_s > 0)
    lost = structs.replace(switch, waits=False, failed=True, unheard=unheard, doubt=event.why)
    if switch.phase == "arming" and switch.fires_wall_ns is None:  # it may be armed all the same
        return structs.replace(lost, fires_wall_ns=switch.asked_wall_ns + event.timeout_s * SECOND)
    return lost


@_followed.register
def _(_event: SwitchRanOut, switch: Switch, t_ns: int, wall_ns: int) -> Switch:
    if switch.phase == "left":
        return _ended(switch, LEFT_PASSED)
    if switch.unheard and switch.passed_wall_ns is None:
        return _in_doubt(switch, switch.fires_wall_ns or wall_ns, t_ns, wall_ns, MOVED)
    return _ended(switch, NOT_KNOWN if switch.phase == "disarming" else "")


def _in_doubt(switch: Switch, passed_ns: int, t_ns: int, wall_ns: int, why: str) -> Switch:
    """Disarm it, for as long as a renewal without an answer may have armed it."""
    last_ns = max(switch.asked_wall_ns + switch.timeout_s * SECOND, wall_ns)
    return _taken_back(structs.replace(switch, fires_wall_ns=last_ns), passed_ns, t_ns, why)


@_followed.register
def _(event: OrderPatched, switch: Switch, t_ns: int, wall_ns: int) -> Switch:
    """An order that the switch cancelled proves that it fired."""
    fired = event.patch.exec_type == "canceled" and (event.patch.reason or "").startswith(BY_SWITCH)
    open_to_proof = switch.is_on or (switch.phase == "fired" and bool(switch.doubt))
    if not (fired and open_to_proof) or switch.proven:
        return switch
    proven = structs.replace(switch, proven=True, fires_wall_ns=switch.fires_wall_ns or wall_ns)
    if switch.passed_wall_ns is not None:  # it is being disarmed already
        return proven
    if switch.unheard:
        return _in_doubt(proven, proven.fires_wall_ns or wall_ns, t_ns, wall_ns, REARMED)
    return _ended(proven, "")


def told(before: Switch, after: Switch) -> tuple[str, str] | None:
    """Say what has changed, as a sentence and its level; None = nothing that the user has to know."""
    if after.proven and not before.proven:
        again = f" {REARMED.capitalize()}: it is being disarmed." if after.is_on else ""
        return f"{FIRED}{again}", "bad"
    if before.phase != after.phase:
        return _phase_told(before, after)
    if after.is_on and after.doubt and after.doubt != before.doubt:
        text = (
            f"The dead man's switch: {after.doubt.rstrip('.')}. It fires at the moment shown unless renewed."
        )
        return text, "warn"
    return None


def outcome(before: Switch, after: Switch) -> Literal["fired", "unknown"] | None:
    """Tell how one that this run armed has just ended; None = it has not, or nobody here armed it."""
    if before.phase == "left":
        return None
    if after.proven:
        return None if before.proven else "fired"
    if after.passed_wall_ns is not None:
        return "unknown" if before.passed_wall_ns is None else None
    if after.phase != "fired" or before.phase == "fired" or before.passed_wall_ns is not None:
        return None
    return "unknown" if after.doubt else "fired"


def _phase_told(before: Switch, after: Switch) -> tuple[str, str] | None:
    match after.phase:
        case "disarming" if after.doubt in {LATE, MOVED}:
            return f"The dead man's switch: {after.doubt}. It is being disarmed.", "bad"
        case "off" if before.phase == "left":
            return "The dead man's switch that was found is renewed by another krakentui.", "info"
        case "armed" if before.phase != "disarming":
            text = f"{after.timeout_s} s without a renewal cancel every open order"
            return f"The dead man's switch is armed: {text}.", "warn"
        case "left":
            text = "A dead man's switch of an earlier run is armed and is not renewed: D disarms it."
            return text, "bad"
        case "off" if before.phase == "disarming":
            return "The dead man's switch is disarmed.", "good"
        case "off":
            return "The dead man's switch was not armed: the exchange refused.", "bad"
        case "fired" if after.doubt:
            return f"The dead man's switch: {after.doubt}.", "bad"
        case "fired" if before.phase == "disarming" and before.proven:
            return "The dead man's switch is off.", "good"
        case "fired":
            return FIRED, "bad"
    return None
