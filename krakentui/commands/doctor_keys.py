"""What the doctor finds out about keys: every source, every stored key, and the one a run would use.

Nobody is asked and no secret is shown; keys are told by their fingerprints.
"""

from collections.abc import Collection, Iterator, MutableMapping

from msgspec import Struct, structs

from krakentui.commands.keys_keep import leftover_sentences
from krakentui.commands.parser import Given
from krakentui.commands.which_key import Chosen, choose_key
from krakentui.keys import ring, sources, systemd
from krakentui.keys.offer import Machine, Offer, WouldAsk
from krakentui.keys.profile import Profile, Profiles, Purpose
from krakentui.keys.sources import Found, Survey
from krakentui.model.error import KrakentuiError
from krakentui.model.limit import fingerprint
from krakentui.model.secret import Credentials

_ASKS = "the key cannot be had without asking somebody: `krakentui keys check` asks"


class Line(Struct, frozen=True):
    """One thing that was found."""

    text: str
    bad: bool = False


class Key(Struct, frozen=True, kw_only=True):
    """A key that a run would use now."""

    credentials: Credentials
    purpose: Purpose | None
    """None = it was never said: then what the key may do decides."""


class Keys(Struct, frozen=True, kw_only=True):
    """The keys that a run would use now, and what keeps it from one."""

    chosen: Chosen = Chosen()
    keys: tuple[Key, ...] = ()
    lines: tuple[Line, ...] = ()


def source_lines(here: Machine, pairs: tuple[Credentials | None, ...], complaint: str) -> Iterator[Line]:
    """Tell what each kind of source has to offer on this machine."""
    if complaint:
        yield Line(f"environment: {complaint}", bad=True)
    elif not any(pairs):
        yield Line("environment: no pair")
    for pair, words in zip(pairs, ("a pair", "a pair that cancels"), strict=False):
        if pair is not None:
            yield Line(f"environment: {words}, key {pair.fingerprint}")
    folder = here.environ.get(systemd.VARIABLE)
    yield Line(f"systemd credentials: {folder or 'none handed to this process'}")
    offered = ring.look(here)
    yield Line(f"{offered.where}: {offered.why or 'usable'}")
    yield Line("a key command, an encrypted file, a file for you alone, the prompt: always possible")


def surveys_of(profiles: Profiles, here: Machine) -> dict[str, Survey]:
    """Look into all sources of all stored keys; a keyring that does not answer is asked once."""
    told: dict[str, Survey] = {}
    for profile in profiles.profiles:
        told[profile.name] = sources.survey(profile, here)
        here = structs.replace(here, ring_hung=here.ring_hung or told[profile.name].hung)
    return told


def stored_lines(profiles: Profiles, surveys: dict[str, Survey]) -> Iterator[Line]:
    """Tell of every stored key which sources hold it."""
    for profile in profiles.profiles:
        mark = ", the default" if profile.name == profiles.default else ""
        with_ = f", cancels with {profile.cancel_with}" if profile.cancel_with else ""
        yield Line(f"{profile.name}{mark}: account {profile.account}, for {profile.purpose}{with_}")
        yield from _held(profile, surveys[profile.name])


def leftover_lines(profiles: Profiles, here: Machine) -> Iterator[Line]:
    """Tell which files hold a key that no profile owns."""
    for sentence in leftover_sentences(profiles, here.folder):
        yield Line(sentence, bad=True)


def _held(profile: Profile, survey: Survey) -> Iterator[Line]:
    """Say which sources hold the key of a profile, and whether they agree."""
    for offer in survey.offers.values():
        own = offer.store == profile.store
        if offer.pair is not None:
            yield _holding(profile, offer)
        elif offer.asks:
            yield Line(f"  {offer.where}: it asks at the start")
        elif offer.why:
            yield Line(f"  {offer.where}: {offer.why}", own)
        elif own:
            yield Line(f"  {offer.where}: nothing is there", bad=True)
    stray = survey.stray
    if stray is not None and stray.pair is not None:
        print_, taken = fingerprint(stray.pair.key), survey.taken
        used = profile.fingerprint if taken is None or taken.pair is None else fingerprint(taken.pair.key)
        other = "another key" if print_ != used else "the key"
        text = f"{other} ({print_}) was left there: no run asks for it, remove it if nobody needs it"
        yield Line(f"  {stray.where}: {text}", bad=print_ != used)
    elif stray is not None and stray.why:
        yield Line(f"  {stray.where}: {stray.why}")
    taken = survey.taken
    if taken is not None and taken.pair is not None:
        for sentence in sources.disagreements([taken, *survey.others]):
            yield Line(f"  {sentence}", bad=True)


def _holding(profile: Profile, offer: Offer) -> Line:
    print_ = "" if offer.pair is None else fingerprint(offer.pair.key)
    other = profile.fingerprint not in {"", print_}
    return Line(f"  {offer.where}: key {print_}{' (not the one that was added)' if other else ''}", other)


def keys_of_a_run(
    given: Given,
    environ: MutableMapping[str, str],
    here: Machine,
    profiles: Profiles,
    surveys: dict[str, Survey],
    told: Collection[str],
) -> Keys:
    """Choose the keys as a run does, from what was seen of the sources; whoever would be asked is not.

    A refusal for a reason that was `told` already is not marked once more.
    """

    def find(profile: Profile, machine: Machine) -> Found:
        seen = surveys.get(profile.name)
        return sources.find(profile, machine, None if seen is None else seen.offers)

    try:
        chosen = choose_key(given, environ, structs.replace(here, asks=False), find)
    except WouldAsk:
        return Keys(lines=(Line(_ASKS),))
    except KrakentuiError as error:
        known = str(error) in told
        why = "a run is refused for what is marked above" if known else f"a run is refused: {error}"
        return Keys(lines=(Line(why, bad=not known),))
    purposes: dict[str, Purpose | None] = {one.name: one.purpose for one in profiles.profiles}
    keys = [] if chosen.credentials is None else [_key(chosen.credentials, purposes)]
    if chosen.cancels is not None:
        keys.append(Key(credentials=chosen.cancels, purpose="watch+cancel"))
    return Keys(chosen=chosen, keys=tuple(keys), lines=tuple(_without(chosen, given, profiles)))


def _key(credentials: Credentials, purposes: dict[str, Purpose | None]) -> Key:
    return Key(credentials=credentials, purpose=purposes.get(credentials.name))


def _without(chosen: Chosen, given: Given, profiles: Profiles) -> Iterator[Line]:
    """Say which keys are not there to be looked at, and why."""
    if chosen.credentials is None and (given.endpoint is not None or not profiles.profiles):
        yield Line("there is no key: a run shows public markets only")
    elif chosen.credentials is None:
        yield Line("no key is named and none is the default: a run shows public markets only")
    if isinstance(chosen.cancels_not, WouldAsk):
        yield Line(f"the key that cancels cannot be looked at here: {chosen.cancels_not}")
    elif chosen.cancels_not is not None:
        yield Line(f"nothing is cancelled with the second key: {chosen.cancels_not}", bad=True)
