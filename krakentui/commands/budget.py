"""`krakentui budget wait|spend`: another program on this machine takes part in the budget of an account.

The program that holds the key answers; where none does, this one holds it for so long: `wait` opens a
session, because only who sees the account's stream can tell when points surely fit, and `spend` writes into
the counters on disk. A command that follows runs in place of this program, so its exit code is its own.
"""

import asyncio
import os
import random
import shutil
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress

from krakentui.commands import guard, running
from krakentui.commands.choose import settings_for
from krakentui.commands.lines import put, text_of
from krakentui.commands.parser import Given
from krakentui.commands.schema import instant
from krakentui.commands.seated import held_by, seat_of
from krakentui.engine.host import Host
from krakentui.engine.link import Link, LinkLost
from krakentui.engine.points import Granted, NotYet, Points, Wish
from krakentui.engine.seat import Seat
from krakentui.engine.session import Session
from krakentui.model.clock import SECOND, Clock, SystemClock
from krakentui.model.error import KrakentuiError, UsageError
from krakentui.model.limit import points, units
from krakentui.model.number import counted, points_text
from krakentui.settings import Settings
from krakentui.state.pairnames import meant_pairs

NOT_FOUND, NOT_RUNNABLE = 127, 126
SHORTEST_LOOK_S, LONGEST_LOOK_S = 0.01, 0.5
"""It is asked again when the points should fit, within these real seconds: others spend meanwhile."""
NAMES_S = 3.0
"""How long the names of pairs are waited for."""
NO_KEY = "There is no API key, so there is no account whose points could be counted."
NO_FOLDER = "There is no state folder, so nobody would know of the points: nothing was booked."
NO_STREAM = "This key may not stream orders, so nobody can tell when points surely fit."


def run(given: Given) -> int:
    """Wait for points or spend them, then run the command, if there is one."""
    command = given.argv
    if given.deed is None:
        raise UsageError("Say what to do: `krakentui budget wait` or `krakentui budget spend`.")
    if command and given.json:
        raise UsageError("With a command after -- the output is the command's: leave --json out.")
    settings = settings_for(given)
    if settings.credentials is None:
        raise KrakentuiError(settings.keyless_why or NO_KEY)
    if command and shutil.which(command[0]) is None:
        guard.say(f"There is no command {command[0]}: nothing was booked.")
        return NOT_FOUND
    code = running.run_loop(_budget(given, settings))
    return execute(command) if command and code == 0 else code


def execute(command: Sequence[str]) -> int:
    """Become the command; only where that fails there is an exit code of ours."""
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # Python ignores it, and a program inherits that
    try:
        os.execvp(command[0], [*command])  # noqa: S606 - the user's own command, without a shell
    except OSError as error:
        guard.say(f"{command[0]} cannot be run: {error.strerror}.")
    return NOT_RUNNABLE


async def _budget(given: Given, settings: Settings) -> int:
    clock = SystemClock(settings.speed, settings.start_ns)
    waits = given.deed == "wait"
    wish = Wish(
        pair=str(given.pair),
        units=units(str(given.points)),
        waits=waits,
        books=not waits or bool(given.argv),
    )
    granted = await _granted(settings, wish, clock)
    if not given.argv:
        put(text_of(_object(settings, granted, wish, clock)) if given.json else _sentence(granted, wish))
    return 0


async def _granted(settings: Settings, wish: Wish, clock: Clock) -> Granted:
    """Ask whoever holds the key, until the points are granted; a holder that ends is followed by the next."""
    while True:
        async with _seat(settings, clock) as seat:
            try:
                if seat is not None and seat.link is not None:
                    return await _by_the_owner(seat.link, wish, clock)
                return await _by_ourselves(settings, seat, wish, clock)
            except LinkLost:
                await clock.sleep(0.1)


@asynccontextmanager
async def _seat(settings: Settings, clock: Clock) -> AsyncIterator[Seat | None]:
    """Sit at the key.

    Raises:
        KrakentuiError: who holds it does not answer.
    """
    seat = seat_of(settings, clock, "budget")
    if seat is None:
        yield None
        return
    try:
        await seat.take()
    except OSError as error:
        raise KrakentuiError(f"The folder {seat.place.folder} locks nothing: {error.strerror}.") from error
    try:
        if seat.is_outside:
            raise KrakentuiError(f"{held_by(seat)}: nobody can tell of its points.")
        yield seat
    finally:
        seat.leave()


