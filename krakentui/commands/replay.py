"""`krakentui replay FILE`: a recorded run on the screen, at its pace or another.

The simulated exchange mirrors the file over real loopback sockets, and the monitor watches it as it would
watch the exchange. Nothing can be cancelled: what is shown is over. Like the demo it keeps no nonce mark;
of the settings file it takes the currency and the mouse.
"""

import asyncio
import os
from datetime import UTC, datetime
from functools import partial

from msgspec import structs

from krakentui import log
from krakentui.budget.words import duration
from krakentui.commands import guard
from krakentui.commands.choose import start_log, usable_folder
from krakentui.commands.demo import KEY, credentials_of, demo_settings
from krakentui.commands.live import check_terminal, show
from krakentui.commands.parser import Given
from krakentui.commands.shelf import at_hand
from krakentui.commands.simulated import FirstLine, first_line_of, options_for
from krakentui.engine.host import Host
from krakentui.engine.offered import Shelf
from krakentui.model.redact import Redactor
from krakentui.model.text import clean
from krakentui.settings import Config, Settings, config_file, read_config, state_folder
from krakentui.simulator.exchange import Exchange
from krakentui.simulator.mirror.past import Past
from krakentui.simulator.mirror.recording import Recording
from krakentui.simulator.options import Options

SOURCE = "the replay"
NO_ACCOUNT = "No account was recorded: public markets are shown."
LOOK_S = 0.5
"""How often it is looked, by a watch in the hand, whether the recording has ended: its last frames have as
long to arrive at any pace."""
_NS_OF_US = 1_000


def run(given: Given) -> int:
    """Show what was recorded."""
    options = options_for(given, None)
    chosen = given.config is not None or "KRAKENTUI_CONFIG" in os.environ
    config = read_config(config_file(given.config), must_exist=chosen)
    check_terminal()
    with asyncio.Runner() as runner:
        guard.watch_loop(runner.get_loop())
        return runner.run(_replay(given, options, config))


async def _replay(given: Given, options: Options, config: Config) -> int:
    async with Exchange(options) as exchange:
        first = first_line_of(exchange.first_line())
        folder, warnings = usable_folder(state_folder())
        log_file = given.log_file or (folder / log.FILE_NAME if folder else None)
        redactor = Redactor()
        warnings += start_log(log_file, redactor, credentials_of(first, KEY, SOURCE))
        settings = replay_settings(first, options, config)
        warnings = (*settings.warnings, *config.warnings, *warnings)
        settings = structs.replace(settings, warnings=warnings, redactor=redactor)
        past = exchange.world.past
        beside = None if past is None else partial(until_over, past, LOOK_S * options.speed)
        return await show(settings, lambda _clock: _shelf(settings), beside)


async def until_over(past: Past, look_s: float, host: Host) -> None:
    """Wait for the end of what was recorded, and let everything stand still then."""
    is_over = False
    while not is_over:
        is_over = past.is_over  # and once more round: its last frames are still on their way
        await host.clock.sleep(look_s)
    host.end()


def replay_settings(first: FirstLine, options: Options, config: Config) -> Settings:
    """Put together what the monitor needs to watch this mirror.

    Raises:
        ValueError: the exchange mirrors nothing.
    """
    recording = options.mirror
    if recording is None:
        raise ValueError("no recording")
    told = demo_settings(first, options.speed)
    return structs.replace(
        told,
        venue="replay",
        credentials=credentials_of(first, KEY, SOURCE) if recording.is_private else None,
        keyless_why="" if recording.is_private else NO_ACCOUNT,
        account="recorded",
        read_only=True,
        markets=recording.watched or told.markets,
        currency=config.currency or told.currency,
        mouse=config.mouse,
        warnings=(introduction(recording),),
    )


def introduction(recording: Recording) -> str:
    """Say what is shown, as one sentence."""
    when = ""
    if recording.start_us is not None:
        began = datetime.fromtimestamp(recording.start_us // 1_000_000, UTC)
        when = f" of {began:%Y-%m-%d %H:%M:%S} UTC"
    what = f"{clean(recording.name)}{when}"
    lasts = duration(recording.length_us * _NS_OF_US)
    return f"This is the recording {what}: it lasts {lasts}, and nothing in it can be cancelled."


def _shelf(settings: Settings) -> Shelf:
    held = settings.credentials
    return Shelf(() if held is None else (at_hand(held, settings.account, "watch"),))
