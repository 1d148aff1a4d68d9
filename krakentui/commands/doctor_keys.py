"""What the doctor finds out about keys: every source, every stored key, and the one a run would use.

Nobody is asked and no secret is shown; keys are told by their fingerprints.
"""

from collections.abc import Iterator, MutableMapping

from msgspec import Struct

from krakentui.commands.parser import Given
from krakentui.keys import environment, ring, sources, systemd
from krakentui.keys.offer import Machine, Offer
from krakentui.keys.profile import Profile, Profiles, Purpose
from krakentui.model.secret import Credentials
from krakentui.settings import Settings


class Line(Struct, frozen=True):
    """One thing that was found."""

    text: str
    bad: bool = False


class Key(Struct, frozen=True, kw_only=True):
    """The key that a run would use now."""

    credentials: Credentials
    account: str
    purpose: Purpose | None


def source_lines(here: Machine, pair: Credentials | None, complaint: str) -> Iterator[Line]:
    """Tell what each kind of source has to offer on this machine."""
    if complaint:
        yield Line(f"environment: {complaint}", bad=True)
    elif pair is not None:
        yield Line(f"environment: a pair, key {pair.fingerprint}")
    else:
        yield Line("environment: no pair")
    folder = here.environ.get(systemd.VARIABLE)
    yield Line(f"systemd credentials: {folder or 'none handed to this process'}")
    offered = ring.look(here)
    yield Line(f"{offered.where}: {offered.why or 'usable'}")
    yield Line("a key command, an encrypted file, a file for you alone, the prompt: always possible")


def stored_lines(profiles: Profiles, offers: dict[str, list[Offer]]) -> Iterator[Line]:
    """Tell of every stored key which sources hold it."""
    for profile in profiles.profiles:
        mark = ", the default" if profile.name == profiles.default else ""
        with_ = f", cancels with {profile.cancel_with}" if profile.cancel_with else ""
        yield Line(f"{profile.name}{mark}: account {profile.account}, for {profile.purpose}{with_}")
        yield from _held(profile, offers[profile.name])


def _held(profile: Profile, offers: list[Offer]) -> Iterator[Line]:
    """Say which sources hold the key of a profile, and whether they agree."""
    asks = profile.store in {"encrypted", "prompt"}
    for offer in offers:
        own = offer.store == profile.store
        if offer.pair is not None:
            print_ = offer.pair.credentials("", "").fingerprint
            other = profile.fingerprint not in {"", print_}
            yield Line(
                f"  {offer.where}: key {print_}{' (not the one that was added)' if other else ''}", other
            )
        elif offer.why:
            yield Line(f"  {offer.where}: {offer.why}", own)
        elif own:
            yield Line(f"  {offer.where}: {'it asks at the start' if asks else 'nothing is there'}", not asks)
    if profile.store == "prompt":
        yield Line("  the prompt: it asks at the start")
    for sentence in sources.disagreements(offers):
        yield Line(f"  {sentence}", bad=True)


def usable_key(
    given: Given,
    environ: MutableMapping[str, str],
    profiles: Profiles,
    offers: dict[str, list[Offer]],
    pair: Credentials | None,
) -> Key | None:
    """Find the key that a run would use, if it can be had without asking anybody."""
    if pair is not None:
        return Key(credentials=pair, account=Settings().account, purpose=None)
    name = given.profile or environ.get(environment.PROFILE) or profiles.default
    if given.endpoint is not None or name not in offers:
        return None
    profile = profiles.named(name)
    for offer in offers[name]:
        if offer.pair is not None:
            credentials = offer.pair.credentials(name, offer.where)
            return Key(credentials=credentials, account=profile.account, purpose=profile.purpose)
    return None
