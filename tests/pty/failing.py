"""The monitor with a bug in one place, a secret in its reach: `python -m tests.pty.failing PLACE LOG`.

Only the place where the bug sits is of the test; the app, its session and the exchange are real.
"""

import asyncio
import base64
import inspect
import logging
import random
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from krakentui import log
from krakentui.commands import guard
from krakentui.commands.demo import demo_settings
from krakentui.commands.simulated import first_line_of
from krakentui.engine.host import Host
from krakentui.model.clock import SystemClock
from krakentui.model.redact import Redactor
from krakentui.model.secret import Secret
from krakentui.net.deadline import Scissors
from krakentui.net.http import Rest
from krakentui.simulator.exchange import Exchange
from krakentui.simulator.options import Options
from krakentui.state.view import NotAsked, OrdersView, Question
from krakentui.ui.app import KrakenApp
from krakentui.wire.spot.rest import Prepared
from tests.ui.scenes import busy_face
from tests.ui.views import FakeFace

CANARY = "plain-Canary-7d1f"
"""Looks like nothing: only its exact value can give it away."""
KEYED = base64.b64encode(b"canary" * 11).decode()
"""Looks like the secret of a key."""
FAILS_AFTER_S = 0.3


class Bug(Exception):
    """What is raised; its text holds the secrets, as a careless library's would."""


def fail() -> None:
    """Fail with secrets in a local, in the message and in a cause."""
    api_secret, header = CANARY, {"API-Sign": KEYED}
    try:
        raise KeyError(api_secret)
    except KeyError as cause:
        raise Bug(f"cannot sign with {api_secret!r}: {header}") from cause


class BuggyFace(FakeFace):
    """A session that fails where it is told to."""

    def __init__(self, place: str) -> None:
        super().__init__()
        self.clock = SystemClock()  # type: ignore[assignment]  # the real one
        self._place = place
        self.orders_view = busy_face().orders_view

    def orders(self, t_ns: int) -> OrdersView:
        if self._place == "view":
            fail()
        return super().orders(t_ns)

    def ask_cancel(self, ids: Sequence[str], *, named: bool = False) -> Question | NotAsked:
        if self._place == "action":
            fail()
        return super().ask_cancel(ids)


class BuggyApp(KrakenApp):
    """An app that fails once it is on the screen."""

    CSS_PATH = str(Path(inspect.getfile(KrakenApp)).with_name("krakentui.tcss"))
    bug: Callable[[], object] | None = None

    def on_mount(self) -> None:
        if self.bug is not None:
            self.set_timer(FAILS_AFTER_S, self.bug)


class BuggyDoor:
    """A REST door that fails with the signed request in its hands."""

    async def send(
        self,
        prepared: Prepared,
        limit_s: float,
        scissors: Scissors | None = None,
        wrote: Callable[[], None] | None = None,
    ) -> tuple[int, bytes]:
        fail()
        raise AssertionError(Rest, prepared, limit_s, scissors, wrote)


def _app(face: object, place: str, redactor: Redactor) -> BuggyApp:
    app = BuggyApp(face, hide=redactor.clean)  # type: ignore[arg-type]  # a session or a stand-in
    if place == "app":
        app.bug = fail
    elif place == "worker":
        app.bug = lambda: app.run_worker(_fail_async(), exit_on_error=True)
    elif place == "thread":
        app.bug = lambda: threading.Thread(target=fail).start()
    elif place == "loop":
        app.bug = lambda: asyncio.get_running_loop().call_soon(fail)
    return app


async def _fail_async() -> None:
    fail()


async def _run(place: str, redactor: Redactor) -> int:
    guard.watch_loop(asyncio.get_running_loop())
    if place != "engine":
        app = _app(BuggyFace(place), place, redactor)
        await app.run_async(mouse=False)
        return app.return_code or 0
    async with Exchange(Options(quiet=True)) as exchange:
        settings = demo_settings(first_line_of(exchange.first_line()))
        clock = SystemClock(start_ns=settings.start_ns)
        async with Host(settings, clock, random.Random(1), door=BuggyDoor()) as host:
            app = _app(host.session, place, redactor)
            await app.run_async(mouse=False)
            return app.return_code or 0


def main(place: str, file: Path) -> int:
    """Run as `krakentui` does, every logger at its loudest."""
    guard.harden()
    redactor = Redactor([Secret(CANARY)])
    log.start(file, redactor)
    for name in ("", "krakentui", "asyncio", "websockets", "httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.DEBUG)
    try:
        if place == "before":
            fail()
        return asyncio.run(_run(place, redactor))
    except BaseException as error:  # noqa: BLE001 - as `krakentui.__main__` does
        return guard.ending(error)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1], Path(sys.argv[2])))
