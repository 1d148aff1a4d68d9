"""Programs on one key, as processes, killed and stopped at many moments: no nonce twice, nothing sent twice.

Every program cancels orders that never were, over REST, each id once. The simulated exchange is the judge:
its log holds every request that arrived, with its nonce.
"""

import json
import random
import re
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest

from tests.commands.exchange import Exchange

ROOT = Path(__file__).parents[2]
NONCE, ORDER = re.compile(r"nonce\D{1,4}(\d+)"), re.compile(r"O\d{6,}-\d{6,}")


class Bench:
    """One simulated exchange with its log, and programs that share one of its keys."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.log = home / "exchange.log"
        self.exchange = Exchange(home, "--log", str(self.log))
        self.callers: list[subprocess.Popen[bytes]] = []
        self.outputs: list[Path] = []

    def start(self) -> "subprocess.Popen[bytes]":
        """Start one more program, and wait until it sits at the key."""
        output = self.home / f"caller-{len(self.outputs)}.jsonl"
        with output.open("w") as file:
            caller = subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, "-m", "tests.whole.caller", self.exchange.first["rest"], str(self.home)],
                stdin=subprocess.DEVNULL,
                stdout=file,
                env=self.exchange.environment("cancel") | {"PYTHONPATH": str(ROOT)},
            )
        self.callers.append(caller)
        self.outputs.append(output)
        while not output.read_text():
            self.wait(0.02)
        return caller

    def owner(self) -> "subprocess.Popen[bytes] | None":
        """Tell which of the programs holds the key."""
        (place,) = self.home.glob("*.monitor")
        pid = int(place.read_text() or 0)
        return next((one for one in self.callers if one.pid == pid and one.poll() is None), None)

    def answered(self) -> int:
        return sum(output.read_text().count('["answered"') for output in self.outputs)

    def goes_on(self) -> None:
        """Wait until cancels are answered again."""
        before = self.answered()
        while self.answered() <= before + 3:
            self.wait(0.02)

    def wait(self, seconds: float) -> None:
        """Let the processes run."""
        with pytest.raises(subprocess.TimeoutExpired):
            self.exchange.process.wait(timeout=seconds)

    def end(self) -> None:
        """End everything, in disorder."""
        for caller in self.callers:
            if caller.poll() is None:
                caller.send_signal(signal.SIGCONT)
                caller.kill()
            caller.wait()
        self.exchange.close()

    # --- what the exchange saw, and what was said of it ----------------------------------------------

    def judge(self) -> None:
        """Every nonce came once, every order was taken once; what was said of each is true.

        What a program wrote in its last moment may arrive after what the next one wrote: the exchange
        refuses it for its nonce, and so takes nothing that is out of order.
        """
        nonces, arrived, taken = self.arrivals()
        assert len(nonces) == len(set(nonces))
        assert {order: count for order, count in taken.items() if count > 1} == {}
        for order, ends in self.ends().items():
            if ends == "answered":
                assert arrived[order], f"{order} was answered and never arrived"
            if ends in {"held", "not sent"}:
                assert not taken[order], f"{order} was not sent and arrived"

    def arrivals(self) -> "tuple[list[int], Counter[str], Counter[str]]":
        """Tell every nonce as it came, the orders that came, and those not refused for their nonce."""
        nonces: list[int] = []
        arrived: Counter[str] = Counter()
        taken: Counter[str] = Counter()
        entries = [json.loads(line) for line in self.log.read_text("ascii").splitlines()]
        for entry, answer in pairwise(entries):
            if entry["kind"] == "call" and "/0/private/" in entry["path"]:
                nonce = NONCE.search(entry["body"])
                assert nonce is not None
                assert answer["kind"] == "answer"
                nonces.append(int(nonce[1]))
                arrived.update(ORDER.findall(entry["body"]))
                if "Invalid nonce" not in answer["body"]:
                    taken.update(ORDER.findall(entry["body"]))
        return nonces, arrived, taken

    def ends(self) -> dict[str, str]:
        """How each cancel ended, as its program said; those of programs that were killed may be open."""
        ends: dict[str, str] = {}
        for output in self.outputs:
            for line in output.read_text().splitlines():
                if line.endswith("]"):  # a program that is killed may leave half a line
                    what, order = json.loads(line)
                    ends[order] = what
        return ends


@contextmanager
def a_bench(home: Path) -> Iterator[Bench]:
    home.mkdir(exist_ok=True)
    bench = Bench(home)
    try:
        for _ in range(3):
            bench.start()
        bench.goes_on()
        yield bench
    finally:
        bench.end()
    bench.judge()


def killed(home: Path, rounds: int, seed: int, trouble: signal.Signals) -> None:
    """Kill the owner, or now and then a follower, again and again; the others go on."""
    rng = random.Random(seed)
    with a_bench(home) as bench:
        for _ in range(rounds):
            owner = bench.owner()
            others = [one for one in bench.callers if one is not owner and one.poll() is None]
            victim = owner if owner is not None and rng.random() < 0.8 else rng.choice(others)
            victim.send_signal(trouble)
            victim.wait()
            bench.goes_on()
            bench.start()
            bench.wait(rng.uniform(0, 0.2))
        assert sum(caller.poll() is None for caller in bench.callers) == 3


def stopped(home: Path, rounds: int, seed: int) -> None:
    """Let the owner stand still for a while: cancels go past it, and it sends nothing of them afterwards.

    Programs that go past it are not in one queue: what arrives out of order is refused and sent again.
    """
    rng = random.Random(seed)
    with a_bench(home) as bench:
        for _ in range(rounds):
            owner = bench.owner()
            assert owner is not None
            owner.send_signal(signal.SIGSTOP)
            bench.goes_on()
            bench.wait(rng.uniform(0, 1.0))
            owner.send_signal(signal.SIGCONT)
            bench.goes_on()
            bench.wait(rng.uniform(0, 0.3))


def test_nothing_is_sent_twice_when_owners_are_killed(tmp_path: Path) -> None:
    killed(tmp_path, 4, 1, signal.SIGKILL)


def test_nothing_is_sent_twice_when_an_owner_stands_still(tmp_path: Path) -> None:
    stopped(tmp_path, 2, 1)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
def test_nothing_is_sent_twice_at_any_moment(seed: int, tmp_path: Path) -> None:
    for trouble in (signal.SIGKILL, signal.SIGTERM):
        killed(tmp_path / trouble.name, 25, 100 + seed, trouble)
    stopped(tmp_path / "stopped", 20, 100 + seed)
