"""`krakentui demo`: the whole monitor against a simulated exchange in the same process.

Both sides talk over real loopback sockets, so that the demo shows the client that would trade. It
keeps no nonce mark and reads no settings file: pictures repeat.
"""

import asyncio
from datetime import datetime

from msgspec import structs

from krakentui import log
from krakentui.commands import guard
from krakentui.commands.choose import endpoints_at, start_log, usable_folder
from krakentui.commands.live import check_terminal, show
from krakentui.commands.parser import Given
from krakentui.commands.shelf import at_hand
from krakentui.commands.simulated import FirstLine, first_line_of, options_for
from krakentui.engine.offered import Shelf
from krakentui.keys.profile import Purpose
from krakentui.model.clock import SECOND
from krakentui.model.error import UsageError
from krakentui.model.redact import Redactor
from krakentui.model.secret import Credentials, Secret
from krakentui.settings import Settings, state_folder
from krakentui.simulator.exchange import Exchange
from krakentui.simulator.options import OPENING_US, Options
from krakentui.simulator.scenario import BadScenario

KEY = "cancel"
"""The least that shows everything: it watches and cancels, it cannot trade."""
_KEYS: dict[str, Purpose] = {KEY: "watch+cancel", "watch": "watch", "stranger": "watch+cancel"}
"""Those that one can switch between: the last one is of another account, and may do too much."""


def run(given: Given) -> int:
    """Show the monitor on an exchange of its own."""
    options = options_for(given, OPENING_US)
    check_terminal()
    with asyncio.Runner() as runner:
        guard.watch_loop(runner.get_loop())
        try:
            return runner.run(_demo(given, options))
        except BadScenario as bad:
            raise UsageError(str(bad)) from None


async def _demo(given: Given, options: Options) -> int:
    async with Exchange(options) as exchange:
        first = first_line_of(exchange.first_line())
        settings = demo_settings(first, given.speed or 1.0)
        folder, warnings = usable_folder(state_folder())
        redactor = Redactor()
        warnings += start_log(folder / log.FILE_NAME if folder else None, redactor, settings.credentials)
        settings = structs.replace(settings, redactor=redactor)
        return await show(settings, lambda _clock: shelf_of(first))


def shelf_of(first: FirstLine) -> Shelf:
    """List the keys of the demo."""
    keys = (
        (credentials_of(first, name), first.keys[name].account, purpose) for name, purpose in _KEYS.items()
    )
    return Shelf(tuple(at_hand(*key) for key in keys))


def credentials_of(first: FirstLine, name: str, source: str = "the demo") -> Credentials:
    """Give one key of the exchange."""
    key = first.keys[name]
    return Credentials(key=key.key, secret=Secret(key.secret), name=name, source=source)


def demo_settings(first: FirstLine, speed: float = 1.0) -> Settings:
    """Put together what the monitor needs to watch this exchange."""
    return Settings(
        venue="demo",
        endpoints=endpoints_at(first.rest),
        credentials=credentials_of(first, KEY),
        account=first.keys[KEY].account,
        speed=speed,
        start_ns=int(datetime.fromisoformat(first.now).timestamp() * 1000) * (SECOND // 1000),
    )
