"""What `--record` wrote, served by a mirror to a second monitor: it comes to believe the same.

The recording is made against the simulated exchange, whose account lives and trades meanwhile; order ids
are pseudonyms in it.
"""

from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from krakentui.simulator import Options
from krakentui.simulator.mirror.reading import load
from krakentui.simulator.mirror.retelling import report
from tests.whole.lockstep import Lockstep, lockstep

LIFE_S = 90


def orders(both: Lockstep) -> Counter[tuple[object, ...]]:
    return Counter(
        (row.pair, row.side, row.type, row.price, row.trigger, row.qty, row.filled, row.status, row.amended)
        for row in both.rows().values()
    )


def balances(both: Lockstep) -> dict[str, tuple[Decimal | None, ...]]:
    rows = both.session.balances(both.clock.mono_ns()).rows
    return {row.asset: (row.total, row.held) for row in rows}


def markets(both: Lockstep) -> dict[str, tuple[object, ...]]:
    rows = both.session.markets(both.clock.mono_ns())
    return {row.pair: (row.bid, row.ask, row.last, row.change_pct) for row in rows}


@pytest.mark.anyio
async def test_a_monitor_of_a_mirror_believes_what_the_recording_one_believed(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    async with lockstep(Options(manual=True, seed=7), record=path, warm_s=LIFE_S) as live:
        pass
    seen = orders(live), balances(live), markets(live)  # after the last frame that was recorded
    tape = load(path)
    async with lockstep(Options(manual=True, mirror=tape), warm_s=LIFE_S + 5) as again:
        assert {feed: state for feed, state in again.feeds().items() if feed != "audit"} == {
            "public": "live",
            "private": "live",
            "rest": "live",
        }
        assert (orders(again), balances(again), markets(again)) == seen
        refused = {call["what"]: call["verdict"] for call in again.verdicts() if call["verdict"] != "ok"}
        assert refused == {}
    assert sum(seen[0].values()) > 3
    assert seen[1]
    assert seen[2]
    assert report(tape, live.exchange.world.pairs, 10_000).other == 0
