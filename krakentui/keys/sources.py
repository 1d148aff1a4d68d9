"""The sources of one profile, asked in a fixed order until one has the key.

A password manager before systemd before the OS keyring before files before a question. Whoever is not
the first and can be looked at without disturbing anybody is compared with what was found: two sources
that hold different keys are a leftover, and acting with a forgotten key is told, not done in silence.
"""

from collections.abc import Callable

from msgspec import Struct, structs

from krakentui.keys import key_command, key_file, ring, sealed, systemd, typed
from krakentui.keys.offer import Machine, Offer
from krakentui.keys.profile import Profile, Store
from krakentui.model.error import KeyProblem
from krakentui.model.limit import fingerprint
from krakentui.model.secret import Credentials, Secret

Ask = Callable[[Profile, Machine], Offer]


class Found(Struct, frozen=True, kw_only=True):
    """The key of a profile, and what the user should know of how it was found."""

    credentials: Credentials
    notes: tuple[str, ...] = ()
    passphrase: Secret | None = None


def find(profile: Profile, machine: Machine) -> Found:
    """Ask the profile's sources in order and take the first key.

    Raises:
        KeyProblem: none has it; the sentence says what each said, and what can be done.
    """
    silent: list[Offer] = []
    for store, ask in SOURCES.items():
        offered = ask(profile, machine)
        if offered.pair is None:
            silent.append(offered)
            continue
        later = [*SOURCES][[*SOURCES].index(store) + 1 :]
        return _found(profile, offered, silent, _compared(profile, machine, later))
    raise KeyProblem(_nothing(profile, silent))


def survey(profile: Profile, machine: Machine) -> list[Offer]:
    """Look into every source of a profile that can be looked at without asking somebody.

    The encrypted file is only looked for; the keyring is asked although nothing should be in it.
    """
    offers = [key_command.offer(profile, machine), systemd.offer(profile, machine)]
    offers.append(ring.find(profile, machine))
    told = sealed.offer(profile, structs.replace(machine, terminal=None))
    offers.append(structs.replace(told, why="") if sealed.exists(profile.name, machine) else told)
    return [*offers, key_file.offer(profile, machine)]


def _found(profile: Profile, offered: Offer, silent: list[Offer], others: list[Offer]) -> Found:
    if offered.pair is None:
        raise RuntimeError("a key was found, or this is not asked")
    credentials = offered.pair.credentials(profile.name, offered.where)
    notes = [
        f"{_capital(one.where)}: {one.why} The key comes from {offered.where}." for one in silent if one.why
    ]
    notes += [f"{_capital(offered.where)}: {note}." for note in offered.pair.notes]
    if profile.fingerprint and profile.fingerprint != credentials.fingerprint:
        notes.append(
            f"{_capital(offered.where)} holds another key ({credentials.fingerprint}) than the one that was "
            f"added as {profile.name} ({profile.fingerprint}): if you replaced it, run "
            f"`krakentui keys check {profile.name}`."
        )
    notes += disagreements([offered, *others])
    return Found(credentials=credentials, notes=tuple(notes), passphrase=offered.passphrase)


def disagreements(offers: list[Offer]) -> list[str]:
    """Say which sources hold another key than the first that holds one, as sentences."""
    holding = [(one.where, fingerprint(one.pair.key)) for one in offers if one.pair is not None]
    return [
        f"{_capital(where)} holds another key ({print_}) than {holding[0][0]} ({holding[0][1]}), which is "
        "used: remove the one that is no longer good."
        for where, print_ in holding[1:]
        if print_ != holding[0][1]
    ]


def _compared(profile: Profile, machine: Machine, later: list[Store]) -> list[Offer]:
    """Look into later sources that cost nothing and ask nobody."""
    return [SOURCES[store](profile, machine) for store in later if store in {"systemd", "file"}]


def _nothing(profile: Profile, offers: list[Offer]) -> str:
    """Say that no source has the key: what each said, and the ways that are left."""
    told = [f"{_capital(one.where)}: {one.why}" for one in offers if one.why]
    expected = next((one for one in offers if one.store == profile.store), None)
    if expected is not None and not expected.why:
        told.append(f"{_capital(expected.where)} has nothing.")
    return (
        f"The key {profile.name} cannot be had. {' '.join(told)} `krakentui doctor` shows every source; "
        f"`krakentui keys remove {profile.name}` and `keys add` store it anew."
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


SOURCES: dict[Store, Ask] = {
    "command": key_command.offer,
    "systemd": systemd.offer,
    "keyring": ring.offer,
    "encrypted": sealed.offer,
    "file": key_file.offer,
    "prompt": typed.offer,
}
"""In the order in which they are asked."""
