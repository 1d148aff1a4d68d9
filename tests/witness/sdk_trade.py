"""python-kraken-sdk over REST: placing, changing and looking back at orders, fills and ledgers."""

import sys
import time
from typing import Any

from kraken.spot import Market, Trade, User

from tests.witness.report import Report, place

PAIR = "XBTUSD"
FAR = "30000"
NEARER = "30100"
DRAIN_S = 0.5
"""This client does not pace itself: so long at twenty times real time drains five points."""


def main() -> int:
    """Trade, then look back."""
    report, here = Report("python-kraken-sdk trading"), place("full")
    keyed = {"key": here.key, "secret": here.secret, "url": here.rest}
    user, trade = User(**keyed), Trade(**keyed)
    _orders(report, user, trade)
    _fills(report, user, trade)
    _looking_back(report, user)
    report.finds("Spread", lambda: Market(url=here.rest).get_recent_spreads(pair=PAIR))
    with report.check("CancelAllOrdersAfter, and off again"):
        assert trade.cancel_all_orders_after_x(timeout=60)["triggerTime"]
        assert trade.cancel_all_orders_after_x(timeout=0)
    with report.check("CancelAll"):
        assert trade.cancel_all_orders()["count"] > 10
    return report.end()


def _limit(trade: Any, price: str = FAR, **more: object) -> str:
    said = trade.create_order(ordertype="limit", side="buy", pair=PAIR, volume="0.001", price=price, **more)
    (txid,) = said["txid"]
    return str(txid)


def _orders(report: Report, user: Any, trade: Any) -> None:
    txid = ""
    with report.check("AddOrder only validated makes no order"):
        said = trade.create_order(
            ordertype="limit", side="buy", pair=PAIR, volume="0.001", price=FAR, validate=True
        )
        assert said["descr"]["order"]
        assert "txid" not in said
    with report.check("AddOrder limit, post-only"):
        txid = _limit(trade, oflags=["post"])
        assert user.get_orders_info(txid=txid)[txid]["status"] == "open"
    with report.check("AmendOrder keeps the id"):
        assert trade.amend_order(txid=txid, extra_params={"limit_price": NEARER})["amend_id"]
        assert user.get_orders_info(txid=txid)[txid]["descr"]["price"].startswith(NEARER)
    with report.check("OrderAmends"):
        assert user.get_order_amends(order_id=txid)["count"] >= 1
    with report.check("EditOrder makes a new id"):
        said = trade.edit_order(txid=txid, pair=PAIR, volume="0.002", price=FAR)
        assert said["txid"] != txid
    with report.check("AddOrderBatch, as JSON"):
        orders = [
            {"ordertype": "limit", "type": "buy", "volume": "0.001", "price": price}
            for price in (FAR, NEARER)
        ]
        said = trade.create_order_batch(orders=orders, pair=PAIR)
        assert all(row["txid"] for row in said["orders"])
    report.refuses(
        "more funds than there are",
        lambda: trade.create_order(
            ordertype="limit", side="buy", pair=PAIR, volume="5000", price=FAR, oflags=[]
        ),
        "KrakenInsufficientFundsError",
    )


def _fills(report: Report, user: Any, trade: Any) -> None:
    with report.check("AddOrder market is filled"):
        said = trade.create_order(ordertype="market", side="buy", pair=PAIR, volume="0.001")
        (txid,) = said["txid"]
        row = user.get_orders_info(txid=txid, trades=True)[txid]
        assert row["status"] == "closed"
        assert row["trades"]
    with report.check("AddOrder stop-loss-limit waits"):
        said = trade.create_order(
            ordertype="stop-loss-limit", side="sell", pair=PAIR, volume="0.001", price=FAR, price2="29900"
        )
        (txid,) = said["txid"]
        assert user.get_orders_info(txid=txid)[txid]["status"] == "open"


def _looking_back(report: Report, user: Any) -> None:
    time.sleep(DRAIN_S)
    report.finds("ClosedOrders", lambda: user.get_closed_orders()["closed"])
    with report.check("TradesHistory and QueryTrades"):
        trades = user.get_trades_history()["trades"]
        first = next(iter(trades))
        assert user.get_trades_info(txid=first)[first] == trades[first]
    time.sleep(2 * DRAIN_S)
    with report.check("Ledgers and QueryLedgers"):
        rows = user.get_ledgers_info()["ledger"]
        first = next(iter(rows))
        assert user.get_ledgers(id_=first)[first] == rows[first]
    time.sleep(2 * DRAIN_S)
    report.finds("TradeBalance", user.get_trade_balance)
    report.finds("TradeVolume", lambda: user.get_trade_volume(pair=PAIR))
    with report.check("OpenPositions"):
        assert user.get_open_positions() in ({}, [])


if __name__ == "__main__":
    sys.exit(main())
