"""The file of the action log: whole after every append, and whatever happens to it is noticed."""

import fcntl
import resource
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from krakentui.engine.actionfile import FILE, HEAD, Author, Verdict, append, verify
from krakentui.model.action import Entry, Fact

AT = "2027-03-10T09:00:00.000Z"
NO_ENTRY_YET = b'{"n":0,"hash":"%s"}' % (b"0" * 64)
VERSION_1 = (
    b'{"act":"cancel","step":"asked","request":null,"order":"O1","pair":null,"what":"","cost_low":null,'
    b'"cost_high":null,"answer":"","outcome":null,"filled":null,"key":"c06dd0bad714","v":1,"n":1,'
    b'"at":"2027-03-10T09:00:00.000Z","program":"monitor","pid":7,"venue":"live","account":"main",'
    b'"prev":"0000000000000000000000000000000000000000000000000000000000000000",'
    b'"hash":"e532d25c4e3e09d33c9b816968b1ed79155eab9948299013f669a8d559ea4959"}\n'
)
HEAD_OF_VERSION_1 = b'{"n":1,"hash":"e532d25c4e3e09d33c9b816968b1ed79155eab9948299013f669a8d559ea4959"}'


def author(program: str = "monitor") -> Author:
    return Author(program=program, pid=7, venue="live", account="main", key="c06dd0bad714")


def facts(*orders: str) -> list[tuple[str, Fact]]:
    return [(AT, Fact(act="cancel", step="asked", order=order)) for order in orders]


def orders(folder: Path) -> list[str | None]:
    return [one.order for one in verify(folder) if isinstance(one, Entry)]


def wrong(folder: Path) -> list[str]:
    return [one.why for one in verify(folder) if isinstance(one, Verdict)]


def lines(folder: Path) -> list[bytes]:
    return (folder / FILE).read_bytes().splitlines(keepends=True)


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def cut_the_end(folder: Path) -> None:
    (folder / FILE).write_bytes(lines(folder)[0])


def remove_the_log(folder: Path) -> None:
    (folder / FILE).unlink()


def empty_the_log(folder: Path) -> None:
    (folder / FILE).write_bytes(b"")


def remove_the_end_and_the_head(folder: Path) -> None:
    cut_the_end(folder)
    (folder / HEAD).unlink()


def damage_the_head(folder: Path) -> None:
    (folder / HEAD).write_bytes(b"")


def put_another_log_in_its_place(folder: Path) -> None:
    head = (folder / HEAD).read_bytes()
    remove_the_log(folder)
    (folder / HEAD).unlink()
    append(folder, author(), facts("X1", "X2", "X3", "X4"))
    (folder / HEAD).write_bytes(head)


BREAKS = [
    (cut_the_end, "the end was cut off after entry 1: entry 3 had been written"),
    (remove_the_log, "every entry up to 3 is missing"),
    (empty_the_log, "every entry up to 3 is missing"),
    (remove_the_end_and_the_head, "actions.head is missing: whether the end was cut off is not known"),
    (damage_the_head, "actions.head is damaged: whether the end was cut off is not known"),
    (put_another_log_in_its_place, "entry 3 is not the one that was written"),
]


def test_entries_of_several_programs_make_one_chain(tmp_path: Path) -> None:
    for program in ("monitor", "cancel", "monitor"):
        assert append(tmp_path, author(program), facts("O1", "O2"))
    entries = [one for one in verify(tmp_path) if isinstance(one, Entry)]
    assert [entry.n for entry in entries] == [1, 2, 3, 4, 5, 6]
    assert entries[2].program == "cancel"
    assert wrong(tmp_path) == []


def test_only_the_owner_may_read_it(tmp_path: Path) -> None:
    append(tmp_path, author(), facts("O1"))
    for name in (FILE, HEAD):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600


@pytest.mark.parametrize("at", [0, 1, 2])
def test_a_line_that_was_taken_out_is_missed(tmp_path: Path, at: int) -> None:
    append(tmp_path, author(), facts("O1", "O2", "O3"))
    left = lines(tmp_path)
    del left[at]
    (tmp_path / FILE).write_bytes(b"".join(left))
    assert len(wrong(tmp_path)) == 1


def test_a_line_that_was_changed_is_noticed(tmp_path: Path) -> None:
    append(tmp_path, author(), facts("O1", "O2", "O3"))
    (tmp_path / FILE).write_bytes((tmp_path / FILE).read_bytes().replace(b"O2", b"O9"))
    assert wrong(tmp_path)[0] == "was changed"


def test_a_line_that_was_put_in_twice_is_noticed(tmp_path: Path) -> None:
    append(tmp_path, author(), facts("O1", "O2"))
    first, second = lines(tmp_path)
    (tmp_path / FILE).write_bytes(first + first + second)
    assert wrong(tmp_path)


