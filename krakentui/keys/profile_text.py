"""The list of profiles as the text of a TOML file, and back."""

from collections.abc import Callable, Mapping
from pathlib import Path

from krakentui.keys.key_command import split
from krakentui.keys.profile import (
    STORES,
    Profile,
    Profiles,
    Purpose,
    Store,
    complaints,
    is_account,
    is_fingerprint,
    is_name,
)
from krakentui.model.error import UsageError
from krakentui.model.redact import looks_secret
from krakentui.model.text import clean
from krakentui.model.toml import place, read_tables, write_value

_HEAD = "# The key profiles of krakentui, written by `krakentui keys`; comments are not kept. No secrets.\n"


def parse(data: bytes, path: Path) -> Profiles:
    """Read the bytes of the list; `path` is for the sentences.

    Raises:
        UsageError: something in it is wrong; the sentence names file and line.
    """
    tables, text = read_tables(data, path)

    def wrong(name: str, why: str) -> UsageError:
        return UsageError(f"{place(text, name, path)}: {why}.")

    for name in tables:
        if name not in {"default", "withdraw_accepted", "profile"}:
            raise wrong(name, f"unknown setting {clean(name, 40)}")
    default = tables.get("default")
    if default is not None and not isinstance(default, str):
        raise wrong("default", "default must be the name of a profile")
    accepted = tables.get("withdraw_accepted", [])
    if not isinstance(accepted, list) or not all(is_fingerprint(one) for one in accepted):
        raise wrong("withdraw_accepted", "withdraw_accepted must be a list of fingerprints")
    rows = tables.get("profile", {})
    if not isinstance(rows, dict):
        raise wrong("profile", "a profile is a table like [profile.main]")
    profiles = tuple(_profile(name, row, wrong) for name, row in rows.items())
    told = Profiles(profiles=profiles, default=default, withdraw_accepted=frozenset(accepted))
    for where, why in complaints(told):
        raise wrong(where, why)
    return told


def written(profiles: Profiles) -> bytes:
    """Write the list as the bytes of its file."""
    lines = [_HEAD]
    if profiles.default is not None:
        lines.append(f"default = {write_value(profiles.default)}\n")
    if profiles.withdraw_accepted:
        lines.append(f"withdraw_accepted = {write_value(sorted(profiles.withdraw_accepted))}\n")
    for profile in profiles.profiles:
        lines.append(f"\n[profile.{write_value(profile.name)}]\n")
        for field in _READERS:
            value = getattr(profile, field)
            if isinstance(value, bool):
                lines += [f"{field} = true\n"] if value else []
            elif value:
                lines.append(f"{field} = {write_value(value)}\n")
    return "".join(lines).encode()


def _profile(name: str, row: object, wrong: Callable[[str, str], UsageError]) -> Profile:
    at = f"profile.{name}"
    if not isinstance(row, dict):
        raise wrong(at, "a profile is a table like [profile.main]")
    told: dict[str, object] = {}
    for field, value in row.items():
        reader = _READERS.get(field)
        if reader is None:
            raise wrong(f"{at}.{field}", f"a profile has no {clean(field, 40)}; secrets do not belong here")
        try:
            told[field] = reader(value)
        except ValueError as error:
            raise wrong(f"{at}.{field}", f"{field} must be {error}") from None
    for field in ("account", "purpose", "store"):
        if field not in told:
            raise wrong(at, f"it does not say its {field}")
    return Profile(name=name, **told)  # type: ignore[arg-type]  # the readers give the types


def _account(value: object) -> str:
    if isinstance(value, str) and is_account(value):
        return value
    raise ValueError("a name of 1 to 32 visible characters")


def _purpose(value: object) -> Purpose:
    match value:
        case "watch" | "watch+cancel":
            return value
        case _:
            raise ValueError('"watch" or "watch+cancel"')


def _store(value: object) -> Store:
    match value:
        case "command" | "systemd" | "keyring" | "encrypted" | "file" | "prompt":
            return value
        case _:
            raise ValueError(f"one of {', '.join(STORES)}")


def _fingerprint(value: object) -> str:
    if isinstance(value, str) and is_fingerprint(value):
        return value
    raise ValueError("the 12 hex digits of a fingerprint")


def _command(value: object) -> tuple[str, ...]:
    words = split(value) if isinstance(value, str) else value
    if not isinstance(words, list | tuple) or not words or not all(isinstance(one, str) for one in words):
        raise ValueError("a command line, or a list of words")
    if any(looks_secret(word) for word in words):
        raise ValueError("a command that fetches the key, not one that holds it")
    return tuple(words)


def _flag(value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise ValueError("true or false")


def _name(value: object) -> str:
    if isinstance(value, str) and is_name(value):
        return value
    raise ValueError("the name of a profile")


_READERS: Mapping[str, Callable[[object], object]] = {
    "account": _account,
    "purpose": _purpose,
    "store": _store,
    "fingerprint": _fingerprint,
    "key_command": _command,
    "second_factor": _flag,
    "cancel_with": _name,
}
