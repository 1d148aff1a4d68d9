"""`krakentui stream`: the monitor without a screen, one JSON object a line."""

from krakentui.commands import running
from krakentui.commands.choose import settings_for
from krakentui.commands.complete import missing
from krakentui.commands.lines import LineWriter
from krakentui.commands.parser import Given
from krakentui.commands.schema import stream_object
from krakentui.engine.face import Face
from krakentui.model.clock import SECOND
from krakentui.settings import Settings


def run(given: Given) -> int:
    """Write lines until told to stop, or for as long as was asked."""
    return running.run_loop(_stream(given, settings_for(given)))


async def _stream(given: Given, settings: Settings) -> int:
    async with LineWriter() as lines, running.opened(settings) as face:
        await write_lines(face, lines, given.interval, given.seconds, settings.speed)
    return 0


async def write_lines(
    face: Face, lines: LineWriter, interval_s: float, seconds: float | None, speed: float
) -> None:
    """Write a line an interval; the first one as soon as everything is there, at most one interval late."""
    clock = face.clock
    step_ns = int(interval_s * SECOND)
    end_ns = None if seconds is None else clock.mono_ns() + int(seconds * SECOND)
    first_s = interval_s if seconds is None else min(interval_s, seconds)
    await running.until(face, first_s / speed, speed, lambda t_ns: not missing(face, t_ns))
    due_ns, seen = clock.mono_ns(), 0
    while True:
        events = face.journal(seen)
        if lines.write(stream_object(face, clock.mono_ns(), events)) and events:
            seen = events[-1].number
        due_ns = max(due_ns + step_ns, clock.mono_ns())
        if end_ns is not None and due_ns > end_ns:
            await clock.sleep(max(0, end_ns - clock.mono_ns()) / SECOND)
            return
        await clock.sleep((due_ns - clock.mono_ns()) / SECOND)
