"""The state of a session at its begin."""

from krakentui.model.clock import Clock
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
