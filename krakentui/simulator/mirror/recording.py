"""What was recorded of an exchange: the frames of its websocket connections, and its REST answers."""

from dataclasses import dataclass, field
from functools import cached_property

Strand = tuple[str, str]
"""What one subscription brings: a channel and a symbol, the symbol empty where a channel has none."""
BY_SYMBOL = frozenset({"ticker", "book", "trade", "ohlc"})
PRIVATE = frozenset({"executions", "balances"})
VARIANTS = ("depth", "interval", "event_trigger")
"""What tells two subscriptions of one channel and symbol apart."""


class BadRecording(Exception):
    """A file cannot be mirrored; the text says why and goes on from "it cannot be mirrored: "."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One recorded frame, and what has to be known of it to tell it again."""

    at_us: int
    """Since the first frame of its connection."""
    text: str
    """As it was sent."""
    strand: Strand | None = None
    """The subscription it belongs to; None = the connection's own, such as a heartbeat."""
    method: str | None = None
    """What it answers; None = no answer."""
    ok: bool = True
    """Whether it answers yes."""
    req_id: int | None = None
    variant: str = ""
    """Of a subscription: its depth, interval or trigger, as text."""
    sequence: int | None = None
    is_snapshot: bool = False

    @property
    def begins(self) -> bool:
        """Whether it lets a subscription begin, unless that was begun before."""
        return self.strand is not None and (self.method is None or (self.method == "subscribe" and self.ok))


@dataclass(frozen=True)
class Connection:
    """One recorded websocket connection, from its greeting to where the recording of it ends."""

    surface: str
    """`public` or `private`."""
    frames: tuple[Frame, ...]
    at_us: int = 0
    """When its first frame came, since the first line of the recording."""

    @cached_property
    def first(self) -> dict[Strand, int]:
        """Where each subscription begins, as places in `frames`."""
        found: dict[Strand, int] = {}
        for place, frame in enumerate(self.frames):
            if frame.begins and frame.strand is not None:
                found.setdefault(frame.strand, place)
        return found

    @cached_property
    def last(self) -> dict[str, int]:
        """Where each kind of answer is given for the last time, as places in `frames`."""
        return {frame.method: place for place, frame in enumerate(self.frames) if frame.method is not None}


@dataclass(frozen=True, slots=True)
class Reply:
    """One recorded answer to a REST call."""

    path: str
    params: dict[str, str] = field(hash=False)
    """What was asked, without what is the caller's own: nonce, token, second factor."""
    body: str


@dataclass(frozen=True)
class Recording:
    """Everything that was recorded, in the order of its time."""

    connections: tuple[Connection, ...]
    replies: tuple[Reply, ...] = ()
    start_us: int | None = None
    """The instant of its first line, since 1970; None = it tells no time."""
    name: str = ""

    @property
    def frames(self) -> int:
        """How many frames it has."""
        return sum(len(connection.frames) for connection in self.connections)

    @property
    def length_us(self) -> int:
        """From its first line to its last frame."""
        ends = (one.at_us + one.frames[-1].at_us for one in self.connections if one.frames)
        return max(ends, default=0)

    @property
    def is_private(self) -> bool:
        """Whether an account was recorded in it."""
        return any(one.surface == "private" for one in self.connections) or any(
            reply.path.startswith("/0/private/") for reply in self.replies
        )

    @property
    def watched(self) -> tuple[str, ...]:
        """The symbols whose candles were recorded, or else whose prices: those were on the screen."""
        for channel in ("ohlc", "ticker"):
            strands = [strand for one in self.connections for strand in one.first if strand[0] == channel]
            if strands:
                return tuple(dict.fromkeys(symbol for _, symbol in strands))
        return ()
