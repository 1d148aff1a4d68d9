"""One profile's key, looked up in a process of its own: `python -m krakentui.keys.fetch_child`.

The monitor asks for keys of other profiles while its screen owns the terminal. Here there is none, so
whoever would ask for something fails, and whoever takes its time keeps nobody waiting. One JSON object
comes in on standard input, one goes out on standard output; the secret travels by that pipe alone.
"""

import os
import signal
import sys
from pathlib import Path

from msgspec import Struct, json

from krakentui.keys import sources
from krakentui.keys.offer import Machine
from krakentui.keys.pair import stored_text
from krakentui.keys.profile import Profile
from krakentui.model.clock import SystemClock
from krakentui.model.error import KeyProblem

TIME_IS_UP = 3


class Wanted(Struct, frozen=True):
    """Whose key is wanted, and where files with keys lie."""

    profile: Profile
    folder: str
    ring_limit_s: float
    command_limit_s: float


class Answer(Struct, frozen=True):
    """What came of it."""

    text: str = ""
    """The pair, as a store keeps it; empty = there is none."""
    where: str = ""
    notes: tuple[str, ...] = ()
    problem: str = ""
    """Why there is none, as a sentence."""

    def __repr__(self) -> str:
        """Show no secret."""
        return f"Answer({self.where!r}, {self.problem!r})"

    def __rich_repr__(self) -> list[tuple[str, object]]:
        """Show no more in a pretty-printed traceback."""
        return [("where", self.where), ("problem", self.problem)]


def main() -> None:
    """Answer one question; told to end, end what was started first."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(TIME_IS_UP))
    wanted = json.decode(sys.stdin.buffer.read(), type=Wanted)
    sys.stdout.buffer.write(json.encode(answer(wanted)))


def answer(wanted: Wanted) -> Answer:
    """Ask the profile's sources in their order."""
    machine = Machine(
        environ=os.environ,
        folder=Path(wanted.folder),
        clock=SystemClock(),
        ring_limit_s=wanted.ring_limit_s,
        command_limit_s=wanted.command_limit_s,
    )
    try:
        found = sources.find(wanted.profile, machine)
    except KeyProblem as problem:
        return Answer(problem=str(problem))
    return Answer(text=stored_text(found.credentials), where=found.credentials.source, notes=found.notes)


if __name__ == "__main__":
    main()
