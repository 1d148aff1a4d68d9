"""What programs on one key say to each other: bytes in, messages out, and back; no sockets here.

The program that holds the key is the owner, the others follow. A follower hands in calls, never nonces;
the owner signs and sends them, hands back what came, and tells everybody what was spent. Both sides know
the secret of the key, so it is never said. Times are the machine's steady ones, which all programs share.

A call that was handed in begins only while its lease lasts: its follower renews the lease as long as it
waits, and once the lease is over it may send the call itself. So nothing is ever sent by both.
"""

from msgspec import DecodeError, Raw, Struct, msgpack

from krakentui.model.event import (
    CallRefused,
    CallSettled,
    CallSpent,
    DeniedSeen,
    ForeignUseSeen,
    Happening,
    KeyRefused,
    LockoutBegan,
)
from krakentui.model.figures import BudgetFigures, flaw
from krakentui.wire.spot.rest import Params

VERSION = 1
MOST_ASKED = 64 * 1024
"""Longest frame of a follower."""
MOST_TOLD = 40 * 1024 * 1024
"""Longest frame of the owner: a reply of the exchange and a little."""
MOST_CALLS = 64
"""Calls of one follower that wait at once."""

TELLINGS: dict[str, type[Happening]] = {
    kind.__name__: kind
    for kind in (
        CallSpent,
        CallSettled,
        CallRefused,
        LockoutBegan,
        ForeignUseSeen,
        KeyRefused,
        DeniedSeen,
    )
}
"""The events that every program on a key has to know."""


class Nonsense(Exception):
    """What came is no message of this protocol; the text is a clause."""


class Message(Struct, frozen=True, tag=True):
    """The root of all messages."""


# --- what a follower says ------------------------------------------------------------------------


class Hello(Message, frozen=True):
    """The first word: who comes, on which key of which exchange, at which speed of the clock."""

    version: int
    key: str
    venue: str
    speed: float
    program: str


class Ask(Message, frozen=True):
    """Send this call; it may begin until then."""

    number: int
    endpoint: str
    params: Params
    kind: str
    until_ns: int


class Renew(Message, frozen=True):
    """These calls may begin until then."""

    numbers: tuple[int, ...]
    until_ns: int


class Drop(Message, frozen=True):
    """Nobody waits for this call any more: it need not begin."""

    number: int


class Told(Message, frozen=True):
    """Something of the budget that happened to the follower; `number` rises by one."""

    number: int
    name: str
    event: Raw


class LockedOut(Message, frozen=True):
    """The exchange said `Temporary lockout` to the follower."""

    reason: str


class Book(Message, frozen=True):
    """Grant points of a pair to a script."""

    number: int
    pair: str
    units: int
    waits: bool
    """Only if they surely fit."""
    books: bool
    """The script takes them."""


FromFollower = Hello | Ask | Renew | Drop | Told | LockedOut | Book

# --- what the owner says -------------------------------------------------------------------------


class Welcome(Message, frozen=True):
    """The answer to a hello: who owns, and how the budget stands."""

    version: int
    key: str
    program: str
    figures: BudgetFigures
    nonce: int


class Sorry(Message, frozen=True):
    """This follower is not served: the reason is a clause."""

    why: str


class Began(Message, frozen=True):
    """The call's turn has come: from here on it may reach the exchange."""

    number: int


class Wrote(Message, frozen=True):
    """The call's bytes begin to leave."""

    number: int


class Answer(Message, frozen=True):
    """What the exchange said to a call."""

    number: int
    status: int
    body: bytes
    asked_ns: int
    nonce: int


class Failed(Message, frozen=True):
    """A call got no answer: it was held back, never left, or its answer was lost."""

    number: int
    how: str
    why: str
    until_ns: int | None = None


class Happened(Message, frozen=True):
    """Something of the budget that every program has to know."""

    name: str
    event: Raw


class Standing(Message, frozen=True):
    """How the budget stands, `taken` being the last `Told` of this follower that is in it."""

    figures: BudgetFigures
    taken: int
    nonce: int


class Booked(Message, frozen=True):
    """The points are granted: so the pair stands now."""

    number: int
    pair: str
    low: int
    high: int
    ceiling: int


class NotBooked(Message, frozen=True):
    """The points are not granted before then; None = never."""

    number: int
    until_ns: int | None
    why: str
    no_pair: bool = False


FromOwner = Welcome | Sorry | Began | Wrote | Answer | Failed | Happened | Standing | Booked | NotBooked

_ASKED = msgpack.Decoder(FromFollower)
_TOLD = msgpack.Decoder(FromOwner)


def encode(message: Message) -> bytes:
    """Write a message."""
    return msgpack.encode(message)


def from_follower(data: bytes) -> FromFollower:
    """Read what a follower said.

    Raises:
        Nonsense: it is no message.
    """
    try:
        message: FromFollower = _ASKED.decode(data)
    except (DecodeError, RecursionError):
        raise Nonsense("it says what makes no sense") from None
    return message


def from_owner(data: bytes) -> FromOwner:
    """Read what the owner said.

    Raises:
        Nonsense: it is no message, or its figures cannot be.
    """
    try:
        message: FromOwner = _TOLD.decode(data)
    except (DecodeError, RecursionError):
        raise Nonsense("it says what makes no sense") from None
    if isinstance(message, Welcome | Standing) and (wrong := flaw(message.figures)) is not None:
        raise Nonsense(f"its figures cannot be right: {wrong}")
    return message


def happened(event: Happening) -> Happened:
    """Wrap an event that every program has to know."""
    return Happened(type(event).__name__, Raw(msgpack.encode(event)))


def told(number: int, event: Happening) -> Told:
    """Wrap an event that the owner has to know."""
    return Told(number, type(event).__name__, Raw(msgpack.encode(event)))


def event_of(message: Happened | Told) -> Happening:
    """Unwrap an event.

    Raises:
        Nonsense: it is none that is told between programs.
    """
    kind = TELLINGS.get(message.name)
    if kind is None:
        raise Nonsense("it tells of what is nobody's business")
    try:
        return msgpack.decode(message.event, type=kind)
    except (DecodeError, RecursionError):
        raise Nonsense("it tells what makes no sense") from None
