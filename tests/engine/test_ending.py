"""What was recorded is over: everything stands as it was, and nothing is asked any more."""

import pytest

from krakentui.engine.session import OVER
from krakentui.model.event import Noted
from krakentui.state.view import NotAsked
from tests.support.exchange import FIRST, Scene


@pytest.mark.anyio
async def test_what_was_recorded_is_over_and_everything_stands_as_it_was_then() -> None:
    scene = Scene()
    async with scene.running(5):
        scene.host.end()
        session, clock = scene.session, scene.clock
        views = (
            session.status,
            session.connections,
            session.markets,
            session.balances,
            session.orders,
            session.budget,
        )
        before, known = [view(clock.mono_ns()) for view in views], session.details(FIRST, clock.mono_ns())
        assert session.status(clock.mono_ns()).ended
        diaries = session.connections(clock.mono_ns()).feeds
        assert {(one.feed.state, one.feed.why) for one in diaries} == {("down", "The recording has ended")}
        assert session.journal()[-1].text == "The recording has ended: everything stands as it was then."
        assert session.budget(clock.mono_ns()).next_poll == "The recording has ended: nothing is polled."
        calls, lines, revision = len(scene.door.calls), len(session.journal()), session.revision
        await scene.beat(400)
        session.tell(Noted(kind="notice", text="too late"))
        assert [view(clock.mono_ns()) for view in views] == before
        assert session.details(FIRST, clock.mono_ns()) == known
        assert (len(scene.door.calls), len(session.journal()), session.revision) == (calls, lines, revision)
        assert all(socket.closed for socket in scene.line.sockets)


@pytest.mark.anyio
async def test_after_the_end_of_a_recording_nothing_can_be_asked_for() -> None:
    scene = Scene()
    async with scene.running(5):
        scene.host.end()
        session = scene.session
        assert session.ask_cancel((FIRST,)) == session.ask_cancel_all() == NotAsked(why=OVER)
        assert session.poll_now() == session.ask_history("orders", again=True) == session.ask_fees() == OVER
        assert session.ask_amends(FIRST) == OVER
