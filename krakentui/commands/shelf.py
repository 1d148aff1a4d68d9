"""Which keys a running monitor can switch to, and how each is fetched while the screen is open.

The list is read anew whenever the screen of keys opens. The key that the run began with is at hand. Of
the others, those whose source asks nobody are fetched by a child without terminal; a passphrase, a paste
or a second factor is asked for at a start only, and the list says so.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from functools import partial
from pathlib import Path

from krakentui.commands.parser import Given
from krakentui.commands.which_key import keys_folder, list_path
from krakentui.engine.keychain import Offered, Shelf
from krakentui.engine.keyfetch import Fetched, fetch
from krakentui.keys import profile_list
from krakentui.keys.profile import Profile, Profiles, Purpose, Store
from krakentui.model.clock import Clock
from krakentui.model.error import KrakentuiError
from krakentui.model.secret import Credentials
from krakentui.settings import Settings

ListKeys = Callable[[Clock], Shelf]
WHERE: dict[Store, str] = {
    "command": "its key command",
    "systemd": "systemd",
    "keyring": "the OS keyring",
    "encrypted": "an encrypted file",
    "file": "a file",
    "prompt": "a paste",
}
_ASKS = {
    "encrypted": "The passphrase of {} is asked for before the screen opens",
    "prompt": "The key {} is kept nowhere: it is pasted before the screen opens",
}
_AT_START = "{}: leave, and start with `krakentui --profile {}`."


def stored_shelf(given: Given, environ: MutableMapping[str, str], settings: Settings) -> ListKeys:
    """Tell how to list the stored keys, and the one that this run began with.

    A simulated exchange gets none of the stored ones.
    """
    return partial(_shelf, given, environ, settings)


def _shelf(given: Given, environ: MutableMapping[str, str], settings: Settings, clock: Clock) -> Shelf:
    held = settings.credentials
    if given.endpoint is not None:
        return Shelf(
            () if held is None else (at_hand(held, settings.account, canceller=settings.cancel_credentials),)
        )
    trouble, profiles = "", Profiles()
    try:
        profiles = profile_list.read(list_path(given, environ))
    except KrakentuiError as error:
        trouble = str(error)
    folder = keys_folder(given, environ)
    offered = [_offered(one, profiles, settings, folder, clock, environ) for one in profiles.profiles]
    if held is not None and all(one.name != held.name for one in offered):
        offered.insert(0, at_hand(held, settings.account, canceller=settings.cancel_credentials))
    return Shelf(tuple(offered), None if trouble else profiles.withdraw_accepted, trouble)


def at_hand(
    held: Credentials, account: str, purpose: Purpose | None = None, canceller: Credentials | None = None
) -> Offered:
    """Offer a key that is in memory, with the one that cancels for it where there is one."""
    return Offered(
        name=held.name,
        account=account,
        purpose=purpose,
        source=held.source,
        fingerprint=held.fingerprint,
        canceller="" if canceller is None else canceller.name,
        fetch=partial(_have, Fetched(held, (), canceller)),
    )


def _offered(
    profile: Profile,
    profiles: Profiles,
    settings: Settings,
    folder: Path,
    clock: Clock,
    environ: MutableMapping[str, str],
) -> Offered:
    """Offer the key of a profile; the one that the run began with stays at hand where it was asked for."""
    held = settings.credentials
    mine = held is not None and held.name == profile.name
    helper = None if profile.cancel_with is None else profiles.named(profile.cancel_with)
    why = _why_asked(profile) or ("" if helper is None else _why_asked(helper))
    get: Callable[[], Awaitable[Fetched]] = partial(fetch, profile, helper, folder, clock, environ)
    if why and mine and held is not None:
        get = partial(_have, Fetched(held, (), settings.cancel_credentials))
    return Offered(
        name=profile.name,
        account=profile.account,
        purpose=profile.purpose,
        source=held.source if mine and held is not None else WHERE[profile.store],
        fingerprint=profile.fingerprint,
        canceller=profile.cancel_with or "",
        is_default=profile.name == profiles.default,
        barrier=_AT_START.format(why, profile.name) if why and not mine else "",
        fetch=get,
    )


def _why_asked(profile: Profile) -> str:
    """Say, as a sentence without its full stop, why its key cannot be fetched now; empty = it can."""
    if profile.second_factor:
        return f"The second factor of {profile.name} is asked for before the screen opens"
    return _ASKS.get(profile.store, "").format(profile.name)


async def _have(fetched: Fetched) -> Fetched:
    return fetched
