"""`krakentui keys`: add, list, check, rename, remove, take over, and which one is the default."""

import os
from collections.abc import MutableMapping
from typing import cast

from krakentui.commands import keys_add, keys_change, keys_check, keys_takeover
from krakentui.commands.keys_keep import is_file_gone, leftover_sentences
from krakentui.commands.lines import put, text_of
from krakentui.commands.parser import Given
from krakentui.commands.which_key import list_path, machine
from krakentui.engine.household import Door
from krakentui.keys import profile_list
from krakentui.keys.offer import Machine
from krakentui.keys.profile import Profile, Profiles
from krakentui.model.error import UsageError

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
                return _list(given, profile_list.read(list_path(given, environ)), here)
            case "take-over":
                return keys_takeover.run(given, environ, here, door)
            case "rename":
                return keys_change.rename(given, list_path(given, environ), here)
            case "remove":
                return keys_change.remove(given, list_path(given, environ), here)
            case _:
                name = cast("str", given.name)
                profile_list.change(list_path(given, environ), lambda told: told.with_default(name))
                put(f"{name} is used when no other key is named.")
                return 0


def _list(given: Given, profiles: Profiles, here: Machine) -> int:
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
    if profiles.profiles:
        table = [_COLUMNS, *(_row(one, profiles, here) for one in profiles.profiles)]
        widths = [max(len(row[column]) for row in table) for column in range(len(_COLUMNS))]
        for row in table:
            put("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    else:
        put(_EMPTY)
    for sentence in leftover_sentences(profiles, here.folder):
        put(sentence)
    return 0


def _row(profile: Profile, profiles: Profiles, here: Machine) -> tuple[str, ...]:
    more = ["its file is gone"] if is_file_gone(profile, here) else []
    more += [f"cancels with {profile.cancel_with}"] if profile.cancel_with else []
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
