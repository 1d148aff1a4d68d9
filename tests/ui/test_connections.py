"""The screen of connections at every size, alive and in trouble."""

from types import MappingProxyType

import pytest
from msgspec import structs

from krakentui.model.clock import MILLISECOND, SECOND
from krakentui.state.connections import Connections, ConnectionsView, FeedDiary
from krakentui.state.view import FeedView
from tests.ui.kept import same_as_grid
from tests.ui.opening import LEAST, NARROW, WIDE, Opened, opened
from tests.ui.views import FakeFace

pytestmark = pytest.mark.anyio


def a_feed(role: str, **changes: object) -> FeedDiary:
    view = FeedView(
        role=role,  # type: ignore[arg-type]  # one of the roles
        state="live",
        age_ns=0,
        reconnects=0,
        why="",
        retry_in_ns=None,
        freshness="live",
    )
    feed = structs.replace(view, **{name: changes.pop(name) for name in [*changes] if hasattr(view, name)})
    diary = FeedDiary(feed=feed, opened=1, frames=41_220, per_s=37.4, lag_ns=0, endings=())
    return structs.replace(diary, **changes)


def showing(screen: Opened) -> str:
    return type(screen.app.screen).__name__


def troubled() -> ConnectionsView:
    ended = ((12 * SECOND, "closed by the exchange (1001 going away)"), (900 * SECOND, "silent for 5 s"))
    down = a_feed(
        "private",
        state="down",
        age_ns=12 * SECOND,
        why="cannot connect: the name api.kraken.com is not known",
        retry_in_ns=8 * SECOND,
        per_s=0.0,
        opened=3,
        endings=ended,
    )
    calm = Connections().view((), (4, 150), -3 * MILLISECOND, (2, 1), 0)
    return structs.replace(
        calm,
        feeds=(a_feed("public", lag_ns=2 * SECOND), down, a_feed("rest", per_s=None, age_ns=4 * SECOND)),
        doubt_ns=2 * MILLISECOND,
        jumps=1,
        garbled=MappingProxyType({"the account stream": 2}),
        unknown=MappingProxyType({"level3": 7}),
        gaps=MappingProxyType({"executions": 1}),
        books=1,
    )


@pytest.mark.parametrize(("name", "size"), [("wide", WIDE), ("narrow", NARROW), ("least", LEAST)])
async def test_the_connections_at_every_size(name: str, size: tuple[int, int]) -> None:
    face = FakeFace()
    face.connections_view = troubled()
    async with opened(face, size=size) as screen:
        await screen.press("C")
        same_as_grid(f"connections-{name}", screen.lines())


async def test_the_key_that_opened_it_closes_it_and_it_goes_on_while_it_is_open() -> None:
    face = FakeFace()
    face.connections_view = troubled()
    async with opened(face) as screen:
        await screen.press("C")
        assert showing(screen) == "ConnectionsScreen"
        face.connections_view = structs.replace(troubled(), feeds=(a_feed("public", per_s=12.0),))
        await screen.wait(1)
        assert "12.0 frames/s" in screen.text()
        assert "cannot connect" not in screen.text()
        await screen.press("C")
        assert showing(screen) == "MainScreen"


async def test_a_refusal_that_was_not_foreseen_is_told_in_its_words() -> None:
    face = FakeFace()
    face.connections_view = troubled()
    async with opened(face) as screen:
        await screen.press("C")
        assert "1 that our count did not foresee, 2 that it did" in screen.text()
