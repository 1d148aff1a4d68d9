"""Which files may hold a key: ours, plain, for us alone, in a folder that is nobody's playground."""

import os
import stat
from pathlib import Path

import pytest

from krakentui.keys.private_file import MOST_BYTES, read_private, remove_private, write_private
from krakentui.model.error import KeyProblem


def a_file(folder: Path, mode: int = 0o600) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / "main.key"
    path.write_bytes(b"kept")
    path.chmod(mode)
    return path


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o700, 0o500])
def test_a_file_for_its_owner_alone_is_read(tmp_path: Path, mode: int) -> None:
    assert read_private(a_file(tmp_path, mode)) == b"kept"


@pytest.mark.parametrize(
    "mode", [0o640, 0o604, 0o610, 0o601, 0o620, 0o602, 0o644, 0o660, 0o666, 0o777, 0o440]
)
def test_a_file_that_others_may_use_is_refused(tmp_path: Path, mode: int) -> None:
    with pytest.raises(KeyProblem, match=rf"Others may .*mode {mode:04o}.*run `chmod 600 "):
        read_private(a_file(tmp_path, mode))


def test_a_file_of_somebody_else_is_refused(tmp_path: Path) -> None:
    path = a_file(tmp_path)
    with pytest.raises(KeyProblem, match="belongs to somebody else"):
        read_private(path, owners=frozenset({os.geteuid() + 1}))


def test_a_link_is_refused_even_to_a_good_file(tmp_path: Path) -> None:
    a_file(tmp_path)
    (tmp_path / "link").symlink_to(tmp_path / "main.key")
    with pytest.raises(KeyProblem, match="is a link"):
        read_private(tmp_path / "link")


@pytest.mark.parametrize("mode", [0o777, 0o1777, 0o703, 0o702])
def test_a_folder_that_anybody_may_write_to_is_refused(tmp_path: Path, mode: int) -> None:
    path = a_file(tmp_path / "open")
    path.parent.chmod(mode)
    with pytest.raises(KeyProblem, match="Anybody may write to the folder"):
        read_private(path)
    with pytest.raises(KeyProblem, match="Anybody may write to the folder"):
        write_private(path, b"new")
    assert path.read_bytes() == b"kept"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_a_folder_or_file_of_somebody_else_is_refused_by_their_number(tmp_path: Path) -> None:
    path = a_file(tmp_path / "theirs")
    os.chown(path, 12345, 12345)
    with pytest.raises(KeyProblem, match=r"main\.key belongs to somebody else"):
        read_private(path)
    os.chown(path, 0, 0)
    os.chown(path.parent, 12345, 12345)
    with pytest.raises(KeyProblem, match="theirs belongs to somebody else"):
        read_private(path)


def test_a_pipe_or_folder_in_its_place_neither_hangs_nor_reads(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)
    (tmp_path / "folder").mkdir(mode=0o700)
    for name in ("pipe", "folder"):
        with pytest.raises(KeyProblem, match="is no plain file"):
            read_private(tmp_path / name)


def test_no_file_is_none_and_a_huge_one_is_refused(tmp_path: Path) -> None:
    assert read_private(tmp_path / "none") is None
    assert read_private(tmp_path / "none" / "none") is None
    path = a_file(tmp_path)
    path.write_bytes(b"x" * (MOST_BYTES + 1))
    with pytest.raises(KeyProblem, match="too long to be a key"):
        read_private(path)


def test_what_was_looked_at_is_what_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody swaps folder and file between the look and the read: the descriptors do not move."""
    path = a_file(tmp_path / "keys")
    look = os.fstat

    def swap(file: int) -> os.stat_result:
        seen = look(file)
        if stat.S_ISREG(seen.st_mode):
            path.unlink()
            path.write_bytes(b"swapped")
        elif (tmp_path / "keys").stat().st_ino == seen.st_ino:
            (tmp_path / "keys").rename(tmp_path / "aside")
            a_file(tmp_path / "keys", 0o666)
        return seen

    monkeypatch.setattr(os, "fstat", swap)
    assert read_private(path) == b"kept"


def test_a_written_file_is_whole_private_and_alone(tmp_path: Path) -> None:
    path = tmp_path / "new" / "main.key"
    mask = os.umask(0)
    try:
        write_private(path, b"one")
        write_private(path, b"two")
    finally:
        os.umask(mask)
    assert path.read_bytes() == b"two"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [*path.parent.iterdir()] == [path]


def test_writing_replaces_a_link_and_not_what_it_points_to(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_bytes(b"theirs")
    (tmp_path / "main.key").symlink_to(tmp_path / "elsewhere")
    write_private(tmp_path / "main.key", b"ours")
    assert (tmp_path / "elsewhere").read_bytes() == b"theirs"
    assert (tmp_path / "main.key").read_bytes() == b"ours"


def test_a_place_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(KeyProblem, match="cannot be written: "):
        write_private(tmp_path / "file" / "main.key", b"x")
    with pytest.raises(KeyProblem, match="cannot be written: "):
        write_private(Path("/proc/nowhere/main.key"), b"x")


def test_removing_tells_whether_there_was_something(tmp_path: Path) -> None:
    path = a_file(tmp_path)
    assert (remove_private(path), remove_private(path)) == (True, False)
