"""Starting and running the demo in a real terminal, beside a bare Textual app in the same run."""

import os
import signal
import tempfile
import time
from pathlib import Path

from tests.pty.terminal import Terminal

RUN_S = 10.0
SETTLE_S = 2.0


class Run:
    """What one program did: when it drew, was alive and ended, how much of a core it used."""

    def __init__(self, *words: str, program: str, first: str, alive: str) -> None:
        with tempfile.TemporaryDirectory() as home:
            start = time.perf_counter()
            with Terminal(*words, home=Path(home), program=program) as terminal:
                terminal.shows(first)
                self.first_s = time.perf_counter() - start
                terminal.shows(alive)
                self.alive_s = time.perf_counter() - start
                terminal.pause(SETTLE_S)
                before, begun = _cpu_s(terminal.process.pid), time.perf_counter()
                terminal.pause(RUN_S)
                self.core = (_cpu_s(terminal.process.pid) - before) / (time.perf_counter() - begun)
                terminal.signal(signal.SIGTERM)
                _, self.end_s = terminal.end()


def demo() -> Run:
    """Run the demo; it is alive when the orders are counted against their limits."""
    return Run("demo", program="krakentui", first="DEMO", alive="BTC/USD trading")


def bare() -> Run:
    """Run an app that does nothing but redraw a whole screen of numbers eight times a second."""
    return Run(program="tests.bench.bare", first="ALIVE", alive="ALIVE")


def _cpu_s(pid: int) -> float:
    """Tell the processor time of a process so far, from /proc."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
