"""The sources of one profile, asked in a fixed order until one has the key.

A password manager before systemd before the OS keyring before files before a question. Whoever is not
the first and can be looked at without disturbing anybody is compared with what was found: two sources
that hold different keys are a leftover, and acting with a forgotten key is told, not done in silence. Nothing
takes the place of a chosen source whose passphrase was not given, and where one fails, no other key than the
one that was added does.
"""

from collections.abc import Callable, Mapping

from msgspec import Struct, structs

from krakentui.keys import key_command, key_file, ring, sealed, systemd, typed
from krakentui.keys.offer import Machine, Offer, WouldAsk
from krakentui.keys.profile import Profile, Store
from krakentui.model.error import KeyProblem
from krakentui.model.limit import fingerprint
from krakentui.model.secret import Credentials, Secret

Ask = Callable[[Profile, Machine], Offer]
Offers = Mapping[Store, Offer]


class Found(Struct, frozen=True, kw_only=True):
    """The key of a profile, and what the user should know of how it was found."""

    credentials: Credentials
    notes: tuple[str, ...] = ()
    passphrase: Secret | None = None


class Survey(Struct, frozen=True, kw_only=True):
    """What every source of a profile has to offer, nobody being asked."""

    offers: Offers
    """In the order in which a run asks."""
    stray: Offer | None = None
    """What the keyring holds under the profile's name, where no run asks it; None = a run does."""

    @property
    def taken(self) -> Offer | None:
        """The one that a run takes the key from, perhaps by asking somebody."""
        return next((one for one in self.offers.values() if one.pair is not None or one.asks), None)

    @property
    def others(self) -> list[Offer]:
        """All but that one."""
        return [one for one in self.offers.values() if one is not self.taken]

    @property
    def hung(self) -> bool:
        """Tell whether the keyring did not answer."""
        return any(one.hung for one in (*self.offers.values(), self.stray) if one is not None)


def find(profile: Profile, machine: Machine, known: Offers | None = None) -> Found:
    """Ask the profile's sources in order and take the first key.

    Args:
        profile: whose key it is.
        machine: what may be used.
        known: what they offer, where they have been looked at already.

    Raises:
        WouldAsk: the first that has it would ask somebody, and nobody is to be asked.
        KeyProblem: none has it, or none that may be used; the sentence says what each said, and what can be
            done.
    """

    def ask(store: Store) -> Offer:
        return SOURCES[store](profile, machine) if known is None else known[store]

    silent: list[Offer] = []
    stores = [*SOURCES]
    for place, store in enumerate(stores, 1):
        offered = ask(store)
        if offered.asks:
            raise WouldAsk(f"{_capital(offered.where)} asks for the key {profile.name}.")
        if offered.denied and store == profile.store:
            raise KeyProblem(
                f"The key {profile.name} cannot be had. {_capital(offered.where)}: {offered.why} You chose "
                "it for this key, so no other source is used in its place. Start again to try once more."
            )
        if offered.pair is not None:
            _check_stand_in(profile, offered, silent)
            # later ones that cost nothing and ask nobody are compared
            others = [ask(later) for later in stores[place:] if later in {"systemd", "file"}]
            return _found(profile, offered, silent, others)
        silent.append(offered)
    raise KeyProblem(_nothing(profile, silent))


def survey(profile: Profile, machine: Machine) -> Survey:
    """Look into every source of a profile as a run would, without asking somebody.

    The keyring is asked even where no run does: what lies there is a leftover.
    """
    quiet = structs.replace(machine, asks=False)
    offers = {store: ask(profile, quiet) for store, ask in SOURCES.items()}
    return Survey(offers=offers, stray=None if profile.store == "keyring" else ring.find(profile.name, quiet))


def _check_stand_in(profile: Profile, offered: Offer, silent: list[Offer]) -> None:
    """Pass if a key may be used although a source before it has failed: the one that was added, or its own.

    Raises:
        KeyProblem: it may not.
    """
    failed = next((one for one in silent if one.why), None)
    print_ = "" if offered.pair is None else fingerprint(offered.pair.key)
    if failed is None or offered.store == profile.store or profile.fingerprint in {"", print_}:
        return
    raise KeyProblem(
        f"The key {profile.name} cannot be had. {_told(failed)} "
        f"{_capital(offered.where)} holds another key ({print_}) than the one that was added as "
        f"{profile.name} ({profile.fingerprint}): it is not used in place of {failed.where}."
    )


def _found(profile: Profile, offered: Offer, silent: list[Offer], others: list[Offer]) -> Found:
    if offered.pair is None:
        raise RuntimeError("a key was found, or this is not asked")
    credentials = offered.pair.credentials(profile.name, offered.where)
    notes = [f"{_told(one)} The key comes from {offered.where}." for one in silent if one.why]
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


def _nothing(profile: Profile, offers: list[Offer]) -> str:
    """Say that no source has the key: what each said, and the ways that are left."""
    told = [_told(one) for one in offers if one.why]
    expected = next((one for one in offers if one.store == profile.store), None)
    if expected is not None and not expected.why:
        told.append(f"{_capital(expected.where)} has nothing.")
    ways = "`krakentui doctor` shows every source"
    if expected is None or "run `" not in expected.why:  # the cure is named already
        ways += f"; `krakentui keys remove {profile.name}` and `keys add` store it anew"
    return f"The key {profile.name} cannot be had. {' '.join(told)} {ways}."


def _told(one: Offer) -> str:
    """Tell what a source said; where that names its file, the file is not named twice."""
    file = one.where.rpartition(" ")[2]
    return one.why if "/" in file and file in one.why else f"{_capital(one.where)}: {one.why}"


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
