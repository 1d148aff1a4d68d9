"""The command line: what is understood, and one sentence for everything else."""

import string
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from krakentui.commands import complaints
from krakentui.commands.parser import TABLE_PAIRS, Given, parse
from krakentui.commands.simulated import options_for
from krakentui.model.error import UsageError
from krakentui.simulator.rules import RULE_SETS
from krakentui.simulator.tables import load


def said(line: str) -> Given:
    return parse(line.split())


def complaint(line: str) -> str:
    return wrong(*line.split())


def wrong(*words: str) -> str:
    with pytest.raises(UsageError) as caught:
        parse(words)
    return str(caught.value)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("", Given()),
        ("demo --seed 7 --speed 60 --tier pro --rules strict",
         Given(command="demo", seed=7, speed=60.0, tier="pro", rules="strict")),
        ("simulate --port 8080 --start now --quiet --control",
         Given(command="simulate", port=8080, start="now", quiet=True, control=True)),
        ("stream --interval 0.5 --for 3", Given(command="stream", interval=0.5, seconds=3.0)),
        ("--endpoint http://127.0.0.1:1 stream", Given(command="stream", endpoint="http://127.0.0.1:1")),
        ("stream --endpoint http://127.0.0.1:1", Given(command="stream", endpoint="http://127.0.0.1:1")),
        ("--read-only --record a.jsonl", Given(read_only=True, record=Path("a.jsonl"))),
        (
            "limits calibrate --pair XRP/USD --for 60 --assume-tier pro",
            Given(command="limits", task="calibrate", pair="XRP/USD", seconds=60.0, assume_tier="pro"),
        ),
        ("limits --json --assume-tier pro", Given(command="limits", json=True, assume_tier="pro")),
        ("limits --json plan --tier pro --pair X add cancel:3sx25 +1s",
         Given(command="limits", task="plan", plan_tier="pro", pair="X", json=True,
               acts=("add", "cancel:3sx25", "+1s"))),
        ("cancel O1 O2 --yes", Given(command="cancel", ids=("O1", "O2"), yes=True)),
        ("cancel --all --dry-run --json", Given(command="cancel", everything=True, dry_run=True, json=True)),
        ("cancel --pair BTC/USD --side buy --type limit --older 5m --far 2%",
         Given(command="cancel", pair="BTC/USD", side="buy", type="limit", older_s=300, far_pct="2")),
        ("paths --config k.toml", Given(command="paths", config=Path("k.toml"))),
    ],
)  # fmt: skip
def test_a_line_is_understood(line: str, expected: Given) -> None:
    assert said(line) == expected


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("fly", "There is no command fly. `krakentui --help` lists what there is."),
        ("fly high", "There is no command fly. `krakentui --help` lists what there is."),
        ("--fly", "Unknown option or word: --fly. `krakentui --help` lists what there is."),
        ("stream --int 3", "Unknown option or word: --int. `krakentui --help` lists what there is."),
        ("--endpoint", "--endpoint needs a value."),
        ("demo --tier gold", "--tier cannot be gold: it is one of starter, intermediate, pro."),
        (
            "--endpoint x demo",
            "`krakentui demo` has no option --endpoint. `krakentui --help` lists what there is.",
        ),
        ("simulate --pairs 38", "--pairs takes a whole number from 39 to 1670."),
        ("simulate --pairs 1671", "--pairs takes a whole number from 39 to 1670."),
        ("demo --pairs 50", "Unknown option or word: --pairs. `krakentui --help` lists what there is."),
        ("simulate --port 65536", "--port takes a whole number from 0 to 65535."),
        ("simulate --port -1", "--port takes a whole number from 0 to 65535."),
        ("demo --speed 0", "--speed takes a number from 0.1 to 1000."),
        ("demo --speed nan", "--speed takes a number from 0.1 to 1000."),
        ("demo --speed fast", "--speed takes a number from 0.1 to 1000."),
        ("stream --interval 0", "--interval takes seconds, 0.05 or more."),
        ("stream --for 0", "--for takes seconds, 0.05 or more."),
        ("cancel --older 5", "--older takes an age like 90s, 5m or 2h."),
        ("cancel --older 5x", "--older takes an age like 90s, 5m or 2h."),
        ("cancel --far far", "--far takes a distance in percent like 2 or 0.5."),
        ("cancel --side up", "--side cannot be up: it is one of buy, sell."),
        ("limits fly", "There is no task fly: it is one of plan, calibrate."),
        (
            "limits --tier pro",
            "Unknown option or word: --tier. `krakentui --help` lists what there is.",
        ),
        ("--json fly", "Unknown option or word: --json. `krakentui --help` lists what there is."),
        ("limits --json fly", "There is no task fly: it is one of plan, calibrate."),
        (
            "limits plan --endpoint x",
            "Unknown option or word: --endpoint. `krakentui --help` lists what there is.",
        ),
        (
            "--endpoint x limits plan",
            "`krakentui limits plan` has no option --endpoint. `krakentui --help` lists what there is.",
        ),
    ],
)
def test_a_mistake_is_one_sentence(line: str, sentence: str) -> None:
    assert complaint(line) == sentence


