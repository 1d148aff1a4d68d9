"""To take a key over whose nonces another program has raised: the words for what it does and what came of it.

It raises the unit that our nonces count in, and the exchange takes no lower nonce of that key ever again
(spot REST reference 1.3): every program that counts in a coarser unit is locked out of it for good. So
nothing but the user's own word does this.
"""

from collections.abc import Sequence

from msgspec import Struct

from krakentui.model.error import BadNonce, VenueRefusal
from krakentui.model.event import Happening
from krakentui.model.secret import Credentials

WORD = "take over"
"""What the user has to type."""
UNITS = {"ms": "milliseconds", "us": "microseconds", "ns": "nanoseconds"}
WHAT_IT_DOES = (
    "Taking over the key {} raises the unit of its nonces, if need be. Any other program that uses this key, "
    "a bot of yours included, is then refused for good with `Invalid nonce`, until it gets a key of its own. "
    "A new key for one of the two is the better way."
)


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

    def words(self, key: Credentials) -> str:
        """Say what came of it."""
        name = key.name
        if self.trouble is not None:
            return f"{self.trouble} Whether the key {name} is taken over is not known: try again."
        if isinstance(self.refusal, BadNonce):
            return (
                f"The key {name} cannot be taken over: it has seen nonces above any clock. Make a new key at "
                "Kraken for this program."
            )
        if self.refusal is not None:
            return f"{self.refusal} Its nonces are no longer what stands in the way."
        if self.unit == self.unit_before:
            return f"The exchange takes the nonces of the key {name} as they are: nothing was changed."
        return (
            f"The key {name} is taken over: its nonces count {UNITS[self.unit]} from now on. Programs that "
            "count in a coarser unit are refused until they get a key of their own."
        )
