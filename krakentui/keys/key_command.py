"""The key command: a password manager that prints the pair, run without shell and terminal.

Words are split as a shell would split them, but nothing is expanded. Only its standard output counts:
what it says on standard error may be a prompt, or the secret itself, and is thrown away.
"""

import shlex
from pathlib import PurePath

from krakentui.keys import child
from krakentui.keys.offer import Machine, Offer
from krakentui.keys.pair import read_pair
from krakentui.keys.profile import Profile
from krakentui.model.error import KeyProblem
from krakentui.model.text import clean


def split(line: str) -> tuple[str, ...]:
    """Split a command line into words.

    Raises:
        ValueError: a quote is not closed.
    """
    try:
        return tuple(shlex.split(line))
    except ValueError:
        raise ValueError("a command line whose quotes are closed") from None


def offer(profile: Profile, machine: Machine) -> Offer:
    """Run the profile's command, if it has one."""
    words = profile.key_command
    if not words:
        return Offer(store="command", where="the key command")
    where = f"the key command {clean(PurePath(words[0]).name, 40)}"
    try:
        said = child.ask(words, machine.command_limit_s, machine.clock, machine.environ, machine.kill)
    except OSError as error:
        return Offer(store="command", where=where, why=f"It cannot be started: {error.strerror}.")
    except ValueError:
        return Offer(store="command", where=where, why="It cannot be started: a word of it makes no sense.")
    if said.why:
        fate = "Left alone" if said.is_left else "Stopped"
        return Offer(store="command", where=where, why=f"{fate}: {said.why}.")
    if said.code:
        return Offer(store="command", where=where, why=f"It failed with exit code {said.code}.")
    try:
        pair = read_pair(said.out.decode("utf-8-sig", "replace"))
    except KeyProblem as problem:
        return Offer(store="command", where=where, why=str(problem))
    return Offer(store="command", where=where, pair=pair)
