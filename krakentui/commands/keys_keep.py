"""The secret of a profile put into its store, moved to another name, taken out of every store."""

from krakentui.keys import key_file, ring, sealed
from krakentui.keys.offer import Machine
from krakentui.keys.private_file import check_free, rename_private
from krakentui.keys.profile import Profile, Store
from krakentui.keys.sealed import LEAST_PASSPHRASE, TRIES, too_short
from krakentui.model.error import KeyProblem
from krakentui.model.secret import Credentials, Secret

ENDINGS = ("key", "sealed")
"""Of the files that hold a key: plain and encrypted."""


def keep(store: Store, name: str, credentials: Credentials, here: Machine) -> str:
    """Store a pair and read it back; tell where, in words, empty where it is kept by somebody else.

    Raises:
        KeyProblem: it is not stored.
    """
    match store:
        case "keyring":
            return ring.keep(name, credentials, here)
        case "encrypted":
            return sealed.keep(name, credentials, _new_passphrase(name, here), here)
        case "file":
            return key_file.keep(name, credentials, here)
        case _:
            return ""


def check_no_leftover(name: str, here: Machine) -> None:
    """Pass if no file holds a key under this name, which a run would ask before, or which would be lost.

    Raises:
        KeyProblem: there is one.
    """
    for ending in ENDINGS:
        check_free(here.folder / f"{name}.{ending}")


def move(profile: Profile, new: str, here: Machine) -> None:
    """Keep under another name what is kept under a profile's name; a keyring holds both until `forget`.

    Raises:
        KeyProblem: it cannot be moved; everything is as it was.
    """
    old = profile.name
    for ending in ENDINGS:
        check_free(here.folder / f"{new}.{ending}", here.folder / f"{old}.{ending}")
    if profile.store == "keyring":
        found = ring.find(profile, here)
        if found.pair is None:
            raise KeyProblem(
                f"{found.where[:1].upper()}{found.where[1:]} has no key {old}. {found.why}".strip()
            )
        ring.keep(new, found.pair.credentials(new, ""), here)
    _rename_files(old, new, here)


def move_back(profile: Profile, new: str, here: Machine) -> None:
    """Undo `move`.

    Raises:
        KeyProblem: it cannot be undone.
    """
    _rename_files(new, profile.name, here)
    if profile.store == "keyring":
        ring.forget(new, here)


def forget(store: Store, name: str, here: Machine) -> list[str]:
    """Take a profile's secret out of every store that is ours; tell out of which, in words.

    Raises:
        KeyProblem: it cannot be removed.
    """
    gone = []
    if store == "keyring" and ring.forget(name, here):
        gone.append(ring.ANY)
    if sealed.forget(name, here):
        gone.append("the encrypted file")
    if key_file.forget(name, here):
        gone.append("the file")
    return gone


def _rename_files(old: str, new: str, here: Machine) -> None:
    for ending in ENDINGS:
        rename_private(here.folder / f"{old}.{ending}", here.folder / f"{new}.{ending}")


def _new_passphrase(name: str, here: Machine) -> Secret:
    """Ask for a passphrase twice, until both agree."""
    if here.terminal is None:
        raise KeyProblem("There is no terminal to ask for a passphrase: nothing is stored.")
    with here.terminal.hiding():
        for _ in range(TRIES):
            first = here.terminal.ask_hidden(f"Passphrase for the file of {name}: ")
            if too_short(first):
                here.terminal.say(f"It has at least {LEAST_PASSPHRASE} characters; several words are best.")
                continue
            if sealed.are_same(first, here.terminal.ask_hidden("Once more: ")):
                return first
            here.terminal.say("The two are not the same.")
    raise KeyProblem("No passphrase was agreed on: nothing is stored.")
