"""A program for the pty tests: a whole app whose screen changes all the time, and a heartbeat.

It writes one line to the file descriptor it is given for every tenth of a second its event loop is
alive, and one for every question asked or confirmed.
"""

import asyncio
import os
import sys
from collections.abc import Sequence

from krakentui.commands import guard
from krakentui.model.clock import SystemClock
from krakentui.state.view import MarketRow, NotAsked, Question
from krakentui.ui.app import KrakenApp
from tests.ui.scenes import busy_face
from tests.ui.views import FakeFace, a_market

BEAT_S = 0.1


class RestlessFace(FakeFace):
    """A session in which every price changes at every look."""

    def __init__(self, beats: int) -> None:
        super().__init__()
        self._beats = beats
        busy = busy_face()
        self.clock = SystemClock()  # type: ignore[assignment]  # the real one
        self.orders_view, self.budget_view = busy.orders_view, busy.budget_view
        self._looks = 0

    def markets(self, t_ns: int) -> tuple[MarketRow, ...]:
        self._looks += 1
        return tuple(a_market(f"P{n}/USD", f"{self._looks * 7 % 90000 + n}.1") for n in range(8))

    def ask_cancel(self, ids: Sequence[str], *, named: bool = False) -> Question | NotAsked:
        os.write(self._beats, b"asked\n")
        return super().ask_cancel(ids)

    def confirm(self, question: Question) -> NotAsked | None:
        os.write(self._beats, b"confirmed\n")
        return super().confirm(question)


async def main(beats: int) -> int:
    app = KrakenApp(RestlessFace(beats), theme="calm-dark")

    async def beat() -> None:
        while True:
            os.write(beats, b"alive\n")
            for _ in range(10):
                app.draw()
                if app.is_running:
                    app.screen.refresh()
                await asyncio.sleep(BEAT_S / 10)

    async with asyncio.TaskGroup() as tasks:
        beating = tasks.create_task(beat(), name="beat")
        await app.run_async(mouse=False)
        beating.cancel()
    return app.return_code or 0


if __name__ == "__main__":
    code = asyncio.run(main(int(sys.argv[1])))
    guard.close_streams()
    sys.exit(code)
