"""`krakentui limits plan`: its grammar, its table, its object, its exit code."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from krakentui.__main__ import main
from krakentui.budget.calculator import Act, Pause, reckon
from krakentui.commands.limits_plan import exit_code, read, table
from krakentui.model.clock import SECOND
from krakentui.model.error import UsageError
from krakentui.model.limit import Tier


def complaint(line: str) -> str:
    with pytest.raises(UsageError) as caught:
        read(line.split())
    return str(caught.value)


def printed(capsys: pytest.CaptureFixture[str], line: str) -> tuple[int, str, str]:
    code = main(["limits", "plan", *line.split()])
    out, err = capsys.readouterr()
    return code, out, err


@pytest.mark.parametrize(
    ("line", "steps"),
    [
        ("add", (Act("add"),)),
        ("amend:7s cancel:2h", (Act("amend", 1, 7 * SECOND), Act("cancel", 1, 7_200 * SECOND))),
        ("addx50", (Act("add", 50),)),
        ("add x50", (Act("add", 50),)),
        ("cancel:3sx25", (Act("cancel", 25, 3 * SECOND),)),
        ("batch-cancel:5m x50 +10s", (Act("batch-cancel", 50, 300 * SECOND), Pause(10 * SECOND))),
        ("edit batch-addx2", (Act("edit"), Act("batch-add", 2))),
    ],
)
def test_acts_are_read(line: str, steps: tuple[Act | Pause, ...]) -> None:
    assert read(line.split()) == steps


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("fly", "No act is called fly: it is one of add, amend, edit, cancel, batch-add, batch-cancel."),
        (":3s", "No act is called :3s: it is one of add, amend, edit, cancel, batch-add, batch-cancel."),
        ("add:3s", "add:3s: what is added has no age yet, so write add without one."),
        ("cancel:3", "cancel:3: an age is written like 3s, 5m or 2h."),
        ("cancel:", "cancel:: an age is written like 3s, 5m or 2h."),
        ("cancel:3s25", "cancel:3s25: an age is written like 3s, 5m or 2h."),
        ("cancel:3sx2y",
         "cancel:3sx2y makes no sense: an act is written like cancel, cancel:3s or cancel:3sx25."),
        ("addx0", "addx0: acts are counted from x1 to x1000."),
        ("addx1001", "addx1001: acts are counted from x1 to x1000."),
        ("x5 add", "x5 has nothing to repeat: it comes after an act, as in `add x5`."),
        ("add x2 x3", "x3 has nothing to repeat: it comes after an act, as in `add x3`."),
        ("+10s x3", "x3 has nothing to repeat: it comes after an act, as in `add x3`."),
        ("add +10", "+10: a pause is written like +10s."),
        ("batch-add", "batch-add of 1: one batch takes 2 to 15 orders, written like batch-addx15."),
        ("batch-cancelx51",
         "batch-cancel of 51: one batch takes 1 to 50 orders, written like batch-cancelx50."),
        ("",
         "No act is planned: write them as in `krakentui limits plan --tier pro add amend:7s cancel:36s`."),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_one_sentence(line: str, sentence: str) -> None:
    assert complaint(line) == sentence


def test_too_many_acts_are_one_sentence() -> None:
    assert complaint("add " * 1001) == "These are 1001 acts: at most 1000 are worked through."


@given(st.lists(st.text(max_size=12), max_size=5))
def test_no_word_breaks_the_reader(words: list[str]) -> None:
    with contextlib.suppress(UsageError):
        reckon("pro", read(words))


def test_the_table_shows_cost_counter_and_what_passes() -> None:
    assert table("starter", None, reckon("starter", read(["cancel:3sx25", "+60s"]))).splitlines() == [
        "The trading limit of one pair, tier starter: 60 points, of which 1 drains a second.",
        "",
        "ACT                COSTS    COUNTER   PASSES",
        "cancel x25 at 3 s    200  56 to 200  7 of 25",
        "pause of 60 s              0 to 141",
        "",
        "Together 200 points; not everything passes.",
        "The counter ends at 0 to 141 of 60; one more act fits in 82 s at most.",
        "It is at zero in 141 s at most.",
    ]


def test_a_batch_over_the_ceiling_is_said_to_pass() -> None:
    said = table("starter", "BTC/USD", reckon("starter", read(["batch-cancel:3sx25"])))
    assert "The trading limit of BTC/USD" in said
    assert "Together 200 points; everything passes, the batch over the ceiling too." in said


@pytest.mark.parametrize(
    ("line", "tier", "code"),
    [
        ("add", "starter", 0),
        ("add x44", "starter", 0),
        ("add x45", "starter", 10),
        ("add x45 +30s", "starter", 10),
        ("add x61", "starter", 11),
        ("cancel x8", "starter", 11),
        ("batch-cancel:3s x50", "starter", 10),
    ],
)
def test_the_exit_code_is_that_of_limits(line: str, tier: Tier, code: int) -> None:
    assert exit_code(reckon(tier, read(line.split()))) == code


def test_it_needs_no_key_and_no_network(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = printed(capsys, "--tier intermediate --pair BTC/USD add amend:7s cancel:36s")
    assert (code, err) == (0, "")
    assert "The counter ends at 8 of 125; one more act fits now." in out


@pytest.mark.parametrize("typed", ["BTC/USD", "xbt/usd", "XBT/USD"])
def test_one_point_of_a_pair_is_told_in_the_words_of_everywhere(
    typed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    _, out, _ = printed(capsys, f"--tier starter --pair {typed} add")
    assert out.startswith("The trading limit of BTC/USD, tier starter:")
    assert "\nTogether 1 point; everything passes.\n" in out


def test_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = printed(capsys, "--tier starter --json cancel:3s x8 +1s")
    told = json.loads(out)
    assert code == told["exit"] == 11
    assert told["acts"][0] == {
        "op": "cancel",
        "age": 3,
        "count": 8,
        "at": 0,
        "cost": {"low": "64", "high": "64"},
        "used": {"low": "56", "high": "64"},
        "requests": 8,
        "passes": {"low": 7, "high": 7},
    }
    assert told["acts"][1]["op"] == "pause"
    assert {name: told[name] for name in ("v", "tier", "pair", "max", "decay", "passes", "zero_in")} == {
        "v": 1,
        "tier": "starter",
        "pair": None,
        "max": "60",
        "decay": "1",
        "passes": False,
        "zero_in": {"low": 55.0, "high": 64.0},
    }


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("add", "needs --tier starter, intermediate, pro"),
        ("--tier gold add", "--tier cannot be gold: it is one of starter, intermediate, pro."),
        ("--tier pro fly", "No act is called fly"),
        ("--tier pro --endpoint http://127.0.0.1:1 add", "Unknown option or word: --endpoint"),
    ],
)
def test_wrong_usage_ends_with_2_and_a_sentence(
    capsys: pytest.CaptureFixture[str], line: str, said: str
) -> None:
    code, out, err = printed(capsys, line)
    assert (code, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1