COMMANDS = {
    *("demo", "simulate", "replay", "stream", "snapshot", "limits", "cancel", "budget", "actions", "keys"),
    *("doctor", "config", "paths", "password", "code"),
}
PRINTABLE = st.characters(min_codepoint=33, exclude_categories=["C", "Z"])
NOT_REPEATED = "a word that is not repeated here"


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("--otp PASSWORD", "--otp takes no such word: it is one of password, code."),
        ("snapshot --otp=PASSWORD", "--otp takes no such word: it is one of password, code."),
        ("snapshot --password PASSWORD", "Unknown option or word: --password."),
        ("snapshot --password=PASSWORD", "Unknown option or word: --password."),
        ("--password PASSWORD snapshot", "Unknown option or word: --password."),
        ("snapshot --json PASSWORD --yes PASSWORD", "Unknown option or word: --json --yes."),
    ],
)
@given(password=st.text(string.ascii_lowercase, min_size=5, max_size=12) | st.text(PRINTABLE, min_size=5))
def test_what_may_be_a_secret_is_not_repeated_whatever_its_form(
    line: str, sentence: str, password: str
) -> None:
    if password in COMMANDS or password.startswith("-"):
        return
    told = wrong(*(word.replace("PASSWORD", password) for word in line.split()))
    assert told.removesuffix(" `krakentui --help` lists what there is.") == sentence


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("PASSWORD", "There is no such command."),
        ("limits PASSWORD", "There is no such task:"),
        ("demo --tier PASSWORD", "--tier takes no such word:"),
        ("snapshot PASSWORD", f"Unknown option or word: {NOT_REPEATED}."),
        ("--PASSWORD=", f"The value of {NOT_REPEATED} is empty"),
    ],
)
@pytest.mark.parametrize(
    "password", ["hunter2", "Sesame", "open sesame", "it's", 'a"b', "x" * 25, "kök", "4711"]
)
def test_no_word_is_repeated_that_has_not_the_form_of_ours(line: str, told: str, password: str) -> None:
    assert wrong(*(word.replace("PASSWORD", password) for word in line.split())).startswith(told)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("x (choose from y)",), "There is no such command."),
        (("'x' (choose from 'y')",), "There is no such command."),
        (("limits", "hunter2 (choose from b"), "There is no such task: it is one of plan, calibrate."),
        (
            ("cancel", "--side", "hunter2 (choose from b)"),
            "--side takes no such word: it is one of buy, sell.",
        ),
    ],
)
def test_a_word_with_the_parser_s_own_words_in_it_is_wrong_like_any_other(
    words: Sequence[str], told: str
) -> None:
    assert wrong(*words).removesuffix(" `krakentui --help` lists what there is.") == told


