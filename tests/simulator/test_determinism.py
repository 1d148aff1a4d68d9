"""The same seed gives the same bytes, in any process."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from krakentui.simulator.options import Options
from krakentui.simulator.scenario import load
from tests.simulator.company import assembled, go_on
from tests.simulator.publicly import Listener, a_world, ask, pass_time

FAULTS = (
    {"fault": "delay", "match": {"surface": "spot-ws-public"}, "args": {"ms": 700, "jitter": 900}},
    {"fault": "reorder", "match": {"channel": "executions"}, "when": {"prob": 0.3}},
    {"fault": "missing_field", "when": {"at": "20s", "for": "20s"}},
    {"fault": "hostile_text", "when": {"at": "30s", "for": "20s", "prob": 0.5}},
)
ROOT = Path(__file__).parents[2]


def digest() -> str:
    """Hash all that a world says: of the whole market, and of a scenario with clients and faults."""
    world = a_world(moving=False)
    world.start()
    listener = Listener(world)
    listener.subscribe("book", *world.pairs, depth=25)
    listener.subscribe("ticker", *world.pairs, event_trigger="bbo")
    listener.subscribe("trade", "BTC/USD", "SHIB/USD", snapshot=True)
    listener.subscribe("ohlc", "ETH/BTC", interval=15)
    listener.send({"method": "subscribe", "params": {"channel": "instrument"}})
    pass_time(world, 15)
    replies = [str(ask(world, name, query)) for name, query in (("Ticker", ""), ("OHLC", "pair=XBTUSD"))]
    company = assembled(Options(seed=5, manual=True, scenario=load("other-bot")), FAULTS)
    go_on(company, 5, 60)
    told = [*listener.frames, *replies, *company.heard, company.written()]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()


def test_two_processes_with_other_hash_seeds_give_the_same_bytes() -> None:
    code = "from tests.simulator.test_determinism import digest; print(digest())"
    found = {
        subprocess.run(  # noqa: S603  our own interpreter and code
            [sys.executable, "-c", code],
            check=True,
            capture_output=True,
            text=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(found) == 1
    assert len(found.pop().strip()) == 64
