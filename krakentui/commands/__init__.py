"""The commands, one small module each: the only place that knows screen, engine and simulator together.

A command module has `run(given) -> int`, the exit code. It imports what it needs when it runs, so
that `--version` answers at once and a live monitor never loads the simulator's server.
"""

import gc
import os
from importlib import import_module
from typing import Protocol, cast

from krakentui.commands.parser import Given

_WITH_A_KEY = frozenset({"live", "stream", "snapshot", "limits", "cancel", "budget", "doctor"})
_ACTS_WITH_A_KEY = frozenset({"add", "check", "take-over"})
"""Of `keys`. All of these read the pairs of the environment before anything else, and remove them."""


class Command(Protocol):
    """What every command module offers."""

    def run(self, given: Given) -> int:
        """Do it; the result is the exit code."""
        ...


def run(given: Given) -> int:
    """Run the command that was given; what it was loaded with is never looked through for garbage."""
    if not _takes_a_key(given):
        from krakentui.keys.environment import drop  # noqa: PLC0415 - as above

        drop(os.environ)
    command = cast("Command", import_module(f"krakentui.commands.{given.command}"))
    gc.freeze()
    gc.enable()
    return command.run(given)


def _takes_a_key(given: Given) -> bool:
    """Tell whether a command reads the pairs of the environment; from any other they are removed unread."""
    if given.command == "keys":
        return given.act in _ACTS_WITH_A_KEY
    return given.command in _WITH_A_KEY and given.task != "plan"
