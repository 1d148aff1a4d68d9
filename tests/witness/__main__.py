"""`python -m tests.witness`: let strangers' Kraken clients speak to the simulated exchange.

One line a check; the last one reads `N passed, N failed`. The exit code is 1 when one failed. Names
after the command run only those witnesses.
"""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.support.environments import ROOT
from tests.witness import blocks, house
from tests.witness.exchange import simulated
from tests.witness.report import FAILED, PASSED, PLACE, SPEED

WITNESSES: Mapping[str, float] = {
    "krakenex_rest": 1.0,
    "sdk_rest": 1.0,
    "sdk_trade": 20.0,
    "sdk_ws": 1.0,
    "sdk_book": 20.0,
    "ccxt_rest": 1.0,
    "ccxt_trade": 1.0,
    "ccxt_pro": 1.0,
}
"""Each witness's module, and the speed of the exchange that it speaks to."""
README = "readme"
PATIENCE_S = 120.0


def main(names: list[str]) -> int:
    """Run every witness, or those named, and count."""
    unknown = {*names} - {*WITNESSES, README}
    if unknown:
        say(f"No such witness: {', '.join(sorted(unknown))}. There are {', '.join([*WITNESSES, README])}.")
        return 2
    passed = failed = 0
    for line in verdicts(house.ready(), names or [*WITNESSES, README]):
        say(line)
        passed += line.startswith(PASSED)
        failed += line.startswith(FAILED)
    say(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


def verdicts(python: Path, names: list[str]) -> Iterator[str]:
    """Give the lines of witness after witness."""
    for name in names:
        if name != README:
            with simulated(WITNESSES[name]) as first:
                yield from testimony(python, name, first)
            continue
        for bot, text in blocks.scripts():
            with simulated(1.0) as first:
                yield blocks.verdict(python, bot, text, first)


def testimony(python: Path, name: str, first: str) -> Iterator[str]:
    """Run one witness and give what it says; one that breaks off has failed."""
    environment = {**os.environ, PLACE: first, SPEED: f"{WITNESSES[name]:g}"}
    words = [str(python), "-m", f"tests.witness.{name}"]
    try:
        ended = subprocess.run(  # noqa: S603 - our own words
            words,
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        yield f"{FAILED} {name}: it did not end within {PATIENCE_S:g} s"
        return
    lines = [line for line in ended.stdout.splitlines() if line.startswith((PASSED, FAILED))]
    yield from lines
    if ended.returncode != 0 and not any(line.startswith(FAILED) for line in lines):
        why = (ended.stderr.strip() or f"it ended with {ended.returncode}").splitlines()[-1]
        yield f"{FAILED} {name}: it broke off: {why}"


def say(line: str) -> None:
    """Print one line."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
