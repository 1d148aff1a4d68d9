"""ccxt over REST: placing, changing and looking back at orders, fills and ledgers."""

import sys
from typing import Any

import ccxt

from tests.witness.report import Report, place

PAIR = "ETH/USD"
FAR, NEARER = 1000.0, 1010.0
PATIENCE_MS = 30_000


def main() -> int:
    """Trade, then look back."""
    report, here = Report("ccxt trading"), place("other")
    exchange: Any = ccxt.kraken({"apiKey": here.key, "secret": here.secret, "timeout": PATIENCE_MS})
    exchange.urls["api"].update(public=here.rest, private=here.rest)
    exchange.load_markets()
    _orders(report, exchange)
    _looking_back(report, exchange)
    return report.end()


def _orders(report: Report, exchange: Any) -> None:
    made = ""
    with report.check("create_order limit"):
        made = exchange.create_order(PAIR, "limit", "buy", 0.01, FAR)["id"]
        order = exchange.fetch_order(made)
        assert (order["status"], order["symbol"], order["price"]) == ("open", PAIR, FAR)
    with report.check("edit_order, which amends"):
        exchange.edit_order(made, PAIR, "limit", "buy", 0.01, NEARER)
        assert exchange.fetch_order(made)["price"] == NEARER
    with report.check("cancel_order"):
        exchange.cancel_order(made)
        assert exchange.fetch_order(made)["status"] == "canceled"
    with report.check("create_orders"):
        wanted = [
            {"symbol": PAIR, "type": "limit", "side": "buy", "amount": 0.01, "price": price}
            for price in (FAR, NEARER)
        ]
        assert len(exchange.create_orders(wanted)) == len(wanted)
    with report.check("create_order market is filled"):
        made = exchange.create_order(PAIR, "market", "sell", 0.01)["id"]
        order = exchange.fetch_order(made)
        assert (order["status"], order["filled"]) == ("closed", 0.01)
    with report.check("create_order post-only that would take is refused or cancelled"):
        price = exchange.fetch_ticker(PAIR)["ask"] * 1.01
        try:
            made = exchange.create_order(PAIR, "limit", "buy", 0.01, price, {"postOnly": True})["id"]
        except ccxt.ExchangeError:
            made = ""
        assert not made or exchange.fetch_order(made)["status"] == "canceled"
    report.refuses(
        "more funds than there are raise InsufficientFunds",
        lambda: exchange.create_order(PAIR, "limit", "buy", 100_000, FAR),
        "InsufficientFunds",
    )
    with report.check("cancel_all_orders_after"):
        exchange.cancel_all_orders_after(60_000)
        exchange.cancel_all_orders_after(0)


def _looking_back(report: Report, exchange: Any) -> None:
    with report.check("fetch_closed_orders"):
        assert {order["status"] for order in exchange.fetch_closed_orders()} <= {"closed", "canceled"}
    with report.check("fetch_my_trades"):
        trades = exchange.fetch_my_trades(PAIR)
        assert all(trade["symbol"] == PAIR and trade["cost"] > 0 for trade in trades)
        assert trades
    report.finds("fetch_ledger", exchange.fetch_ledger)
    with report.check("fetch_trading_fee"):
        fee = exchange.fetch_trading_fee(PAIR)
        assert 0 <= fee["maker"] <= fee["taker"] < 0.01
    with report.check("fetch_positions"):
        assert exchange.fetch_positions() == []


if __name__ == "__main__":
    sys.exit(main())
