"""The grammar of `krakentui config`: write a settings file, show what counts, check what is written."""

import argparse
from pathlib import Path

_UNSAID = argparse.SUPPRESS


def config_grammar(parser: argparse.ArgumentParser) -> None:
    """Add the tasks of `krakentui config` to its parser; without one it shows."""
    _file_option(parser)
    tasks = parser.add_subparsers(dest="settings_task", metavar="TASK", required=False)
    for name, summary in (
        ("init", "write a settings file in which everything is explained and nothing is set"),
        ("show", "every setting, and whether the file says it or it is the default"),
        ("check", "read the settings file; exit 1 if something in it is not known, 2 if it is wrong"),
    ):
        _file_option(tasks.add_parser(name, help=summary, description=summary, allow_abbrev=False))


def _file_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", type=Path, default=_UNSAID, metavar="FILE", help="settings file to use")
