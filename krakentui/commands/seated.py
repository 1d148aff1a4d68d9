"""Where a command sits at its key: the first one holds it, the next ones share its lane and its budget.

Where the holder does not answer, a monitor shows public markets only and says why: both would spend the
same limits unseen. `krakentui cancel` insists on its key: it goes past a holder that hangs.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple

from msgspec import structs

from krakentui.engine.place import Place
from krakentui.engine.seat import Seat
from krakentui.model.clock import Clock
from krakentui.model.secret import Credentials
from krakentui.net.patience import Patience
from krakentui.settings import Settings
from krakentui.wire.broker import VERSION, Hello


class Seated(NamedTuple):
    """What a session is opened with: settings, and where it sits at its keys; None = it shares none."""

    settings: Settings
    seat: Seat | None
    cancel_seat: Seat | None


@asynccontextmanager
async def seated(
    settings: Settings, clock: Clock, program: str, *, insists: bool = False
) -> AsyncIterator[Seated]:
    """Sit at the keys while inside; where that cannot be, hand out the settings without them.

    The key that cancels is kept even where its holder does not answer: a cancel goes past it.

    Args:
        settings: what this run was told.
        clock: where time comes from.
        program: what this program is, for the others: `monitor`, `stream`.
        insists: keep the key even where its holder does not answer.
    """
    seat = seat_of(settings, clock, program)
    if seat is None:
        yield Seated(settings, None, None)
        return
    try:
        await seat.take()
    except OSError as error:
        yield Seated(_warned(settings, _locks_nothing(seat, error)), None, None)
        return
    try:
        if seat.is_outside and not insists:
            why = outside(seat)
            public = structs.replace(settings, credentials=None, cancel_credentials=None, keyless_why=why)
            yield Seated(_warned(public, why), None, None)
            return
        second = seat_at(settings, settings.cancel_credentials, clock, program)
        try:
            if second is not None:
                await second.take()
        except OSError as error:
            yield Seated(_warned(settings, _locks_nothing(seat, error)), seat, None)
        else:
            yield Seated(settings, seat, second)
        finally:
            if second is not None:
                second.leave()
    finally:
        seat.leave()


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
