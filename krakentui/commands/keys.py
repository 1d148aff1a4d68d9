"""`krakentui keys`: add, list, check, rename, remove, take over, and which one is the default."""

import os
from collections.abc import MutableMapping
from typing import cast

from krakentui.commands import keys_add, keys_check, keys_takeover
from krakentui.commands.keys_keep import forget, move, move_back
from krakentui.commands.lines import put, text_of
from krakentui.commands.parser import Given
from krakentui.commands.which_key import list_path, machine
from krakentui.engine.household import Door
from krakentui.keys import profile_list
from krakentui.keys.offer import Machine
from krakentui.keys.profile import Profile, Profiles, check_name
from krakentui.keys.systemd import credential_name
from krakentui.model.error import KeyProblem, KrakentuiError, UsageError

_EMPTY = "There are no stored keys yet: `krakentui keys add` stores one."
_COLUMNS = ("", "name", "account", "purpose", "kept in", "fingerprint", "")


def run(
    given: Given,
    environ: MutableMapping[str, str] = os.environ,
    door: Door | None = None,
    instead: Machine | None = None,
) -> int:
    """Do what was asked with the stored keys; `door` and `instead` stand in for the world in tests."""
    if given.profile is not None and given.act not in {"check", "take-over"}:
        raise UsageError(
            f"The name of a key stands behind the act: `krakentui keys {given.act or 'list'} …`."
        )
    with machine(given, environ, instead) as here:
        match given.act:
            case "add":
                return keys_add.run(given, environ, here, door)
            case "check":
                return keys_check.run(given, environ, here, door)
            case None | "list":
                return _list(given, profile_list.read(list_path(given, environ)))
            case "take-over":
                return keys_takeover.run(given, environ, here, door)
            case "rename":
                return _rename(given, environ, here)
            case "remove":
                return _remove(given, environ, here)
            case _:
                name = cast("str", given.name)
                profile_list.change(list_path(given, environ), lambda told: told.with_default(name))
                put(f"{name} is used when no other key is named.")
                return 0


def _list(given: Given, profiles: Profiles) -> int:
    if given.json:
        rows = [
            {
                "name": one.name,
                "account": one.account,
                "purpose": one.purpose,
                "store": one.store,
                "fingerprint": one.fingerprint or None,
                "cancel_with": one.cancel_with,
                "second_factor": one.second_factor,
            }
            for one in profiles.profiles
        ]
        put(text_of({"v": 1, "default": profiles.default, "profiles": rows}))
        return 0
    if not profiles.profiles:
        put(_EMPTY)
        return 0
    table = [_COLUMNS, *(_row(one, profiles) for one in profiles.profiles)]
    widths = [max(len(row[column]) for row in table) for column in range(len(_COLUMNS))]
    for row in table:
        put("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    return 0


def _row(profile: Profile, profiles: Profiles) -> tuple[str, ...]:
    more = [f"cancels with {profile.cancel_with}"] if profile.cancel_with else []
    more += ["asks for its second factor"] if profile.second_factor else []
    more += ["may withdraw, accepted"] if profile.fingerprint in profiles.withdraw_accepted else []
    return (
        "*" if profile.name == profiles.default else "",
        profile.name,
        profile.account,
        profile.purpose,
        profile.store,
        profile.fingerprint or "not seen yet",
        ", ".join(more),
    )


def _rename(given: Given, environ: MutableMapping[str, str], here: Machine) -> int:
    """Store the secret under the new name, then change the list, then forget the old one."""
    old, new = cast("str", given.name), check_name(cast("str", given.new_name))
    path = list_path(given, environ)
    profiles = profile_list.read(path)
    profile = profiles.named(old)
    profiles.renamed(old, new)
    if old == new:
        return 0
    move(profile, new, here)
    try:
        profile_list.change(path, lambda told: told.renamed(old, new))
    except KrakentuiError:
        move_back(profile, new, here)
        raise
    if profile.store == "keyring":
        forget("keyring", old, here)
    put(f"{old} is now {new}.")
    if profile.store == "systemd":
        put(f"Rename its credential in the unit too: {credential_name(new)}.")
    return 0


def _remove(given: Given, environ: MutableMapping[str, str], here: Machine) -> int:
    """Forget a key and its secret, after a question."""
    name, path = cast("str", given.name), list_path(given, environ)
    profiles = profile_list.read(path)
    profile = profiles.named(name)
    profiles.without(name)
    if not given.yes:
        if here.terminal is None:
            raise UsageError("There is no terminal to ask: say --yes to remove without a question.")
        here.terminal.say(f"{name} ({profile.account}, {profile.purpose}), kept in {profile.store}.")
        if here.terminal.ask("Type yes to forget it and its secret here: ") != "yes":
            put("Nothing is removed.")
            return 5
    gone, trouble = [], ""
    try:
        gone = forget(profile.store, name, here)
    except KeyProblem as problem:
        trouble = f"{problem} The secret may still be there."
    left = profile_list.change(path, lambda told: told.without(name))
    put(f"{name} is removed{' from ' if gone else ''}{' and from '.join(gone)}.")
    put("At Kraken the key goes on existing: delete it there too, if nobody needs it.")
    if profile.key_command or profile.store == "systemd":
        put("What your password manager or systemd holds is left alone.")
    if left.profiles and left.default is None:
        put("No key is the default now: `krakentui keys default NAME` makes one.")
    if trouble:
        raise KeyProblem(trouble)
    return 0
