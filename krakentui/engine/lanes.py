"""What a lane is to those who use it, and what it hands out, wherever the lane is."""

from collections.abc import Callable
from typing import Protocol

from msgspec import Struct

from krakentui.engine.takeover import TakenOver
from krakentui.engine.turnstile import Kind
from krakentui.model.error import NotSent
from krakentui.model.limit import KeyScope, Scope
from krakentui.wire.spot.rest import Call, Reply

DESCRIPTION = "GetApiKeyInfo"
"""All that is asked with a key that is held back."""


class Ticket(Struct, frozen=True, kw_only=True):
    """Leave to send one call."""

    number: int
    kind: Kind
    what: str
    scopes: tuple[Scope, ...]
    sure: bool
    """The call was surely within the ceiling when it was let go."""


class Wait(Struct, frozen=True):
    """A call may not go now."""

    until_ns: int | None
    """Steady time; None = not by waiting."""
    why: str


class Held(NotSent):
    """The lane did not let a call go: nothing was sent."""

    def __init__(self, wait: Wait) -> None:
        """Keep until when and why."""
        super().__init__(wait.why)
        self.until_ns = wait.until_ns


class Expired(NotSent):
    """Whoever handed the call in waits for it no more: nothing was sent."""


class Lease(Protocol):
    """For how long a call that another program handed in may begin."""

    program: str
    """Whose call it is."""

    async def begin(self) -> None:
        """Tell that program that the call's turn has come, for certain.

        Raises:
            Expired: the program is gone.
        """

    @property
    def holds(self) -> bool:
        """Tell whether it still waits for the call."""


class Carried(Struct, frozen=True, kw_only=True):
    """One call that was sent, and what came back."""

    reply: Reply
    status: int
    body: bytes
    asked_ns: int
    nonce: int


class Lane(Protocol):
    """A key's way to REST, wherever its lane is."""

    scope: KeyScope

    @property
    def stopped(self) -> str | None:
        """Tell why no private calls go, as a sentence that waiting alone does not change; None = they go."""

    @property
    def held_back(self) -> str | None:
        """Tell why this key is not used before the exchange has described it; None = it is."""

    @property
    def key_refused(self) -> str | None:
        """Tell why the exchange does not take this key at all; None = it does, as far as known."""

    @property
    def last_nonce(self) -> int:
        """Tell the last nonce that was used."""

    @property
    def nonce_before_last(self) -> int | None:
        """Tell the nonce that any program of ours used before that one; None = not known."""

    @property
    def nonce_before_run(self) -> int | None:
        """Tell the last nonce that a program of ours had used before this run; None = that is not kept."""

    @property
    def is_overtaken(self) -> bool:
        """Tell whether another program has raised the key's nonces above ours, as far as is known here."""

    def refuse(self, why: str) -> None:
        """Use this key no more, on our own judgement."""

    def let_go(self) -> None:
        """Hold this key back no more."""

    async def wait_for_leave(self) -> None:
        """Wait until a key that was held back is let go."""

    def locked_ns(self, t_ns: int) -> int:
        """Tell how long the lockout still lasts; 0 = none."""

    def lock_out(self, reason: str) -> None:
        """Stop all private calls: the exchange said `Temporary lockout`, over REST or over a socket."""

    async def call(self, call: Call, kind: Kind, wrote: Callable[[], None] | None = None) -> Reply:
        """Send one call when its turn comes and return the answer; refusals are in the reply.

        Args:
            call: what to ask.
            kind: how urgent it is.
            wrote: called when its bytes begin to leave, at the latest with the answer.

        Raises:
            Held: the lane did not let it go; nothing was sent.
            NotSent: it surely never left.
            AnswerLost: it may have arrived.
        """

    async def take_over(self) -> TakenOver:
        """Make the exchange take our nonces again: only on the user's word, it locks others out for good."""
