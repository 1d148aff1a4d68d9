"""Makes the pictures of the README: the real app, the real client, the simulated exchange, no real time.

    python -m screenshots.make            all scenes, SVG and (where rsvg-convert is there) PNG
    python -m screenshots.make question   only scenes whose name contains the word

Exchange and client both stand still until the script moves them, so the same seed gives the same
pictures.
"""

import asyncio
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from krakentui.commands.demo import demo_settings, shelf_of
from krakentui.commands.seated import sit
from krakentui.commands.simulated import first_line_of
from krakentui.engine.host import Host
from krakentui.engine.keychain import Keychain
from krakentui.simulator.exchange import Exchange
from krakentui.simulator.options import Options
from krakentui.state.view import OrderRow
from krakentui.ui.app import KrakenApp
from krakentui.ui.theme import DARK
from tests.support.clock import ManualClock

FOLDER = Path(__file__).parent
STEP_S = 0.25
QUIET_S = 0.03
"""Real time without a new event after which everything sent has arrived."""


class Stage:
    """One running demo and the hands of its user."""

    def __init__(
        self, exchange: Exchange, host: Host, clock: ManualClock, app: KrakenApp, pilot: Pilot[Any]
    ) -> None:
        self.app = app
        self._exchange = exchange
        self._host = host
        self._clock = clock
        self._pilot = pilot

    async def wait(self, seconds: float) -> None:
        """Let the exchange and the client live this long."""
        for _ in range(round(seconds / STEP_S)):
            await self._exchange.advance(STEP_S)
            await self._clock.advance(STEP_S)
            await self._arrived()
        self.app.draw()
        await self._pilot.pause()

    async def press(self, *keys: str) -> None:
        """Press keys at a human's pace."""
        for key in keys:
            await self._pilot.press(key)
            await self.wait(0.5)

    async def choose(self, fits: Callable[[OrderRow], bool]) -> None:
        """Move down to the next order that fits."""
        for _ in range(40):
            await self._pilot.press("down")
            rows = self._host.session.orders(self._clock.mono_ns()).rows
            if any(fits(row) for row in rows if row.id == self.app.main.orders.chosen):
                return
        raise LookupError("no order fits")

    async def _arrived(self) -> None:
        seen = -1
        while seen != self._host.session.revision:
            seen = self._host.session.revision
            await asyncio.sleep(QUIET_S)


@dataclass(frozen=True)
class Scene:
    """One picture: its name, its size, what is done before it is taken."""

    name: str
    size: tuple[int, int]
    act: Callable[[Stage], Awaitable[None]]


async def monitor(stage: Stage) -> None:
    """The main screen after some minutes."""
    await stage.wait(240)
    await stage.press("down", "down", "down")


async def question(stage: Stage) -> None:
    """What is asked before an order is cancelled."""
    await stage.wait(60)
    await stage.choose(lambda row: row.cost is not None and row.cost.high > 0)
    await stage.press("space")
    await stage.choose(lambda row: row.protective)
    await stage.press("space", "x")


async def cancelled(stage: Stage) -> None:
    """The journal after some cancels."""
    await stage.wait(60)
    await stage.press("down", "down", "down", "x", "enter")
    await stage.wait(2)
    await stage.press("down", "x", "enter")
    await stage.wait(2)
    await stage.press("J")


async def results(stage: Stage) -> None:
    """What came of a cancel of many."""
    await stage.wait(120)
    for _ in range(9):
        await stage.press("space", "down")
    await stage.press("x", "enter")
    await stage.wait(4)


async def keys(stage: Stage) -> None:
    """The keys of the demo, the one in use just checked."""
    await stage.wait(60)
    await stage.press("K", "c")
    await stage.wait(4)


async def limits(stage: Stage) -> None:
    """Every limit, and the key's calls in the next minutes."""
    await stage.wait(240)
    await stage.press("L")


async def one_limit(stage: Stage) -> None:
    """What was spent on one pair, after a cancel."""
    await stage.wait(60)
    await stage.choose(lambda row: row.pair == "BTC/USD" and row.cost is not None and row.cost.high > 0)
    await stage.press("x", "enter")
    await stage.wait(2)
    await stage.press("L", "down", "down")


async def help_screen(stage: Stage) -> None:
    """All keys."""
    await stage.wait(5)
    await stage.press("question_mark")


SCENES = (
    Scene("monitor", (120, 36), monitor),
    Scene("monitor-80x24", (80, 24), monitor),
    Scene("question", (120, 36), question),
    Scene("journal", (120, 36), cancelled),
    Scene("results", (120, 36), results),
    Scene("keys", (120, 36), keys),
    Scene("limits", (120, 36), limits),
    Scene("limits-80x24", (80, 24), one_limit),
    Scene("help", (120, 36), help_screen),
)


async def take(scene: Scene) -> str:
    """Play a scene and return its picture as SVG."""
    async with Exchange(Options(seed=1, manual=True)) as exchange:
        clock = ManualClock()
        first = first_line_of(exchange.first_line())
        settings = demo_settings(first)
        async with Host(settings, clock, random.Random(1)) as host:
            app = KrakenApp(host.session, ticking=False, theme=DARK.name)
            sitting = partial(sit, clock=clock, program="krakentui")
            app.keychain = Keychain(host, settings, lambda: shelf_of(first), sitting, lambda _: None, app)
            host.beside("switch of keys", app.keychain.run)
            async with app.run_test(size=scene.size) as pilot:
                stage = Stage(exchange, host, clock, app, pilot)
                await scene.act(stage)
                return self_contained(app.export_screenshot(title="krakentui demo"))


def self_contained(svg: str) -> str:
    """Take the links to fonts elsewhere out of a picture: it needs nothing from the network."""
    if "cannot&#160;be&#160;drawn" in svg:
        raise RuntimeError("a panel failed: no picture of that")
    svg = svg.replace("<svg ", '<svg xml:space="preserve" ', 1)  # leading blanks are columns here
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    return svg.replace("Fira Code", "DejaVu Sans Mono")


def main(words: list[str]) -> int:
    """Make the scenes whose names contain a word, or all."""
    convert = shutil.which("rsvg-convert")
    for scene in SCENES:
        if words and not any(word in scene.name for word in words):
            continue
        picture = FOLDER / f"{scene.name}.svg"
        picture.write_text(asyncio.run(take(scene)), encoding="utf-8")
        if convert is not None:
            png = picture.with_suffix(".png")
            subprocess.run([convert, "--zoom", "0.8", "-o", str(png), str(picture)], check=True)  # noqa: S603
        print(picture.name)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
