"""The exchange's clock against ours: each answer of `Time` narrows an interval.

`Time` tells whole seconds, so one answer leaves a doubt of half a second and half the round trip. The
truth lies in every answer's interval; several of them together leave little doubt.
"""

from msgspec import Struct

from krakentui.model.clock import SECOND
from krakentui.model.event import TimeMeasured

GOOD_ENOUGH_NS = SECOND // 4
ENOUGH = 8


class Offset(Struct, frozen=True):
    """Exchange minus ours lies between the two, as far as was measured."""

    low_ns: int | None = None
    high_ns: int | None = None
    answers: int = 0

    def measured(self, server_ns: int, sent_wall_ns: int, got_wall_ns: int) -> "Offset":
        """Take one answer: its second began before we got it and ended after we asked."""
        low_ns, high_ns = server_ns - got_wall_ns, server_ns + SECOND - sent_wall_ns
        if self.low_ns is None or self.high_ns is None:
            return Offset(low_ns, high_ns, 1)
        both_low, both_high = max(low_ns, self.low_ns), min(high_ns, self.high_ns)
        if both_low > both_high:
            return Offset(low_ns, high_ns, 1)
        return Offset(both_low, both_high, self.answers + 1)

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
