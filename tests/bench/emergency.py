"""The emergency exit: from the start of `krakentui cancel --all --yes` to its bytes at the exchange.

Beside it a bare script that does no more than list and cancel over httpx. Each round has an exchange and
a state folder of its own; the first round only fills the caches of compiled code.
"""

import asyncio
import os
import sys
import tempfile
import time
from dataclasses import dataclass

from krakentui.commands.simulated import first_line_of
from krakentui.simulator.exchange import Exchange
from krakentui.simulator.options import Options

ROUNDS = 5
LONGEST_S = 60.0
OURS = ("-m", "krakentui", "cancel", "--all", "--yes", "--endpoint")
BARE = ("-m", "tests.bench.bare_exit")


@dataclass(frozen=True)
class Exit:
    """Best times of some rounds, in seconds since the start of the process."""

    called_s: float
    """Until its first request is at the exchange."""
    wire_s: float
    """Until its cancel is there."""


def exits() -> tuple[Exit, Exit]:
    """Measure our command and the bare script, turn by turn."""
    return asyncio.run(_exits())


async def _exits() -> tuple[Exit, Exit]:
    ours, bare = [], []
    for _ in range(ROUNDS + 1):
        ours.append(await _round(OURS))
        bare.append(await _round(BARE))
    return _best(ours[1:]), _best(bare[1:])


def _best(rounds: list[tuple[float, float]]) -> Exit:
    return Exit(*map(min, zip(*rounds, strict=True)))


async def _round(words: tuple[str, ...]) -> tuple[float, float]:
    with tempfile.TemporaryDirectory() as home:
        async with Exchange(Options(seed=1, quiet=True, tier="pro")) as exchange:
            first = first_line_of(exchange.first_line())
            key = first.keys["cancel"]
            told = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
            told |= {
                "KRAKENTUI_API_KEY": key.key,
                "KRAKENTUI_API_SECRET": key.secret,
                "KRAKENTUI_STATE_DIR": home,
            }
            start = time.perf_counter()
            process = await asyncio.create_subprocess_exec(
                sys.executable, *words, first.rest, env=told, stdout=asyncio.subprocess.DEVNULL
            )
            called_s = await _seen(exchange, "", start)
            wire_s = await _seen(exchange, "cancel", start)
            await process.wait()
    return called_s, wire_s


async def _seen(exchange: Exchange, what: str, start: float) -> float:
    """Wait until such a request is there; tell how long after the start that is."""
    while not any(what in str(row["what"]).lower() for row in exchange.requests()):
        if time.perf_counter() - start > LONGEST_S:
            raise RuntimeError(f"no request {what} within {LONGEST_S:.0f} s")
        await asyncio.sleep(0.001)
    return time.perf_counter() - start
