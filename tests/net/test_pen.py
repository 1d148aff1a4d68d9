"""Messages on one socket: how fast we write, and that all of it is told."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from krakentui.model.clock import SECOND
from krakentui.model.event import CallRefused, CallSettled, CallSpent, Happening
from krakentui.model.limit import POINT, ConnectionScope
from krakentui.net.pen import FRAME_NS, MOST, OURS, Pace, Pen
from krakentui.wire.spot.ws import Conversation
from tests.support.clock import ManualClock, settle
from tests.support.wire import MemorySocket

LINE = ConnectionScope(7)


class Desk:
    """A pen, what it writes to, and what it tells."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.socket = MemorySocket()
        self.talk = Conversation("public")
        self.told: list[Happening] = []
        self.passed: list[bytes] = []
        self.pen = Pen(self.socket, 7, self.clock, self.passed.append, self.told.append)

    def pings(self, count: int) -> None:
        for _ in range(count):
            self.talk.ping()

    def hear(self, frame: bytes) -> None:
        self.pen.heard(self.talk.receive(frame))


async def during(clock: ManualClock, seconds: float, work: Coroutine[Any, Any, None]) -> None:
    """Let this much time pass beside some work."""
    async with asyncio.TaskGroup() as group:
        task = group.create_task(work)
        await settle(5)
        await clock.advance(seconds)
        await settle(5)
        task.cancel()


@pytest.mark.anyio
async def test_ten_messages_go_at_once_and_ten_a_second_follow() -> None:
    desk = Desk()
    desk.pings(30)
    await during(desk.clock, 0, desk.pen.write(desk.talk))
    assert len(desk.socket.sent) == OURS
    desk.pings(30)
    await during(desk.clock, 1, desk.pen.write(desk.talk))
    assert len(desk.socket.sent) == OURS + 10


@pytest.mark.anyio
async def test_what_is_urgent_goes_at_once_whatever_went_before() -> None:
    desk = Desk()
    desk.pings(OURS)
    await desk.pen.write(desk.talk)
    desk.pings(5)
    await desk.pen.write(desk.talk, urgent=True)
    assert len(desk.socket.sent) == OURS + 5
    assert desk.clock.mono_ns() == ManualClock().mono_ns()


@pytest.mark.anyio
async def test_every_message_is_told_before_it_leaves() -> None:
    desk = Desk()
    desk.talk.subscribe("ticker", symbol=["BTC/USD"])
    await desk.pen.write(desk.talk)
    assert desk.told == [
        CallSpent(
            name="messages",
            scope=LINE,
            low=0,
            high=POINT,
            what="subscribe ticker",
            lane="socket",
            ticket=1,
        )
    ]
    assert b"ticker" in desk.passed[0]


@pytest.mark.anyio
async def test_an_answer_tells_that_the_message_arrived() -> None:
    desk = Desk()
    desk.talk.subscribe("ticker", symbol=["BTC/USD"])
    await desk.pen.write(desk.talk)
    desk.hear(
        b'{"method":"subscribe","req_id":1,"success":true,"result":{"channel":"ticker","symbol":"BTC/USD"}}'
    )
    assert desk.told[-1] == CallSettled(name="messages", scope=LINE, ticket=1, answered=True)


@pytest.mark.anyio
@pytest.mark.parametrize(("messages", "expected"), [(3, False), (MOST, False), (MOST + 1, True)])
async def test_a_refusal_is_a_surprise_unless_more_went_than_surely_pass(
    messages: int, expected: bool
) -> None:
    desk = Desk()
    desk.pings(messages)
    await desk.pen.write(desk.talk, urgent=True)
    desk.hear(b'{"Error":"Exceeded msg rate"}')
    refused = desk.told[-1]
    assert isinstance(refused, CallRefused)
    assert (refused.name, refused.scope, refused.cost, refused.expected) == (
        "messages",
        LINE,
        POINT,
        expected,
    )
    assert refused.code == "Exceeded msg rate"


@pytest.mark.anyio
async def test_who_asks_wakes_the_writer_once() -> None:
    desk = Desk()
    woken = 0

    async def writer() -> None:
        nonlocal woken
        while True:
            await desk.pen.asked()
            woken += 1

    desk.pen.ask()
    desk.pen.ask()
    await during(desk.clock, 0, writer())
    assert woken == 1


@given(st.lists(st.integers(0, 3 * SECOND // 10), max_size=80))
def test_who_keeps_the_pace_never_has_more_than_ten_messages_standing(gaps: list[int]) -> None:
    pace, t_ns, sent = Pace(), 0, list[int]()
    for gap_ns in gaps:
        t_ns += gap_ns
        t_ns += pace.wait_ns(t_ns)
        pace.spend(t_ns)
        sent.append(t_ns)
        assert not pace.was_over(t_ns)
        for first in range(len(sent)):
            within = len(sent) - first
            assert within <= OURS + (t_ns - sent[first]) // FRAME_NS
