"""The first word on a key: it is held back until the exchange has told what it may do.

A key that may withdraw is not used, so nothing is asked with a key of which that is not known, and nothing
is cancelled. Three things let it go: the exchange describes it, or says that it does not (that it knows no
such call, or denies it to this key, which is asked again now and then all the same); it said lately that this
key may not withdraw (`powers`); or the user has accepted this very key.
"""

import contextlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from krakentui.engine.lanes import DESCRIPTION, Lane
from krakentui.model.clock import Clock
from krakentui.model.error import Denied
from krakentui.model.event import Happening, Noted
from krakentui.model.held import KeyHeldBack
from krakentui.model.secret import Credentials
from krakentui.net.deadline import within
from krakentui.wire.spot.rest import Reply

PAUSES_S = (0.5, 1.0, 2.0, 5.0, 10.0)
"""Pauses between the tries; after the last one each is as long."""
TRIES = 3
"""After so many the user is told; a key that is not held back is used then."""
LONGEST_S = 8.0
"""So long these take at most: three answers that do not come in time, and the pauses."""
ACCEPT = "To use this very key all the same: `krakentui keys check --accept-withdraw {}`, then start again."
HELD_BACK = (
    "The exchange has not told what the key {} may do, and a key that may withdraw is not used: it is asked "
    "again, and until it tells, nothing is done with this key. {}"
)
ONE_CALL = (
    "What the key {} may do is not known here, and its time code, good for one call, cannot ask: run "
    "`krakentui keys check --otp code` first, which is remembered for 30 days. {}"
)
NOT_TOLD = (
    "The exchange does not tell just now what the key {} may do. {} It is used meanwhile, and the exchange "
    "is asked again."
)
EARLIER = "On {} it said that it may not withdraw."
ACCEPTED = "That it may withdraw was accepted."
Ask = Callable[[], Awaitable[Reply | None]]
"""Sends the call once; None = there is no answer."""
_ABSENT = ("EGeneral:Unknown method", "EAPI:Feature disabled")


def reason(credentials: Credentials) -> str:
    """Say why this key is held back."""
    accept = ACCEPT.format(credentials.fingerprint)
    only = credentials.otp_call
    return (HELD_BACK if only in {None, DESCRIPTION} else ONE_CALL).format(credentials.name, accept)


def not_told(name: str, since_s: int | None) -> str:
    """Say why a key is used although the exchange does not describe it now; None = the user accepted it."""
    day = "" if since_s is None else datetime.fromtimestamp(since_s, UTC).strftime("%Y-%m-%d")
    return NOT_TOLD.format(name, EARLIER.format(day) if day else ACCEPTED)


async def first_word(
    ask: Ask, lane: Lane, clock: Clock, tell: Callable[[Happening], None], go_on: str, tries: int
) -> None:
    """Ask until the answer is one; a key that is not held back is waited for no longer than some tries.

    Args:
        ask: sends the call.
        lane: the key's way to REST; a description lets it go.
        clock: where time comes from.
        tell: where events go.
        go_on: what is said where the key is used without an answer.
        tries: how many an answer is waited for then.
    """
    asked = 0
    while lane.key_refused is None:
        reply, asked = await ask(), asked + 1
        if not may_describe(reply):
            if reply is not None and reply.refusal is not None:
                lane.let_go()
                tell(KeyHeldBack(key=lane.scope.key, why=None))
            return
        held_back = lane.held_back
        if held_back is None and asked >= tries:
            if not lane.is_overtaken:
                tell(Noted(kind="notice", text=go_on, level="warn"))
            return
        if held_back is not None and asked == TRIES:
            tell(KeyHeldBack(key=lane.scope.key, why=held_back))
        with contextlib.suppress(TimeoutError):
            await within(clock, PAUSES_S[min(asked, len(PAUSES_S)) - 1], lane.wait_for_leave)
        if held_back is not None and lane.held_back is None:
            return


def may_describe(reply: Reply | None) -> bool:
    """Tell whether asking again may bring what this answer did not; None = there was no answer."""
    if reply is None or reply.broken is not None:
        return True
    refusal = reply.refusal
    return refusal is not None and not (isinstance(refusal, Denied) or refusal.code.startswith(_ABSENT))