def test_half_a_line_of_a_program_that_died_does_not_swallow_the_next(tmp_path: Path) -> None:
    append(tmp_path, author(), facts("O1"))
    with (tmp_path / FILE).open("ab") as file:
        file.write(b'{"v":1,"n":2')
    append(tmp_path, author(), facts("O2"))
    assert orders(tmp_path) == ["O1", "O2"]
    assert wrong(tmp_path) == ["is no entry"]


def test_a_file_that_another_program_holds_is_left_alone(tmp_path: Path) -> None:
    append(tmp_path, author(), facts("O1"))
    with (tmp_path / FILE).open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert not append(tmp_path, author(), facts("O2"))
    assert orders(tmp_path) == ["O1"]


def test_a_link_in_its_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").touch()
    (tmp_path / FILE).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="symbolic"):
        append(tmp_path, author(), facts("O1"))


def test_a_disk_that_takes_half_a_line_gets_none(tmp_path: Path) -> None:
    append(tmp_path, author(), facts("O1"))
    before = (tmp_path / FILE).read_bytes()
    with pytest.raises(OSError, match=r"."), files_of_at_most(len(before) + 50):
        append(tmp_path, author(), facts("O2"))
    assert (tmp_path / FILE).read_bytes() == before
    assert append(tmp_path, author(), facts("O2"))
    assert wrong(tmp_path) == []


@pytest.mark.parametrize(("harm", "why"), BREAKS)
def test_a_break_is_told_at_once_and_for_ever(tmp_path: Path, harm: Callable[[Path], None], why: str) -> None:
    append(tmp_path, author(), facts("O1", "O2", "O3"))
    harm(tmp_path)
    assert len(wrong(tmp_path)) == 1
    for order in ("O4", "O5"):
        append(tmp_path, author(), facts(order))
        assert wrong(tmp_path) == [f"was written after a break: {why}"]
    assert orders(tmp_path)[-3:] == [None, "O4", "O5"]


def test_a_break_is_an_entry_of_its_own_kind(tmp_path: Path) -> None:
    append(tmp_path, author(), facts("O1", "O2"))
    cut_the_end(tmp_path)
    append(tmp_path, author("cancel"), facts("O3"))
    entry = [one for one in verify(tmp_path) if isinstance(one, Entry)][1]
    assert (entry.v, entry.n, entry.act, entry.step) == (2, 2, "log", "broken")
    assert (entry.at, entry.program) == (AT, "cancel")


def test_taking_the_word_on_a_break_out_is_a_break(tmp_path: Path) -> None:
    append(tmp_path, author(), facts("O1", "O2"))
    for order in ("O3", "O4"):
        cut_the_end(tmp_path)
        append(tmp_path, author(), facts(order))
    assert len(wrong(tmp_path)) == 1
    assert "entry 3 had been written" in wrong(tmp_path)[0]


def test_a_kill_between_the_entries_and_the_head_is_no_cut(tmp_path: Path) -> None:
    head = NO_ENTRY_YET
    for order in ("O1", "O2"):
        append(tmp_path, author(), facts(order, order))
        (tmp_path / HEAD).write_bytes(head)
        assert wrong(tmp_path) == []
        append(tmp_path, author(), facts("O3"))
        assert wrong(tmp_path) == []
        head = (tmp_path / HEAD).read_bytes()


def test_the_first_entries_have_a_head_before_them(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"."), files_of_at_most(len(NO_ENTRY_YET)):
        append(tmp_path, author(), facts("O1"))
    assert (tmp_path / HEAD).read_bytes() == NO_ENTRY_YET
    assert wrong(tmp_path) == []


def test_an_entry_while_the_log_is_read_is_no_cut(tmp_path: Path) -> None:
    append(tmp_path, author(), facts("O1", "O2"))
    reading = verify(tmp_path)
    told = [next(reading)]
    append(tmp_path, author(), facts("O3"))
    told.extend(reading)
    assert [one.order for one in told if isinstance(one, Entry)] == ["O1", "O2"]
    assert not any(isinstance(one, Verdict) for one in told)


def test_a_line_that_is_just_being_written_is_no_damage(tmp_path: Path) -> None:
    append(tmp_path, author(), facts("O1"))
    with (tmp_path / FILE).open("ab", buffering=0) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.write(b'{"v":2,"n":2')
        assert wrong(tmp_path) == []
    assert wrong(tmp_path) == ["is no entry"]


def test_a_log_of_version_1_is_read_and_goes_on(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(VERSION_1)
    (tmp_path / HEAD).write_bytes(HEAD_OF_VERSION_1)
    append(tmp_path, author(), facts("O2"))
    assert orders(tmp_path) == ["O1", "O2"]
    assert wrong(tmp_path) == []


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="there is no /proc here")
def test_nothing_of_it_is_left_open(tmp_path: Path) -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(5):
        append(tmp_path, author(), facts("O1"))
    assert len(list(Path("/proc/self/fd").iterdir())) == before
