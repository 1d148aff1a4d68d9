"""The exchange next door: a simulated Kraken that speaks REST and websocket v2 on loopback.

It imports nothing else of krakentui: it spells the protocol and counts limits by itself, so that
client and simulator check each other. Open one with `async with Exchange(Options(seed=1)) as exchange`.
"""

from krakentui.simulator.exchange import Exchange
from krakentui.simulator.options import Options

__all__ = ["Exchange", "Options"]
