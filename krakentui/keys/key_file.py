"""A plain file that only its owner may read: what is left where nothing better is to be had."""

from krakentui.keys.offer import Machine, Offer
from krakentui.keys.pair import read_pair, stored_text
from krakentui.keys.private_file import read_private, write_private
from krakentui.keys.profile import Profile
from krakentui.model.error import KeyProblem
from krakentui.model.secret import Credentials

_HEAD = "# An API key of Kraken. Whoever can read this file can use the key.\n"


def offer(profile: Profile, machine: Machine) -> Offer:
    """Look for the profile's file."""
    path = machine.folder / f"{profile.name}.key"
    where = f"the file {path}"
    try:
        data = read_private(path)
        if data is None:
            return Offer(store="file", where=where)
        return Offer(store="file", where=where, pair=read_pair(data.decode("utf-8-sig", "replace")))
    except KeyProblem as problem:
        return Offer(store="file", where=where, why=str(problem))


def keep(name: str, credentials: Credentials, machine: Machine) -> str:
    """Write the profile's file and tell where it is, in words.

    Raises:
        KeyProblem: it cannot be written.
    """
    path = machine.folder / f"{name}.key"
    write_private(path, (_HEAD + stored_text(credentials)).encode())
    return f"the file {path}"
