"""Waiting for something that a stranger's client should hear."""

import asyncio
from collections.abc import Callable

PATIENCE_S = 15.0
LOOK_S = 0.02


class Unheard(Exception):
    """What was waited for never came."""


async def until(holds: Callable[[], object], what: str, patience_s: float = PATIENCE_S) -> None:
    """Wait until something holds.

    Raises:
        Unheard: it did not in time.
    """
    loop = asyncio.get_running_loop()
    end = loop.time() + patience_s
    while not holds():
        if loop.time() > end:
            raise Unheard(what)
        await asyncio.sleep(LOOK_S)
