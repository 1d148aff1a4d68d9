"""From words, environment and file to the settings of a run; every misfit is one sentence."""

import logging
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from krakentui import log
from krakentui.commands.choose import endpoints_at, settings_for
from krakentui.commands.parser import parse
from krakentui.model.error import UsageError
from krakentui.settings import LIVE_REST, Settings

LIVE_KEY = {"KRAKENTUI_API_KEY": "kQH5HW/8p1uGOVjbgWA7", "KRAKENTUI_API_SECRET": "c2VjcmV0"}
SIM_KEY = {"KRAKENTUI_API_KEY": "SIM-full", "KRAKENTUI_API_SECRET": "c2VjcmV0"}
ENDPOINT = "http://127.0.0.1:8080"


@pytest.fixture(autouse=True)
def quiet_log() -> Iterator[None]:
    level, handlers = logging.getLogger().level, [*logging.getLogger().handlers]
    yield
    log.stop()
    logging.getLogger().setLevel(level)
    logging.getLogger().handlers[:] = handlers


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    return {"KRAKENTUI_STATE_DIR": str(tmp_path / "state"), "KRAKENTUI_CONFIG": str(an_empty_file(tmp_path))}


def an_empty_file(folder: Path) -> Path:
    file = folder / "config.toml"
    file.touch()
    return file


def chosen(line: str, environ: dict[str, str]) -> Settings:
    return settings_for(parse(line.split()), environ)


def complaint(line: str, environ: dict[str, str]) -> str:
    with pytest.raises(UsageError) as caught:
        chosen(line, environ)
    return str(caught.value)


def test_without_words_and_key_it_is_the_live_public_market(home: dict[str, str]) -> None:
    settings = chosen("", home)
    assert (settings.venue, settings.endpoints.rest, settings.credentials) == ("live", LIVE_REST, None)


def test_a_key_pair_is_taken_out_of_the_environment(home: dict[str, str]) -> None:
    environ = home | LIVE_KEY
    assert chosen("", environ).credentials is not None
    assert not environ.keys() & LIVE_KEY.keys()


def test_settings_never_show_a_secret(home: dict[str, str]) -> None:
    shown = repr(chosen("", home | LIVE_KEY))
    assert "c2VjcmV0" not in shown
    assert "kQH5HW" not in shown


def test_the_log_and_the_session_hide_the_same_secrets(home: dict[str, str]) -> None:
    settings = chosen("", home | LIVE_KEY)
    (handler,) = (one for one in logging.getLogger().handlers if isinstance(one, log.FileLog))
    assert settings.redactor is handler.redactor
    assert "kQH5HW" not in handler.redactor.clean("bad kQH5HW/8p1uGOVjbgWA7")


@pytest.mark.parametrize("half", [*LIVE_KEY])
def test_half_a_key_pair_is_wrong_usage(home: dict[str, str], half: str) -> None:
    assert "set both, or neither" in complaint("", home | {half: LIVE_KEY[half]})


def test_an_endpoint_is_a_simulator_with_its_three_addresses(home: dict[str, str]) -> None:
    settings = chosen(f"--endpoint {ENDPOINT}/", home | SIM_KEY)
    assert settings.venue == "simulator"
    assert settings.endpoints == endpoints_at(ENDPOINT)
    assert settings.endpoints.ws_private == "ws://127.0.0.1:8080/auth/v2"


@pytest.mark.parametrize(
    "url",
    [
        "http://192.168.0.3:8080",
        "http://api.kraken.com:80",
        "http://127.0.0.1.evil.example:8080",
        "https://127.0.0.1:8080",
        "http://user@127.0.0.1:8080",
        "http://127.0.0.1:8080/path",
        "http://127.0.0.1:8080?x=1",
        "http://127.0.0.1:99999",
        "http://127.0.0.1",
        "127.0.0.1:8080",
        "http://[::1",
        "",
    ],
)
def test_an_endpoint_elsewhere_is_wrong_usage(home: dict[str, str], url: str) -> None:
    with pytest.raises(UsageError, match="--endpoint"):
        settings_for(parse(["--endpoint", url]), home)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1", "http://[::1]:1", "http://localhost:1", "http://127.0.0.2:1"]
)
def test_an_endpoint_on_this_machine_is_fine(home: dict[str, str], url: str) -> None:
    assert chosen(f"--endpoint {url}", home).endpoints.rest == url


def test_a_live_key_is_not_used_with_a_simulator(home: dict[str, str]) -> None:
    assert "begin with SIM-" in complaint(f"--endpoint {ENDPOINT}", home | LIVE_KEY)


