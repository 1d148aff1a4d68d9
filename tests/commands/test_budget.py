"""`krakentui budget wait|spend` as a process: what it prints, how it ends, and whose budget it is."""

import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from krakentui.commands.budget_grammar import split_command
from krakentui.commands.parser import parse
from krakentui.model.error import UsageError
from krakentui.model.limit import fingerprint
from tests.commands.exchange import PROGRAM, Exchange

SPEND = ("budget", "spend", "--pair", "BTC/USD", "--points", "8")
WAIT = ("budget", "wait", "--pair", "BTC/USD", "--points", "8")


# --- the grammar ----------------------------------------------------------------------------------


def test_the_words_of_the_command_are_its_own() -> None:
    given = parse([*WAIT, "--", "sh", "-c", "exit 3", "--json", "--"])
    assert (given.deed, given.pair, given.points) == ("wait", "BTC/USD", "8")
    assert given.argv == ("sh", "-c", "exit 3", "--json", "--")
    assert not given.json


def test_another_command_keeps_its_double_dash() -> None:
    assert split_command(["cancel", "--", "O1"]) == (["cancel", "--", "O1"], None)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("budget", "save"), "save"),
        (("budget", "wait", "--pair", "BTC/USD"), "--points"),
        (("budget", "wait", "--points", "8"), "--pair"),
        ((*WAIT[:-1], "0"), "more than 0"),
        ((*WAIT[:-1], "1001"), "up to 1000"),
        ((*WAIT[:-1], "0.125"), "more than 0"),
        ((*WAIT[:-1], "nan"), "more than 0"),
        ((*WAIT, "--"), "Nothing follows after --"),
    ],
)
def test_what_makes_no_sense_is_one_sentence(words: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(UsageError, match=re.escape(sentence)):
        parse(words)


# --- as a process ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def exchange(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exchange]:
    opened = Exchange(tmp_path_factory.mktemp("home"), "--tier", "pro")
    yield opened
    opened.close()


def krakentui(
    exchange: Exchange, *words: str, key: str | None = "cancel"
) -> "subprocess.CompletedProcess[str]":
    """Run it with the exchange's address before the command, for what follows `--` is the command's."""
    return subprocess.run(  # noqa: S603 - our own program
        [*PROGRAM, "--endpoint", exchange.first["rest"], "--assume-tier", "pro", *words],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env=exchange.environment(key),
    )


def engine_high(stream: Path) -> float:
    told = json.loads(stream.read_text().splitlines()[-1])
    rows = [row for row in told["limits"] if row["name"] == "engine" and row["scope"]["pair"] == "BTC/USD"]
    return float(rows[0]["used_high"]) if rows else 0.0


def test_without_a_holder_points_are_booked_on_disk_and_in_the_next_start(exchange: Exchange) -> None:
    first = krakentui(exchange, *SPEND, "--json")
    second = krakentui(exchange, *SPEND, "--json")
    assert (first.returncode, first.stderr, second.returncode) == (0, "", 0)
    told, later = json.loads(first.stdout), json.loads(second.stdout)
    assert {"v", "at", "account", "pair", "points", "booked", "used_low", "used_high", "max"} == set(told)
    assert (told["pair"], told["points"], told["booked"], told["max"]) == ("BTC/USD", "8", True, "180")
    assert float(later["used_high"]) > float(told["used_high"])


def test_a_script_waits_for_what_the_holder_of_the_key_counts_and_its_command_runs(
    exchange: Exchange, tmp_path: Path
) -> None:
    output = tmp_path / "stream.jsonl"
    with output.open("w") as file:
        holder = subprocess.Popen(  # noqa: S603 - our own program
            [*PROGRAM, "--endpoint", exchange.first["rest"], "stream", "--interval", "0.1"],
            stdin=subprocess.DEVNULL,
            stdout=file,
            env=exchange.environment("full"),
        )
    try:
        command = 'test -z "$KRAKENTUI_API_SECRET" && echo ran; exit 7'
        done = krakentui(exchange, *WAIT, "--", "sh", "-c", command, key="full")
        assert (done.returncode, done.stdout, done.stderr) == (7, "ran\n", "")
        done = krakentui(exchange, *SPEND[:-1], "150", key="full")
        assert done.returncode == 0
        assert done.stdout.startswith("BTC/USD: booked 150 points")
        while engine_high(output) < 150:
            with pytest.raises(subprocess.TimeoutExpired):
                holder.wait(timeout=0.1)
        holder.send_signal(signal.SIGSTOP)
        done = krakentui(exchange, *SPEND, key="full")
        assert (done.returncode, done.stdout) == (1, "")
        assert f"(process {holder.pid}) holds this key, but it does not answer" in done.stderr
        assert len(done.stderr.splitlines()) == 1
    finally:
        holder.send_signal(signal.SIGCONT)
        holder.kill()
        holder.wait()


@pytest.mark.parametrize(
    ("words", "key", "code", "sentence"),
    [
        ((*WAIT[:-1], "181"), "other", 1, "181 points can never fit on BTC/USD: its ceiling is 180."),
        (("budget", "spend", "--pair", "XBTUSD", "--points", "1"), "other", 2, "write XBTUSD like BTC/USD"),
        ((*WAIT, "--", "no-such-command-at-all"), "other", 127, "There is no command no-such-command-at-all"),
        ((*WAIT, "--json", "--", "true"), "other", 2, "leave --json out"),
        (SPEND, None, 1, "There is no API key"),
        (("budget",), "other", 2, "Say what to do: `krakentui budget wait` or `krakentui budget spend`."),
    ],
)
def test_what_cannot_be_is_one_sentence_and_its_exit_code(
    exchange: Exchange, words: tuple[str, ...], key: str | None, code: int, sentence: str
) -> None:
    done = krakentui(exchange, *words, key=key)
    assert (done.returncode, done.stdout) == (code, "")
    assert sentence in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_command_inherits_no_ignored_broken_pipe(exchange: Exchange) -> None:
    status = "grep SigIgn /proc/self/status" if Path("/proc/self/status").exists() else "echo SigIgn: 0"
    done = krakentui(exchange, *SPEND, "--", "sh", "-c", status)
    assert done.returncode == 0
    assert not int(done.stdout.split()[1], 16) & (1 << (signal.SIGPIPE - 1))


def test_a_wait_ends_with_the_signal_that_it_gets(exchange: Exchange) -> None:
    waiting = subprocess.Popen(  # noqa: S603 - our own program
        [*PROGRAM, "--endpoint", exchange.first["rest"], *WAIT[:-1], "60"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=exchange.environment("stranger"),
    )
    name = f"{fingerprint(exchange.first['keys']['stranger']['key'])}.sock"
    while not any(exchange.home.rglob(name)):
        with pytest.raises(subprocess.TimeoutExpired):
            waiting.wait(timeout=0.05)
    os.kill(waiting.pid, signal.SIGTERM)
    out, complaint = waiting.communicate(timeout=30)
    assert (waiting.returncode, out, complaint) == (128 + signal.SIGTERM, b"", b"")
