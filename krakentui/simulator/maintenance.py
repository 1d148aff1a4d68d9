"""Announced maintenance: what `status` and SystemStatus say of it, by how far away it is.

Events are told from 72 h before until the window starts (the schedule: 7 days); phases and advice
follow the documented enums (maintenance schedule page, 2026-10). Announcing changes no mode by itself.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from krakentui.simulator.clock import SECOND_US
from krakentui.simulator.instants import iso

if TYPE_CHECKING:
    from krakentui.simulator.clock import SimClock

HOUR_US = 3_600 * SECOND_US
TOLD_US = 72 * HOUR_US
SCHEDULED_US = 7 * 24 * HOUR_US
PHASES = (
    (30 * SECOND_US, "final_warning_30s", "blocked", "disconnect_and_wait"),
    (300 * SECOND_US, "imminent_5m", "discouraged", "cancel_open_orders"),
    (1_800 * SECOND_US, "approaching_30m", "allowed", "reduce_activity"),
    (24 * HOUR_US, "reminder_24h", "allowed", "continue"),
    (SCHEDULED_US, "announced", "allowed", "continue"),
)
"""At most so long before the start: phase, order submission, recommended action."""
FIRST_ID = 21
CANCEL_BEFORE_US = 300 * SECOND_US


@dataclass(frozen=True, slots=True)
class Event:
    """One announced window."""

    number: int
    title: str
    start_us: int
    end_us: int

    def row(self, now_us: int) -> dict[str, object]:
        """Write it as of now."""
        left_us = self.start_us - now_us
        _, phase, orders, advice = next(step for step in PHASES if left_us <= step[0] or step is PHASES[-1])
        return {
            "event_id": self.number,
            "title": self.title,
            "expected_start_utc": iso(self.start_us),
            "expected_end_utc": iso(self.end_us),
            "time_to_start_s": left_us // SECOND_US,
            "phase": phase,
            "affected_services": ["spot_trading"],
            "order_submission": orders,
            "recommended_action": advice,
            "cancel_before_utc": iso(self.start_us - CANCEL_BEFORE_US),
            "source_url": "https://status.kraken.com/",
        }


class Bulletin:
    """What has been announced; `changed` is called when a phase begins or a window starts."""

    def __init__(self, clock: "SimClock", changed: Callable[[], None]) -> None:
        self._clock = clock
        self._changed = changed
        self._events: list[Event] = []
        self._count = 0

    def announce(self, title: str, start_us: int, end_us: int) -> int:
        """Announce a window and tell everybody; give the event's number."""
        self._count += 1
        event = Event(FIRST_ID + self._count - 1, title, start_us, end_us)
        self._events.append(event)
        for before_us in (TOLD_US, *(step[0] for step in PHASES[:-1]), 0):
            if start_us - before_us > self._clock.now_us():
                self._clock.at(start_us - before_us, self._changed)
        self._changed()
        return event.number

    def withdraw(self) -> None:
        """Take back every announcement."""
        self._events.clear()
        self._changed()

    def upcoming(self, within_us: int = TOLD_US) -> list[dict[str, object]]:
        """Write the windows that are near and have not started."""
        if not self._events:
            return []
        now_us = self._clock.now_us()
        self._events = [event for event in self._events if event.start_us > now_us]
        return [event.row(now_us) for event in self._events if event.start_us - now_us <= within_us]
