"""What a session begins with: its state, and what the lanes share with it."""

from collections.abc import Callable

from krakentui.engine.household import Door, Household
from krakentui.engine.pulse import Pulse
from krakentui.engine.purse import LedgerPurse
from krakentui.model.clock import Clock
from krakentui.model.limit import KeyScope
from krakentui.net.talk import Line
from krakentui.settings import Settings
from krakentui.state.state import State


def fresh_state(settings: Settings, clock: Clock) -> State:
    """Begin to believe: nothing but what the settings say."""
    key, second = settings.credentials, settings.cancel_credentials
    state = State(
        settings.venue,
        settings.account,
        None if key is None else key.fingerprint,
        key_name=None if key is None else key.name,
        second=None if key is None or second is None else (second.fingerprint, second.name),
        read_only=settings.read_only,
        watched=settings.markets,
        currency=settings.currency,
        assume_tier=settings.assume_tier,
        audits=settings.audit and key is not None,
        rest_reserve=settings.rest_reserve,
        counting=settings.counting,
        wall_ns=clock.now_ns(),
        t_ns=clock.mono_ns(),
    )
    state.keys.own.refused = settings.keyless_why or None
    return state


def fresh_household(
    state: State, line: Line, door: Door | None, hide: Callable[[str], str], *, tries: bool
) -> Household:
    """Give the lanes what they share with the session of this state.

    `hide` takes secrets out of texts; `tries` = a cancel hangs on the user's calls.
    """
    if door is None:
        raise RuntimeError("a session has a way to REST")
    return Household(
        clock=line.clock,
        rng=line.rng,
        patience=line.patience,
        door=door,
        edge=line.edge,
        pulse=Pulse(line.tell),
        purse=LedgerPurse(lambda: state.ledger, KeyScope(state.key or ""), tries=tries),
        names=lambda: state.names,
        offset_ns=lambda: state.offset_ns or 0,
        tell=line.tell,
        hide=hide,
    )
