"""Keeps one task of a session going: it fails alone, says so, and starts again."""

import logging
import random
from collections.abc import Awaitable, Callable

from krakentui.model.clock import Clock
from krakentui.model.event import Happening, Noted
from krakentui.net.backoff import Backoff

_log = logging.getLogger("krakentui.engine")


async def supervise(
    name: str,
    work: Callable[[], Awaitable[None]],
    *,
    clock: Clock,
    rng: random.Random,
    tell: Callable[[Happening], None],
) -> None:
    """Run the work until it returns; after a failure of ours, tell it and run it again after a pause.

    The traceback goes to the log, whose formatter redacts; the journal gets one sentence.
    """
    backoff = Backoff()
    while True:
        backoff = backoff.opened(clock.mono_ns())
        try:
            return await work()
        except Exception as error:  # noqa: BLE001 - the one place: turned into an event and a log line
            t_ns = clock.mono_ns()
            backoff, wait_s = backoff.lost("drop", t_ns, rng)
            kind = _kind(error)
            _log.exception("%s failed (%s), starts again in %.1f s", name, kind, wait_s)
            tell(
                Noted(
                    kind="notice",
                    text=f"The {name} stopped on a fault of this program ({kind}); it starts again in "
                    f"{max(1, round(wait_s))} s.",
                    level="bad",
                )
            )
            await clock.sleep(max(0.1, wait_s))


def _kind(error: BaseException) -> str:
    """Name the innermost kind of failure: a task group wraps what its tasks raise."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return type(error).__name__