def test_a_simulator_key_is_not_used_with_the_real_exchange(home: dict[str, str]) -> None:
    assert "--endpoint" in complaint("", home | SIM_KEY)


def test_a_speed_needs_a_simulator(home: dict[str, str]) -> None:
    assert complaint("--speed 2", home).startswith("--speed needs --endpoint")
    assert chosen(f"--speed 2 --endpoint {ENDPOINT}", home).speed == 2.0


def test_a_settings_file_that_was_asked_for_must_exist(home: dict[str, str], tmp_path: Path) -> None:
    assert "There is no settings file" in complaint(f"--config {tmp_path}/none.toml", home)


def test_the_command_line_wins_over_the_file(home: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(
        'assume_tier = "starter"\nread_only = true\nmarkets = ["ETH/USD"]\n'
    )
    settings = chosen("--assume-tier pro", home)
    assert (settings.assume_tier, settings.read_only, settings.markets) == ("pro", True, ("ETH/USD",))


def test_warnings_of_the_file_are_handed_on(home: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("colour = 1\n")
    assert chosen("", home).warnings == (f"{tmp_path}/config.toml:1: unknown setting colour, ignored.",)


def test_the_state_folder_is_private(home: dict[str, str], tmp_path: Path) -> None:
    assert chosen("", home).state_dir == tmp_path / "state"
    assert stat.S_IMODE((tmp_path / "state").stat().st_mode) == 0o700


def test_a_state_folder_that_cannot_be_made_is_one_warning(home: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    settings = chosen("", home | {"KRAKENTUI_STATE_DIR": str(tmp_path / "file" / "state")})
    assert (settings.state_dir, settings.log_file) == (None, None)
    assert len(settings.warnings) == 1


def test_the_log_goes_where_it_is_told(home: dict[str, str], tmp_path: Path) -> None:
    chosen(f"--log-file {tmp_path}/here.log", home)
    assert log.current() == tmp_path / "here.log"


def test_a_state_folder_that_anybody_may_write_to_is_not_used(home: dict[str, str], tmp_path: Path) -> None:
    """A nonce mark planted there would lock the user's other programs out of the key."""
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)
    settings = chosen("", home | {"KRAKENTUI_STATE_DIR": str(tmp_path / "open")})
    assert settings.state_dir is None
    (told,) = settings.warnings
    assert f"cannot be used (anybody may write to it: run `chmod o-w {tmp_path}/open`)" in told


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_state_folder_of_somebody_else_is_not_used(home: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "theirs").mkdir()
    os.chown(tmp_path / "theirs", 65534, 65534)
    settings = chosen("", home | {"KRAKENTUI_STATE_DIR": str(tmp_path / "theirs")})
    assert settings.state_dir is None
    assert "it belongs to somebody else" in settings.warnings[0]


PROXIES = ("HTTPS_PROXY", "https_proxy", "WSS_PROXY", "all_proxy", "SOCKS_PROXY", "http_proxy")


def logged(tmp_path: Path, text: str) -> str:
    """Write a line and read what stands in the log."""
    logging.getLogger("krakentui").warning(text)
    log.stop()
    return (tmp_path / "state" / log.FILE_NAME).read_text()


@pytest.mark.parametrize("name", PROXIES)
def test_the_password_of_a_proxy_of_the_environment_is_in_no_log(
    name: str, home: dict[str, str], tmp_path: Path
) -> None:
    chosen("", home | {name: "al:CAN%2FARY@127.0.0.1:3128", "NO_PROXY": "a:all@x"})
    assert "al:***** and *****, all" in logged(tmp_path, "al:CAN%2FARY and CAN/ARY, all")


def test_the_password_of_a_proxy_of_the_settings_is_in_no_log(home: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('[network]\nproxy = "http://al:CANARY@127.0.0.1:3128"\n')
    chosen("", home)
    assert "al:*****" in logged(tmp_path, "al:CANARY")


def test_a_bad_proxy_of_the_environment_stops_the_start(
    home: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "ftp://127.0.0.1:3128")
    environ = home | {"HTTPS_PROXY": "ftp://127.0.0.1:3128"}
    assert complaint("", environ).startswith("HTTPS_PROXY is no address of a proxy")
    assert chosen(f"--endpoint {ENDPOINT}", environ).venue == "simulator"
    (tmp_path / "config.toml").write_text('[network]\nproxy = "none"\n')
    assert chosen("", environ).proxy == "none"
