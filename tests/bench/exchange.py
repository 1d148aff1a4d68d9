"""What the simulated exchange costs: frames a second, processor, start, memory; floors in the same run."""

import asyncio
import gc
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from krakentui.simulator.options import Options
from krakentui.simulator.public_ws import PublicTalk
from krakentui.simulator.surface import Socket
from krakentui.simulator.world import World

MANUAL_S = 120
SOCKETS = 5
WATCH_S = 10.0
HOUR_S = 3600
WARM_S = 600
SECOND_US = 1_000_000
CHANNELS = ("book", "ticker", "trade")
IDLE = "import asyncio\nasync def main():\n while True: await asyncio.sleep(0.01)\nasyncio.run(main())"
BARE_START = "import aiohttp.web"


@dataclass(frozen=True)
class Throughput:
    """Frames of a world that is moved by hand, on one core."""

    frames: int
    per_s: float
    bare_per_s: float
    """Writing the same frames from ready objects with `json.dumps`."""


def throughput() -> Throughput:
    """Listen to every pair on three channels and let time go by as fast as it can."""
    sent: list[str] = []
    world = _listened(sent.append)
    sent.clear()
    gc.collect()
    begun = time.process_time()
    _advance(world, MANUAL_S)
    spent = time.process_time() - begun
    objects = [json.loads(text) for text in sent]
    begun = time.process_time()
    for thing in objects:
        json.dumps(thing, separators=(",", ":"))
    return Throughput(len(sent), len(sent) / spent, len(sent) / (time.process_time() - begun))


@dataclass(frozen=True)
class Memory:
    """Resident memory of this process, in bytes, with a world of its own."""

    warm: int
    """After ten simulated minutes."""
    end: int
    """After a simulated hour."""
    real_s: float
    """How long the hour took."""


def memory() -> Memory:
    """Let an hour go by for a listener that keeps nothing."""
    world = _listened(lambda _: None)
    begun = time.perf_counter()
    _advance(world, WARM_S)
    gc.collect()
    warm = _resident()
    _advance(world, HOUR_S - WARM_S)
    gc.collect()
    return Memory(warm, _resident(), time.perf_counter() - begun)


@dataclass(frozen=True)
class Served:
    """The exchange as a process, watched by five sockets at the default rate."""

    first_frame_s: float
    bare_start_s: float
    """Starting Python and loading the server library alone."""
    core: float
    idle_core: float
    """A loop that wakes as often and does nothing."""
    frames_per_s: float


def served() -> Served:
    """Start the exchange, connect, listen for a while."""
    with _process("-c", IDLE) as idle:
        time.sleep(1)
        before = _cpu_s(idle.pid)
        time.sleep(WATCH_S)
        idle_core = (_cpu_s(idle.pid) - before) / WATCH_S
    begun = time.perf_counter()
    with _process("-c", BARE_START) as bare:
        bare.wait()
    bare_start_s = time.perf_counter() - begun
    begun = time.perf_counter()
    with _process("-m", "krakentui", "simulate", "--quiet") as process:
        first = json.loads(process.stdout.readline() if process.stdout else "{}")
        spans = asyncio.run(_watch(first["ws_public"], process.pid))
    return Served(spans[0] - begun, bare_start_s, spans[1], idle_core, spans[2])


async def _watch(url: str, pid: int) -> tuple[float, float, float]:
    """Give the instant of the first frame, the part of a core while watched, and frames a second."""
    pairs = [*_a_world().pairs]
    count = 0

    async def hear(socket: aiohttp.ClientWebSocketResponse) -> None:
        nonlocal count
        async for _ in socket:
            count += 1

    async with aiohttp.ClientSession() as http, asyncio.TaskGroup() as group:
        sockets = [await http.ws_connect(url, max_msg_size=0) for _ in range(SOCKETS)]
        await sockets[0].receive()
        first_s = time.perf_counter()
        for socket in sockets:
            for channel in CHANNELS:
                params = {"channel": channel, "symbol": pairs}
                await socket.send_json({"method": "subscribe", "params": params})
        tasks = [group.create_task(hear(socket)) for socket in sockets]
        await asyncio.sleep(3)
        before, heard = _cpu_s(pid), count
        await asyncio.sleep(WATCH_S)
        spans = (first_s, (_cpu_s(pid) - before) / WATCH_S, (count - heard) / WATCH_S)
        for task in tasks:
            task.cancel()
        return spans


def _a_world() -> World:
    return World(Options(seed=1, manual=True))


def _listened(send: Callable[[str], None]) -> World:
    world = _a_world()
    world.start()
    talk = PublicTalk(world, Socket(world.next_socket_number(), "public", "127.0.0.1", send, lambda *_: None))
    talk.opened()
    for channel in CHANNELS:
        params = {"channel": channel, "symbol": [*world.pairs]}
        talk.received(json.dumps({"method": "subscribe", "params": params}))
    return world


def _advance(world: World, seconds: int) -> None:
    world.clock.advance_to(world.clock.now_us() + seconds * SECOND_US)


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def _process(*words: str) -> Iterator["subprocess.Popen[str]"]:
    """Run Python with these words until done with."""
    with subprocess.Popen(  # noqa: S603 - our own words
        [sys.executable, *words], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            yield process
        finally:
            process.terminate()
            process.wait()
