"""`krakentui`: the monitor. The session is opened around the screen, so that closing has an order."""

import asyncio
import gc
import logging
import os
import random
import signal
import sys
from collections.abc import Mapping
from datetime import UTC, datetime

from krakentui import log
from krakentui.commands import guard
from krakentui.commands.choose import settings_for
from krakentui.commands.parser import Given
from krakentui.commands.seated import Seated, seated
from krakentui.engine.host import Host
from krakentui.model.clock import SECOND, SystemClock
from krakentui.model.error import KrakentuiError
from krakentui.model.redact import Redactor
from krakentui.settings import Settings
from krakentui.state.view import SwitchView
from krakentui.ui.app import KrakenApp

_LOG = logging.getLogger(__name__)
_INSTEAD = "`krakentui stream` and `krakentui snapshot` work without one."


def run(given: Given) -> int:
    """Show the monitor on the real exchange, or on the simulator at `--endpoint`."""
    settings = settings_for(given)
    check_terminal()
    with asyncio.Runner() as runner:
        guard.watch_loop(runner.get_loop())
        return runner.run(show(settings))


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


async def show(settings: Settings) -> int:
    """Run the screen on a session; SIGTERM and SIGHUP end it in order, as 128 plus their number."""
    clock = SystemClock(settings.speed, settings.start_ns)
    async with seated(settings, clock, "monitor") as place:
        return await _show(place, clock)


async def _show(place: Seated, clock: SystemClock) -> int:
    settings = place.settings
    redactor = Redactor()
    redactor.learn(settings.credentials)
    redactor.learn(settings.cancel_credentials)
    async with Host(settings, clock, random.Random(), seat=place.seat, wait_for_paint=True) as host:
        app = KrakenApp(host.session, painted=host.painted, hide=redactor.clean)
        loop = asyncio.get_running_loop()

        def say(trouble: str) -> None:
            loop.call_soon(app.say, trouble)

        log.tell(say)
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            loop.add_signal_handler(number, app.exit, None, 128 + number)
        await app.run_async(mouse=settings.mouse)
        code = app.return_code or 0
        left, switch = host.session.unsettled(), host.session.status(clock.mono_ns()).switch
    _LOG.info("The monitor ended with %s, %s cancels unsettled.", code, len(left))
    if left:
        guard.say(
            f"Not confirmed by the exchange yet: the cancel of {', '.join(left)}. Look at your open orders."
        )
    if switch is not None and switch.phase != "fired":
        guard.say(_armed(settings.account, switch))
    gc.freeze()  # the interpreter's own last collections would take a third of the second an end may take
    return code


def _armed(account: str, switch: SwitchView) -> str:
    """Say that the dead man's switch outlives the monitor."""
    fires = switch.fires_wall_ns
    at = "" if fires is None else f" at {datetime.fromtimestamp(fires // SECOND, UTC):%H:%M:%S} UTC"
    return (
        f"The dead man's switch of account {account} stays armed: the exchange cancels every open order{at}, "
        "unless it is renewed or disarmed before (krakentui, then D)."
    )
