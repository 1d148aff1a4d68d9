"""What a feed needs of those who talk over it, and what all feeds of a run share."""

import random
from collections.abc import Callable, Sequence
from typing import Literal, Protocol, TypeVar

from msgspec import Struct

from krakentui.model.clock import Clock
from krakentui.model.event import Happening
from krakentui.net.backoff import ConnectBudget, EdgePause
from krakentui.net.patience import Patience
from krakentui.net.socket import Connector
from krakentui.net.tap import Tap
from krakentui.wire.spot.requests import Outgoing
from krakentui.wire.spot.wishes import Awaited

Role = Literal["public", "private", "audit", "cancels"]
"""What a socket is for: markets, the account, the audit of its trading counter, cancels of a second key."""


class Speech(Protocol):
    """One talk over one socket, as pure text."""

    last_was_pong: bool
    """Whether the frame just received answered a ping: such a frame is no life of a feed."""

    @property
    def awaited(self) -> Sequence[Awaited]:
        """The subscriptions without an ack, or without their first data."""
        ...

    def receive(self, frame: bytes) -> list[Happening]:
        """Take one frame and tell what it says. Never raises."""
        ...

    def to_send(self) -> list[Outgoing]:
        """Take what is queued, written out."""
        ...

    def mend(self, channel: str, symbol: str | None = None) -> bool:
        """Ask for the data of a channel anew; False = only a new socket can give them."""
        ...


S_co = TypeVar("S_co", bound=Speech, covariant=True)


class Talk(Protocol[S_co]):
    """What is said over a feed."""

    async def prepare(self) -> S_co:
        """Begin a conversation: subscriptions queued, a fresh token fetched where one is needed.

        Raises:
            KrakentuiError: it cannot begin now; the sentence says why.
        """
        ...

    def heard(self, events: Sequence[Happening]) -> None:
        """Take what came in."""
        ...

    def ended(self) -> None:
        """Learn that the socket is gone: what is unanswered stays so."""
        ...

    def in_maintenance(self) -> bool:
        """Tell whether the exchange is known to be in maintenance."""
        ...


class Line(Struct, frozen=True, kw_only=True):
    """What all feeds of a run share: time, chance, thresholds, budgets, and where to tell."""

    clock: Clock
    rng: random.Random
    patience: Patience
    connect: Connector
    budget: ConnectBudget
    edge: EdgePause
    tap: Tap
    tell: Callable[[Happening], None]
