"""How an answer that a fault has spoiled leaves the server: late, cut off, or never."""

import asyncio
from typing import TYPE_CHECKING

from aiohttp import web

from krakentui.simulator.line import reset

if TYPE_CHECKING:
    from krakentui.simulator.faults.base import Answer
    from krakentui.simulator.world import World

LOOK_S = 0.05
"""How often a silent connection is looked at: it lasts until the client hangs up."""


async def deliver(world: "World", request: web.Request, answer: "Answer") -> bool:
    """Wait out an answer's delay and cut what is to be cut; False = there is nobody to answer."""
    if answer.late_us:
        due = asyncio.Event()
        world.clock.after(answer.late_us, due.set)
        await due.wait()
    if answer.cut == "silence":
        # the server does not tell a handler that its client has gone
        while request.transport is not None and not request.transport.is_closing():  # noqa: ASYNC110
            await asyncio.sleep(LOOK_S)
    elif answer.cut == "fin" and request.transport is not None:
        request.transport.close()
    elif answer.cut == "reset":
        reset(request.transport)
    return answer.cut is None
