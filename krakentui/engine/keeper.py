"""Keeps the counters of the key on disk while this program holds it (see `engine.kept` for what is believed).

Before each private REST call, because a program may be killed the moment after; else every two seconds
if something changed; and at the end.
"""

from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from krakentui.budget.figures import figures_of
from krakentui.budget.ledger import Ledger
from krakentui.engine.household import Door
from krakentui.engine.kept import Kept, forget, path_of, write
from krakentui.model.clock import Boot, Clock
from krakentui.model.event import Happening, Noted
from krakentui.net.deadline import Scissors
from krakentui.wire.spot.rest import Prepared

PACE_S = 2.0


class Identity(Struct, frozen=True, kw_only=True):
    """Whose counters they are, and on which clock."""

    folder: Path
    key: str
    venue: str
    boot: Boot
    speed: float


class Keeper:
    """Writes the counters of one key."""

    def __init__(
        self,
        identity: Identity,
        clock: Clock,
        ledger: Callable[[], Ledger],
        nonce: Callable[[], int],
        tell: Callable[[Happening], None],
    ) -> None:
        """Write nothing yet.

        Args:
            identity: whose counters they are.
            clock: where time comes from.
            ledger: what is known at this moment.
            nonce: the last one that was used.
            tell: where trouble is told, once.
        """
        self._identity = identity
        self._path = path_of(identity.folder, identity.key)
        self._clock = clock
        self._ledger = ledger
        self._nonce = nonce
        self._tell = tell
        self._saved: Ledger | None = None
        self.failed = False
        """The disk took nothing: after this run the worst is assumed."""

    def save(self) -> None:
        """Write the counters as they are now; where that fails once, nothing is kept any more."""
        if self.failed:
            return
        ledger, who = self._ledger(), self._identity
        kept = Kept(
            key=who.key,
            venue=who.venue,
            boot=who.boot,
            speed=who.speed,
            wall_ns=self._clock.now_ns(),
            nonce=self._nonce(),
            figures=figures_of(ledger, self._clock.mono_ns()),
        )
        try:
            write(self._path, kept)
        except OSError as error:
            self.failed = True
            forget(self._path)
            self._tell(
                Noted(
                    kind="notice",
                    text=f"The counters cannot be kept in {who.folder} ({error.strerror or error}): "
                    "the next start knows nothing of them.",
                    level="warn",
                )
            )
        else:
            self._saved = ledger

    async def run(self) -> None:
        """Write what changed, until cancelled."""
        while not self.failed:
            await self._clock.sleep(PACE_S)
            if self._ledger() is not self._saved:
                self.save()


class KeepingDoor:
    """A way to REST that writes the counters down before each private call."""

    def __init__(self, inner: Door, before: Callable[[], None]) -> None:
        """Call `before` ahead of each call that counts for the key."""
        self._inner = inner
        self._before = before

    async def send(
        self,
        prepared: Prepared,
        limit_s: float,
        scissors: Scissors | None = None,
        wrote: Callable[[], None] | None = None,
    ) -> tuple[int, bytes]:
        """Send one request and return status and body."""
        if prepared.method == "POST":
            self._before()
        return await self._inner.send(prepared, limit_s, scissors, wrote)
