"""`krakentui actions`: prints what was done, and says when the log is not whole."""

import json
from pathlib import Path

import pytest

from krakentui.commands import actions
from krakentui.commands.parser import parse
from krakentui.engine.actionfile import FILE, HEAD, Author, append
from krakentui.model.action import Fact

AT = "2027-03-10T09:00:00.000Z"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KRAKENTUI_STATE_DIR", str(tmp_path))
    return tmp_path


def a_log(folder: Path) -> None:
    author = Author(program="cancel", pid=7, venue="live", account="main", key="c06dd0bad714")
    cancel = Fact(
        act="cancel", step="asked", order="O1", pair="BTC/USD", what="over REST", cost_low="4", cost_high="8"
    )
    done = Fact(act="cancel", step="outcome", order="O1", outcome="cancelled", what="Cancelled: \x1b[31mbuy.")
    append(folder, author, [(AT, cancel), (AT, done)])


def test_without_a_log_nothing_was_done(capsys: pytest.CaptureFixture[str]) -> None:
    assert actions.run(parse(["actions"])) == 0
    said = capsys.readouterr().out
    assert said.startswith("Nothing was done yet: there is no ")
    assert said.endswith("actions.jsonl; the demo writes none.\n")


def test_each_entry_is_a_line_and_the_log_is_verified(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    a_log(folder)
    assert actions.run(parse(["actions"])) == 0
    first, second, last = capsys.readouterr().out.splitlines()
    assert "cancel  O1  BTC/USD  asked: over REST; predicted 4 to 8 points" in first
    assert "cancelled" in second
    assert "\x1b" not in second
    assert last == "Verified: 2 entries, none missing, none changed."


def test_json_gives_the_lines_as_they_stand(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    a_log(folder)
    assert actions.run(parse(["actions", "--json", "--last", "1"])) == 0
    out = capsys.readouterr().out
    assert out.encode() == (folder / FILE).read_bytes().splitlines(keepends=True)[-1]
    assert json.loads(out)["n"] == 2


def test_a_log_whose_end_was_cut_off_ends_with_1(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    a_log(folder)
    (folder / FILE).write_bytes((folder / FILE).read_bytes().splitlines(keepends=True)[0])
    assert actions.run(parse(["actions"])) == 1
    assert "the end was cut off" in capsys.readouterr().err


def test_a_changed_line_ends_with_1(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    a_log(folder)
    (folder / FILE).write_bytes((folder / FILE).read_bytes().replace(b'"O1"', b'"O2"', 1))
    assert actions.run(parse(["actions"])) == 1
    assert "Line 1 of the action log was changed" in capsys.readouterr().err


def test_a_missing_head_is_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    a_log(folder)
    (folder / HEAD).unlink()
    assert actions.run(parse(["actions"])) == 1
    assert "whether the end was cut off is not known" in capsys.readouterr().err


def test_a_log_that_was_removed_ends_with_1(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    a_log(folder)
    (folder / FILE).unlink()
    assert actions.run(parse(["actions"])) == 1
    told = capsys.readouterr()
    assert "The action log: actions.jsonl is gone; every entry up to 2 is missing." in told.err
    assert "Nothing was done" not in told.out


def test_a_break_that_the_log_tells_of_ends_with_1(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    a_log(folder)
    (folder / FILE).unlink()
    a_log(folder)
    assert actions.run(parse(["actions"])) == 1
    told = capsys.readouterr()
    assert "Line 1 of the action log was written after a break: every entry up to 2 is missing." in told.err
    assert told.out.splitlines()[0].endswith("action log  broken: every entry up to 2 is missing")
