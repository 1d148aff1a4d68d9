"""A key typed or pasted at the terminal: kept in memory only, unless it is being added to a store."""

from msgspec import structs

from krakentui.keys.offer import Machine, Offer
from krakentui.keys.pair import Pair, typed_pair
from krakentui.keys.profile import Profile
from krakentui.keys.prompt import Terminal
from krakentui.model.error import KeyProblem

_TRIES = 3


def offer(profile: Profile, machine: Machine) -> Offer:
    """Ask at the terminal, for a profile that keeps its key nowhere."""
    where = "the prompt"
    if profile.store != "prompt":
        return Offer(store="prompt", where=where)
    if not machine.asks:
        return Offer(store="prompt", where=where, asks=True)
    if machine.terminal is None:
        return Offer(store="prompt", where=where, why="There is no terminal to ask at.")
    try:
        return Offer(store="prompt", where=where, pair=ask_pair(machine.terminal, profile.name))
    except KeyProblem as problem:
        return Offer(store="prompt", where=where, why=str(problem))


def ask_pair(terminal: Terminal, name: str = "") -> Pair:
    """Ask for both parts of a key, hidden; what cannot be a key is asked for again.

    Raises:
        KeyProblem: nothing that makes sense was entered.
    """
    of_whom = f" of {name}" if name else ""
    with terminal.hiding():
        for left in reversed(range(_TRIES)):
            public = terminal.ask_hidden(f"API key{of_whom}: ")
            private = terminal.ask_hidden("Private key: ")
            try:
                pair = typed_pair(public, private)
            except KeyProblem as problem:
                if not left:
                    raise
                terminal.say(f"{problem} Once more, please:")
                continue
            terminal.say(*(f"  Note: {note}." for note in pair.notes))
            return structs.replace(pair, notes=())  # they have been said
    raise KeyProblem("No key was entered.")
