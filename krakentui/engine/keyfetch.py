"""Fetches the key of a profile while the screen owns the terminal: through a child that has none.

Keyrings and password managers may wait for somebody for ever, or ask at the terminal; the child is ended
when their own limits, added up, are over. What a store asks a person for (a passphrase, a paste, a second
factor) cannot be had this way.
"""

import asyncio
import contextlib
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Mapping
from pathlib import Path

from msgspec import DecodeError, Struct, ValidationError, json, structs

from krakentui.keys.child import bare_environment
from krakentui.keys.fetch_child import Answer, Wanted
from krakentui.keys.pair import one_key_twice, read_pair
from krakentui.keys.profile import Profile
from krakentui.model.clock import Clock
from krakentui.model.error import KeyProblem
from krakentui.model.secret import Credentials
from krakentui.net.deadline import within

RING_LIMIT_S, COMMAND_LIMIT_S = 3.0, 10.0
"""As long as at a start (fault table, 5.3)."""
MORE_S = 5.0
"""What starting the child and reading files may take besides."""
END_S = 0.5
"""For so long a child that was told to end may end what it has started."""
_WORDS = (sys.executable, "-P", "-m", "krakentui.keys.fetch_child")


class Fetched(Struct, frozen=True):
    """A key, and what the user should know of how it was found."""

    credentials: Credentials
    notes: tuple[str, ...] = ()
    canceller: Credentials | None = None
    """A second key of the account, which sends the cancels; None = this one does all."""


async def fetch(
    profile: Profile,
    canceller: Profile | None,
    folder: Path,
    clock: Clock,
    environ: Mapping[str, str] = os.environ,
) -> Fetched:
    """Ask the profile's sources for its key, and those of another one for the key that cancels.

    Args:
        profile: whose key is wanted.
        canceller: whose key sends the cancels; None = the same.
        folder: where files with keys lie.
        clock: where time comes from.
        environ: what the child inherits, names of terminals left out.

    Raises:
        KeyProblem: none has it, the child did not answer, or both are one key; the sentence says why.
    """
    told = await _fetch(profile, folder, clock, environ)
    if canceller is None:
        return told
    more = await _fetch(canceller, folder, clock, environ)
    twice = one_key_twice(told.credentials, more.credentials)
    if twice is not None:
        raise KeyProblem(twice)
    return Fetched(told.credentials, (*told.notes, *more.notes), more.credentials)


async def _fetch(profile: Profile, folder: Path, clock: Clock, environ: Mapping[str, str]) -> Fetched:
    wanted = Wanted(profile, str(folder), RING_LIMIT_S, COMMAND_LIMIT_S)
    try:
        child = await asyncio.create_subprocess_exec(
            *_WORDS,
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
            start_new_session=True,
            env=bare_environment(environ),
        )
    except OSError as error:
        raise KeyProblem(f"No process can be started to fetch the key: {error.strerror}.") from None
    limit_s = RING_LIMIT_S + COMMAND_LIMIT_S + MORE_S
    try:
        said, _ = await within(clock, limit_s, lambda: child.communicate(json.encode(wanted)))
    except TimeoutError:
        raise KeyProblem(f"The key {profile.name} did not come in {limit_s:g} s.") from None
    finally:
        await _end(child)
    return _read(profile, said)


def _read(profile: Profile, said: bytes) -> Fetched:
    try:
        answer = json.decode(said, type=Answer)
    except (DecodeError, ValidationError):
        raise KeyProblem(f"Fetching the key {profile.name} broke off: nothing came.") from None
    if not answer.text:
        raise KeyProblem(answer.problem)
    pair = structs.replace(read_pair(answer.text), notes=())  # they have been said
    return Fetched(pair.credentials(profile.name, answer.where), answer.notes)


async def _end(child: Process) -> None:
    """End the child, which ends what it has started, unless it ended by itself."""
    if child.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        child.terminate()
    try:
        async with asyncio.timeout(END_S):
            await child.wait()
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            child.kill()
        await child.wait()
