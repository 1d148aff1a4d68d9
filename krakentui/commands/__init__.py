"""The commands, one small module each: the only place that knows screen, engine and simulator together.

A command module has `run(given) -> int`, the exit code. It imports what it needs when it runs, so
that `--version` answers at once and a live monitor never loads the simulator's server.
"""

import gc
from importlib import import_module
from typing import Protocol, cast

from krakentui.commands.parser import Given


class Command(Protocol):
    """What every command module offers."""

    def run(self, given: Given) -> int:
        """Do it; the result is the exit code."""
        ...


def run(given: Given) -> int:
    """Run the command that was given; what it was loaded with is never looked through for garbage."""
    command = cast("Command", import_module(f"krakentui.commands.{given.command}"))
    gc.freeze()
    gc.enable()
    return command.run(given)
