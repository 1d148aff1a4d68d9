"""ccxt over REST: the unified calls that bots use, with their parsed results looked at."""

import sys
from itertools import pairwise
from typing import Any

import ccxt

from tests.witness.report import Report, place

PAIR = "BTC/USD"
PATIENCE_MS = 30_000


def main() -> int:
    """Ask everything that a bot would ask."""
    report, here = Report("ccxt"), place("other")
    exchange: Any = ccxt.kraken({"apiKey": here.key, "secret": here.secret, "timeout": PATIENCE_MS})
    exchange.urls["api"].update(public=here.rest, private=here.rest)
    _markets(report, exchange)
    _funds(report, exchange)
    _orders(report, exchange)
    return report.end()


def _markets(report: Report, exchange: Any) -> None:
    with report.check("fetch_markets"):
        markets = {market["symbol"]: market for market in exchange.fetch_markets()}
        assert markets[PAIR]["active"]
        assert markets[PAIR]["precision"]["price"] == 0.1
    report.finds("fetch_currencies", exchange.fetch_currencies)
    report.finds("load_markets", exchange.load_markets)
    report.finds("fetch_time", exchange.fetch_time)
    with report.check("fetch_status"):
        assert exchange.fetch_status()["status"] == "ok"
    with report.check("fetch_ticker"):
        ticker = exchange.fetch_ticker(PAIR)
        assert ticker["bid"] < ticker["ask"]
        assert ticker["low"] <= ticker["last"] <= ticker["high"]
    with report.check("fetch_tickers"):
        assert {PAIR, "ETH/USD"} <= exchange.fetch_tickers([PAIR, "ETH/USD"]).keys()
    with report.check("fetch_tickers of everything"):
        assert len(exchange.fetch_tickers()) > 20
    with report.check("fetch_order_book"):
        book = exchange.fetch_order_book(PAIR, 50)
        assert len(book["bids"]) == len(book["asks"]) == 50
        assert book["bids"][0][0] < book["asks"][0][0]
    with report.check("fetch_ohlcv: a candle every five minutes"):
        rows = exchange.fetch_ohlcv(PAIR, "5m", limit=100)
        assert {later[0] - sooner[0] for sooner, later in pairwise(rows)} == {300_000}
    with report.check("fetch_trades"):
        trades = exchange.fetch_trades(PAIR, limit=20)
        assert all(trade["price"] > 0 and trade["side"] in {"buy", "sell"} for trade in trades)
        assert trades


def _funds(report: Report, exchange: Any) -> None:
    with report.check("fetch_balance: free and used make total"):
        balance = exchange.fetch_balance()
        assert balance["USD"]["used"] > 0
        assert abs(balance["USD"]["free"] + balance["USD"]["used"] - balance["USD"]["total"]) < 1e-6


def _orders(report: Report, exchange: Any) -> None:
    orders: list[Any] = []
    with report.check("fetch_open_orders reads the description"):
        orders = exchange.fetch_open_orders()
        assert len(orders) > 10
        assert all(order["symbol"] and order["side"] and order["amount"] for order in orders)
        assert all(order["status"] == "open" for order in orders)
    resting = [order["id"] for order in orders if order["type"] == "limit"]
    with report.check("fetch_open_orders of one market"):
        assert {order["symbol"] for order in exchange.fetch_open_orders(PAIR)} == {PAIR}
    with report.check("fetch_order"):
        assert exchange.fetch_order(resting[0])["id"] == resting[0]
    with report.check("cancel_order"):
        exchange.cancel_order(resting[0])
        assert exchange.fetch_order(resting[0])["status"] == "canceled"
    with report.check("cancel_orders"):
        exchange.cancel_orders(resting[1:3])
        assert exchange.fetch_order(resting[2])["status"] == "canceled"
    report.refuses(
        "an unknown order raises OrderNotFound",
        lambda: exchange.cancel_order("OAAAAA-AAAAA-AAAAAA"),
        "OrderNotFound",
    )


if __name__ == "__main__":
    sys.exit(main())
