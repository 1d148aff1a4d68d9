"""`krakentui snapshot`: one JSON object of everything this key may see."""

from krakentui.commands import guard, running
from krakentui.commands.choose import settings_for
from krakentui.commands.complete import PATIENCE_S, missing, why_missing
from krakentui.commands.lines import put, text_of
from krakentui.commands.parser import Given
from krakentui.commands.schema import stream_object
from krakentui.engine.face import Face
from krakentui.settings import Settings


def run(given: Given) -> int:
    """Print the object once every permitted feed has spoken, or what there is after 10 s (exit 1)."""
    return running.run_loop(_snapshot(settings_for(given)))


async def _snapshot(settings: Settings) -> int:
    async with running.opened(settings, "snapshot") as face:
        await running.until(face, PATIENCE_S, settings.speed, lambda t_ns: not missing(face, t_ns))
        outside = settings.credentials is not None and face.status(face.clock.mono_ns()).key is None
        return max(report(face), 1 if outside else 0)  # what holds the key does not answer: that was said


def report(face: Face) -> int:
    """Print what is known and give the exit code: 1 if something permitted is missing."""
    t_ns = face.clock.mono_ns()
    absent = missing(face, t_ns)
    told = stream_object(face, t_ns, face.journal())
    if "prices" in absent and all(row.age_ns is None for row in face.markets(t_ns)):
        told["markets"] = None
    put(text_of(told))
    if absent:
        guard.say(why_missing(face, absent))
    return 1 if absent else 0
