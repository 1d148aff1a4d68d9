"""Starting and running the demo in a real terminal, beside a bare Textual app in the same run."""

import os
import tempfile
import time
from pathlib import Path

from tests.pty.terminal import Terminal

RUN_S = 10.0
BARE = """
from textual.app import App, ComposeResult
from textual.widgets import Static

class Bare(App[None]):
    def compose(self) -> ComposeResult:
        yield Static("ALIVE")
    def on_mount(self) -> None:
        self.count = 0
        self.set_interval(1 / 8, self.tick)
    def tick(self) -> None:
        self.count += 1
        self.query_one(Static).update("\\n".join(f"{self.count + row:>118}" for row in range(34)))

Bare().run()
"""


class Run:
    """What one program did: when it first drew, when it was alive, how much of a core it used."""

    def __init__(self, *words: str, first: bytes, alive: bytes, program: tuple[str, ...]) -> None:
        with tempfile.TemporaryDirectory() as home:
            start = time.perf_counter()
            with Terminal(*words, home=Path(home), program=program) as terminal:
                terminal.wait_for(first)
                self.first_s = time.perf_counter() - start
                if alive != first:
                    terminal.wait_for(alive)
                self.alive_s = time.perf_counter() - start
                terminal.look(2)
                before, begun = _cpu_s(terminal.process.pid), time.perf_counter()
                terminal.look(RUN_S)
                self.core = (_cpu_s(terminal.process.pid) - before) / (time.perf_counter() - begun)


def demo() -> Run:
    """Run the demo."""
    return Run("demo", first=b"DEMO", alive=b"BTC/USD trading", program=("-m", "krakentui"))


def bare() -> Run:
    """Run an app that does nothing but redraw a whole screen of numbers eight times a second."""
    return Run(first=b"ALIVE", alive=b"ALIVE", program=("-c", BARE))


def _cpu_s(pid: int) -> float:
    """Tell the processor time of a process so far, from /proc."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
