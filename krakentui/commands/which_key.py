"""Which key a run uses: a profile that was named, the pair of the environment, the default profile.

A simulated exchange gets none of the stored keys: with `--endpoint` only a pair of the environment counts.
"""

import contextlib
from collections.abc import Callable, Iterator, MutableMapping
from pathlib import Path

from msgspec import Struct, structs

from krakentui.commands.parser import Given
from krakentui.keys import environment, profile_list, sources
from krakentui.keys.factor import CHECK_CALL, TOKEN_CALL, Factor, with_factor
from krakentui.keys.offer import Machine, WouldAsk
from krakentui.keys.pair import one_key_twice
from krakentui.keys.profile import Profile, Profiles
from krakentui.keys.prompt import Terminal
from krakentui.model.clock import SystemClock
from krakentui.model.error import KeyProblem, UsageError
from krakentui.model.secret import Credentials, Secret
from krakentui.model.variable import variable
from krakentui.settings import config_file

Find = Callable[[Profile, Machine], sources.Found]
KEYS_FOLDER = "keys"
SIMULATED = (
    f"A simulated exchange takes a pair of the environment alone: put it into {environment.KEY} and "
    f"{environment.SECRET}, give the exchange's address by --endpoint, and name no stored key."
)
ALONE = frozenset({"keys", "budget"})
"""Commands that go with one key: they cancel nothing."""


class Chosen(Struct, frozen=True, kw_only=True):
    """The key of a run. None = it runs without one."""

    credentials: Credentials | None = None
    cancels: Credentials | None = None
    """A second key of the account, which cancels; None = the first one does all."""
    cancels_not: KeyProblem | None = None
    """Why there is no second key although one is named; it stands in `warnings`, too."""
    account: str | None = None
    """What the user calls the account; None = the default."""
    withdraw_accepted: frozenset[str] = frozenset()
    warnings: tuple[str, ...] = ()
    passphrases: tuple[Secret, ...] = ()


def choose_key(
    given: Given,
    environ: MutableMapping[str, str],
    instead: Machine | None = None,
    find: Find = sources.find,
) -> Chosen:
    """Find the keys of a run; the pairs of the environment are gone from it afterwards.

    Args:
        given: what the command line said.
        environ: the environment.
        instead: a machine that stands in for this one in tests, or that asks nobody.
        find: gives the key of a profile.

    Raises:
        UsageError: two keys were asked for, or one that is not there.
        KeyProblem: the key cannot be had.
    """
    pair, second = environment.take_both(environ)
    if second is not None and pair is None:
        raise UsageError(
            f"{environment.CANCEL_KEY} needs {environment.KEY} beside it: a key that cancels goes with one "
            "that reads. A stored key names its own in the list of keys, as cancel_with."
        )
    if given.command in ALONE:
        second = None
    if given.endpoint is not None:
        if given.profile is not None:
            raise UsageError(SIMULATED)
        return _in_environment(pair, second, given, environ, instead)
    if pair is not None and given.profile is not None:
        raise UsageError(
            f"Two keys were asked for: --profile, and {environment.KEY} in the environment. Leave out one."
        )
    if pair is not None:
        return _in_environment(pair, second, given, environ, instead)
    profiles = profile_list.read(list_path(given, environ))
    name = given.profile
    if name is None:
        name = variable(environ, environment.PROFILE) or profiles.default
    return Chosen() if name is None else _stored(name, profiles, given, environ, instead, find)


def _in_environment(
    pair: Credentials | None,
    second: Credentials | None,
    given: Given,
    environ: MutableMapping[str, str],
    instead: Machine | None,
) -> Chosen:
    if pair is None:
        return Chosen(cancels=second)
    try:
        accepted = profile_list.read(list_path(given, environ)).withdraw_accepted
    except UsageError:
        if given.endpoint is None:
            raise
        accepted = frozenset()  # stored keys are no business of a simulated exchange, nor is a damaged list
    return _checked(
        Chosen(
            credentials=_whole(pair, given.otp, given, environ, instead),
            cancels=second,
            withdraw_accepted=accepted,
        )
    )


def _stored(
    name: str,
    profiles: Profiles,
    given: Given,
    environ: MutableMapping[str, str],
    instead: Machine | None,
    find: Find,
) -> Chosen:
    profile = profiles.named(name)
    with machine(given, environ, instead) as here:
        found = find(profile, here)
    factor: Factor | None = given.otp or ("password" if profile.second_factor else None)
    chosen = Chosen(
        credentials=_whole(found.credentials, factor, given, environ, instead),
        account=profile.account,
        withdraw_accepted=profiles.withdraw_accepted,
        warnings=found.notes,
        passphrases=() if found.passphrase is None else (found.passphrase,),
    )
    if profile.cancel_with is None or given.command in ALONE:
        return chosen
    return _checked(_with_second(chosen, profiles.named(profile.cancel_with), given, environ, instead, find))


def _with_second(
    chosen: Chosen,
    profile: Profile,
    given: Given,
    environ: MutableMapping[str, str],
    instead: Machine | None,
    find: Find,
) -> Chosen:
    """Add the key that cancels; where it cannot be had, the first one does all, and that is said."""
    try:
        with machine(given, environ, instead) as here:
            found = find(profile, here)
        factor: Factor | None = "password" if profile.second_factor else None
        cancels = _whole(found.credentials, factor, given, environ, instead)
    except KeyProblem as problem:
        trouble = f"Nothing is cancelled with the key {profile.name}: {problem}"
        return structs.replace(chosen, warnings=(*chosen.warnings, trouble), cancels_not=problem)
    passphrases = () if found.passphrase is None else (found.passphrase,)
    return structs.replace(
        chosen,
        cancels=cancels,
        warnings=(*chosen.warnings, *found.notes),
        passphrases=(*chosen.passphrases, *passphrases),
    )


def _checked(chosen: Chosen) -> Chosen:
    """Refuse one key under two names."""
    first, second = chosen.credentials, chosen.cancels
    twice = None if first is None or second is None else one_key_twice(first, second)
    if twice is not None:
        raise UsageError(twice)
    return chosen


def _whole(
    credentials: Credentials,
    factor: Factor | None,
    given: Given,
    environ: MutableMapping[str, str],
    instead: Machine | None,
) -> Credentials:
    """Add the second factor, where the key has one."""
    if factor is None:
        return credentials
    with machine(given, environ, instead) as here:
        if not here.asks:
            raise WouldAsk(f"The second factor of the key {credentials.name} is asked for.")
        call = CHECK_CALL if given.command == "keys" else TOKEN_CALL
        return with_factor(credentials, factor, here.terminal, given.command, call)


@contextlib.contextmanager
def machine(
    given: Given, environ: MutableMapping[str, str], instead: Machine | None = None
) -> Iterator[Machine]:
    """Give the sources what they may use of this machine, the terminal included, for a while."""
    if instead is not None:
        yield instead
        return
    terminal = Terminal.open()
    try:
        yield Machine(
            environ=environ,
            folder=keys_folder(given, environ),
            clock=SystemClock(),
            terminal=terminal,
        )
    finally:
        if terminal is not None:
            terminal.close()


def list_path(given: Given, environ: MutableMapping[str, str]) -> Path:
    """Tell where the list of profiles lies."""
    return profile_list.beside(config_file(given.config, environ))


def keys_folder(given: Given, environ: MutableMapping[str, str]) -> Path:
    """Tell where files with keys lie."""
    return config_file(given.config, environ).with_name(KEYS_FOLDER)
