"""From `enter` on the question to the cancel's bytes on the wire, while market data floods in and polls wait.

Sockets are memory, so that what is measured is our own loop and nothing of the exchange's; the screen is the
real one. The key is due at an instant, and counts from there, however long the loop is busy with frames
before it comes to it.
"""

import asyncio
import contextlib
import json
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import cast

from krakentui.model.clock import SystemClock
from krakentui.model.error import TransportError
from krakentui.ui.app import KrakenApp
from krakentui.ui.screens.confirm import ConfirmScreen
from krakentui.wire.spot.rest import Call
from tests.bench.reaction import bare_s
from tests.support.clock import WALL_START, ManualClock
from tests.support.exchange import Frame, Scene

RATES = (0, 1_000, 5_000)
"""Frames of market data a second."""
PRESSES = 100
APART_S = 0.05
AGAIN_S = 0.3
LONG_S = 5.0
GUARD_S = 0.6
"""So long a question takes no answer: what was typed before it is none."""
ANSWER_S = 0.3
"""So long the exchange takes for a read: meanwhile the others wait."""
EACH_S = 0.005
START_S = 2.5
POLLS = 6
"""Reads that wait for their turn at any time."""


@dataclass(frozen=True)
class Wire:
    """What confirmations took at one rate, in seconds."""

    rate: int
    half_s: float
    most_s: float
    """99 of 100 took no longer."""


def costs() -> tuple[list[Wire], float]:
    """Measure at each rate, and the median of a bare websocket message there and back."""
    return [asyncio.run(_cost(rate)) for rate in RATES], asyncio.run(bare_s())


async def _cost(rate: int) -> Wire:
    scene = Scene(clock=cast("ManualClock", SystemClock(start_ns=WALL_START)))
    written: list[float] = []

    def refused(request: Frame) -> list[Frame]:
        written.append(time.perf_counter())
        return [scene.failed(request, "EGeneral:Invalid arguments")]  # so that it can be cancelled again

    scene.answer = refused
    app = KrakenApp(scene.session)
    async with scene.host, app.run_test(size=(120, 36)):
        await asyncio.sleep(START_S)
        scene.door.answers_after_s = ANSWER_S
        tasks = [asyncio.create_task(one(scene)) for one in (partial(_flood, rate=rate), _live)]
        tasks += (_poll(scene) for _ in range(POLLS))
        spans = [await _press(app, written) for _ in range(PRESSES)]
        for task in tasks:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
    ordered = sorted(spans)
    return Wire(rate, statistics.median(ordered), ordered[round(0.99 * (len(ordered) - 1))])


async def _press(app: KrakenApp, written: list[float]) -> float:
    """Answer the question about an order at a given instant; tell how long after it the bytes left."""
    before, loop = len(written), asyncio.get_running_loop()
    await _ask(app)
    due = time.perf_counter() + APART_S
    loop.call_at(loop.time() + APART_S, app.simulate_key, "enter")
    while len(written) == before:
        await asyncio.sleep(APART_S / 2)
        if time.perf_counter() > due + LONG_S and isinstance(app.screen, ConfirmScreen):
            raise RuntimeError("the question took no answer: this machine is too busy to measure on")
    await asyncio.sleep(APART_S)
    return written[before] - due


async def _ask(app: KrakenApp) -> None:
    """Press until there is a question, and until it takes answers."""
    app.simulate_key("down")
    while not isinstance(app.screen, ConfirmScreen):
        app.simulate_key("x")
        await asyncio.sleep(AGAIN_S)
    await asyncio.sleep(GUARD_S)


async def _flood(scene: Scene, rate: int) -> None:
    """Let prices arrive, in the small bursts that sockets deliver."""
    frames = _prices()
    begun, given = time.perf_counter(), 0
    while True:
        wanted = int((time.perf_counter() - begun) * rate)
        scene.public.gives(*(next(frames) for _ in range(wanted - given)))
        given = wanted
        await asyncio.sleep(EACH_S)


async def _live(scene: Scene) -> None:
    """Keep both sockets alive, as the exchange does."""
    while True:
        for socket in (scene.public, scene.private):
            socket.gives('{"channel":"heartbeat"}')
        await asyncio.sleep(0.5)


def _prices() -> Iterator[str]:
    number = 0
    while True:
        number += 1
        row = {
            "symbol": "BTC/USD",
            "bid": 61000.0 + number % 9,
            "bid_qty": 1.0,
            "ask": 61010.0,
            "ask_qty": 1.0,
        }
        yield json.dumps({"channel": "ticker", "type": "update", "data": [row | {"last": 61005.0}]})


def _poll(scene: Scene) -> "asyncio.Task[None]":
    """Keep one read in the queue of the key."""
    side = scene.session._account
    if side is None:
        raise RuntimeError("there is a key")
    lane = side.shared.lane

    async def ask() -> None:
        while True:
            with contextlib.suppress(TransportError):
                await lane.call(Call("BalanceEx"), "user")
            await asyncio.sleep(0.01)

    return asyncio.create_task(ask())
