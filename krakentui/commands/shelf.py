"""Which keys a running monitor can switch to, and how each is fetched while the screen is open.

The list is read anew whenever the screen of keys opens. The key that the run began with is at hand. Of
the others, those whose source asks nobody are fetched by a child without terminal; a passphrase, a paste
or a second factor is asked for at a start only, and the list says so.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from functools import partial
from pathlib import Path

from msgspec import structs

from krakentui.commands.parser import Given
from krakentui.commands.which_key import keys_folder, list_path
from krakentui.engine.keyfetch import Fetched, fetch
from krakentui.engine.offered import Offered, Shelf, free_name, is_key
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
RENAMED = "{} stands for another key in the list now: the one that this run began with is called {}."
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
    accepted = None if trouble else profiles.withdraw_accepted
    folder = keys_folder(given, environ)
    offered = [_offered(one, profiles, settings, folder, clock, environ) for one in profiles.profiles]
    if held is not None and not any(_is(one, held, settings) for one in profiles.profiles):
        name = free_name(held.name, [one.name for one in profiles.profiles])
        if name != held.name:
            trouble = trouble or RENAMED.format(held.name, name)
        own = structs.replace(held, name=name)
        offered.insert(0, at_hand(own, settings.account, canceller=settings.cancel_credentials))
    return Shelf(tuple(offered), accepted, trouble)


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
    mine = held is not None and _is(profile, held, settings)
    helper = None if profile.cancel_with is None else profiles.named(profile.cancel_with)
    why = _why_asked(profile) or ("" if helper is None else _why_asked(helper))
    get: Callable[[], Awaitable[Fetched]] = partial(fetch, profile, helper, folder, clock, environ)
    own = _held(profile, helper, settings) if why else None
    if own is not None:
        get = partial(_have, own)
    return Offered(
        name=profile.name,
        account=profile.account,
        purpose=profile.purpose,
        source=held.source if mine and held is not None else WHERE[profile.store],
        fingerprint=profile.fingerprint,
        canceller=profile.cancel_with or "",
        is_default=profile.name == profiles.default,
        barrier=_AT_START.format(why, profile.name) if why and own is None else "",
        fetch=get,
    )


def _held(profile: Profile, helper: Profile | None, settings: Settings) -> Fetched | None:
    """Give the key of a profile, and the one that cancels for it, where the run began with these."""
    held, cancels = settings.credentials, settings.cancel_credentials
    if held is None or not _is(profile, held, settings):
        return None
    if cancels is not None and helper is not None:
        if not _is(helper, cancels, settings):
            return None
        cancels = structs.replace(cancels, name=helper.name)
    return Fetched(structs.replace(held, name=profile.name), (), None if helper is None else cancels)


def _is(profile: Profile, held: Credentials, settings: Settings) -> bool:
    """Tell whether a profile is that of a key which the run began with."""
    called = profile.name, profile.account
    return is_key(profile.fingerprint, called, held.fingerprint, (held.name, settings.account))


def _why_asked(profile: Profile) -> str:
    """Say, as a sentence without its full stop, why its key cannot be fetched now; empty = it can."""
    if profile.second_factor:
        return f"The second factor of {profile.name} is asked for before the screen opens"
    return _ASKS.get(profile.store, "").format(profile.name)


async def _have(fetched: Fetched) -> Fetched:
    return fetched
