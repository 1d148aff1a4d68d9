import fcntl
import os
import stat
from collections.abc import Callable
from pathlib import Path, PosixPath
from typing import Self

import pytest
from hypothesis import given
from hypothesis import strategies as st

from krakentui.engine.nonce import NonceMark
from krakentui.model.clock import MILLISECOND
from tests.support.clock import WALL_START, ManualClock


def test_the_first_nonce_is_now_in_milliseconds() -> None:
    assert NonceMark(ManualClock(), "f", None).take() == WALL_START // MILLISECOND


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30))
def test_nonces_rise_whatever_the_clock_does(steps: list[float]) -> None:
    clock = ManualClock()
    mark, last = NonceMark(clock, "f", None), 0
    for step in steps:
        clock.step_wall(step)
        nonce = mark.take()
        assert nonce > last
        last = nonce


def test_the_mark_survives_a_restart_with_a_clock_set_back(tmp_path: Path) -> None:
    clock = ManualClock()
    first = NonceMark(clock, "abc", tmp_path).take()
    clock.step_wall(-3600)
    assert NonceMark(clock, "abc", tmp_path).take() == first + 1


def test_two_programs_on_one_key_never_take_the_same_nonce(tmp_path: Path) -> None:
    clock = ManualClock()
    one, other = NonceMark(clock, "abc", tmp_path), NonceMark(clock, "abc", tmp_path)
    taken = [mark.take() for _ in range(20) for mark in (one, other)]
    assert taken == sorted(set(taken))


class Meanwhile(ManualClock):
    """A clock that is asked between the reading and the writing of a mark: just then something happens."""

    def __init__(self, happens: Callable[[], None]) -> None:
        super().__init__()
        self._happens = happens

    def now_ns(self) -> int:
        self._happens()
        return super().now_ns()


def a_folder(path: Path, happens: Callable[[], None]) -> Path:
    """A folder in which something happens just before a file takes its place there."""

    class Folder(PosixPath):
        def replace(self, target: "str | os.PathLike[str]") -> Self:
            happens()
            return super().replace(target)

    return Folder(path)


@pytest.mark.parametrize("moment", ["between reading and writing", "before the writing is on disk"])
def test_no_other_program_takes_a_nonce_before_the_mark_of_this_one_is_on_disk(
    tmp_path: Path, moment: str
) -> None:
    other, taken = NonceMark(ManualClock(), "abc", tmp_path), list[int]()

    def other_takes_one_if_it_may() -> None:
        with (tmp_path / "nonce-abc.lock").open() as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return
        taken.append(other.take())

    if moment.startswith("between"):
        mark = NonceMark(Meanwhile(other_takes_one_if_it_may), "abc", tmp_path)
    else:
        mark = NonceMark(ManualClock(), "abc", a_folder(tmp_path, other_takes_one_if_it_may))
    taken.append(mark.take())
    other_takes_one_if_it_may()
    assert taken == [WALL_START // MILLISECOND, WALL_START // MILLISECOND + 1]


def test_keys_have_marks_of_their_own(tmp_path: Path) -> None:
    clock = ManualClock()
    assert NonceMark(clock, "abc", tmp_path).take() == NonceMark(clock, "def", tmp_path).take()


def test_the_files_are_the_owners_alone(tmp_path: Path) -> None:
    NonceMark(ManualClock(), "abc", tmp_path / "state").take()
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "state").iterdir()}
    assert modes == {0o600}
    assert stat.S_IMODE((tmp_path / "state").stat().st_mode) == 0o700


def test_a_damaged_mark_counts_as_none(tmp_path: Path) -> None:
    (tmp_path / "nonce-abc").write_bytes(b"\xff\xfe99999")
    mark = NonceMark(ManualClock(), "abc", tmp_path)
    assert mark.take() == WALL_START // MILLISECOND


def test_a_mark_beyond_what_a_nonce_can_be_counts_as_none(tmp_path: Path) -> None:
    (tmp_path / "nonce-abc").write_text("9" * 30)
    assert NonceMark(ManualClock(), "abc", tmp_path).take() == WALL_START // MILLISECOND


