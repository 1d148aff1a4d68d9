"""The file of the action log: whole after every append, and whatever happens to it is noticed."""

import fcntl
import resource
import stat
from pathlib import Path

import pytest

from krakentui.engine.actionfile import FILE, HEAD, Author, Verdict, append, verify
from krakentui.model.action import Entry, Fact

AT = "2027-03-10T09:00:00.000Z"


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
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 50, hard))
    try:
        with pytest.raises(OSError, match=r"."):
            append(tmp_path, author(), facts("O2"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (tmp_path / FILE).read_bytes() == before
    assert append(tmp_path, author(), facts("O2"))
    assert wrong(tmp_path) == []


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="there is no /proc here")
def test_nothing_of_it_is_left_open(tmp_path: Path) -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(5):
        append(tmp_path, author(), facts("O1"))
    assert len(list(Path("/proc/self/fd").iterdir())) == before
