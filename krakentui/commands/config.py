"""`krakentui config`: write a settings file, show what counts, check what is written.

Only the file is shown: options of a command line, and what a key's profile says, go before it.
"""

import os
from collections.abc import Sequence
from pathlib import Path

from krakentui.commands.config_text import ENTRIES, Entry, explained, template
from krakentui.commands.lines import put
from krakentui.commands.parser import Given
from krakentui.model.error import KrakentuiError
from krakentui.model.number import counted
from krakentui.model.proxy import shown_proxy
from krakentui.model.toml import place, write_value
from krakentui.settings import config_file, flat, parse_config, read_config, read_settings

FINE, NOT_KNOWN = 0, 1


def run(given: Given) -> int:
    """Do what was asked; without a word, show."""
    path = config_file(given.config)
    if given.settings_task == "init":
        return _init(path)
    chosen = given.config is not None or "KRAKENTUI_CONFIG" in os.environ
    return _check(path, chosen=chosen) if given.settings_task == "check" else _show(path, chosen=chosen)


def _init(path: Path) -> int:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError as error:
        if not path.exists() and not path.is_symlink():
            raise KrakentuiError(f"The settings file {path} cannot be written: {error.strerror}.") from None
        raise KrakentuiError(f"There is a settings file {path} already; it was left as it is.") from None
    except OSError as error:
        raise KrakentuiError(f"The settings file {path} cannot be written: {error.strerror}.") from None
    with open(number, "w", encoding="utf-8") as file:  # noqa: PTH123 - a descriptor, no path
        file.write(template())
    put(f"Wrote {path}: nothing is set in it yet, and every setting is explained.")
    return FINE


def _check(path: Path, *, chosen: bool) -> int:
    found = read_settings(path, must_exist=chosen)
    if found is None:
        put(f"There is no settings file {path}: the defaults count.")
        return FINE
    config = parse_config(found, path)
    for warning in config.warnings:
        put(warning)
    tables, _ = flat(found, path)
    known = len(tables) - len(config.warnings)
    put(f"{path}: {counted(known, 'setting')} understood.")
    return NOT_KNOWN if config.warnings else FINE


def _show(path: Path, *, chosen: bool) -> int:
    read_config(path, must_exist=chosen)  # what is wrong with it is told, not shown
    found = read_settings(path, must_exist=chosen)
    said, text = flat(found or b"", path)
    put(f"# {path}" if found is not None else f"# There is no settings file {path}: the defaults count.")
    table = ""
    for entry in ENTRIES:
        if entry.table != table:
            table = entry.table
            put(f"\n[{table}]")
        put("\n".join(_shown(entry, said.get(entry.name), place(text, entry.name, path))))
    return FINE


def _shown(entry: Entry, said: object, where: str) -> Sequence[str]:
    """Write one setting as it counts, and where that stands."""
    if said is not None:
        value = shown_proxy(said) if entry.name == "network.proxy" and isinstance(said, str) else said
        line = where.rpartition(":")[2]
        return explained(f"{entry.key} = {write_value(value)}", f"line {line}")
    if not entry.unset:
        return explained(f"{entry.key} = {entry.value}", "default")
    return explained(f"# {entry.key}", f"not set: {entry.unset}")
