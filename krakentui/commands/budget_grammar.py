"""The grammar of `krakentui budget`: wait for points or spend them, then the command after `--`."""

import argparse
import re
from collections.abc import Sequence

from krakentui.model.error import UsageError

_UNSAID = argparse.SUPPRESS
_POINTS = re.compile(r"\d{1,4}(\.\d{1,2})?")
MOST_POINTS = 1_000
HELP = """\
Lets a script take part in the budget of an account. `wait` returns when so many points surely fit on the
pair; `spend` books points that the script has spent or is about to. A command after -- runs then, in place of
this program, and with `wait` its points are booked the moment they fit.
"""


def split_command(words: Sequence[str]) -> tuple[Sequence[str], tuple[str, ...] | None]:
    """Part the words of `krakentui budget` from those of the command after `--`; None = there is no `--`.

    Raises:
        UsageError: nothing follows.
    """
    if "--" not in words or "budget" not in words[: words.index("--")]:
        return words, None
    cut = words.index("--")
    if not words[cut + 1 :]:
        raise UsageError("Nothing follows after --: name the command to run.")
    return words[:cut], tuple(words[cut + 1 :])


def budget_grammar(parser: argparse.ArgumentParser, live: argparse.ArgumentParser) -> None:
    """Add what `krakentui budget` does to its parser."""
    deeds = parser.add_subparsers(dest="deed", metavar="wait|spend")
    for name, summary in (
        ("wait", "return, or run a command, when points surely fit"),
        ("spend", "book points of a pair"),
    ):
        one = deeds.add_parser(name, help=summary, description=HELP, parents=[live], allow_abbrev=False)
        one.usage = f"krakentui budget {name} --pair P --points N [--json] [-- command …]"
        one.add_argument("--pair", required=True, metavar="P", help="as in BTC/USD")
        one.add_argument("--points", type=_points, required=True, metavar="N", help="of its trading counter")
        one.add_argument("--json", action="store_true", default=_UNSAID, help="as one JSON object")


def _points(text: str) -> str:
    if _POINTS.fullmatch(text) is None or not 0 < float(text) <= MOST_POINTS:
        raise argparse.ArgumentTypeError(f"takes points, more than 0 and up to {MOST_POINTS}, like 8 or 0.5")
    return text
