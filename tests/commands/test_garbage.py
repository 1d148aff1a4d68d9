"""Garbage is collected in every command that lasts; only loading and the emergency exit do without."""

import gc

from krakentui.__main__ import main
from krakentui.commands import run
from krakentui.commands.parser import parse


def test_a_command_runs_with_the_collector_on() -> None:
    gc.disable()
    try:
        run(parse(["paths"]))
        assert gc.isenabled()
    finally:
        gc.enable()


def test_the_collector_is_on_after_every_ending() -> None:
    assert main(["cancel"]) == 2
    assert gc.isenabled()
