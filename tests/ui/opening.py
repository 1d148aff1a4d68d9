"""The app on a screen of a given size, drawn once, its clock in the test's hand."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from textual.pilot import Pilot

from krakentui.ui.app import KrakenApp
from krakentui.ui.theme import DARK
from tests.ui.views import FakeFace

WIDE = (120, 36)
NARROW = (80, 24)
LEAST = (60, 16)


class Opened:
    """An open app and the hands of its user."""

    def __init__(self, app: KrakenApp, face: FakeFace, pilot: Pilot[Any]) -> None:
        self.app = app
        self.face = face
        self.pilot = pilot

    async def draw(self) -> None:
        """Let one frame pass."""
        self.app.draw()
        await self.pilot.pause()

    async def wait(self, seconds: float) -> None:
        """Let time pass and draw."""
        await self.face.clock.advance(seconds)
        await self.draw()

    async def press(self, *keys: str) -> None:
        """Press keys at a human's pace."""
        for key in keys:
            await self.pilot.press(key)
            await self.face.clock.advance(0.3)
            self.app.draw()

    async def burst(self, *keys: str) -> None:
        """Press keys all at once."""
        await self.pilot.press(*keys)
        self.app.draw()

    def lines(self) -> list[str]:
        """Read the screen as text."""
        return screen_lines(self.app)

    def text(self) -> str:
        """Read the screen as one text."""
        return "\n".join(self.lines())


def screen_lines(app: KrakenApp) -> list[str]:
    """Read what the terminal would show, without colours."""
    update = app.screen._compositor.render_update(full=True, screen_stack=app._background_screens)
    strips = update.strips  # type: ignore[union-attr]  # a full update has them
    return ["".join(strip.text for strip in row).rstrip() for row in strips]


@asynccontextmanager
async def opened(
    face: FakeFace | None = None, size: tuple[int, int] = WIDE, notices: tuple[str, ...] = ()
) -> AsyncIterator[Opened]:
    """Open the app over this session."""
    face = face or FakeFace()
    app = KrakenApp(face, ticking=False, notices=notices, theme=DARK.name)
    async with app.run_test(size=size) as pilot:
        open_app = Opened(app, face, pilot)
        await open_app.draw()
        yield open_app
