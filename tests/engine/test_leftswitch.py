"""The note of an armed switch: only who wrote it, or disarmed what it tells of, removes it."""

from pathlib import Path

from krakentui.engine.leftswitch import Memory, path_of
from krakentui.state.switch import Switch

VENUE = "http://127.0.0.1:1"
ARMED = Switch(phase="armed", timeout_s=60, fires_wall_ns=60)
LATER = Switch(phase="armed", timeout_s=60, fires_wall_ns=90)
OFF = Switch()


def a_memory(folder: Path) -> Memory:
    return Memory(folder, "aa", VENUE)


def test_its_own_note_goes_with_the_switch(tmp_path: Path) -> None:
    memory = a_memory(tmp_path)
    assert memory.keep("alice", ARMED) is None
    assert path_of(tmp_path, "aa").exists()
    assert memory.keep("alice", OFF) is None
    assert not path_of(tmp_path, "aa").exists()


def test_a_note_that_another_program_wrote_meanwhile_stays(tmp_path: Path) -> None:
    memory, other = a_memory(tmp_path), a_memory(tmp_path)
    memory.keep("alice", ARMED)
    other.keep("alice", LATER)
    memory.keep("alice", OFF)
    assert path_of(tmp_path, "aa").exists()


def test_what_an_earlier_run_left_stays_when_its_moment_passes_and_goes_when_it_is_disarmed(
    tmp_path: Path,
) -> None:
    first = a_memory(tmp_path)
    first.keep("alice", ARMED)
    first.release()
    second = a_memory(tmp_path)
    assert second.recalled() is not None
    second.keep("alice", Switch(phase="fired", fires_wall_ns=60))
    assert path_of(tmp_path, "aa").exists()
    second.keep("alice", OFF)
    assert not path_of(tmp_path, "aa").exists()
