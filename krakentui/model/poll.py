"""What the poller is going to ask."""

from msgspec import Struct

from krakentui.model.event import Happening


class PollAhead(Struct, frozen=True, kw_only=True):
    """A poll that comes if nothing else happens before; costs in units of `model.limit`."""

    at_ns: int
    """Steady time."""
    what: str
    """In the user's words: `Open orders`."""
    low: int
    high: int


class PollPlanned(Happening, frozen=True, kw_only=True):
    """What the poller does next, when (steady time) and why."""

    what: str
    at_ns: int
    why: str
    ahead: tuple[PollAhead, ...] = ()
    """Its polls of the next minutes, soonest first."""
