"""How an answer that a fault has spoiled leaves the server: late, cut off, or never."""

import asyncio
from typing import TYPE_CHECKING

from aiohttp import web

from krakentui.simulator.line import reset

if TYPE_CHECKING:
    from krakentui.simulator.faults.base import Answer
    from krakentui.simulator.world import World

LOOK_US = 50_000
"""How often a silent connection is looked at: it lasts until the client hangs up, which no one tells."""


async def deliver(world: "World", request: web.Request, answer: "Answer") -> bool:
    """Wait out an answer's delay and cut what is to be cut; False = there is nobody to answer."""
    if answer.late_us:
        await _let_pass(world, answer.late_us)
    if answer.cut == "silence":
        while request.transport is not None and not request.transport.is_closing():
            await _let_pass(world, LOOK_US)
    elif answer.cut == "fin" and request.transport is not None:
        request.transport.close()
    elif answer.cut == "reset":
        reset(request.transport)
    return answer.cut is None


async def _let_pass(world: "World", us: int) -> None:
    """Wait this long by the simulated clock."""
    due = asyncio.Event()
    world.clock.after(us, due.set, lasting=False)
    await due.wait()
