"""The log: private, redacted, never fatal."""

import logging
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from krakentui import log
from krakentui.model.redact import Redactor
from krakentui.model.secret import Credentials, Secret

CANARY = "c4n4ry/SECRET+value"


@pytest.fixture(autouse=True)
def closed_log() -> Iterator[None]:
    raising, level, handlers = (
        logging.raiseExceptions,
        logging.getLogger().level,
        [*logging.getLogger().handlers],
    )
    yield
    log.stop()
    logging.raiseExceptions = raising
    logging.getLogger().setLevel(level)
    logging.getLogger().handlers[:] = handlers


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "krakentui.log"


def test_our_own_lines_are_kept_from_info_on(path: Path) -> None:
    log.start(path)
    logging.getLogger("krakentui.engine").info("Started.")
    logging.getLogger("krakentui.engine").debug("Too much.")
    assert path.read_text().endswith("INFO krakentui.engine: Started.\n")


def test_libraries_are_kept_from_warning_on(path: Path) -> None:
    log.start(path)
    logging.getLogger("websockets.client").debug("frame")
    logging.getLogger("httpx").info("request")
    logging.getLogger("httpx").warning("odd")
    assert [line.partition(": ")[2] for line in path.read_text().splitlines()] == ["odd"]


def test_file_and_folder_are_private(path: Path) -> None:
    log.start(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_log_left_open_to_others_is_closed_to_them(path: Path) -> None:
    path.parent.mkdir()
    path.touch(mode=0o666)
    path.chmod(0o666)
    log.start(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_symbolic_link_is_not_followed(path: Path, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.touch()
    path.parent.mkdir()
    path.symlink_to(victim)
    notices: list[str] = []
    log.start(path, notice=notices.append)
    logging.getLogger("krakentui").error("hello")
    assert victim.read_text() == ""
    assert len(notices) == 1


@pytest.mark.parametrize("level", [logging.INFO, logging.WARNING, logging.CRITICAL])
def test_a_secret_never_reaches_the_file(path: Path, level: int) -> None:
    redactor = Redactor([Secret(CANARY)])
    log.start(path, redactor)
    logger = logging.getLogger("krakentui.net")
    logger.log(level, "sent %s", CANARY)
    logger.log(level, "sent %r", {"secret": CANARY})
    try:
        raise ValueError(CANARY)
    except ValueError:
        logger.log(level, "failed", exc_info=True)
    assert CANARY not in path.read_text()
    assert "ValueError" in path.read_text()


def test_a_key_learnt_later_is_hidden_too(path: Path) -> None:
    redactor = Redactor()
    log.start(path, redactor)
    redactor.learn(Credentials(key="public-part", secret=Secret(CANARY), name="n", source="s"))
    logging.getLogger("krakentui").info("key public-part %s", CANARY)
    assert "public-part" not in path.read_text()
    assert CANARY not in path.read_text()


def test_control_characters_do_not_reach_a_terminal_that_shows_the_log(path: Path) -> None:
    log.start(path)
    logging.getLogger("krakentui").info("from outside: \x1b]0;title\x07")
    assert "\x1b" not in path.read_text()


def test_a_full_disk_turns_logging_off_with_one_notice(capfd: pytest.CaptureFixture[str]) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    notices: list[str] = []
    log.start(Path("/dev/full"), notice=notices.append)
    logging.getLogger("krakentui").info("one")
    logging.getLogger("krakentui").info("two")
    assert notices == ["The log /dev/full cannot be written (No space left on device): logging is off."]
    assert log.current() is None
    assert capfd.readouterr() == ("", "")


def test_a_folder_that_cannot_be_made_turns_logging_off(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    notices: list[str] = []
    log.start(tmp_path / "file" / "krakentui.log", notice=notices.append)
    assert notices == [
        f"The log {tmp_path}/file/krakentui.log cannot be written (File exists): logging is off."
    ]


def test_a_long_log_is_moved_aside_at_the_next_start(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"x" * (log.MAX_BYTES + 1))
    log.start(path)
    assert path.stat().st_size == 0
    assert path.with_name("krakentui.log.1").stat().st_size == log.MAX_BYTES + 1


def test_no_log_at_all_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    log.start(None)
    logging.getLogger("krakentui").error("nobody hears this")
    assert capfd.readouterr() == ("", "")


def test_a_disk_that_fills_later_is_told_to_whoever_listens_then(path: Path) -> None:
    early: list[str] = []
    late: list[str] = []
    handler = log.start(path, notice=early.append)
    log.tell(late.append)
    assert handler is not None
    handler._give_up(OSError(28, "No space left on device"))
    assert (early, len(late)) == ([], 1)
