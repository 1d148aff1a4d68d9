import os
import threading
from collections.abc import Iterator

import pytest

from krakentui.ui.outlet import Outlet

PLENTY = b"x" * 400_000
"""More than any pipe holds."""


class Pipe:
    """A terminal that reads only when told."""

    def __init__(self) -> None:
        self.reader, self.writer = os.pipe()
        self.drained = threading.Event()
        self.outlet = Outlet(self.writer, self.drained.set)

    def read(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            data += os.read(self.reader, count - len(data))
        return data

    def hang_up(self) -> None:
        os.close(self.reader)
        self.reader = -1


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    pipe = Pipe()
    yield pipe
    if pipe.reader >= 0:
        pipe.hang_up()
    pipe.outlet.close(5)
    os.close(pipe.writer)


def test_what_is_put_arrives_whole_and_in_order(pipe: Pipe) -> None:
    pipe.outlet.put(b"one ")
    pipe.outlet.put(PLENTY)
    pipe.outlet.put(b" two")
    assert pipe.read(len(PLENTY) + 8) == b"one " + PLENTY + b" two"


def test_putting_never_waits_for_a_reader_that_has_stopped(pipe: Pipe) -> None:
    for _ in range(50):
        pipe.outlet.put(PLENTY)
    assert pipe.outlet.backlog > len(PLENTY)


def test_a_backlog_counts_as_behind_until_all_of_it_is_read(pipe: Pipe) -> None:
    pipe.outlet.put(PLENTY)
    assert pipe.outlet.is_behind(1000)
    pipe.read(len(PLENTY) - 70_000)
    assert pipe.outlet.is_behind(1_000_000)
    pipe.read(70_000)
    assert pipe.drained.wait(5)
    assert not pipe.outlet.is_behind(1000)


def test_a_reader_that_keeps_up_is_never_behind(pipe: Pipe) -> None:
    pipe.outlet.put(b"frame")
    pipe.read(5)
    assert not pipe.outlet.is_behind(1000)
    assert not pipe.drained.is_set()


def test_a_terminal_that_is_gone_takes_nothing_and_holds_nothing(pipe: Pipe) -> None:
    pipe.hang_up()
    pipe.outlet.put(PLENTY)
    pipe.outlet.close(5)
    pipe.outlet.put(PLENTY)
    assert pipe.outlet.backlog == 0


def test_closing_does_not_wait_for_a_reader_that_has_stopped(pipe: Pipe) -> None:
    pipe.outlet.put(PLENTY)
    pipe.outlet.close(0.01)
    assert pipe.outlet.backlog > 0


def test_closing_hands_over_what_is_queued(pipe: Pipe) -> None:
    pipe.outlet.put(b"the last words")
    pipe.outlet.close(5)
    assert pipe.read(14) == b"the last words"


def test_draining_tells_whether_the_reader_took_everything(pipe: Pipe) -> None:
    pipe.outlet.put(b"frame")
    assert pipe.outlet.drain(5)
    pipe.outlet.put(PLENTY)
    assert not pipe.outlet.drain(0.01)


def test_what_is_dropped_makes_room_for_the_last_words(pipe: Pipe) -> None:
    pipe.outlet.put(PLENTY)
    pipe.outlet.put(PLENTY)
    pipe.outlet.drain(0.01)
    pipe.outlet.drop()
    pipe.outlet.put(b"the last words")
    data = b""
    while not data.endswith(b"the last words"):
        data += os.read(pipe.reader, 65536)
    assert len(data) < len(PLENTY)
    assert pipe.outlet.drain(5)
