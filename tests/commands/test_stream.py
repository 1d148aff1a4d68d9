"""`krakentui stream`: when lines come and what is in them."""

import asyncio

import pytest

from krakentui.commands.schema import Object
from krakentui.commands.stream import write_lines
from krakentui.model.clock import SECOND
from tests.commands.face import ReadyFace, a_line
from tests.support.clock import ManualClock

pytestmark = pytest.mark.anyio


class Reader:
    """Takes lines while it is not told to stop reading."""

    def __init__(self, clock: ManualClock) -> None:
        self.lines: list[Object] = []
        self.at_s: list[float] = []
        self.reads = True
        self._clock = clock
        self._start_ns = clock.mono_ns()

    def write(self, told: Object) -> bool:
        if self.reads:
            self.lines.append(told)
            self.at_s.append((self._clock.mono_ns() - self._start_ns) / SECOND)
        return self.reads

    def events(self) -> list[list[object]]:
        return [[event["text"] for event in line["events"]] for line in self.lines]  # type: ignore[union-attr,index,call-overload]  # JSON


@pytest.mark.parametrize(
    ("interval", "seconds", "at"),
    [
        (1.0, 3.0, [1.0, 2.0, 3.0]),
        (1.0, 2.5, [1.0, 2.0, 2.5]),
        (1.0, 0.5, [0.5]),
        (2.0, 4.0, [2.0, 4.0]),
    ],
)
async def test_a_line_comes_every_interval_and_one_at_the_end(
    interval: float, seconds: float, at: list[float]
) -> None:
    clock = ManualClock()
    reader = Reader(clock)
    task = asyncio.create_task(write_lines(ReadyFace(clock=clock), reader, interval, seconds))
    await clock.advance(10)
    await task
    assert reader.at_s == at


async def test_each_event_is_told_once() -> None:
    clock = ManualClock()
    reader, face = Reader(clock), ReadyFace(clock=clock, journal=[a_line(1, text="one")])
    task = asyncio.create_task(write_lines(face, reader, 1.0, 3.0))
    await clock.advance(1.5)
    face.happened(a_line(2, text="two"))
    await clock.advance(2)
    await task
    assert reader.events() == [["one"], ["two"], []]


async def test_events_of_a_line_that_was_not_taken_come_with_the_next() -> None:
    clock = ManualClock()
    reader, face = Reader(clock), ReadyFace(clock=clock, journal=[a_line(1, text="one")])
    reader.reads = False
    task = asyncio.create_task(write_lines(face, reader, 1.0, 3.0))
    await clock.advance(2.5)
    reader.reads = True
    face.happened(a_line(2, text="two"))
    await clock.advance(1)
    await task
    assert reader.events() == [["one", "two"]]
