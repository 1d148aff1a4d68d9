"""`krakentui simulate`: the simulated exchange alone, for this monitor or any other Kraken client.

The first line of stdout is one JSON object and the only thing there; hints for people go to stderr.
"""

import asyncio
import errno
import signal
import sys
from collections import Counter
from datetime import UTC, datetime

from krakentui.commands import running
from krakentui.commands.lines import put, text_of
from krakentui.commands.parser import Given
from krakentui.commands.simulated import FirstLine, first_line_of, options_for
from krakentui.commands.simulated_log import Write, replayed, written
from krakentui.model.error import KrakentuiError, UsageError
from krakentui.simulator.exchange import Exchange
from krakentui.simulator.mirror.recording import Recording
from krakentui.simulator.options import Options
from krakentui.simulator.scenario import BadScenario
from krakentui.simulator.tables import load as load_tables

_MILLION = 1_000_000
TOLD_MAX = 10_000
"""Frames of a recording that are told again before the first client is served: about 2 s."""


def run(given: Given) -> int:
    """Run the exchange until told to stop; SIGTERM is the ordinary end."""
    if given.replay is not None:
        return replayed(given.replay, given.log)
    code = running.run_loop(_simulate(given))
    return 0 if code == 128 + signal.SIGTERM else code


async def _simulate(given: Given) -> int:
    options = options_for(given, start_us(given.start))
    try:
        with written(given.log) as log:
            await _run(options, log)
    except BadScenario as bad:
        raise UsageError(str(bad)) from None
    except OSError as error:
        raise KrakentuiError(_port_sentence(error, given.port)) from error
    return 0


async def _run(options: Options, log: Write | None) -> None:
    async with Exchange(options, log) as exchange:
        told = exchange.first_line()
        put(text_of(told))
        print(hints(first_line_of(told)), file=sys.stderr, flush=True)
        if options.mirror is not None:
            print(mirror_words(options.mirror), file=sys.stderr, flush=True)
        await asyncio.get_running_loop().create_future()


def start_us(start: str | None) -> int | None:
    """Read `--start`; None = the present.

    Raises:
        UsageError: it is no instant of this century.
    """
    if start in {None, "now"}:
        return None
    try:
        moment = datetime.fromisoformat(str(start))
    except ValueError:
        raise UsageError("--start takes `now` or an instant like 2027-03-10T09:00:00Z.") from None
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    if not 2000 <= moment.year < 2100:
        raise UsageError("--start takes an instant of this century.")
    return round(moment.timestamp()) * _MILLION + moment.microsecond


def hints(first: FirstLine) -> str:
    """Write how to point clients at this exchange."""
    key, sockets = first.keys["cancel"], first.ws_public.removesuffix("/v2")
    pair = f"KRAKENTUI_API_KEY={key.key} KRAKENTUI_API_SECRET={key.secret}"
    return f"""\
The simulated exchange runs at {first.rest} (Ctrl-C ends it). Nothing leaves this machine.

krakentui          {pair} krakentui --endpoint {first.rest}
python-kraken-sdk  SpotClient(url="{first.rest}", key=…, secret=…)
                   SpotWSClient(rest_url="{first.rest}", ws_url="{sockets}", auth_ws_url="{sockets}/auth", …)
ccxt               exchange.urls["api"] |= {{"public": "{first.rest}", "private": "{first.rest}"}}
krakenex           api.uri = "{first.rest}"
Give every program a key of its own: {", ".join(first.keys)}."""


def mirror_words(recording: Recording) -> str:
    """Say what is served, and how much of it the exchange's own writers write the same."""
    from krakentui.simulator.mirror.retelling import report  # noqa: PLC0415 - for one option

    sides = Counter(connection.surface for connection in recording.connections)
    told = report(recording, load_tables().pairs, TOLD_MAX)
    which = "these frames" if recording.frames <= TOLD_MAX else f"the first {TOLD_MAX} frames"
    parts = [_count(number, f"{side} connection") for side, number in sorted(sides.items())]
    parts.append(_count(len(recording.replies), "REST answer"))
    return f"""\
It mirrors {recording.name}: {_count(recording.frames, "frame")}, {", ".join(parts)}.
Of {which} its own books, orders and writers tell {told.same} again to the byte, {told.other} otherwise,
{told.untold} not at all; all are served as recorded. What was not recorded is refused."""


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _port_sentence(error: OSError, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is in use on this machine: choose another one with --port."
    if error.errno == errno.EACCES:
        return f"Port {port} may not be used by you: choose one above 1023 with --port."
    return f"The simulated exchange cannot start: {error.strerror or type(error).__name__}."
