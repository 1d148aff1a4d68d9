"""`krakentui keys rename` and `keys remove`: a name or an entry changed together with its secret.

Both hold the list from the first step to the last, and after a kill at any moment the same act, begun anew,
comes to its end: see `keys_keep` for the order.
"""

from pathlib import Path
from typing import cast

from krakentui.commands.keys_keep import copy, drop_copy, forget, kept_in, sweep
from krakentui.commands.lines import put
from krakentui.commands.parser import Given
from krakentui.keys import profile_list, ring
from krakentui.keys.offer import Machine
from krakentui.keys.profile import Profile, Profiles, check_name
from krakentui.keys.systemd import credential_name
from krakentui.model.error import KeyProblem, KrakentuiError, UsageError
from krakentui.model.limit import fingerprint

ANSWERED_NO = 5


def rename(given: Given, path: Path, here: Machine) -> int:
    """Copy the secret under the new name, then change the list, then take the old copy away."""
    old, new = cast("str", given.name), check_name(cast("str", given.new_name))
    with profile_list.opened(path) as listing:
        told = listing.profiles
        if _is_unlisted(old, told) and not _is_unlisted(new, told) and _finish(old, told.named(new), here):
            put(f"{old} was renamed to {new} already; what was left under the old name is gone.")
            return 0
        profile, renamed = told.named(old), told.renamed(old, new)
        if old == new:
            return 0
        tidy(here)
        copy(profile, new, here)
        try:
            listing.write(renamed)
        except KrakentuiError:
            if not listing.names(new):
                drop_copy(profile.store, old, new, here)
            raise
        put(f"{old} is now {new}.")
        if profile.store == "systemd":
            put(f"Rename its credential in the unit too: {credential_name(new)}.")
        try:
            drop_copy(profile.store, new, old, here)
        except KeyProblem as problem:
            raise KeyProblem(
                f"{problem} The secret is still there under {old}, too: `krakentui keys remove {old}` "
                "removes it."
            ) from None
    return 0


def remove(given: Given, path: Path, here: Machine) -> int:
    """Forget a key and its secret, after a question; or a secret that no entry of the list owns."""
    name = cast("str", given.name)
    profiles = profile_list.read(path)
    if _is_unlisted(name, profiles):
        return _remove_leftover(given, name, path, profiles, here)
    profile = profiles.named(name)
    profiles.without(name)
    about = f"{name} ({profile.account}, {profile.purpose}), kept in {profile.store}."
    if not _agreed(given, here, about, "Type yes to forget it and its secret here: "):
        return ANSWERED_NO
    gone, trouble = list[str](), ""
    with profile_list.opened(path) as listing:
        left = listing.profiles.without(name)
        if listing.profiles.named(name) != profile:
            raise UsageError(f"The key profile {name} was changed meanwhile: nothing is removed.")
        tidy(here)
        try:
            gone = forget(profile.store, name, here, only=profile.fingerprint)
        except KeyProblem as problem:
            trouble = (
                f"{problem} The secret may still be there: run `krakentui keys remove {name}` once more "
                "when it can be reached."
            )
        try:
            listing.write(left)
        except KeyProblem as problem:
            raise KeyProblem(
                f"{problem} The secret is gone: if `krakentui keys list` still names {name}, run "
                f"`krakentui keys remove {name}` once more."
            ) from None
    put(f"{name} is removed{' from ' if gone else ''}{' and from '.join(gone)}.")
    if not gone and not trouble and profile.store in {"keyring", "encrypted", "file"}:
        put(f"Its secret was gone already: nothing was kept under {name}.")
    put("At Kraken the key goes on existing: delete it there too, if nobody needs it.")
    if profile.key_command or profile.store == "systemd":
        put("What your password manager or systemd holds is left alone.")
    if left.profiles and left.default is None:
        put("No key is the default now: `krakentui keys default NAME` makes one.")
    if trouble:
        raise KeyProblem(trouble)
    return 0


def tidy(here: Machine) -> None:
    """Remove what an act that was cut off has left half written, and say so; while the list is held.

    Raises:
        KeyProblem: it cannot be removed.
    """
    for path in sweep(here):
        put(f"{path} was half written when something was cut off: it is removed.")


def _remove_leftover(given: Given, name: str, path: Path, profiles: Profiles, here: Machine) -> int:
    """Remove a secret that lies under a name that the list does not know: a kill may leave one."""
    check_name(name)
    entry = ring.find(name, here)
    places = kept_in(name, here)
    in_ring = entry.spoiled or entry.pair is not None
    if entry.pair is not None:
        places.append(f"{entry.where}, key {fingerprint(entry.pair.key)}")
    elif entry.spoiled:
        places.append(entry.where)
    if not places:
        try:
            profiles.named(name)
        except UsageError as unknown:
            unasked = f" {entry.where[:1].upper()}{entry.where[1:]}: {entry.why}" if entry.why else ""
            raise UsageError(f"{unknown}{unasked}") from None
    about = (
        f"{name} is not in the list of keys, but a secret is kept under that name: {', and '.join(places)}."
    )
    if in_ring:
        _check_terminal(name, here)
        about = f"{about} Another list of keys may own what lies in the keyring, which all of them share."
    if not _agreed(given, here, about, "Type yes to remove it for good: ", must_ask=in_ring):
        return ANSWERED_NO
    with profile_list.opened(path) as listing:
        if not _is_unlisted(name, listing.profiles):
            raise UsageError(f"Meanwhile there is a key profile {name}: nothing is removed.")
        gone = forget("keyring" if in_ring else "prompt", name, here)
    put(f"{name} was not in the list of keys; its secret is removed from {' and from '.join(gone)}.")
    return 0


def _is_unlisted(name: str, profiles: Profiles) -> bool:
    return all(name.casefold() != one.name.casefold() for one in profiles.profiles)


def _finish(old: str, profile: Profile, here: Machine) -> bool:
    """Do what a rename that was cut off has left to do; tell whether there was something."""
    check_name(old)
    try:
        return drop_copy(profile.store, profile.name, old, here)
    except KeyProblem:
        return False


def _check_terminal(name: str, here: Machine) -> None:
    """Pass if somebody can be asked about an entry of the keyring that this list does not know.

    Raises:
        UsageError: there is nobody.
    """
    if here.terminal is None:
        raise UsageError(
            f"{name} is not in the list of keys, and another list of keys may own what the keyring holds "
            "under that name: it is removed on a yes that is typed at a terminal."
        )


def _agreed(given: Given, here: Machine, about: str, question: str, *, must_ask: bool = False) -> bool:
    """Ask whether to remove, unless that was said and is enough.

    Raises:
        UsageError: there is nobody to ask.
    """
    if given.yes and not must_ask:
        return True
    if here.terminal is None:
        raise UsageError("There is no terminal to ask: say --yes to remove without a question.")
    here.terminal.say(about)
    if here.terminal.ask(question) == "yes":
        return True
    put("Nothing is removed.")
    return False
