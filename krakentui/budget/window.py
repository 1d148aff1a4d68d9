"""A limit that counts attempts in a rolling window, as the exchange does for socket connections."""

from typing import Self

from msgspec import Struct, structs

from krakentui.model.clock import SECOND

IN_AIR_NS = 10 * SECOND
"""An attempt lands at most so long after it began: then it is given up."""


class Attempt(Struct, frozen=True):
    """One try to open a socket."""

    ticket: int
    began_ns: int
    landed: bool = False
    """The exchange answered it, so it counts there; one that found no way may never have arrived."""


class Window(Struct, frozen=True, kw_only=True):
    """The attempts of the last while; they neither drain nor add up, they just grow old."""

    ceiling: int
    ours: int
    """How many of these we allow ourselves."""
    span_ns: int
    attempts: tuple[Attempt, ...] = ()

    def at(self, t_ns: int) -> Self:
        """Forget what is too old to count."""
        oldest_ns = t_ns - self.span_ns - IN_AIR_NS
        if not self.attempts or self.attempts[0].began_ns > oldest_ns:
            return self
        return structs.replace(self, attempts=tuple(one for one in self.attempts if one.began_ns > oldest_ns))

    def add(self, ticket: int, t_ns: int) -> Self:
        """Count one attempt that begins."""
        now = self.at(t_ns)
        return structs.replace(now, attempts=(*now.attempts, Attempt(ticket, t_ns)))

    def landed(self, ticket: int) -> Self:
        """Note that the exchange answered an attempt."""
        attempts = tuple(
            structs.replace(one, landed=True) if one.ticket == ticket else one for one in self.attempts
        )
        return structs.replace(self, attempts=attempts)

    def low(self, t_ns: int) -> int:
        """Count what the exchange surely counts."""
        return sum(one.landed and one.began_ns + self.span_ns > t_ns for one in self.attempts)

    def high(self, t_ns: int) -> int:
        """Count what the exchange may count."""
        return len(self.at(t_ns).attempts)

    def fits_at(self, t_ns: int) -> int:
        """Tell when one more attempt is within our own share."""
        recent = [one.began_ns for one in self.attempts if one.began_ns + self.span_ns > t_ns]
        return t_ns if len(recent) < self.ours else recent[len(recent) - self.ours] + self.span_ns
