"""python-kraken-sdk's own order-book client: every checksum true over ten simulated minutes."""

import asyncio
import os
import sys
from typing import Any

from kraken.base_api import SpotAsyncClient, SpotClient
from kraken.spot import SpotOrderBookClient
from kraken.spot.websocket import SpotWSClientBase

from tests.witness.hearing import until
from tests.witness.report import SPEED, Report, place

PAIRS = ["BTC/USD", "ETH/USD", "DOGE/USD", "XRP/USD"]
SIMULATED_S = 600


class Judge:
    """Counts the updates of each pair and the checksums that were wrong."""

    def __init__(self) -> None:
        self.updates: dict[str, int] = dict.fromkeys(PAIRS, 0)
        self.wrong: list[str] = []

    def take(self, *, pair: str, message: dict[str, Any]) -> None:
        """Hear one update: this is the client's callback."""
        if "error" in message:
            self.wrong.append(message["error"])
        elif message["type"] == "update":
            self.updates[pair] += 1


async def watch() -> int:
    """Keep four books for ten simulated minutes."""
    report, here = Report("python-kraken-sdk book"), place("full")
    SpotClient.URL = SpotAsyncClient.URL = here.rest
    SpotWSClientBase.WS_URL = here.sockets
    judge = Judge()
    client = SpotOrderBookClient(depth=10, callback=judge.take)
    await client.start()
    await client.add_book(pairs=PAIRS)
    with report.check("every book is kept"):
        await until(lambda: all(judge.updates.values()), "an update of each pair")
    await asyncio.sleep(SIMULATED_S / float(os.environ[SPEED]))
    count = sum(judge.updates.values())
    with report.check(f"every checksum is true over {SIMULATED_S} simulated seconds, {count} updates"):
        assert not judge.wrong, judge.wrong[0]
        assert count > SIMULATED_S
    with report.check("best bid is below best ask"):
        for pair in PAIRS:
            book = client.get(pair=pair)
            assert float(next(iter(book["bid"]))) < float(next(iter(book["ask"])))
    await client.close()
    return report.end()


if __name__ == "__main__":
    sys.exit(asyncio.run(watch()))
