"""`krakentui limits calibrate` as a process: how it begins, and how it ends before the trial does."""

import signal
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands.exchange import PROGRAM, Exchange

ORDER = {"pair": "XRP/USD", "side": "buy", "type": "limit", "qty": "23.75", "price": "1"}


@pytest.fixture(scope="module")
def exchange(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exchange]:
    opened = Exchange(tmp_path_factory.mktemp("home"))
    yield opened
    opened.close()


def begun(exchange: Exchange, *words: str, **more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603 - our own program
        [*PROGRAM, "limits", "calibrate", "--pair", "XRP/USD", *words, "--endpoint", exchange.first["rest"]],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=exchange.environment("watch") | more,
    )


def read_until(process: subprocess.Popen[str], words: str) -> str:
    assert process.stdout is not None
    told = ""
    while words not in told:
        line = process.stdout.readline()
        assert line, told
        told += line
    return told


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_with_what_is_known(
    exchange: Exchange, number: signal.Signals, tmp_path: Path
) -> None:
    process = begun(exchange, KRAKENTUI_STATE_DIR=str(tmp_path))
    read_until(process, "-> Place A1")
    (order_id,) = exchange.act("account", **{"as": "other", "order": ORDER})["orders"]
    read_until(process, "A1 open      old websocket")
    process.send_signal(number)
    out, err = process.communicate(timeout=20)
    exchange.act("account", cancel={"id": order_id})
    assert (process.returncode, err) == (128 + number, "")
    assert "How the counter is written: as text, the first was" in out
    (report,) = tmp_path.glob("calibration-*.txt")
    assert str(report) in out
    text = report.read_text()
    assert stat.S_IMODE(report.stat().st_mode) == 0o600
    assert "redacted" in text.splitlines()[0]
    assert not [
        one
        for one in (order_id, "23.75", "alice", *exchange.first["keys"]["watch"].values())
        if str(one) in text
    ]


def test_without_a_pair_anybodys_order_would_be_taken_so_it_is_needed(exchange: Exchange) -> None:
    done = exchange.krakentui("limits", "calibrate", key="watch")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "krakentui: Say on which pair you will place the two orders, as in `krakentui limits calibrate "
        "--pair XRP/USD`: without it the next order of any program would be taken for yours.\n"
    )


def test_without_a_key_there_is_nothing_to_watch(exchange: Exchange) -> None:
    done = exchange.krakentui("limits", "calibrate", "--pair", "XRP/USD", key=None)
    assert (done.returncode, done.stdout) == (1, "")
    assert "There is no API key" in done.stderr


def test_there_is_no_json_of_it(exchange: Exchange) -> None:
    done = exchange.krakentui("limits", "--json", "calibrate", key="watch")
    assert (done.returncode, done.stdout) == (2, "")
    assert "has no option --json" in done.stderr


def test_a_pair_that_does_not_exist_is_refused(exchange: Exchange) -> None:
    done = exchange.krakentui("limits", "calibrate", "--pair", "MOON/USD", key="watch")
    assert done.returncode == 2
    assert done.stderr == "krakentui: The exchange has no pair MOON/USD: one is written like BTC/USD.\n"


def test_without_a_folder_the_report_is_printed(exchange: Exchange) -> None:
    process = begun(exchange, KRAKENTUI_STATE_DIR="/proc/nowhere")
    read_until(process, "-> Place A1")
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "krakentui calibration report, redacted" in out
    assert "There is no folder to keep the report in." in err
