"""The monitor on a stored key, with a bug: `python -m tests.pty.storedkey REST LEVEL WORDS…`.

The key comes the way it does for Kraken, from the profile's own source; then the simulated exchange at REST
stands in for Kraken. The first look at balances fails with the signed request at hand, and a moment later
the app itself fails with the secret in its hands, in the message and in a cause.
"""

import functools
import inspect
import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path

from msgspec import structs

from krakentui.commands import guard, live
from krakentui.commands.choose import settings_with
from krakentui.commands.parser import Given, parse
from krakentui.commands.which_key import choose_key
from krakentui.engine.doors import RestDoor
from krakentui.engine.host import Host
from krakentui.model.clock import SystemClock
from krakentui.model.secret import Credentials
from krakentui.net.deadline import Scissors
from krakentui.net.tap import NoTap
from krakentui.net.way import Way
from krakentui.settings import Settings
from krakentui.ui.app import KrakenApp
from krakentui.wire.spot.rest import Prepared
from tests.pty.loud import LOUD

LOOK_S = 0.5


class Bug(Exception):
    """What is raised; its text holds the secret, as a careless library's would."""


def fail(key: Credentials) -> None:
    """Fail with the pair in locals, in the message and in a cause."""
    api_secret, public = key.secret.reveal(), key.key
    try:
        raise KeyError(api_secret)
    except KeyError as cause:
        raise Bug(f"cannot sign {public!r} with {api_secret!r}") from cause


class LeakyDoor(RestDoor):
    """The real way to the exchange, which fails once with a signed request."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings.endpoints.rest, SystemClock(), NoTap(), Way())
        self._key = settings.credentials
        self._failed = False

    async def send(
        self,
        prepared: Prepared,
        limit_s: float,
        scissors: Scissors | None = None,
        wrote: Callable[[], None] | None = None,
    ) -> tuple[int, bytes]:
        if prepared.path.endswith("OpenOrders") and not self._failed and self._key is not None:
            self._failed = BuggyApp.leaked = True
            logging.getLogger("httpcore.http11").debug("send_request_headers %r", prepared.headers)
            fail(self._key)
        return await super().send(prepared, limit_s, scissors, wrote)


class BuggyApp(KrakenApp):
    """An app that fails once it is on the screen."""

    CSS_PATH = str(Path(inspect.getfile(KrakenApp)).with_name("krakentui.tcss"))
    key: Credentials | None = None
    leaked = False
    """Whether a request has failed with the key in its reach."""
    looks = 0

    def on_mount(self) -> None:
        self.set_interval(LOOK_S, self._look)

    def _look(self) -> None:
        """Fail once the request has failed and the log has had its time."""
        if self.key is not None and self.leaked:
            self.looks += 1
            if self.looks > 1:
                fail(self.key)


def main(rest: str, level: str, words: list[str]) -> int:
    """Run as `krakentui` does, loggers at this level."""
    guard.harden()

    def settings_for(given: Given) -> Settings:
        """Find the key where it is kept; only then go to the simulated exchange instead of Kraken."""
        chosen = choose_key(given, os.environ)
        settings = settings_with(structs.replace(given, endpoint=rest), os.environ, chosen)
        for name in LOUD.split():
            logging.getLogger(name).setLevel(level)
        BuggyApp.key = settings.credentials
        vars(live)["Host"] = functools.partial(Host, door=LeakyDoor(settings))
        return settings

    vars(live).update(settings_for=settings_for, KrakenApp=BuggyApp)
    try:
        return live.run(parse(words))
    except BaseException as error:  # noqa: BLE001 - as `krakentui.__main__` does
        return guard.ending(error)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1], sys.argv[2], sys.argv[3:]))
