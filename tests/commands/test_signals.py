"""`krakentui cancel` and signals: Ctrl-C, once and again, at any moment."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from krakentui.commands import running
from tests.commands.exchange import PROGRAM, Exchange

CANCELS = ({"method": "cancel_order"}, {"path": ["/0/private/CancelOrder", "/0/private/CancelOrderBatch"]})
LATE = """
import os, sys
from krakentui.__main__ import main
number = int(sys.argv.pop(1))
code = main()
os.kill(os.getpid(), number)
sys.exit(code)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_when_all_is_done_does_not_change_the_exit_code(number: signal.Signals) -> None:
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", LATE, str(int(number)), "paths"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_a_second_signal_does_not_cut_the_closing_short() -> None:
    assert closing_after(2) == (130, True)


def test_a_third_one_does() -> None:
    assert closing_after(3) == (130, False)


def closing_after(signals: int) -> tuple[int, bool]:
    """Run something that is stopped by so many signals, all but the first of which come while it closes."""
    closed = False

    async def work() -> int:
        nonlocal closed
        try:
            os.kill(os.getpid(), signal.SIGINT)
            await asyncio.get_running_loop().create_future()
            return 0
        finally:
            for _ in range(signals - 1):
                os.kill(os.getpid(), signal.SIGINT)
                for _ in range(20):
                    await asyncio.sleep(0)
            closed = True

    return running.run_loop(work()), closed


@pytest.fixture
def exchange(tmp_path: Path) -> Iterator[Exchange]:
    """An exchange that never hears a cancel."""
    opened = Exchange(tmp_path)
    for match in CANCELS:
        lost = {"fault": "drop_answer", "match": match, "args": {"effect": "before", "as": "silence"}}
        opened.act("faults", add=lost)
    yield opened
    opened.close()


@pytest.mark.parametrize("again", [False, True])
def test_the_action_log_is_whole_after_ctrl_c(exchange: Exchange, *, again: bool) -> None:
    order_id = next(iter(exchange.open_orders()))
    process = subprocess.Popen(  # noqa: S603 - our own program
        [*PROGRAM, "cancel", order_id, "--yes", "--endpoint", exchange.first["rest"]],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
        env=exchange.environment("cancel"),
    )
    wait_for(exchange.home, "sent")
    process.send_signal(signal.SIGINT)
    if again:
        process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out) == (130, "")
    assert err == f"krakentui: Not confirmed by the exchange yet: the cancel of {order_id}.\n"
    assert steps(exchange.home)[-1] in ("unanswered", "outcome")


def steps(home: Path) -> list[str]:
    lines = [line for file in home.rglob("actions.jsonl") for line in file.read_text().splitlines()]
    return [json.loads(line)["step"] for line in lines]


def wait_for(home: Path, step: str) -> None:
    """Wait until this step of the cancel is in the action log."""
    until = time.monotonic() + 20
    while step not in steps(home):
        assert time.monotonic() < until
