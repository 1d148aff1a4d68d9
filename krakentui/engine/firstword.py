"""The first word on a key: nothing else is asked with it before the exchange has told what it may do.

A key that may withdraw is not used, so an answer that was only lost is asked for again. It is not waited
for without end: whoever cannot see his orders is in more danger than whose key may do too much.
"""

from collections.abc import Awaitable, Callable

from krakentui.model.clock import Clock
from krakentui.wire.spot.rest import Reply

AGAIN_S = (0.5, 1.0)
"""Pauses before the further tries."""
LONGEST_S = 8.0
"""So long it takes at most: three answers that do not come in time, and the pauses."""
NOT_TOLD = (
    "The exchange has not told what the key {} may do, so whether it may withdraw is not known yet. It is "
    "used, and the exchange is asked again."
)
_PASSING = ("EService:", "EGeneral:Internal error")


async def first_word(ask: Callable[[], Awaitable[Reply | None]], clock: Clock) -> bool:
    """Ask until the answer is one; False = it may still come."""
    for pause_s in AGAIN_S:
        if not may_come_yet(await ask()):
            return True
        await clock.sleep(pause_s)
    return not may_come_yet(await ask())


def may_come_yet(reply: Reply | None) -> bool:
    """Tell whether asking again may bring what this answer did not; None = there was no answer."""
    if reply is None or reply.broken is not None:
        return True
    return reply.refusal is not None and reply.refusal.code.startswith(_PASSING)
