"""Every ending is one sentence and an exit code; no traceback, no secret, no core."""

import asyncio
import os
import string
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from krakentui import log
from krakentui.commands import guard
from krakentui.model.error import Denied, KeyProblem, NotSent, UsageError

ROOT = Path(__file__).parents[2]
PRIVATE = "aB3+" * 21 + "xY=="
PUBLIC = "/" + "aB3" * 18 + "x"


@pytest.fixture(autouse=True)
def own_log(tmp_path: Path) -> Iterator[Path]:
    log.start(tmp_path / "krakentui.log")
    yield tmp_path / "krakentui.log"
    log.stop()


@pytest.mark.parametrize(
    ("error", "code", "sentence"),
    [
        (UsageError("Wrong."), 2, "krakentui: Wrong.\n"),
        (KeyProblem("No base64."), 1, "krakentui: No base64.\n"),
        (Denied("EGeneral:Permission denied", "May not."), 1, "krakentui: May not.\n"),
        (BaseExceptionGroup("g", [ValueError("x"), BaseExceptionGroup("h", [NotSent("No network.")])]), 1,
         "krakentui: No network.\n"),
        (KeyboardInterrupt(), 130, ""),
        (asyncio.CancelledError(), 130, ""),
    ],
)  # fmt: skip
def test_an_ending_is_a_sentence_and_a_code(
    error: BaseException, code: int, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert guard.ending(error) == code
    assert capsys.readouterr().err == sentence


def test_an_unexpected_error_names_the_log_and_not_its_values(
    own_log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    api_secret = PRIVATE
    try:
        raise ValueError(f"bad {api_secret}")
    except ValueError as error:
        code = guard.ending(error)
    told = capsys.readouterr().err
    assert code == 1
    assert told == f"krakentui: Stopped by an error of its own (ValueError); the details are in {own_log}.\n"
    assert "Traceback" in own_log.read_text()
    assert PRIVATE not in own_log.read_text()


def test_a_sentence_repeats_no_secret(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    guard.say(f"Kraken refused: bad key {PRIVATE}; the details are in {tmp_path / 'krakentui.log'}.")
    told = capsys.readouterr().err
    assert PRIVATE[:12] not in told
    assert str(tmp_path) in told


def test_a_sentence_is_harmless_to_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    guard.say("quoted: \x1b]52;c;x\x07")
    assert "\x1b" not in capsys.readouterr().err


@pytest.mark.parametrize("word", [PRIVATE, PUBLIC, f"--key={PRIVATE}", "SIM-whatever"])
def test_a_secret_among_the_words_is_refused_without_repeating_it(word: str) -> None:
    with pytest.raises(UsageError) as caught:
        guard.refuse_secrets(["stream", word])
    assert "aB3" not in str(caught.value)
    assert "whatever" not in str(caught.value)


def test_a_long_path_is_no_secret(tmp_path: Path) -> None:
    folder = tmp_path / "aB3"
    folder.mkdir()
    length = 56 - len(str(folder)) - 1
    name = f"{folder}/{'aB3x' * 20}"[:56] if length > 0 else f"{folder}/x"
    guard.refuse_secrets(["--record", name, f"--record={name}"])


@given(st.text(string.ascii_letters + string.digits, min_size=30, max_size=60), st.text("aB3", min_size=1))
def test_whatever_an_existing_folder_is_called_it_is_no_secret(folder: str, name: str) -> None:
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / folder / folder
        path.mkdir(parents=True)
        guard.refuse_secrets([str(path / name), f"--record={path / name}"])


def after_hardening(code: str, home: Path) -> subprocess.CompletedProcess[str]:
    """Run lines in a process of their own that is hardened and has opened no log."""
    before = "import gc, resource, threading\nfrom krakentui.commands import guard\n"
    return subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", f"{before}{code}"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "HOME": str(home)},
    )


@pytest.mark.parametrize(
    "failing",
    [
        "thread = threading.Thread(target=fail)\nthread.start()\nthread.join()",
        "class Odd:\n    __del__ = lambda _: fail()\nOdd()\ngc.collect()",
    ],
    ids=["in a thread", "while cleaning up"],
)
def test_an_error_beside_the_command_prints_nothing_before_a_log_is_open(
    failing: str, tmp_path: Path
) -> None:
    fails = "guard.harden()\ndef fail():\n    raise RuntimeError('CANARY')\n"
    done = after_hardening(f"{fails}{failing}\nprint('went on')", tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "went on\n", "")


def test_an_error_that_nobody_caught_is_one_sentence_and_goes_to_the_log(tmp_path: Path) -> None:
    home = tmp_path / "home"
    done = after_hardening(f"guard.harden()\nraise RuntimeError('token {PRIVATE}')", home)
    (file,) = home.rglob("krakentui.log")
    assert done.stderr == (
        f"krakentui: Stopped by an error of its own (RuntimeError); the details are in {file}.\n"
    )
    assert "Traceback" in file.read_text()
    assert PRIVATE not in file.read_text()


def test_no_core_is_dumped_where_the_system_would_allow_one(tmp_path: Path) -> None:
    code = (
        "_, most = resource.getrlimit(resource.RLIMIT_CORE)\n"
        "resource.setrlimit(resource.RLIMIT_CORE, (most, most))\n"
        "print(resource.getrlimit(resource.RLIMIT_CORE)[0] != 0)\n"
        "guard.harden()\n"
        "print(resource.getrlimit(resource.RLIMIT_CORE)[0])"
    )
    allowed, limit = after_hardening(code, tmp_path).stdout.splitlines()
    if allowed == "False":
        pytest.skip("this system allows no core dumps at all")
    assert limit == "0"


def test_a_traceback_names_no_secret_whoever_hears_it(caplog: pytest.LogCaptureFixture) -> None:
    guard.crash_sentence(ValueError(f"bad {PRIVATE}"))
    assert "ValueError: bad" in caplog.text
    assert PRIVATE not in caplog.text


def test_what_the_event_loop_would_print_goes_to_the_log(
    own_log: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    loop = asyncio.new_event_loop()
    guard.watch_loop(loop)
    loop.call_exception_handler({"message": "lost", "exception": ValueError(f"token={PRIVATE}")})
    loop.close()
    assert capfd.readouterr().err == ""
    assert "In the event loop: lost" in own_log.read_text()
    assert PRIVATE not in own_log.read_text()
