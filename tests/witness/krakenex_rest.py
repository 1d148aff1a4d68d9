"""krakenex: the oldest client, plain forms over REST."""

import sys
from typing import Any

import krakenex

from tests.witness.report import Report, place

PUBLIC: dict[str, dict[str, object]] = {
    "Time": {},
    "SystemStatus": {},
    "Assets": {"asset": "XBT,USD"},
    "AssetPairs": {"pair": "XXBTZUSD"},
    "Ticker": {"pair": "XBTUSD,ETHUSD"},
    "OHLC": {"pair": "XBTUSD", "interval": 60},
    "Depth": {"pair": "XBTUSD", "count": 5},
    "Trades": {"pair": "XBTUSD"},
}
PRIVATE = ("GetApiKeyInfo", "GetWebSocketsToken", "Balance", "BalanceEx", "OpenOrders")


def main() -> int:
    """Ask what the client can ask, by POST as it always does."""
    report, here = Report("krakenex"), place("watch")
    api = krakenex.API(key=here.key, secret=here.secret)
    api.uri = here.rest
    for name, params in PUBLIC.items():
        with report.check(f"query_public {name}"):
            _answered(api.query_public(name, params))
    for name in PRIVATE:
        with report.check(f"query_private {name}"):
            _answered(api.query_private(name))
    with report.check("query_private QueryOrders"):
        txid = next(iter(api.query_private("OpenOrders")["result"]["open"]))
        assert [*api.query_private("QueryOrders", {"txid": txid})["result"]] == [txid]
    with report.check("a key that may not cancel is refused"):
        assert api.query_private("CancelAll") == {"error": ["EGeneral:Permission denied"]}
    with report.check("an unknown method is refused"):
        assert api.query_public("Nothing") == {"error": ["EGeneral:Unknown method"]}
    with report.check("a wrong secret is refused"):
        stranger = krakenex.API(key=place("cancel").key, secret=here.secret)
        stranger.uri = here.rest
        assert stranger.query_private("Balance") == {"error": ["EAPI:Invalid signature"]}
    return report.end()


def _answered(reply: Any) -> None:
    assert reply["error"] == [], reply["error"]
    assert reply["result"], "the result is empty"


if __name__ == "__main__":
    sys.exit(main())
