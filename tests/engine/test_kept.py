"""The counters on disk: what of them is believed, and what is said where they are not."""

import os
import stat
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from krakentui.budget.figures import figures_of
from krakentui.engine.kept import Kept, Now, Recalled, Unkept, path_of, read, recall, write
from krakentui.model.clock import SECOND, Boot
from krakentui.model.event import LockoutBegan
from krakentui.model.figures import BudgetFigures
from krakentui.model.limit import POINT
from tests.budget.acts import KEY, a_ledger, refused, spent, told

HERE, LATER = Boot("here", "start 1"), Boot("here", "start 2")
WALL = 1_804_669_200 * SECOND
MINUTE = 60 * SECOND


def figures(*, locked_s: int = 0) -> BudgetFigures:
    ledger = told(a_ledger(), 1_000, spent(8))
    if locked_s:
        lockout = LockoutBegan(scope=KEY, until_ns=(1_000 + locked_s) * SECOND, reason="it said so")
        ledger = told(ledger, 1_000, lockout)
    return figures_of(ledger, 1_000 * SECOND)


def a_kept(**changes: object) -> Kept:
    kept = Kept(key=KEY.key, venue="v", boot=HERE, speed=1.0, wall_ns=WALL, nonce=5, figures=figures())
    return structs.replace(kept, **changes)


def a_start(seconds: float = 10, **changes: object) -> Now:
    now = Now(
        key=KEY.key,
        venue="v",
        simulated=False,
        boot=HERE,
        speed=1.0,
        wall_ns=WALL + round(seconds * SECOND),
        t_ns=1_000 * SECOND + round(seconds * SECOND),
        nonce=5,
    )
    return structs.replace(now, **changes)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return path_of(tmp_path, KEY.key)


def after(path: Path, kept: Kept, now: Now) -> Recalled:
    write(path, kept)
    return recall(path, now)


def test_what_was_written_is_what_is_read(path: Path) -> None:
    write(path, a_kept())
    assert read(path) == a_kept()


def test_the_next_start_knows_the_figures(path: Path) -> None:
    recalled = after(path, a_kept(), a_start())
    assert recalled == Recalled(figures=figures())


def test_the_first_start_of_all_knows_nothing_and_says_nothing(path: Path) -> None:
    assert recall(path, a_start()) == Recalled()


def test_the_file_is_the_owners_alone_and_holds_no_key(path: Path) -> None:
    write(path, a_kept())
    assert [one.name for one in path.parent.iterdir()] == [path.name]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_that_cannot_be_replaced_does_not_stay_with_old_figures(path: Path) -> None:
    write(path, a_kept())
    path.with_name(path.name + ".new").mkdir()  # stands in for a disk that takes nothing any more
    with pytest.raises(OSError, match="directory"):
        write(path, a_kept())
    assert recall(path, a_start()) == Recalled()


