"""What one websocket frame costs, by kind, beside a bare decode of the same bytes in the same run."""

import gc
import json
import random
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from krakentui.commands.demo import demo_settings
from krakentui.commands.simulated import first_line_of
from krakentui.engine.host import Host
from krakentui.model.clock import MILLISECOND
from krakentui.model.event import Happening
from krakentui.simulator.exchange import Exchange
from krakentui.simulator.options import Options
from krakentui.state.state import State
from krakentui.wire.spot.ws import Conversation
from tests.support.clock import ManualClock, settle

SIMULATED_S = 120
ROUNDS = 7


@dataclass(frozen=True)
class Cost:
    """The cost of one kind of frame, in nanoseconds a frame, best of some rounds."""

    kind: str
    frames: int
    bare_ns: float
    wire_ns: float
    state_ns: float


async def record() -> dict[str, list[bytes]]:
    """Run client and exchange for a while and return all frames, public and private, as they came."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "run.jsonl"
        async with Exchange(Options(seed=1, manual=True)) as exchange:
            clock = ManualClock()
            told = demo_settings(first_line_of(exchange.first_line()))
            async with Host(msgspec.structs.replace(told, record=file), clock, random.Random(1)):
                for _ in range(SIMULATED_S * 4):
                    await exchange.advance(0.25)
                    await clock.advance(0.25)
                    await settle()
        lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()[1:]]
    frames: dict[str, list[bytes]] = defaultdict(list)
    for line in lines:
        if line["dir"] == "in" and line["at"] in {"public", "private"}:
            frames[line["at"]].append(line["data"].encode())
    return frames


def costs(frames: dict[str, list[bytes]]) -> list[Cost]:
    """Measure every kind of frame that came at least twenty times, dearest first."""
    found = []
    for role in ("public", "private"):
        kinds: dict[str, list[bytes]] = defaultdict(list)
        for frame in frames[role]:
            kinds[_kind(frame)].append(frame)
        found += [_cost(role, kind, some) for kind, some in kinds.items() if len(some) >= 20]
    return sorted(found, key=lambda cost: -cost.wire_ns / cost.bare_ns)


def _kind(frame: bytes) -> str:
    told = msgspec.json.decode(frame)
    return f"{told.get('channel', told.get('method'))} {told.get('type', '')}".strip()


def _cost(role: str, kind: str, frames: Sequence[bytes]) -> Cost:
    decode = msgspec.json.Decoder().decode
    events: list[list[Happening]] = []

    def bare() -> None:
        for frame in frames:
            decode(frame)

    def wire() -> None:
        conversation = Conversation("public" if role == "public" else "private", "alice")
        events[:] = [conversation.receive(frame) for frame in frames]

    def state() -> None:
        believed = State("demo", "alice", "0" * 12)
        for number, some in enumerate(events):
            for event in some:
                believed.apply(event, number * MILLISECOND)

    bare_ns, wire_ns = _best(bare, len(frames)), _best(wire, len(frames))
    return Cost(kind, len(frames), bare_ns, wire_ns, _best(state, len(frames)))


def _best(work: Callable[[], None], count: int) -> float:
    """Tell the best time of some rounds, in nanoseconds a frame."""
    gc.collect()
    gc.disable()
    try:
        spans = []
        for _ in range(ROUNDS):
            start = time.perf_counter_ns()
            work()
            spans.append(time.perf_counter_ns() - start)
    finally:
        gc.enable()
    return min(spans) / count
