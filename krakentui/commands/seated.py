"""Where a command sits at its key: the first one holds it, the next ones share its lane and its budget.

Where the holder does not answer, a monitor shows public markets only and says why: both would spend the
same limits unseen. `krakentui cancel` insists on its key: it goes past a holder that hangs.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from msgspec import structs

from krakentui.engine.place import Place
from krakentui.engine.seat import Seat
from krakentui.model.clock import Clock
from krakentui.net.patience import Patience
from krakentui.settings import Settings
from krakentui.wire.broker import VERSION, Hello


@asynccontextmanager
async def seated(
    settings: Settings, clock: Clock, program: str, *, insists: bool = False
) -> AsyncIterator[tuple[Settings, Seat | None]]:
    """Sit at the key while inside; where that cannot be, hand out the settings without the key.

    Args:
        settings: what this run was told.
        clock: where time comes from.
        program: what this program is, for the others: `monitor`, `stream`.
        insists: keep the key even where its holder does not answer.
    """
    key, folder = settings.credentials, settings.state_dir
    if key is None or folder is None:
        yield settings, None
        return
    hello = Hello(
        VERSION,
        key.fingerprint,
        settings.endpoints.rest,
        settings.speed,
        f"krakentui {program} (process {os.getpid()})",
    )
    seat = Seat(Place(folder, key.fingerprint), hello, clock, Patience.at_speed(settings.speed))
    try:
        await seat.take()
    except OSError as error:
        trouble = f"The folder {folder} locks nothing ({error.strerror}): no counters are kept."
        yield _warned(settings, trouble), None
        return
    try:
        if seat.is_outside and not insists:
            why = outside(seat)
            yield _warned(structs.replace(settings, credentials=None, keyless_why=why), why), None
        else:
            yield settings, seat
    finally:
        seat.leave()


def outside(seat: Seat) -> str:
    """Say why this program shows public markets only."""
    number = seat.place.holder()
    process = "" if number is None else f" (process {number})"
    return (
        f"Another krakentui{process} holds this key, but {seat.why}, and both would spend its limits: "
        "this one shows public markets only."
    )


def _warned(settings: Settings, warning: str) -> Settings:
    return structs.replace(settings, warnings=(*settings.warnings, warning))
