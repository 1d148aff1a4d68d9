"""Which key a run uses: named, from the environment, or the default; never two, never by accident."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from krakentui import log
from krakentui.commands.choose import settings_for
from krakentui.commands.parser import parse
from krakentui.keys import key_file, profile_list
from krakentui.keys.profile import Profiles
from krakentui.model.error import KeyProblem, UsageError
from krakentui.settings import Settings
from tests.support.keys import a_key, a_machine, a_pair, a_profile, a_secret

PAIR = {"KRAKENTUI_API_KEY": a_key(9), "KRAKENTUI_API_SECRET": a_secret(9)}


@pytest.fixture(autouse=True)
def quiet_log() -> Iterator[None]:
    level, handlers = logging.getLogger().level, [*logging.getLogger().handlers]
    yield
    log.stop()
    logging.getLogger().setLevel(level)
    logging.getLogger().handlers[:] = handlers


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """Two keys in files of their own, the first one the default."""
    (tmp_path / "config.toml").touch()
    told = Profiles()
    for seed, (name, account) in enumerate([("main", "private"), ("bot", "business")], 1):
        told = told.with_profile(a_profile(name, account=account, fingerprint=a_pair(seed).fingerprint))
        key_file.keep(name, a_pair(seed), a_machine(tmp_path))
    profile_list.change(tmp_path / "profiles.toml", lambda _: told)
    return {"KRAKENTUI_STATE_DIR": str(tmp_path / "state"), "KRAKENTUI_CONFIG": f"{tmp_path}/config.toml"}


def chosen(line: str, environ: dict[str, str]) -> Settings:
    return settings_for(parse(line.split()), environ)


def key_of(settings: Settings) -> tuple[str, str, str] | None:
    key = settings.credentials
    return None if key is None else (key.name, settings.account, key.key)


def test_the_default_profile_is_used_when_nothing_is_said(home: dict[str, str]) -> None:
    settings = chosen("", home)
    assert key_of(settings) == ("main", "private", a_key(1))
    assert settings.warnings == ()


def test_the_environment_names_a_profile(home: dict[str, str]) -> None:
    assert key_of(chosen("", home | {"KRAKENTUI_PROFILE": "bot"})) == ("bot", "business", a_key(2))


def test_a_named_profile_wins_over_the_environment(home: dict[str, str]) -> None:
    assert key_of(chosen("--profile bot", home | {"KRAKENTUI_PROFILE": "main"})) == (
        "bot",
        "business",
        a_key(2),
    )


@pytest.mark.parametrize("empty", ["", " "])
def test_an_empty_variable_names_not_the_default(home: dict[str, str], empty: str) -> None:
    with pytest.raises(UsageError) as caught:
        chosen("cancel --all --yes", home | {"KRAKENTUI_PROFILE": empty})
    assert str(caught.value) == "KRAKENTUI_PROFILE is set but empty: fill it, or unset it."


def test_a_named_profile_needs_nothing_of_the_environment(home: dict[str, str]) -> None:
    settings = chosen("--profile bot", home | {"KRAKENTUI_PROFILE": ""})
    assert key_of(settings) == ("bot", "business", a_key(2))


def test_the_pair_of_the_environment_wins_over_its_profile_and_the_default(home: dict[str, str]) -> None:
    environ = home | PAIR | {"KRAKENTUI_PROFILE": "bot"}
    assert key_of(chosen("", environ)) == ("environment", "main", a_key(9))
    assert not environ.keys() & PAIR.keys()


def test_a_named_profile_and_a_pair_are_two_keys(home: dict[str, str]) -> None:
    with pytest.raises(UsageError, match="Two keys were asked for") as caught:
        chosen("--profile bot", home | PAIR)
    assert a_key(9)[:8] not in str(caught.value)


@pytest.mark.parametrize("line", ["--profile none", ""])
def test_an_unknown_profile_is_wrong_usage(home: dict[str, str], line: str) -> None:
    with pytest.raises(UsageError, match=r"no key profile none\. There are main, bot\."):
        chosen(line, home | ({} if line else {"KRAKENTUI_PROFILE": "none"}))


def test_with_an_endpoint_stored_keys_are_ignored(home: dict[str, str]) -> None:
    environ = home | {"KRAKENTUI_PROFILE": "bot"}
    assert key_of(chosen("--endpoint http://127.0.0.1:1", environ)) is None
    with pytest.raises(UsageError, match=r"takes a pair of the environment alone.* name no stored key"):
        chosen("--endpoint http://127.0.0.1:1 --profile bot", home)


def test_a_default_that_cannot_be_had_stops_the_start(home: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "keys" / "main.key"
    file.chmod(0o644)
    with pytest.raises(KeyProblem) as caught:
        chosen("", home)
    assert str(caught.value) == (
        f"The key main cannot be had. Others may read the file (mode 0644): run `chmod 600 {file}`, and "
        "replace the key if it lay there open. `krakentui doctor` shows every source."
    )


def test_a_simulator_key_in_a_store_is_refused(home: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "keys" / "main.key").write_text("key = SIM-abc\nsecret = c2VjcmV0\n")
    with pytest.raises(UsageError, match=r"KRAKENTUI_API_KEY and KRAKENTUI_API_SECRET, give .* --endpoint"):
        chosen("", home)


def test_a_bad_list_stops_the_start_with_file_and_line(home: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "profiles.toml").write_text("default = 1\n")
    with pytest.raises(UsageError, match=rf"^{tmp_path}/profiles\.toml:1: default must be"):
        chosen("", home)


def test_what_was_noticed_while_looking_is_told_in_the_run(home: dict[str, str], tmp_path: Path) -> None:
    key_file.keep("main", a_pair(5), a_machine(tmp_path))
    (warning,) = chosen("", home).warnings
    assert "holds another key" in warning
    assert a_pair(5).fingerprint in warning


def test_the_log_knows_a_stored_secret(home: dict[str, str], tmp_path: Path) -> None:
    chosen("", home)
    logging.getLogger("krakentui").warning("%s and %s", a_key(1), a_secret(1))
    written = (tmp_path / "state" / "krakentui.log").read_text()
    assert not any(part in written for part in (a_key(1), a_secret(1)))


# --- a second key, which cancels --------------------------------------------------------------------

SECOND = {"KRAKENTUI_CANCEL_API_KEY": a_key(8), "KRAKENTUI_CANCEL_API_SECRET": a_secret(8)}


def second_of(settings: Settings) -> tuple[str, str] | None:
    key = settings.cancel_credentials
    return None if key is None else (key.name, key.key)


@pytest.fixture
def two(home: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """The default profile cancels with a key of its own account."""
    helper = a_profile("helper", account="private", fingerprint=a_pair(3).fingerprint)
    key_file.keep("helper", a_pair(3), a_machine(tmp_path))
    main = a_profile("main", account="private", fingerprint=a_pair(1).fingerprint, cancel_with="helper")
    profile_list.change(tmp_path / "profiles.toml", lambda told: told.with_profile(helper).replaced(main))
    return home


@pytest.mark.parametrize("line", ["", "cancel --all", "limits", "stream", "snapshot"])
def test_a_profile_brings_the_key_that_it_cancels_with(line: str, two: dict[str, str]) -> None:
    settings = chosen(line, two)
    assert (key_of(settings), second_of(settings)) == (("main", "private", a_key(1)), ("helper", a_key(3)))


def test_the_helper_alone_is_one_key_for_all(two: dict[str, str]) -> None:
    settings = chosen("--profile helper", two)
    assert (key_of(settings), second_of(settings)) == (("helper", "private", a_key(3)), None)


def test_what_cancels_nothing_goes_with_one_key(two: dict[str, str]) -> None:
    assert second_of(chosen("budget wait --pair BTC/USD --points 8", two)) is None


def test_a_cancelling_key_that_cannot_be_had_is_said_and_the_other_one_goes_on(
    two: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "keys" / "helper.key").unlink()
    settings = chosen("", two)
    assert (key_of(settings), second_of(settings)) == (("main", "private", a_key(1)), None)
    assert settings.warnings[0].startswith(
        "Nothing is cancelled with the key helper: The key helper cannot be"
    )


def test_one_key_under_two_names_is_refused(two: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "keys" / "helper.key").unlink()
    key_file.keep("helper", a_pair(1), a_machine(tmp_path))
    with pytest.raises(UsageError, match=r"main and helper are one key \([0-9a-f]{12}\)"):
        chosen("", two)


def test_the_environment_brings_a_second_pair_which_is_gone_from_it(home: dict[str, str]) -> None:
    environ = home | PAIR | SECOND
    settings = chosen("", environ)
    assert second_of(settings) == ("environment-cancel", a_key(8))
    assert not {*PAIR, *SECOND} & {*environ}


def test_a_second_pair_alone_is_refused(home: dict[str, str]) -> None:
    with pytest.raises(UsageError, match="KRAKENTUI_CANCEL_API_KEY needs KRAKENTUI_API_KEY beside it"):
        chosen("", home | SECOND)


def test_half_a_second_pair_is_refused(home: dict[str, str]) -> None:
    environ = home | PAIR | {"KRAKENTUI_CANCEL_API_KEY": a_key(8)}
    with pytest.raises(UsageError, match="KRAKENTUI_CANCEL_API_SECRET is not: set both, or neither"):
        chosen("", environ)


def test_a_damaged_list_is_no_business_of_a_simulated_exchange(home: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "profiles.toml").write_text("default = ")
    words = ["snapshot", "--endpoint", "http://127.0.0.1:1"]
    assert (
        settings_for(parse(words), home | {**PAIR, "KRAKENTUI_API_KEY": "SIM-alice"}).withdraw_accepted
        == frozenset()
    )
    with pytest.raises(UsageError, match=r"profiles\.toml"):
        settings_for(parse(["snapshot"]), home | PAIR)
