"""The Limits screen over a state whose limits stand at something."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from krakentui.state import usage, views
from krakentui.state.state import State
from tests.support.builders import at
from tests.support.limits import NOW
from tests.ui.opening import WIDE, Opened, opened
from tests.ui.views import FakeFace


def a_face(state: State, seconds: float = NOW) -> FakeFace:
    """Make a session that shows this state as it is at one moment."""
    face, t_ns = FakeFace(), at(seconds)
    face.status_view = views.status(state, t_ns)
    face.usage_view = usage.usage(state, t_ns)
    face.budget_view, face.curve_views = face.usage_view.budget, face.usage_view.curves
    return face


@asynccontextmanager
async def on_limits(
    state: State, size: tuple[int, int] = WIDE, *keys: str, seconds: float = NOW
) -> AsyncIterator[Opened]:
    """Open the screen and press these keys on it."""
    async with opened(a_face(state, seconds), size=size) as screen:
        await screen.press("L")
        await screen.wait(0.6)
        await screen.press(*keys)
        yield screen
