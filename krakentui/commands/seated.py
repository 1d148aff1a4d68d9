"""Where a command sits at its key: the first one holds it, the next ones share its lane and its budget.

Where the holder does not answer, a monitor shows public markets only and says why: both would spend the
same limits unseen. `krakentui cancel` insists on its key: it goes past a holder that hangs.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from msgspec import structs

from krakentui.engine.place import Place
from krakentui.engine.seat import Seat, Seated
from krakentui.model.clock import Clock
from krakentui.model.secret import Credentials
from krakentui.net.patience import Patience
from krakentui.settings import Settings
from krakentui.wire.broker import VERSION, Hello


@asynccontextmanager
async def seated(
    settings: Settings, clock: Clock, program: str, *, insists: bool = False
) -> AsyncIterator[Seated]:
    """Sit at the keys while inside (see `sit`)."""
    place = await sit(settings, clock, program, insists=insists)
    try:
        yield place
    finally:
        place.leave()


async def sit(settings: Settings, clock: Clock, program: str, *, insists: bool = False) -> Seated:
    """Sit down at the keys; where that cannot be, give the settings back without them.

    The key that cancels is kept even where its holder does not answer: a cancel goes past it.

    Args:
        settings: what this run was told.
        clock: where time comes from.
        program: what this program is, for the others: `monitor`, `stream`.
        insists: keep the key even where its holder does not answer.
    """
    seat = seat_of(settings, clock, program)
    if seat is None:
        return Seated(settings)
    try:
        await _taken(seat)
    except OSError as error:
        return Seated(_warned(settings, _locks_nothing(seat, error)))
    if seat.is_outside and not insists:
        why = outside(seat)
        public = structs.replace(settings, credentials=None, cancel_credentials=None, keyless_why=why)
        return Seated(_warned(public, why))
    second = seat_at(settings, settings.cancel_credentials, clock, program)
    if second is None:
        return Seated(settings, seat)
    try:
        await _taken(second)
    except OSError as error:
        return Seated(_warned(settings, _locks_nothing(second, error)), seat)
    except asyncio.CancelledError:
        seat.leave()
        raise
    return Seated(settings, seat, second)


async def _taken(seat: Seat) -> None:
    """Take a seat, or leave it as it was.

    Raises:
        OSError: the folder cannot be used.
    """
    try:
        await seat.take()
    except BaseException:
        seat.leave()
        raise


def seat_of(settings: Settings, clock: Clock, program: str) -> Seat | None:
    """Give a seat at the key, not taken yet; None = there is no key, or no folder to share it in."""
    return seat_at(settings, settings.credentials, clock, program)


def seat_at(settings: Settings, key: Credentials | None, clock: Clock, program: str) -> Seat | None:
    """Give a seat at one of the keys, not taken yet; None = there is no key, or no folder to share it in."""
    folder = settings.state_dir
    if key is None or folder is None:
        return None
    name = f"krakentui {program} (process {os.getpid()})"
    hello = Hello(VERSION, key.fingerprint, settings.endpoints.rest, settings.speed, name)
    return Seat(Place(folder, key.fingerprint), hello, clock, Patience.at_speed(settings.speed))


def outside(seat: Seat) -> str:
    """Say why this program shows public markets only."""
    return f"{held_by(seat)}, and both would spend its limits: this one shows public markets only."


def held_by(seat: Seat) -> str:
    """Say who holds the key and why this program cannot follow, as a clause."""
    number = seat.place.holder()
    process = "" if number is None else f" (process {number})"
    return f"Another krakentui{process} holds this key, but {seat.why}"


def _locks_nothing(seat: Seat, error: OSError) -> str:
    return f"The folder {seat.place.folder} locks nothing ({error.strerror}): no counters are kept."


def _warned(settings: Settings, warning: str) -> Settings:
    return structs.replace(settings, warnings=(*settings.warnings, warning))
