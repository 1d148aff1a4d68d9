"""`krakentui stream`: the monitor without a screen, one JSON object a line."""

from krakentui.commands import running
from krakentui.commands.choose import settings_for
from krakentui.commands.lines import LineWriter, Writer
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
        await write_lines(face, lines, given.interval, given.seconds)
    return 0


async def write_lines(face: Face, lines: Writer, interval_s: float, seconds: float | None) -> None:
    """Write a line at the end of every interval, and one at the very end if it is shorter than that."""
    clock = face.clock
    start_ns, step_ns = clock.mono_ns(), int(interval_s * SECOND)
    end_ns = None if seconds is None else start_ns + int(seconds * SECOND)
    due_ns, seen = start_ns + step_ns, 0
    if end_ns is not None:
        due_ns = min(due_ns, end_ns)
    while end_ns is None or due_ns <= end_ns:
        await clock.sleep((due_ns - clock.mono_ns()) / SECOND)
        events = face.journal(seen)
        if lines.write(stream_object(face, clock.mono_ns(), events)) and events:
            seen = events[-1].number
        due_ns = max(due_ns + step_ns, clock.mono_ns())
