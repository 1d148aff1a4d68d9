"""The OS keyring, asked through a child without terminal that is killed after 3 s.

A locked keyring waits for ever for somebody to unlock it (SecretStorage issue 33), some ask for a
passphrase on the terminal, and none may do either while the monitor runs. The secret travels by pipe.
"""

import sys
from collections.abc import Mapping
from pathlib import Path

from msgspec import DecodeError, Struct, ValidationError, json

from krakentui.keys import child
from krakentui.keys.offer import Machine, Offer
from krakentui.keys.pair import read_pair, stored_text
from krakentui.keys.profile import Profile
from krakentui.model.error import KeyProblem
from krakentui.model.secret import Credentials
from krakentui.model.text import clean

_CHILD = Path(__file__).with_name("ring_child.py")
ANY = "the OS keyring"


class NameTaken(KeyProblem):
    """Something else is kept under that name, and nobody said that it may be lost."""


class _Answer(Struct, frozen=True):
    """What the child said."""

    ring: str = ""
    refused: str = ""
    trouble: str = ""
    text: str | None = None
    done: bool | None = None
    hung: bool = False
    taken: bool = False

    def __repr__(self) -> str:
        """Show no secret."""
        return f"_Answer({self.ring}, {self.refused or self.trouble!r})"

    def __rich_repr__(self) -> list[tuple[str, object]]:
        """Show no more in a pretty-printed traceback."""
        return [("ring", self.ring), ("refused", self.refused), ("trouble", self.trouble)]

    @property
    def where(self) -> str:
        """The keyring as the user knows it."""
        return f"{ANY} ({clean(self.ring, 120)})" if self.ring else ANY

    @property
    def why(self) -> str:
        """Why it did not do what was asked, as a sentence; empty where it did."""
        clause = self.refused or self.trouble
        return f"{clean(clause[:1].upper() + clause[1:])}." if clause else ""


def offer(profile: Profile, machine: Machine) -> Offer:
    """Look for the profile's entry, where `keys add` has made one."""
    if profile.store != "keyring":
        return Offer(store="keyring", where=ANY)
    return find(profile.name, machine)


def find(name: str, machine: Machine) -> Offer:
    """Look for an entry of this name, whether or not there should be one."""
    told = _ask(machine, {"do": "get", "name": name})
    if told.why or told.text is None:
        return Offer(store="keyring", where=told.where, why=told.why, hung=told.hung)
    try:
        return Offer(store="keyring", where=told.where, pair=read_pair(told.text))
    except KeyProblem as problem:
        return Offer(store="keyring", where=told.where, why=str(problem), spoiled=True)


def look(machine: Machine) -> Offer:
    """Tell which keyring there is and, in `why`, what speaks against it; no entry is read."""
    told = _ask(machine, {"do": "look"})
    return Offer(store="keyring", where=told.where, why=told.why, hung=told.hung)


def keep(name: str, credentials: Credentials, machine: Machine, *, instead: bool = False) -> str:
    """Store a pair, read it back, and tell where it is, in words.

    Args:
        name: of the entry.
        credentials: the pair.
        machine: this one.
        instead: what else is kept under that name may be lost.

    Raises:
        NameTaken: something else is kept there, and stays.
        KeyProblem: it is not stored.
    """
    asked: dict[str, str | bool] = {"do": "set", "name": name, "text": stored_text(credentials)}
    told = _ask(machine, asked | {"instead": instead})
    if told.taken:
        raise NameTaken(f"{told.where} keeps another secret under the name {name}.")
    if told.why or not told.done:
        doubt = f" It may lie there all the same: `krakentui keys remove {name}` tells." if told.hung else ""
        raise KeyProblem(f"{told.where} did not store the key. {told.why}{doubt}".strip())
    return told.where


def forget(name: str, machine: Machine) -> bool:
    """Remove an entry; tell whether there was one.

    Raises:
        KeyProblem: it cannot be removed.
    """
    told = _ask(machine, {"do": "drop", "name": name})
    if told.why:
        raise KeyProblem(f"{told.where} did not remove the key. {told.why}")
    return bool(told.done)


def _ask(machine: Machine, question: Mapping[str, str | bool]) -> _Answer:
    if machine.ring_hung:
        return _Answer(trouble="it did not answer before, and is not asked again")
    # -P: a folder that happens to be the current one offers no `keyring` of its own
    words = [sys.executable, "-P", str(_CHILD)]
    try:
        said = child.ask(
            words, machine.ring_limit_s, machine.clock, machine.environ, machine.kill, json.encode(question)
        )
    except OSError as error:
        return _Answer(refused=f"no process can be started: {error.strerror}")
    if said.why:
        return _Answer(trouble=f"{said.why}: it may be locked, waiting for somebody to unlock it", hung=True)
    try:
        return json.decode(said.out, type=_Answer)
    except (DecodeError, ValidationError):
        return _Answer(trouble=f"it broke off (exit code {said.code})")