@pytest.mark.parametrize("quoted", ["hunter2", "'hunter2", "f('hunter2')"])
def test_a_complaint_whose_word_cannot_be_read_repeats_none(quoted: str) -> None:
    message = f"argument --side: invalid choice: {quoted} (choose from 'buy', 'sell')"
    told = complaints.sentence(message, ["cancel", "--side", "hunter2"], ())
    assert told == "--side takes no such word: it is one of buy, sell."


def test_a_value_of_an_option_that_takes_none_is_not_repeated() -> None:
    assert wrong("cancel", "--all=hunter2") == "--all takes no value."


@pytest.mark.parametrize(
    ("words", "which"),
    [
        (("cancel", "--otp", "hunter2", ""), f"after {NOT_REPEATED}"),
        (("cancel", "--all", "--yes", "--profile", ""), "after --profile"),
        (("--profile=", "cancel", "--all", "--yes"), "of --profile"),
        (("cancel", "--pair", " ", "--yes"), "after --pair"),
        (("cancel", "", "--yes"), "after cancel"),
        (("cancel", "--yes", "O1", ""), f"after {NOT_REPEATED}"),
        (("--endpoint", "", "stream"), "after --endpoint"),
        (("--config", "", "snapshot"), "after --config"),
        (("stream", "--record", ""), "after --record"),
        (("stream", "--log-file="), "of --log-file"),
        (("keys", "remove", "", "--yes"), "after remove"),
        (("keys", "add", "k", "--accept-withdraw", ""), "after --accept-withdraw"),
        (("budget", "spend", "--pair", "", "--points", "1"), "after --pair"),
        (("",), "after krakentui"),
    ],
)
def test_an_empty_word_means_nothing_and_not_the_default(words: Sequence[str], which: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse(words)
    told = f"The value {which} is empty (a variable that is not set?): fill it, or leave it out."
    assert str(caught.value) == told


def test_an_empty_word_of_another_program_is_its_own_business() -> None:
    told = parse(("budget", "wait", "--pair", "BTC/USD", "--points", "1", "--", "bot", "", "--key="))
    assert told.argv == ("bot", "", "--key=")


@pytest.mark.parametrize("line", ["{}", "-k{}", "stream {}", "--rules {}", "demo --rules {}", "--fly={}"])
def test_a_word_as_long_as_a_key_is_not_repeated(line: str) -> None:
    told = complaint(line.format("key" * 17))
    assert "keykey" not in told


def ending(words: list[str]) -> str:
    """How a command line ends: understood, help, or a sentence."""
    try:
        parse(words)
    except UsageError as error:
        return str(error)
    except SystemExit as done:
        return f"Help, exit {done.code}."
    return "Understood."


@given(st.lists(st.text(max_size=12), max_size=6))
def test_any_words_end_as_options_as_a_sentence_or_as_help(words: list[str]) -> None:
    told = ending(words)
    assert told.endswith(".")
    assert not told.endswith("exit 2.")


@pytest.mark.parametrize("line", ["--version", "--help", "demo --help", "cancel --help"])
def test_help_and_version_end_well(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as done:
        said(line)
    assert done.value.code == 0
    assert "krakentui" in capsys.readouterr().out


def test_the_table_of_pairs_is_as_long_as_the_help_says() -> None:
    assert len(load().pairs) == TABLE_PAIRS


@pytest.mark.parametrize("rules", ["documented", "strict", "lenient", "old"])
def test_every_rule_set_can_be_asked_for(rules: str) -> None:
    assert (said(f"demo --rules {rules}").rules, RULE_SETS[rules].name) == (rules, rules)


def test_the_number_of_pairs_reaches_the_exchange() -> None:
    assert options_for(said("simulate --pairs 1450"), None).pairs == 1450


def test_the_help_names_the_options_of_the_live_commands(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse(["--help"])
    told = capsys.readouterr().out
    assert "--endpoint" in told
    assert "--profile" in told