def test_a_folder_that_cannot_be_written_is_told_once_and_nonces_go_on(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    mark = NonceMark(ManualClock(), "abc", tmp_path / "file")
    assert mark.take() < mark.take()
    assert mark.problem is not None
    assert "cannot be kept" in mark.problem


def test_a_mark_that_can_be_read_but_not_locked_counts_whenever_another_program_moves_it(
    tmp_path: Path,
) -> None:
    """The lock may be a file of root's, on a disk that takes no writes, or no file at all."""
    clock = ManualClock()
    before = NonceMark(clock, "abc", tmp_path).take()
    (tmp_path / "nonce-abc.lock").unlink()
    (tmp_path / "nonce-abc.lock").mkdir()
    clock.step_wall(-3600)
    mark = NonceMark(clock, "abc", tmp_path)
    assert mark.take() == before + 1
    assert mark.problem is not None
    (tmp_path / "nonce-abc").write_text(f"{before + 10}\n")
    assert mark.take() == before + 11
    assert mark.take() == before + 12


def test_a_program_that_holds_the_lock_does_not_stop_this_one(tmp_path: Path) -> None:
    handle = os.open(tmp_path / "nonce-abc.lock", os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        mark = NonceMark(ManualClock(), "abc", tmp_path)
        assert mark.take() < mark.take()
        assert mark.problem is None
    finally:
        os.close(handle)


def test_a_mark_behind_a_symlink_is_not_followed(tmp_path: Path) -> None:
    target = tmp_path / "precious"
    target.write_text("precious")
    (tmp_path / "nonce-abc.new").symlink_to(target)
    NonceMark(ManualClock(), "abc", tmp_path).take()
    assert target.read_text() == "precious"


def test_what_was_used_before_this_run_is_remembered(tmp_path: Path) -> None:
    clock = ManualClock()
    mark = NonceMark(clock, "abc", tmp_path)
    first = mark.take()
    assert mark.before_run == 0
    again = NonceMark(clock, "abc", tmp_path)
    again.take()
    again.take()
    assert again.before_run == first


def test_what_is_kept_nowhere_is_not_known_to_be_new() -> None:
    mark = NonceMark(ManualClock(), "abc", None)
    mark.take()
    assert mark.before_run is None


def test_a_finer_unit_is_kept_and_every_program_of_ours_goes_by_it(tmp_path: Path) -> None:
    clock = ManualClock()
    mark, running = NonceMark(clock, "abc", tmp_path), NonceMark(clock, "abc", tmp_path)
    running.take()
    mark.refine("ns")
    first = mark.take()
    assert first == WALL_START
    clock.step_wall(1)
    assert running.take() == WALL_START + 1_000_000_000
    assert NonceMark(clock, "abc", tmp_path).unit == "ns"
    assert (tmp_path / "nonce-abc").read_text() == f"{WALL_START + 1_000_000_000} ns\n"


def test_a_unit_never_gets_coarser_and_never_finer_by_itself(tmp_path: Path) -> None:
    mark = NonceMark(ManualClock(), "abc", tmp_path)
    assert (mark.unit, mark.finer) == ("ms", ("us", "ns"))
    for _ in range(3):
        mark.take()
    assert mark.unit == "ms"
    mark.refine("us")
    mark.refine("ms")
    assert (mark.unit, mark.finer) == ("us", ("ns",))


@pytest.mark.parametrize("left", [None, b"", b"\0" * 23, b"17", b"1804669200000000000"])
def test_a_finer_unit_outlives_a_mark_that_a_power_cut_has_damaged(
    left: bytes | None, tmp_path: Path
) -> None:
    clock, path = ManualClock(), tmp_path / "nonce-abc"
    mark = NonceMark(clock, "abc", tmp_path)
    mark.take()
    mark.refine("us")
    mark.take()
    mark.refine("ns")
    last = mark.take()
    path.unlink()
    if left is not None:
        path.write_bytes(left)
    clock.step_wall(60)
    again = NonceMark(clock, "abc", tmp_path)
    assert again.take() > last
    assert again.unit == "ns"
    assert path.read_text().endswith(" ns\n")


@pytest.mark.parametrize("damage", [b"", b"\xff", b"fortnights"])
def test_a_damaged_file_of_the_unit_counts_as_none_and_is_written_anew(damage: bytes, tmp_path: Path) -> None:
    mark = NonceMark(ManualClock(), "abc", tmp_path)
    mark.refine("us")
    mark.take()
    (tmp_path / "unit-abc").write_bytes(damage)
    again = NonceMark(ManualClock(), "abc", tmp_path)
    again.take()
    assert again.unit == "us"
    assert (tmp_path / "unit-abc").read_text() == "us"


def test_nothing_but_a_change_of_the_unit_is_forced_to_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forced: list[int] = []
    monkeypatch.setattr(os, "fsync", forced.append)
    mark = NonceMark(ManualClock(), "abc", tmp_path)
    mark.take()
    mark.take()
    assert forced == []
    mark.refine("us")
    mark.take()
    assert len(forced) == 2  # the file and its folder
    mark.take()
    NonceMark(ManualClock(), "abc", tmp_path).take()
    assert len(forced) == 2


def test_a_file_of_the_unit_that_is_none_leaves_the_mark_as_it_is(tmp_path: Path) -> None:
    first = NonceMark(ManualClock(), "abc", tmp_path).take()
    (tmp_path / "unit-abc").mkdir()
    again = NonceMark(ManualClock(), "abc", tmp_path)
    assert again.take() == first + 1
    assert again.problem is None
