"""The README says what is so."""

import json
import re
import tomllib
from pathlib import Path

import pytest

from krakentui.__main__ import main
from krakentui.commands.parser import parse
from krakentui.keys.profile_text import parse as parse_profiles
from krakentui.model.clock import MILLISECOND
from krakentui.settings import parse_config
from krakentui.simulator.control import VERBS
from krakentui.ui.answerguard import WAIT_NS
from krakentui.ui.keygate import QUIET_NS
from tests.support.contract import STREAM, complaints
from tests.support.readme import README, with_keys

TEXT = README.read_text(encoding="utf-8")


def fenced(heading: str) -> list[str]:
    """The fenced blocks of one section."""
    section = re.search(rf"^##+ {heading}$(.*?)(?=^##+ |\Z)", TEXT, re.DOTALL | re.MULTILINE)
    assert section is not None, heading
    return re.findall(r"^```\w*\n(.*?)^```$", section[1], re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize(
    ("heading", "end"), [("Try it", "krakentui demo\n"), ("Test it", "python -m pytest\n")]
)
def test_one_line_sets_everything_up(heading: str, end: str) -> None:
    (block,) = fenced(heading)
    assert block.count("\n") == 1
    assert block.endswith(end)


def test_it_says_once_how_its_commands_get_onto_the_path_before_it_uses_them() -> None:
    assert TEXT.count(". .venv/bin/activate") == 1
    bare = re.search(r"^krakentui ", TEXT, re.MULTILINE)
    assert bare is not None
    assert TEXT.index(". .venv/bin/activate") < bare.start()


def test_the_guards_on_keys_have_the_seconds_that_it_names() -> None:
    assert f"before it has been on the screen for {WAIT_NS // MILLISECOND} ms" in TEXT
    assert f"in the {QUIET_NS // MILLISECOND} ms after `Esc`" in TEXT


def test_what_runs_beside_the_exchange_is_installed_by_the_names_that_the_witnesses_lock() -> None:
    (line,) = re.findall(r"`pip install ([a-z -]+)`", TEXT)
    locked = (README.parent / "tests" / "witness" / "requirements.lock").read_text(encoding="utf-8")
    assert line.split() == ["python-kraken-sdk", "ccxt", "krakenex"]
    assert [name for name in line.split() if f"\n{name}==" not in f"\n{locked}"] == []


def test_the_key_table_is_that_of_the_actions() -> None:
    assert with_keys(TEXT) == TEXT


def test_the_stream_example_keeps_the_contract() -> None:
    (block,) = fenced("The stream object")
    assert complaints(json.loads(block), STREAM) == []


def test_the_calculator_s_example_prints_what_it_says(capsys: pytest.CaptureFixture[str]) -> None:
    (block,) = fenced("The rate calculator")
    line, _, said = block.partition("\n")
    assert main(line.removeprefix("$ krakentui ").split()) == 0
    assert capsys.readouterr().out == said


def test_the_settings_example_is_taken_without_a_warning() -> None:
    (block,) = fenced("Settings")
    assert tomllib.loads(block)
    assert parse_config(block.encode(), Path("config.toml")).warnings == ()


def test_the_list_of_keys_is_taken_as_the_example_has_it() -> None:
    (block,) = [one for one in fenced("With your own account") if one.startswith("default")]
    told = parse_profiles(block.encode(), Path("profiles.toml"))
    assert (told.default, told.named("main").key_command) == ("main", ("pass", "show", "kraken/main"))


@pytest.mark.parametrize("line", re.findall(r"^\| `krakentui ([a-z]+(?: FILE)?)", TEXT, re.MULTILINE))
def test_every_command_named_is_there(line: str) -> None:
    command, *file = line.split()
    assert parse([command, *file]).command == command


def test_every_shipped_scenario_is_named() -> None:
    shipped = (README.parent / "krakentui" / "simulator" / "scenarios").glob("*.json")
    assert [file.stem for file in shipped if f"`{file.stem}`" not in TEXT] == []


def test_every_control_call_is_in_the_table() -> None:
    named = set(re.findall(r"^\| `(?:GET|POST) ([a-z]+)`", TEXT, re.MULTILINE))
    assert set(VERBS) <= named


@pytest.mark.parametrize("picture", re.findall(r"\]\((screenshots/[^)]+)\)", TEXT))
def test_every_picture_is_there_and_needs_no_network(picture: str) -> None:
    svg = (README.parent / picture).read_text(encoding="utf-8")
    assert re.findall(r"https?://(?!www\.w3\.org/|www\.textualize\.io)[^\"' ]+", svg) == []


def test_no_lock_names_an_index_or_a_host() -> None:
    for lock in (
        "requirements.lock",
        "requirements-dev.lock",
        "tests/witness/requirements.lock",
        "tests/bom/requirements.lock",
        "tests/audit/requirements.lock",
    ):
        text = (README.parent / lock).read_text(encoding="utf-8")
        assert "://" not in text
        assert "--index" not in text
        assert "--hash=sha256:" in text


def test_every_test_that_the_security_page_names_is_there() -> None:
    text = (README.parent / "SECURITY.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| ") and "`" in line]
    assert len(rows) > 5
    for row in rows:
        folder = README.parent
        for place in re.findall(r"`([^`]+)`", row.rpartition(" | ")[2]):
            folder = (README.parent / place).parent if "/" in place else folder
            assert (folder / Path(place).name).exists(), place
