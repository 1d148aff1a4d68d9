"""The log on disk: whole, or it says why it is not."""

import errno
from collections.abc import Callable

import pytest

from krakentui.simulator.spool import CHUNK, Spool


def test_it_gives_what_was_told_up_to_now_again_and_again() -> None:
    spool = Spool()
    spool.write("one\n")
    first = spool.chunks()
    assert b"".join(first) == b"one\n"
    spool.write("x" * (2 * CHUNK) + "\n")
    assert b"".join(spool.chunks()) == b"one\n" + b"x" * (2 * CHUNK) + b"\n"
    spool.close()


def test_another_writer_gets_every_line_too() -> None:
    lines: list[str] = []
    spool = Spool(lines.append, size_max=5)
    for line in ("one\n", "two\n"):
        spool.write(line)
    assert lines == ["one\n", "two\n"]
    spool.close()


@pytest.mark.parametrize(("size_max", "why"), [(8, None), (5, "it would be larger than 0 MB")])
def test_a_log_that_grows_too_large_is_no_longer_whole(size_max: int, why: str | None) -> None:
    spool = Spool(size_max=size_max)
    spool.write("one\n")
    spool.write("two\n")
    assert spool.ended == why
    spool.close()


def full(*_: object) -> int:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize(
    ("put", "why"), [(full, "No space left on device"), (lambda *_: 2, "the disk is full")]
)
def test_a_full_disk_ends_the_log_and_nothing_else(put: Callable[[int, bytes], int], why: str) -> None:
    lines: list[str] = []
    spool = Spool(lines.append, put=put)
    spool.write("one\n")
    spool.write("two\n")
    assert spool.ended == why
    assert lines == ["one\n", "two\n"]
    spool.close()
