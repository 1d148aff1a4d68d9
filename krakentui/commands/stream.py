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
    async with LineWriter() as lines, running.opened(settings, "stream") as face:
        await write_lines(face, lines, given.interval, given.seconds)
    return 0


async def write_lines(face: Face, lines: Writer, interval_s: float, seconds: float | None) -> None:
    """Write a line at the end of every interval, and one at the very end."""
    clock, seen = face.clock, 0
    start_ns, step_ns = clock.mono_ns(), int(interval_s * SECOND)
    end_ns = None if seconds is None else start_ns + int(seconds * SECOND)
    due_ns = start_ns
    while due_ns != end_ns:
        passed = (clock.mono_ns() - start_ns) // step_ns  # a late line does not shift those after it
        due_ns = start_ns + (passed + 1) * step_ns
        if end_ns is not None:
            due_ns = min(due_ns, end_ns)
        await clock.sleep(max(0, due_ns - clock.mono_ns()) / SECOND)
        events = face.journal(seen)
        if lines.write(stream_object(face, clock.mono_ns(), events)) and events:
            seen = events[-1].number
