"""A monitor that fails with a secret in scope and in its message: `python -m tests.pty.crashing`."""

import asyncio
import inspect
from pathlib import Path

from krakentui import log
from krakentui.commands import guard
from krakentui.ui.app import KrakenApp
from tests.commands.face import ReadyFace

SECRET = "aB3+" * 21 + "xY=="


class Crashing(KrakenApp):
    """Fails while it runs."""

    CSS_PATH = str(Path(inspect.getfile(KrakenApp)).with_name("krakentui.tcss"))

    def draw_then_fail(self) -> None:
        """Fail as a bug in a widget would."""
        api_secret = SECRET
        raise ValueError("signing with " + api_secret)

    def on_mount(self) -> None:
        """Fail once the terminal is ours."""
        self.set_timer(0.3, self.draw_then_fail)


if __name__ == "__main__":
    guard.harden()
    log.start(None)
    app = Crashing(ReadyFace())
    asyncio.run(app.run_async())
    raise SystemExit(app.return_code)
