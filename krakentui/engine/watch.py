"""Notices that the machine slept or that its clock was set.

Every tick the two clocks are compared. A tick that comes late means that this program stood still
(suspend, or a blocked loop); a wall clock that moved otherwise than the steady one means a suspend on
systems whose steady clock stops in it, or a step of the clock. Either way nothing seen before is fresh.
"""

from collections.abc import Callable

from msgspec import Struct

from krakentui.model.clock import SECOND, Clock
from krakentui.model.event import ClockJumped
from krakentui.net.patience import Patience


class Reading(Struct, frozen=True):
    """Both clocks at one instant."""

    mono_ns: int
    wall_ns: int


def jump(before: Reading, after: Reading, tick_ns: int, limit_ns: int) -> ClockJumped | None:
    """Tell what happened between two readings that should be one tick apart, if anything did."""
    steady_ns = after.mono_ns - before.mono_ns
    drift_ns = (after.wall_ns - before.wall_ns) - steady_ns
    late_ns = steady_ns - tick_ns
    if late_ns > limit_ns:
        why = f"This program stood still for {late_ns / SECOND:.0f} s."
        return ClockJumped(gap_ns=late_ns, why=why, wall_ns=after.wall_ns)
    if abs(drift_ns) > limit_ns:
        way = "forward" if drift_ns > 0 else "back"
        by = f"{way} by {abs(drift_ns) / SECOND:.0f} s"
        why = f"The machine slept or its clock was set {by}."
        return ClockJumped(gap_ns=max(0, drift_ns), why=why, wall_ns=after.wall_ns)
    return None


async def watch(clock: Clock, patience: Patience, jumped: Callable[[ClockJumped], None]) -> None:
    """Compare the clocks until cancelled; `jumped` hears of each jump once."""
    tick_ns, limit_ns = round(patience.tick_s * SECOND), round(patience.jump_s * SECOND)
    before = Reading(clock.mono_ns(), clock.now_ns())
    while True:
        await clock.sleep(patience.tick_s)
        after = Reading(clock.mono_ns(), clock.now_ns())
        event = jump(before, after, tick_ns, limit_ns)
        before = after
        if event is not None:
            jumped(event)
