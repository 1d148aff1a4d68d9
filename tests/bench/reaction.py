"""How long a key takes to the wire: from `enter` on the question to the cancel at the exchange."""

import asyncio
import random
import statistics
import time

from krakentui.commands.demo import demo_settings
from krakentui.commands.simulated import first_line_of
from krakentui.engine.host import Host
from krakentui.model.clock import SystemClock
from krakentui.simulator.exchange import Exchange
from krakentui.simulator.options import Options
from krakentui.ui.app import KrakenApp

PRESSES = 8


async def key_to_wire() -> tuple[float, float]:
    """Tell the median time from key to exchange, and that of a bare websocket message, in seconds."""
    bare = await bare_s()
    async with Exchange(Options(seed=1, quiet=True, tier="pro")) as exchange:
        settings = demo_settings(first_line_of(exchange.first_line()))
        clock = SystemClock(start_ns=settings.start_ns)
        async with Host(settings, clock, random.Random(1)) as host:
            app = KrakenApp(host.session)
            async with app.run_test(size=(120, 36)) as pilot:
                while not host.session.orders(clock.mono_ns()).known:
                    await pilot.pause(0.1)
                await pilot.pause(1)
                spans = []
                for _ in range(PRESSES):
                    await pilot.press("down", "x")
                    await pilot.pause(0.4)
                    heard = _cancels(exchange)
                    start = time.perf_counter()
                    app.simulate_key("enter")
                    while _cancels(exchange) == heard:  # noqa: ASYNC110 - an event would change the measured
                        await asyncio.sleep(0)
                    spans.append(time.perf_counter() - start)
                    await pilot.pause(0.2)
    return statistics.median(spans), bare


async def bare_s() -> float:
    """Tell how long one message takes over a bare loopback websocket, there and back."""
    from websockets.asyncio.client import connect  # noqa: PLC0415 - only here
    from websockets.asyncio.server import ServerConnection, serve  # noqa: PLC0415 - as above

    async def echo(connection: ServerConnection) -> None:
        async for message in connection:
            await connection.send(message)

    async with serve(echo, "127.0.0.1", 0) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        async with connect(f"ws://127.0.0.1:{port}") as client:
            spans = []
            for _ in range(200):
                start = time.perf_counter()
                await client.send("x" * 100)
                await client.recv()
                spans.append(time.perf_counter() - start)
    return statistics.median(spans)


def _cancels(exchange: Exchange) -> int:
    return sum("cancel" in str(row["what"]).lower() for row in exchange.requests())
