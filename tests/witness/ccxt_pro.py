"""ccxt.pro: the unified streams, public and private."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import ccxt.pro

from tests.witness.report import Report, place

PAIR = "BTC/USD"
PATIENCE_S = 20.0
Ask = Callable[[], Awaitable[Any]]


async def watch() -> int:
    """Watch everything, a few updates each."""
    report, here = Report("ccxt.pro"), place("other")
    exchange: Any = ccxt.pro.kraken({"apiKey": here.key, "secret": here.secret})
    exchange.urls["api"].update(public=here.rest, private=here.rest)
    exchange.urls["api"]["ws"].update(
        publicV2=f"{here.sockets}/v2",
        privateV2=f"{here.sockets}/auth/v2",
        public=f"{here.sockets}/v2",
        private=f"{here.sockets}/auth/v2",
    )
    try:
        await _public(report, exchange)
        await _private(report, exchange)
        await _trading(report, exchange)
    finally:
        await exchange.close()
    return report.end()


async def _public(report: Report, exchange: Any) -> None:
    with report.check("watch_ticker"):
        ticker = await _third(lambda: exchange.watch_ticker(PAIR))
        assert ticker["symbol"] == PAIR
        assert ticker["bid"] < ticker["ask"]
    with report.check("watch_tickers"):
        assert await _third(lambda: exchange.watch_tickers([PAIR, "ETH/USD"]))
    with report.check("watch_order_book: never crossed over fifty updates"):
        for _ in range(50):
            book = await asyncio.wait_for(exchange.watch_order_book(PAIR), PATIENCE_S)
            assert book["bids"][0][0] < book["asks"][0][0]
    with report.check("watch_trades"):
        trades = await _third(lambda: exchange.watch_trades(PAIR))
        assert trades[-1]["price"] > 0
    with report.check("watch_ohlcv"):
        candle = (await _third(lambda: exchange.watch_ohlcv(PAIR, "1m")))[-1]
        assert candle[3] <= candle[4] <= candle[2]


async def _private(report: Report, exchange: Any) -> None:
    orders: list[Any] = []
    with report.check("watch_orders: the snapshot"):
        orders = await asyncio.wait_for(exchange.watch_orders(), PATIENCE_S)
        assert all(order["id"] and order["symbol"] for order in orders)
    with report.check("watch_balance"):
        balance = await asyncio.wait_for(exchange.watch_balance(), PATIENCE_S)
        assert balance["USD"]["total"] > 0
    resting = next(order["id"] for order in orders if order["type"] == "limit")
    with report.check("cancel_order_ws, then watch_orders tells it"):
        await asyncio.wait_for(exchange.cancel_order_ws(resting), PATIENCE_S)
        await asyncio.wait_for(_told(exchange, resting), PATIENCE_S)


async def _trading(report: Report, exchange: Any) -> None:
    order: dict[str, Any] = {}
    with report.check("create_order_ws"):
        order = await asyncio.wait_for(
            exchange.create_order_ws(PAIR, "limit", "buy", 0.001, 30000.0), PATIENCE_S
        )
        assert order["id"]
    with report.check("edit_order_ws"):
        edited = await asyncio.wait_for(
            exchange.edit_order_ws(order["id"], PAIR, "limit", "buy", 0.001, 30100.0), PATIENCE_S
        )
        assert edited["id"]
    with report.check("watch_my_trades tells the fill of a market order"):
        await asyncio.wait_for(exchange.create_order_ws(PAIR, "market", "buy", 0.001), PATIENCE_S)
        trades = await asyncio.wait_for(exchange.watch_my_trades(), PATIENCE_S)
        assert trades[-1]["amount"] > 0
    with report.check("cancel_all_orders_ws"):
        await asyncio.wait_for(exchange.cancel_all_orders_ws(), PATIENCE_S)


async def _told(exchange: Any, order_id: str) -> None:
    while True:
        for order in await exchange.watch_orders():
            if order["id"] == order_id and order["status"] == "canceled":
                return


async def _third(ask: Ask) -> Any:
    """Give the third thing that comes: the first may be a snapshot."""
    answer = None
    for _ in range(3):
        answer = await asyncio.wait_for(ask(), PATIENCE_S)
    return answer


if __name__ == "__main__":
    sys.exit(asyncio.run(watch()))