async def _by_the_owner(link: Link, wish: Wish, clock: Clock) -> Granted:
    failure: Exception | None = None
    async with asyncio.TaskGroup() as group:
        listening = group.create_task(_listen(link), name="owner of the key")
        try:
            return await _asked(lambda: link.book(wish), clock)
        except (KrakentuiError, LinkLost) as error:  # raised again outside, where the group cannot wrap it
            failure = error
        finally:
            listening.cancel()
    assert failure is not None  # noqa: S101 - nothing else leaves the group so
    raise failure


async def _listen(link: Link) -> None:
    with suppress(LinkLost):  # whoever asks hears of it
        await link.run()


async def _by_ourselves(settings: Settings, seat: Seat | None, wish: Wish, clock: Clock) -> Granted:
    if wish.waits:
        async with Host(settings, clock, random.Random(), seat=seat) as host:
            session = host.session
            await running.until(
                session, NAMES_S, settings.speed, lambda _: bool(meant_pairs(session.names(), wish.pair))
            )
            return await _asked(lambda: _ask(session, settings, wish, clock), clock)
    if seat is None:
        raise KrakentuiError(NO_FOLDER)
    session = Session(settings, clock, random.Random(), seat=seat)
    try:
        return await _asked(lambda: _ask(session, settings, wish, clock), clock)
    finally:
        await session.close()


async def _ask(session: Session, settings: Settings, wish: Wish, clock: Clock) -> Granted | NotYet:
    """Ask our own session; what can never become sure is not waited for."""
    state = session.state
    if state.keys.own.refused is not None:
        raise KrakentuiError(state.keys.own.refused)
    if wish.waits and not state.expects_stream:
        raise KrakentuiError(NO_STREAM)
    shop = Points(settings.account, lambda: state.ledger, session.names, clock, session.tell)
    return shop.ask(wish, f"krakentui budget (process {os.getpid()})")


async def _asked(ask: Callable[[], Awaitable[Granted | NotYet]], clock: Clock) -> Granted:
    """Ask until the points are granted.

    Raises:
        UsageError: there is no such pair.
        KrakentuiError: they never are.
    """
    while True:
        answer = await ask()
        if isinstance(answer, Granted):
            return answer
        if answer.until_ns is None:
            raise UsageError(answer.why) if answer.no_pair else KrakentuiError(answer.why)
        speed = 1 / clock.real_seconds(1)
        left_s = (answer.until_ns - clock.mono_ns()) / SECOND
        await clock.sleep(min(max(left_s, SHORTEST_LOOK_S * speed), LONGEST_LOOK_S * speed))


def _sentence(granted: Granted, wish: Wish) -> str:
    low, high = points_text(points(granted.low), up=False), points_text(points(granted.high), up=True)
    used, more = low if low == high else f"{low} to {high}", points_text(points(wish.units), up=True)
    ceiling = points_text(points(granted.ceiling), up=False)
    if not wish.books:
        return f"{granted.pair}: room for {counted(more, 'point')}, surely; {used} of {ceiling} are in use."
    told = f"{granted.pair}: booked {counted(more, 'point')}"
    if granted.high > granted.ceiling:  # nobody watches, so there is no telling
        return f"{told}."
    return f"{told}; {used} of {ceiling} are in use with them."


def _object(settings: Settings, granted: Granted, wish: Wish, clock: Clock) -> dict[str, object]:
    return {
        "v": 1,
        "at": instant(clock.now_ns()),
        "account": settings.account,
        "pair": granted.pair,
        "points": points_text(points(wish.units), up=True, places=4),
        "booked": wish.books,
        "used_low": points_text(points(granted.low), up=False, places=4),
        "used_high": points_text(points(granted.high), up=True, places=4),
        "max": points_text(points(granted.ceiling), up=False, places=4),
    }
