"""`krakentui config`: the settings file is written, shown and checked; never is one overwritten."""

import tomllib
from pathlib import Path

import pytest
from msgspec import structs

from krakentui.__main__ import main
from krakentui.commands.choose import with_config
from krakentui.commands.config_text import ENTRIES, Entry, template
from krakentui.commands.parser import parse
from krakentui.model.error import UsageError
from krakentui.settings import NAMES, Config, Settings, parse_config

TAKEN = [entry for entry in ENTRIES if entry.name != "network.ca_file"]
"""All but the one whose file would have to be there."""


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Name a settings file that is not there, as the environment does."""
    named = tmp_path / "deep" / "config.toml"
    monkeypatch.setenv("KRAKENTUI_CONFIG", str(named))
    return named


def written(path: Path, text: str) -> Path:
    path.parent.mkdir()
    path.write_text(text, "utf-8")
    return path


def said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main(["config", *words])
    caught = capsys.readouterr()
    return code, caught.out, caught.err


def as_file(name: str, value: str) -> bytes:
    table, _, key = name.rpartition(".")
    return (f"[{table}]\n" if table else "").encode() + f"{key} = {value}\n".encode()


def test_every_setting_is_explained() -> None:
    assert {entry.name for entry in ENTRIES} == {*NAMES}
    assert len(ENTRIES) == len(NAMES)


@pytest.mark.parametrize(
    "entry", [one for one in ENTRIES if one.name != "network.ca_file"], ids=lambda one: one.name
)
def test_what_is_shown_of_a_setting_is_taken(entry: Entry) -> None:
    config = parse_config(as_file(entry.name, entry.value), Path("config.toml"))
    assert config.warnings == ()
    assert config != Config() or not entry.unset


def test_the_defaults_that_are_shown_are_those_that_count() -> None:
    for entry in ENTRIES:
        if not entry.unset:
            config = parse_config(as_file(entry.name, entry.value), Path("config.toml"))
            told = with_config(Settings(), config)
            told = structs.replace(told, read_only=config.read_only, mouse=config.mouse, audit=config.audit)
            assert told == Settings(), entry.name


def test_the_file_that_explains_everything_sets_nothing() -> None:
    assert parse_config(template().encode(), Path("config.toml")) == Config()


def test_the_file_that_explains_everything_can_be_uncommented() -> None:
    lines = [line.removeprefix("# ") if " = " in line else line for line in template().splitlines()]
    assert {*tomllib.loads("\n".join(lines))} == {
        *(entry.name for entry in ENTRIES if not entry.table),
        "budget",
        "network",
    }


def test_init_writes_a_file_for_its_owner(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = said(capsys, "init")
    assert (code, err) == (0, "")
    assert out == f"Wrote {path}: nothing is set in it yet, and every setting is explained.\n"
    assert path.read_text("utf-8") == template()
    assert path.stat().st_mode & 0o777 == 0o600
    assert said(capsys, "check") == (0, f"{path}: 0 settings understood.\n", "")


@pytest.mark.parametrize("there", ["a file", "a link", "a broken link"])
def test_init_overwrites_nothing(
    path: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path, there: str
) -> None:
    target = tmp_path / "other.toml"
    if there == "a file":
        written(path, "mouse = false\n")
    else:
        path.parent.mkdir()
        path.symlink_to(target)
        if there == "a link":
            target.write_text("mouse = false\n", "utf-8")
    code, out, err = said(capsys, "init")
    assert (code, out) == (1, "")
    assert err == f"krakentui: There is a settings file {path} already; it was left as it is.\n"
    assert target.exists() == (there == "a link")


def test_init_says_why_it_cannot_write(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path.parent.write_text("a file where a folder should be", "utf-8")
    code, _, err = said(capsys, "init")
    assert (code, err) == (1, f"krakentui: The settings file {path} cannot be written: File exists.\n")


def test_the_settings_that_count_are_shown_with_where_they_stand(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written(path, 'currency = "EUR"\n\n[budget]\nrest_decay = "1/3"\nhistory_cost = 2\naudit = true\n')
    code, out, _ = said(capsys, "show")
    lines = [" ".join(line.split()) for line in out.splitlines()]
    assert code == 0
    assert lines[0] == f"# {path}"
    for line in (
        'currency = "EUR" # line 1',
        "mouse = true # default",
        "# assume_tier # not set: the exchange is asked",
        'rest_decay = "1/3" # line 4',
        "history_cost = 2 # line 5",
        "audit = true # line 6",
    ):
        assert line in lines
    assert said(capsys) == (0, out, "")


def test_what_is_shown_is_a_settings_file_that_says_the_same(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = 'markets = ["BTC/EUR"]\nread_only = true\n\n[budget]\nrest_reserve = 2.5\nedge = ">="\n'
    written(path, text)
    _, out, _ = said(capsys, "show")
    again, before = parse_config(out.encode(), path), parse_config(text.encode(), path)
    assert structs.replace(again, currency=None, cancel_when_points=None) == before


def test_the_name_and_password_of_a_proxy_are_not_shown(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written(path, '[network]\nproxy = "http://me:canary@127.0.0.1:3128"\n')
    code, out, _ = said(capsys, "show")
    assert code == 0
    assert 'proxy = "http://127.0.0.1:3128"' in out
    assert "canary" not in out


def test_no_file_is_no_fault_unless_it_was_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("KRAKENTUI_CONFIG", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    usual = tmp_path / "krakentui" / "config.toml"
    none = f"There is no settings file {usual}: the defaults count."
    assert said(capsys, "check") == (0, f"{none}\n", "")
    code, out, _ = said(capsys, "show")
    assert (code, out.splitlines()[0]) == (0, f"# {none}")
    for task in ("check", "show"):
        other = tmp_path / "other.toml"
        code, out, err = said(capsys, task, "--config", str(other))
        assert (code, out, err) == (2, "", f"krakentui: There is no settings file {other}.\n")


def test_what_is_not_known_is_told_with_its_line(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written(path, "mouse = true\nmuose = false\n")
    code, out, _ = said(capsys, "check")
    assert (code, out) == (
        1,
        f"{path}:2: unknown setting muose, ignored.\n{path}: 1 setting understood.\n",
    )


@pytest.mark.parametrize("task", ["check", "show"])
def test_what_is_wrong_is_told_with_its_line(
    path: Path, capsys: pytest.CaptureFixture[str], task: str
) -> None:
    written(path, 'mouse = true\nread_only = "yes"\n')
    assert said(capsys, task) == (2, "", f"krakentui: {path}:2: read_only must be true or false.\n")


def test_the_command_s_own_option_goes_before_the_environment(
    path: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    other = tmp_path / "other.toml"
    assert said(capsys, "init", "--config", str(other))[0] == 0
    assert other.exists()
    assert not path.exists()


@pytest.mark.parametrize("words", [("config", "fly"), ("config", "show", "--read-only")])
def test_a_mistake_is_one_sentence(words: tuple[str, ...]) -> None:
    with pytest.raises(UsageError):
        parse(words)