@given(st.data())
@settings(max_examples=300)
def test_a_damaged_file_is_never_taken_for_a_whole_one(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = path_of(tmp_path_factory.mktemp("damage"), KEY.key)
    write(path, a_kept())
    whole = path.read_bytes()
    at = data.draw(st.integers(0, len(whole) - 1))
    broken = data.draw(
        st.one_of(
            st.just(whole[:at]),
            st.just(whole[:at] + whole[at + 1 :]),
            st.one_of(st.binary(min_size=1, max_size=3), st.sampled_from([b"0", b" ", b"\n"])).map(
                lambda more: whole[:at] + more + whole[at:]
            ),
            st.integers(1, 255).map(lambda bit: whole[:at] + bytes([whole[at] ^ bit]) + whole[at + 1 :]),
            st.binary(max_size=300),
        )
    )
    path.write_bytes(broken)
    recalled = recall(path, a_start())
    assert recalled.figures is None
    assert recalled.problem is not None
    assert recalled.problem.endswith("so the worst is assumed.")
    assert str(path) in recalled.problem


@pytest.mark.parametrize(
    ("change", "now", "sentence"),
    [
        ({"key": "another"}, {}, "belong to another key"),
        ({"wall_ns": WALL + 3600 * SECOND}, {}, "come from the future"),
        ({"figures": structs.replace(figures(), t_ns=5_000 * SECOND)}, {}, "come from the future"),
        ({}, {"wall_ns": WALL - 3 * SECOND}, "a clock was set back"),
        (
            {"figures": structs.replace(figures(), rest=structs.replace(figures().rest, drain=0))},
            {},
            "cannot be right (a counter stands where none can)",
        ),
    ],
)
def test_what_cannot_be_believed_is_said_in_one_sentence_and_not_used(
    path: Path, change: dict[str, object], now: dict[str, object], sentence: str
) -> None:
    recalled = after(path, a_kept(**change), a_start(**now))  # type: ignore[arg-type]
    assert recalled.figures is None
    assert recalled.problem is not None
    assert sentence in recalled.problem
    assert recalled.problem.count(". ") == 0


def test_a_file_of_another_version_is_not_guessed_at(path: Path) -> None:
    write(path, a_kept())
    path.write_bytes(path.read_bytes().replace(b"counters 1 ", b"counters 2 ", 1))
    assert "another version" in (recall(path, a_start()).problem or "")


def test_a_file_behind_a_symlink_is_not_followed(path: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    write(elsewhere, a_kept())
    path.symlink_to(elsewhere)
    assert "cannot be read" in (recall(path, a_start()).problem or "")


def test_what_is_no_file_is_not_waited_for(path: Path) -> None:
    os.mkfifo(path)
    assert recall(path, a_start()).problem is not None


@pytest.mark.parametrize(
    "now",
    [{"boot": LATER}, {"boot": Boot("there", "start 1")}, {"speed": 60.0}, {"venue": "another"}],
    ids=["the machine was started again", "another machine", "another speed", "another exchange"],
)
def test_what_is_of_no_use_here_is_left_alone_without_a_word(path: Path, now: dict[str, object]) -> None:
    recalled = after(path, a_kept(), a_start(**now))  # type: ignore[arg-type]
    assert (recalled.figures, recalled.problem) == (None, None)


def test_a_small_correction_of_the_clock_is_no_future(path: Path) -> None:
    assert after(path, a_kept(), a_start(0, wall_ns=WALL - SECOND)).figures is not None


def test_a_sped_up_clock_may_show_any_wall_time(path: Path) -> None:
    kept = a_kept(speed=60.0, wall_ns=WALL + 3600 * SECOND)
    assert after(path, kept, a_start(speed=60.0)).figures is not None


def test_calls_that_the_file_does_not_know_are_noticed(path: Path) -> None:
    assert after(path, a_kept(), a_start(nonce=6)).unseen
    assert not after(path, a_kept(), a_start(nonce=5)).unseen


@pytest.mark.parametrize("now", [{"simulated": True}, {"boot": Boot("here", "")}])
def test_where_more_time_may_have_passed_the_low_ends_are_zero(path: Path, now: dict[str, object]) -> None:
    kept = a_kept(boot=now.get("boot", HERE))
    told_again = after(path, kept, a_start(**now)).figures  # type: ignore[arg-type]
    assert told_again is not None
    assert told_again.rest.counter == structs.replace(figures().rest.counter, low=0)
    assert figures().rest.counter.low == 8 * POINT


def test_a_start_without_a_name_that_counts_less_is_another_one_and_no_future(path: Path) -> None:
    nameless = Boot("here", "")
    recalled = after(path, a_kept(boot=nameless), a_start(boot=nameless, t_ns=50 * SECOND))
    assert recalled == Recalled()


def silence_left(recalled: Recalled, now: Now) -> float:
    silences = recalled.silences if recalled.figures is None else recalled.figures.silences
    return max(((one.until_ns - now.t_ns) / SECOND for one in silences), default=0.0)


@pytest.mark.parametrize(
    ("now", "left_s"),
    [
        (a_start(100), 800),
        (a_start(100, boot=LATER, t_ns=20 * SECOND), 800),
        (a_start(901, boot=LATER, t_ns=20 * SECOND), 0),
        (a_start(100, wall_ns=WALL - MINUTE), 900),
        (a_start(100, wall_ns=WALL - 86_400 * SECOND, boot=LATER), 900),
    ],
    ids=["same start", "started again", "started again and over", "clock set back", "back by a day"],
)
def test_a_lockout_is_kept_for_as_long_as_it_may_last(path: Path, now: Now, left_s: float) -> None:
    recalled = after(path, a_kept(figures=figures(locked_s=900)), now)
    assert silence_left(recalled, now) == left_s


def test_a_pause_is_kept_too(path: Path) -> None:
    paused = figures_of(told(a_ledger(), 1_000, refused(until_s=1_030)), 1_000 * SECOND)
    now = a_start(10)
    assert silence_left(after(path, a_kept(figures=paused), now), now) == 20


def test_a_file_that_is_not_there_is_not_kept(tmp_path: Path) -> None:
    with pytest.raises(Unkept):
        read(tmp_path / "nothing")
