"""A limit that counts attempts in a rolling window, as the exchange does for socket connections."""

from typing import Self

from msgspec import Struct, structs


class Window(Struct, frozen=True, kw_only=True):
    """The attempts of the last while; they neither drain nor add up, they just grow old."""

    ceiling: int
    ours: int
    """How many of these we allow ourselves."""
    span_ns: int
    times: tuple[int, ...] = ()

    def at(self, t_ns: int) -> Self:
        """Forget what is too old to count."""
        if not self.times or self.times[0] + self.span_ns > t_ns:
            return self
        return structs.replace(self, times=tuple(t for t in self.times if t + self.span_ns > t_ns))

    def add(self, t_ns: int) -> Self:
        """Count one attempt."""
        now = self.at(t_ns)
        return structs.replace(now, times=(*now.times, t_ns))

    def fits_at(self, t_ns: int) -> int:
        """Tell when one more attempt is within our own share."""
        times = self.at(t_ns).times
        return t_ns if len(times) < self.ours else times[len(times) - self.ours] + self.span_ns
