"""How a command without a screen runs: one loop, signals that end it in order, sessions opened and closed."""

import asyncio
import random
import signal
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from krakentui import log
from krakentui.commands import guard
from krakentui.model.clock import SECOND, SystemClock

if TYPE_CHECKING:  # the simulated exchange has neither a session nor time to load one
    from krakentui.engine.face import Face
    from krakentui.engine.session import Session
    from krakentui.settings import Settings

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_LOOK_EVERY_S = 0.05
_NEWS_S = 0.002
"""How often it is looked whether anything happened; only then is it worth a look."""


def run_loop(work: Coroutine[Any, Any, int]) -> int:
    """Run to the end, or to a signal: then the exit code is 128 plus its number."""
    with asyncio.Runner() as runner:
        guard.watch_loop(runner.get_loop())
        return runner.run(_until_signal(work))


@asynccontextmanager
async def opened(settings: "Settings", program: str, *, insists: bool = False) -> AsyncIterator["Session"]:
    """Open a session on the machine's clock and close it; warnings and last words go to stderr.

    Args:
        settings: what this run was told.
        program: what this program is, for others on the same key.
        insists: keep the key even where the program that holds it does not answer.
    """
    from krakentui.commands.seated import seated  # noqa: PLC0415 - loads with the first session
    from krakentui.engine.host import Host  # noqa: PLC0415 - as above

    log.tell(guard.say)
    clock = SystemClock(settings.speed, settings.start_ns)
    async with seated(settings, clock, program, insists=insists) as place:
        host = Host(place.settings, clock, random.Random(), seat=place.seat, cancel_seat=place.cancel_seat)
        try:
            async with host:
                for warning in host.session.warnings:
                    guard.say(warning)
                yield host.session
        finally:
            for sentence in host.last_words:
                guard.say(sentence)


async def until(face: "Face", seconds: float, speed: float, reached: Callable[[int], bool]) -> bool:
    """Wait until something holds, at most this many real seconds; tell whether it does."""
    clock = face.clock
    deadline_ns = clock.mono_ns() + int(seconds * speed * SECOND)
    while True:
        revision, looked_ns = face.revision, clock.mono_ns()
        if reached(looked_ns):
            return True
        if looked_ns >= deadline_ns:
            return False
        again_ns = min(deadline_ns, looked_ns + int(_LOOK_EVERY_S * speed * SECOND))
        while face.revision == revision and clock.mono_ns() < again_ns:
            await clock.sleep(_NEWS_S * speed)


def code_of(stopped: asyncio.CancelledError) -> int:
    """Tell the exit code that a command ends with which a signal has stopped."""
    return int(stopped.args[0]) if stopped.args else guard.INTERRUPTED


async def _until_signal(work: Coroutine[Any, Any, int]) -> int:
    caught: list[int] = []
    loop = asyncio.get_running_loop()
    task = asyncio.current_task()
    assert task is not None  # noqa: S101 - a coroutine of ours always runs in a task

    def stop(number: int) -> None:
        caught.append(number)
        if len(caught) == 2:
            return  # it is being closed, which takes a second and keeps the action log whole
        task.cancel(str(128 + number))

    for number in SIGNALS:
        loop.add_signal_handler(number, stop, number)
    try:
        return await work
    except asyncio.CancelledError:
        if not caught:
            raise
        return 128 + caught[0]
