"""What a frame and a key cost on the real screen with a thousand open orders, beside one with twenty."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from krakentui.state.listing import orders as orders_view
from krakentui.ui.app import KrakenApp
from tests.support.builders import a_standing, a_state, a_ticker, at, snapshot
from tests.ui.views import FakeFace

MANY, FEW = 1_000, 20
ROUNDS = 20
SIZE = (120, 36)


@dataclass(frozen=True)
class Drawn:
    """Medians of some rounds, in seconds."""

    frame_s: float
    """A frame: the view of all orders, made anew with another price, and its drawing."""
    key_s: float
    """A key that scrolls the list by a page, until it is drawn."""


def costs() -> tuple[Drawn, Drawn]:
    """Measure with many orders, and with few."""
    return asyncio.run(_drawn(MANY)), asyncio.run(_drawn(FEW))


async def _drawn(count: int) -> Drawn:
    standing = [a_standing(f"O{number:05}", price=f"{100_000 + number}.0") for number in range(count)]
    state, face = a_state(snapshot(*standing), a_ticker()), FakeFace()
    app = KrakenApp(face, ticking=False)
    second = 1.0
    async with app.run_test(size=SIZE) as pilot:

        async def frame() -> None:
            nonlocal second
            second += 1
            state.apply(a_ticker(last=f"{99_000 + second * 3}"), at(second))
            face.orders_view = orders_view(state, at(second))
            app.draw()
            await pilot.pause()

        async def page() -> None:
            await pilot.press("pagedown" if app.main.orders.chosen != f"O{count - 1:05}" else "home")
            app.draw()
            await pilot.pause()

        await frame()
        return Drawn(await _median(frame), await _median(page))


async def _median(act: Callable[[], Awaitable[None]]) -> float:
    taken = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        await act()
        taken.append(time.perf_counter() - began)
    return sorted(taken)[ROUNDS // 2]
