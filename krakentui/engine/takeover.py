"""To take a key over whose nonces another program has raised: the tries, and the words for what came of it.

It raises the unit that our nonces count in, and the exchange takes no lower nonce of that key ever again
(spot REST reference 1.3): every program that counts in a coarser unit is locked out of it for good. So
nothing but the user's own word does this.

What proves that a nonce was taken? An answer; and, we assume, that the key lacks the permission: whose a call
is, its nonce included, is looked at before what the key may do. Everything else the exchange may have said
before it looked (limits, lockouts, its own troubles), for in which order it looks is not documented.
"""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from msgspec import Struct

from krakentui.engine.nonce import NonceMark
from krakentui.model.error import BadKey, BadNonce, Denied, TransportError, VenueRefusal
from krakentui.model.event import Happening
from krakentui.model.secret import Credentials
from krakentui.state.question import READ_ONLY
from krakentui.wire.spot.rest import Reply

WORD = "take over"
"""What the user has to type."""
UNITS = {"ms": "milliseconds", "us": "microseconds", "ns": "nanoseconds"}
WHAT_IT_DOES = (
    "Taking over the key {} raises the unit of its nonces, if need be. Any other program that uses this key, "
    "a bot of yours included, is then refused for good with `Invalid nonce`, until it gets a key of its own. "
    "A new key for one of the two is the better way."
)
READS_ONLY = READ_ONLY.format("no key is taken over")
"""Why not even the user's word does it."""
UNSURE = "Whether the key {} is taken over is not known"


class TakenOver(Struct, frozen=True, kw_only=True):
    """What taking a key over came to."""

    unit_before: str
    unit: str
    """What its nonces count now, and what they counted."""
    refusal: VenueRefusal | None = None
    """The exchange's no; a `BadNonce` = not even the finest unit was taken."""
    trouble: str | None = None
    """Why there is no answer at all, as a sentence."""
    events: Sequence[Happening] = ()
    """What the exchange told of the key when it took our nonce."""

    @property
    def is_ours(self) -> bool:
        """Tell whether the exchange takes our nonces now."""
        return self.refusal is None and self.trouble is None

    @property
    def is_proved(self) -> bool:
        """Tell whether the exchange surely took a nonce of ours, whatever else it said."""
        return self.is_ours or isinstance(self.refusal, Denied)

    def words(self, key: Credentials) -> str:
        """Say what came of it."""
        name = key.name
        if self.trouble is not None:
            return f"{self.trouble} {UNSURE.format(name)}: try again."
        if isinstance(self.refusal, BadNonce):
            return (
                f"The key {name} cannot be taken over: it has seen nonces above any clock. Make a new key at "
                "Kraken for this program."
            )
        if isinstance(self.refusal, Denied):
            return f"{self.refusal} Its nonces seem to stand in the way no longer."
        if self.refusal is not None:
            again = "." if isinstance(self.refusal, BadKey) else ": try again later."
            return f"{self.refusal} {UNSURE.format(name)}{again}"
        if self.unit == self.unit_before:
            return f"The exchange takes the nonces of the key {name} as they are: nothing was changed."
        return (
            f"The key {name} is taken over: its nonces count {UNITS[self.unit]} from now on. Programs that "
            "count in a coarser unit are refused until they get a key of their own."
        )


class TakeOver:
    """The take-over of one key, which may need more than one try."""

    def __init__(self, mark: NonceMark) -> None:
        """Begin with the unit that the key has."""
        self._mark = mark
        self._unit_before: str | None = None
        """The unit before the first of the tries that came to nothing; None = there was none."""
        self.is_under_way = False

    async def run(self, ask: Callable[[], Awaitable[Reply]]) -> TakenOver:
        """Raise the nonces' unit, no more than is needed, until the exchange takes one of ours.

        Args:
            ask: sends a call with the next nonce; it raises a TransportError where there is no answer.
        """
        self.is_under_way = True
        try:
            done = await self._raise_unit(ask, self._unit_before or self._mark.unit)
        finally:
            self.is_under_way = False
        self._unit_before = None if done.is_proved else done.unit_before
        return done

    async def _raise_unit(self, ask: Callable[[], Awaitable[Reply]], before: str) -> TakenOver:
        told = partial(TakenOver, unit_before=before)
        refusal: VenueRefusal | None = None
        for unit in (self._mark.unit, *self._mark.finer):
            self._mark.refine(unit)
            try:
                reply = await ask()
            except TransportError as error:
                return told(unit=unit, trouble=str(error))
            refusal = reply.refusal
            if not isinstance(refusal, BadNonce):
                return told(unit=unit, refusal=refusal, trouble=reply.broken, events=reply.events)
        return told(unit=self._mark.unit, refusal=refusal)
