"""What hangs on a key and is left behind with it: by leaving the program, or for another key."""

from datetime import UTC, datetime

from msgspec import Struct

from krakentui.model.clock import SECOND
from krakentui.model.venue import Venue
from krakentui.state.state import State
from krakentui.state.view import SwitchView
from krakentui.state.views import switch


class Parting(Struct, frozen=True, kw_only=True):
    """What hangs on a key."""

    unsettled: tuple[str, ...] = ()
    """Orders whose cancel has no outcome yet."""
    waiting: tuple[str, ...] = ()
    """Orders whose cancel waits until it is free."""
    switch: SwitchView | None = None
    """The dead man's switch, where it is on."""
    venue: Venue = "live"

    @property
    def is_quiet(self) -> bool:
        """Tell whether nothing hangs on it."""
        return not self.unsettled and not self.waiting and self.switch is None

    def is_within(self, agreed: "Parting") -> bool:
        """Tell whether nothing hangs on it that was not agreed to be left."""
        return (
            set(self.unsettled) <= set(agreed.unsettled)
            and set(self.waiting) <= set(agreed.waiting)
            and (self.switch is None or agreed.switch is not None)
        )

    def told(self, account: str, *, at_the_end: bool = False) -> tuple[str, ...]:
        """Say what goes on without anybody to see it; the exchange of a demo goes on only until its end."""
        if at_the_end and self.venue == "demo":
            return self._ended(account)
        said = []
        if self.unsettled:
            ids = ", ".join(self.unsettled)
            said.append(f"Not confirmed by the exchange yet: the cancel of {ids}. Look at your open orders.")
        if self.switch is not None:
            fires = self.switch.fires_wall_ns
            at = "" if fires is None else f" at {datetime.fromtimestamp(fires // SECOND, UTC):%H:%M:%S} UTC"
            said.append(
                f"The dead man's switch of account {account} stays armed: the exchange cancels every open "
                f"order{at}, unless it is renewed or disarmed before (krakentui, then D)."
            )
        return tuple(said)

    def _ended(self, account: str) -> tuple[str, ...]:
        said = []
        if self.unsettled:
            said.append(
                f"Not confirmed when the demo's exchange ended: the cancel of {', '.join(self.unsettled)}."
            )
        if self.switch is not None:
            said.append(f"The dead man's switch of account {account} ended with the demo and its exchange.")
        return tuple(said)


def parting(state: State, t_ns: int) -> Parting:
    """Tell what hangs on the key of a session."""
    armed = switch(state, t_ns)
    return Parting(
        unsettled=state.unsettled(),
        waiting=tuple(state.waiting.most),
        switch=None if armed is None or armed.phase == "fired" else armed,
        venue=state.venue,
    )
