"""A counter that is brought up to date at every full second of the exchange, seen between two of them.

Behind the figure X that the exchange goes by stands a steady one, Y. At each full second X becomes Y;
in between Y drains and X does not, and both rise by what is spent. So X is Y and what was withheld since
the last full second. The clock is known up to a doubt, so a full second is a window of twice that: the
low end lets go of what it withholds as soon as the second may have come, the high end when it surely
has, and then only of what was withheld before the window began.
"""

from msgspec import Struct, structs

from krakentui.model.clock import SECOND

MOST_DOUBT_NS = 2 * SECOND // 5
"""With more doubt the full seconds are not known at all."""


class Beat(Struct, frozen=True):
    """When full seconds come, and what both ends withhold."""

    ahead_ns: int
    """The exchange's clock minus the steady one."""
    doubt_ns: int
    low: int = 0
    before: int = 0
    """Of the high end, from before the last window; it counts until that window is over."""
    since: int = 0

    def began_ns(self, t_ns: int) -> int:
        """Tell when the last window began."""
        return t_ns - (t_ns + self.ahead_ns + self.doubt_ns) % SECOND

    def sure_ns(self, t_ns: int) -> int:
        """Tell when the second of the last window has surely come; it may be later than `t_ns`."""
        return self.began_ns(t_ns) + 2 * self.doubt_ns

    def withheld(self, t_ns: int) -> int:
        """Tell what the high end withholds."""
        return self.since + (self.before if t_ns < self.sure_ns(t_ns) else 0)

    def longest_ns(self, t_ns: int) -> int:
        """Tell how long ago the last full second may be."""
        began_ns = self.began_ns(t_ns)
        return t_ns - began_ns + (0 if t_ns >= self.sure_ns(t_ns) else SECOND)

    def retimed(self, ahead_ns: int, doubt_ns: int, drain: int, t_ns: int) -> "Beat":
        """Take another measurement of the clock; `drain` is the high end's, in units a nanosecond."""
        fresh, before = Beat(ahead_ns, doubt_ns, self.low), 0
        earlier_ns = self.began_ns(t_ns) - fresh.began_ns(t_ns)
        if t_ns < self.sure_ns(t_ns) and abs(earlier_ns) < SECOND // 2:
            before = max(0, self.before - drain * max(0, earlier_ns))
        return structs.replace(fresh, before=before, since=self.withheld(t_ns) - before)

    def moved_low(self, low: int, drain: int, from_ns: int, t_ns: int) -> tuple[int, "Beat"]:
        """Tell the low end at a later moment; `drain` is in units a nanosecond."""
        steady, sure_ns = low - self.low, self.sure_ns(t_ns)
        last_ns = min(t_ns, sure_ns)  # the latest moment at which the second may have come
        if last_ns > from_ns:
            low = max(0, steady - drain * (last_ns - from_ns))
        return low, structs.replace(self, low=low - max(0, steady - drain * (t_ns - from_ns)))

    def moved_high(self, high: int, drain: int, from_ns: int, t_ns: int) -> tuple[int, "Beat"]:
        """Tell the high end at a later moment."""
        steady = high - self.withheld(from_ns)

        def at(s_ns: int) -> int:
            return max(0, steady - drain * (s_ns - from_ns))

        began_ns = self.began_ns(t_ns)
        windows = (began_ns - self.began_ns(from_ns)) // SECOND
        if not windows:
            before, since = self.before, self.since + steady - at(t_ns)
        elif windows == 1:
            before, since = self.since + steady - at(began_ns), at(began_ns) - at(t_ns)
        else:
            before, since = at(began_ns - SECOND) - at(began_ns), at(began_ns) - at(t_ns)
        beat = structs.replace(self, before=before, since=since)
        return at(t_ns) + beat.withheld(t_ns), beat

    def falls_to(self, most: int, high: int, drain: int, t_ns: int) -> int:
        """Tell when the high end, now above this figure, is first down to it."""
        steady, sure_ns = high - self.withheld(t_ns), self.sure_ns(t_ns)
        if t_ns < sure_ns and steady + self.since <= most:
            return sure_ns
        there_ns = t_ns + max(0, -(-(steady - most) // drain))
        begins_ns = there_ns + -(there_ns + self.ahead_ns + self.doubt_ns) % SECOND
        return begins_ns + 2 * self.doubt_ns
