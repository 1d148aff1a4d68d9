"""The secret of a profile put into its store, copied under another name, taken out of every store.

Secrets and the list of profiles are two things that no single write changes together, and a program may be
killed between any two of its writes. So all is done while the list is held, and in an order after which the
same act, begun anew, comes to its end: a secret is stored before it is listed, copied before it is listed
under its new name, and removed before its entry, which alone remembers where it lies. Nothing is written
over that no profile of the list owns.
"""

from collections.abc import Iterator
from pathlib import Path

from krakentui.keys import key_file, ring, sealed
from krakentui.keys.offer import Machine, Offer
from krakentui.keys.pair import Pair
from krakentui.keys.private_file import copy_private, half_written, remove_private, remove_twin
from krakentui.keys.profile import Profile, Profiles, Store
from krakentui.keys.sealed import LEAST_PASSPHRASE, TRIES, too_short
from krakentui.model.error import KeyProblem
from krakentui.model.limit import fingerprint
from krakentui.model.secret import Credentials, Secret

ENDINGS: dict[str, Store] = {"key": "file", "sealed": "encrypted"}
"""Of the files that hold a key, and which store they are."""
_WORDS: dict[Store, str] = {"file": "the file", "encrypted": "the encrypted file"}


def keep(
    store: Store,
    name: str,
    credentials: Credentials,
    here: Machine,
    *,
    passphrase: Secret | None = None,
    instead: bool = False,
) -> str:
    """Store a pair and read it back; tell where, in words, empty where it is kept by somebody else.

    Raises:
        NameTaken: the keyring keeps another secret under that name, and nobody said `instead`.
        KeyProblem: it is not stored.
    """
    check_no_leftover(name, here)
    match store:
        case "keyring":
            return ring.keep(name, credentials, here, instead=instead)
        case "encrypted":
            if passphrase is None:
                raise RuntimeError("an encrypted file has a passphrase")
            return sealed.keep(name, credentials, passphrase, here)
        case "file":
            return key_file.keep(name, credentials, here)
        case _:
            return ""


def check_no_leftover(name: str, here: Machine) -> None:
    """Pass if no file holds a key under this name, which a run would ask before, or which would be lost.

    Raises:
        KeyProblem: there is one.
    """
    for path in _files(name, here):
        if path.exists():
            raise KeyProblem(
                f"There is a file {path} already, and no key {name} in the list: look at it, take another "
                f"name, or let `krakentui keys remove {name}` remove it."
            )


def copy(profile: Profile, new: str, here: Machine) -> None:
    """Keep under another name, too, what is kept under a profile's name.

    Raises:
        KeyProblem: it cannot be copied; nothing is changed.
    """
    old = profile.name
    try:
        for old_path, new_path in zip(_files(old, here), _files(new, here), strict=True):
            copy_private(old_path, new_path)
        if profile.store == "keyring":
            ring.keep(new, _pair_of(ring.find(old, here), old).credentials(new, ""), here)
    except ring.NameTaken as taken:
        _drop_files(old, new, here)
        raise KeyProblem(
            f"{taken} Nothing is changed: take another name, or let `krakentui keys remove {new}` remove it."
        ) from None
    except KeyProblem:
        _drop_files(old, new, here)
        raise


def drop_copy(store: Store, kept: str, dropped: str, here: Machine) -> bool:
    """Take away under one of two names what is kept under both; tell whether there was something.

    Raises:
        KeyProblem: it cannot be taken away.
    """
    done = _drop_files(kept, dropped, here)
    if store != "keyring":
        return done
    there = ring.find(dropped, here)
    if there.pair is None and not there.why:
        return done
    one, other = _pair_of(there, dropped), _pair_of(ring.find(kept, here), kept)
    if one.key == other.key and sealed.are_same(one.secret, other.secret):
        return ring.forget(dropped, here) or done
    return done


def forget(store: Store, name: str, here: Machine, *, only: str = "") -> list[str]:
    """Take a profile's secret out of every store that is ours, its own the last; tell out of which, in words.

    Args:
        store: its own.
        name: of the profile.
        here: this machine.
        only: the fingerprint of the key; what the keyring, which all lists share, holds of another one stays.

    Raises:
        KeyProblem: it cannot be removed, or the keyring holds another key.
    """
    gone = []
    for path, kind in sorted(_files(name, here).items(), key=lambda one: one[1] == store):
        if remove_private(path):
            gone.append(_WORDS[kind])
    if store != "keyring":
        return gone
    found = ring.find(name, here) if only else None
    if found is not None and found.pair is not None and fingerprint(found.pair.key) != only:
        raise KeyProblem(
            f"{found.where[:1].upper()}{found.where[1:]} holds another key ({fingerprint(found.pair.key)}) "
            f"under {name}, which is left there."
        )
    return [*gone, ring.ANY] if ring.forget(name, here) else gone


def kept_in(name: str, here: Machine) -> list[str]:
    """Tell which files, in words, hold a key under this name."""
    return [f"{_WORDS[store]} {path}" for path, store in _files(name, here).items() if path.exists()]


def is_file_gone(profile: Profile, here: Machine) -> bool:
    """Tell whether the secret of a profile should lie in a file that is not there."""
    return any(
        store == profile.store and not path.exists() for path, store in _files(profile.name, here).items()
    )


def leftover_sentences(profiles: Profiles, folder: Path) -> Iterator[str]:
    """Say which files with keys no profile of the list owns, and what to do about them."""
    known = {profile.name.casefold() for profile in profiles.profiles}
    there = [path for ending in ENDINGS for path in folder.glob(f"[!.]*.{ending}")]
    for path in sorted(path for path in there if path.stem.casefold() not in known):
        yield f"{path} holds a key that is not in the list: `krakentui keys remove {path.stem}` removes it."
    for path in half_written(folder):
        yield f"{path} was half written when something was cut off: the next `keys add` removes it."


def sweep(here: Machine) -> list[Path]:
    """Remove what an act that was cut off has left half written; to be called while the list is held.

    Raises:
        KeyProblem: it cannot be removed.
    """
    return [path for path in half_written(here.folder) if remove_private(path)]


def new_passphrase(name: str, here: Machine) -> Secret:
    """Ask for a passphrase twice, until both agree.

    Raises:
        KeyProblem: there is nobody to ask, or no two agree.
    """
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


def _files(name: str, here: Machine) -> dict[Path, Store]:
    return {here.folder / f"{name}.{ending}": store for ending, store in ENDINGS.items()}


def _drop_files(kept: str, dropped: str, here: Machine) -> bool:
    pairs = zip(_files(kept, here), _files(dropped, here), strict=True)
    gone = [remove_twin(goes, stays) for stays, goes in pairs]
    return any(gone)


def _pair_of(found: Offer, name: str) -> Pair:
    """Give what the keyring holds under a name.

    Raises:
        KeyProblem: it holds nothing, or cannot be asked.
    """
    if found.pair is None:
        raise KeyProblem(f"{found.where[:1].upper()}{found.where[1:]} has no key {name}. {found.why}".strip())
    return found.pair
