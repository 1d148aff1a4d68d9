"""What the screen of connections tells, against an exchange that misbehaves."""

import pytest

from tests.whole.faults import PRIVATE, inject, watched

pytestmark = pytest.mark.anyio


async def test_a_socket_that_was_closed_leaves_its_reason_and_a_gap_is_counted() -> None:
    async with watched(warm_s=20) as both:
        before = {one.feed.role: one for one in both.session.connections(both.clock.mono_ns()).feeds}
        assert (before["private"].opened, before["private"].endings) == (1, ())
        assert before["public"].per_s
        inject(both, "close", match=PRIVATE, when={"times": 1}, code=1001, reason="going away")
        inject(both, "skip_seq", match={"channel": "executions"}, when={"times": 1})
        await both.run(20)
        view = both.session.connections(both.clock.mono_ns())
        after = {one.feed.role: one for one in view.feeds}
        assert (after["private"].feed.state, after["private"].opened) == ("live", 2)
        (ending,) = after["private"].endings
        assert ending[1] == "closed by the exchange (1001 going away)"
        assert after["public"].frames > before["public"].frames
        assert dict(view.gaps) == {"executions": 1}
        assert view.opens == 3
