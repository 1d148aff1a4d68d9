"""python-kraken-sdk over REST: markets, funds, orders, cancels."""

import sys
from decimal import Decimal
from typing import Any

from kraken.spot import Market, SpotClient, Trade, User

from tests.witness.report import Report, place

PAIR = "BTC/USD"


def main() -> int:
    """Ask everything that the client can ask."""
    report, here = Report("python-kraken-sdk REST"), place("full")
    _markets(report, Market(url=here.rest))
    keyed = {"key": here.key, "secret": here.secret, "url": here.rest}
    user, trade = User(**keyed), Trade(**keyed)
    _funds(report, user)
    _orders(report, user, trade)
    _spellings(report, SpotClient(**keyed))
    return report.end()


def _markets(report: Report, market: Any) -> None:
    report.finds("Assets", market.get_assets)
    report.finds("AssetPairs", market.get_asset_pairs)
    with report.check("AssetPairs pair=BTC/USD answers under that key"):
        assert list(market.get_asset_pairs(pair=PAIR)) == [PAIR]
    report.finds("AssetPairs info=fees", lambda: market.get_asset_pairs(pair="XBTUSD", info="fees"))
    report.finds("Ticker", lambda: market.get_ticker(pair="XBTUSD"))
    report.finds("Ticker of everything", market.get_ticker)
    report.finds("OHLC", lambda: market.get_ohlc(pair="XBTUSD", interval=5))
    with report.check("Depth: bids below asks"):
        (book,) = market.get_order_book(pair="XBTUSD", count=20).values()
        assert Decimal(book["bids"][0][0]) < Decimal(book["asks"][0][0])
    report.finds("Trades", lambda: market.get_recent_trades(pair="XBTUSD"))
    with report.check("SystemStatus"):
        assert market.get_system_status()["status"] == "online"


def _funds(report: Report, user: Any) -> None:
    report.finds("Balance", user.get_account_balance)
    report.finds("BalanceEx", user.get_balances)
    with report.check("get_balance: available is balance less hold"):
        row = user.get_balance(currency="USD")
        assert 0 < row["available_balance"] < row["balance"]


def _orders(report: Report, user: Any, trade: Any) -> None:
    opened: dict[str, Any] = {}
    with report.check("OpenOrders"):
        opened = user.get_open_orders(trades=True)["open"]
        assert len(opened) > 10
    ids = [order_id for order_id, row in opened.items() if row["descr"]["ordertype"] == "limit"]
    with report.check("QueryOrders"):
        assert user.get_orders_info(txid=ids[:2]).keys() == {*ids[:2]}
    with report.check("CancelOrder"):
        assert trade.cancel_order(txid=ids[0]) == {"count": 1}
    with report.check("the cancelled order is closed"):
        assert user.get_orders_info(txid=ids[0])[ids[0]]["status"] == "canceled"
    with report.check("CancelOrderBatch, as JSON"):
        assert trade.cancel_order_batch(orders=ids[1:3]) == {"count": 2}
    report.refuses(
        "an unknown order is refused",
        lambda: trade.cancel_order(txid="OAAAAA-AAAAA-AAAAAA"),
        "KrakenUnknownOrderError",
    )


def _spellings(report: Report, client: Any) -> None:
    """Legal spellings that few clients use."""
    for spelling in ("XXBTZUSD", "XBTUSD", "XBT/USD", "BTC/USD", "BTCUSD"):
        with report.check(f"Ticker pair={spelling} by POST"):
            assert client.request("POST", "/0/public/Ticker", params={"pair": spelling}, auth=False)
    with report.check("assetVersion=1 answers under new names"):
        reply = client.request(
            "GET", "/0/public/AssetPairs", params={"pair": "XXBTZUSD", "assetVersion": 1}, auth=False
        )
        assert [*reply] == [PAIR]
    with report.check("aclass_base=tokenized_asset is understood"):
        reply = client.request(
            "GET", "/0/public/AssetPairs", params={"aclass_base": "tokenized_asset"}, auth=False
        )
        assert isinstance(reply, dict)


if __name__ == "__main__":
    sys.exit(main())
