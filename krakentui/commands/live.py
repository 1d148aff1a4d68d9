"""`krakentui`: the monitor. The session is opened around the screen, so that closing has an order."""

import asyncio
import gc
import logging
import os
import random
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from msgspec import structs

from krakentui import log
from krakentui.commands import guard
from krakentui.commands.choose import settings_for
from krakentui.commands.parser import Given
from krakentui.commands.seated import seated, sit
from krakentui.commands.shelf import ListKeys, stored_shelf
from krakentui.engine.host import Host
from krakentui.engine.keychain import Keychain
from krakentui.engine.seat import Seated
from krakentui.model.clock import SystemClock
from krakentui.model.error import KrakentuiError
from krakentui.model.redact import Redactor
from krakentui.settings import Settings
from krakentui.ui.app import KrakenApp

_LOG = logging.getLogger(__name__)
PROGRAM = "monitor"
Beside = Callable[[Host], Awaitable[None]]
_INSTEAD = "`krakentui stream` and `krakentui snapshot` work without one."


def run(given: Given) -> int:
    """Show the monitor on the real exchange, or on the simulator at `--endpoint`."""
    settings = settings_for(given)
    check_terminal()
    shelf = stored_shelf(given, os.environ, settings)
    settings = choice_told(settings, shelf)
    with asyncio.Runner() as runner:
        guard.watch_loop(runner.get_loop())
        return runner.run(show(settings, shelf))


def choice_told(settings: Settings, shelf: ListKeys) -> Settings:
    """Let the monitor say that keys are stored and none was chosen, rather than that there is none."""
    if settings.credentials is not None or settings.keyless_why:
        return settings
    count = len(shelf(SystemClock()).offered)
    if not count:
        return settings
    stored = "1 key is stored and is not" if count == 1 else f"{count} keys are stored and none of them is"
    why = f"{stored} the default: K takes one, or start after `krakentui keys default NAME`."
    return structs.replace(settings, keyless_why=why)


def check_terminal(environ: Mapping[str, str] = os.environ) -> None:
    """Pass if there is a terminal that can show a screen.

    Raises:
        KrakentuiError: there is none; the sentence says what to use instead.
    """
    if environ.get("TERM", "") in {"", "dumb"}:
        raise KrakentuiError(
            f"This terminal (TERM={environ.get('TERM', '')}) cannot show a screen; {_INSTEAD}"
        )
    if not all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)):
        raise KrakentuiError(f"The monitor needs a terminal; {_INSTEAD}")


async def show(settings: Settings, shelf: ListKeys, beside: Beside | None = None) -> int:
    """Run the screen on a session; SIGTERM and SIGHUP end it in order, as 128 plus their number.

    `shelf` lists, on the clock of the run, the keys that the screen can switch to; `beside` is done beside
    the session.
    """
    clock = SystemClock(settings.speed, settings.start_ns)
    async with seated(settings, clock, PROGRAM) as place:
        return await _show(place, clock, shelf, beside)


async def _show(place: Seated, clock: SystemClock, shelf: ListKeys, beside: Beside | None) -> int:
    redactor = place.settings.redactor or Redactor()
    settings = structs.replace(place.settings, redactor=redactor)
    redactor.learn(settings.credentials)
    redactor.learn(settings.cancel_credentials)
    async with Host(
        settings,
        clock,
        random.Random(),
        seat=place.seat,
        cancel_seat=place.cancel_seat,
        wait_for_paint=True,
    ) as host:
        app = KrakenApp(host.session, painted=host.painted, hide=redactor.clean)
        sitting = partial(sit, clock=clock, program=PROGRAM)
        app.keychain = Keychain(host, settings, partial(shelf, clock), sitting, redactor.learn, app)
        host.beside("switch of keys", app.keychain.run)
        if beside is not None:
            host.beside("end of the recording", partial(beside, host))
        loop = asyncio.get_running_loop()

        def say(trouble: str) -> None:
            loop.call_soon(app.say, trouble)

        log.tell(say)
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            loop.add_signal_handler(number, app.exit, None, 128 + number)
        await app.run_async(mouse=settings.mouse)
        code = app.return_code or 0
        hanging, account = app.keychain.parting(), host.session.state.account
        left = () if hanging.venue == "demo" else app.keychain.left  # the demo's exchange ends here
    _LOG.info("The monitor ended with %s, %s cancels unsettled.", code, len(hanging.unsettled))
    for sentence in (*left, *hanging.told(account, at_the_end=True), *host.last_words):
        guard.say(sentence)
    gc.freeze()  # the interpreter's own last collections would take a third of the second an end may take
    return code
