"""Assets, pairs, tickers and candles from REST: the join of names and the polls."""

import json
from decimal import Decimal

import pytest

from krakentui.model.event import (
    CandlesSeen,
    Garbled,
    Happening,
    InstrumentsSeen,
    SystemSeen,
    TickerSeen,
    Unknown,
)
from krakentui.model.symbol import Names
from krakentui.wire.spot.rest import Call, decode
from tests.support.samples import frames, samples

PAIR = {
    "altname": "XBTUSDT",
    "wsname": "XBT/USDT",
    "base": "XXBT",
    "quote": "USDT",
    "cost_decimals": 5,
    "pair_decimals": 1,
    "lot_decimals": 8,
    "ordermin": "0.00005",
    "costmin": "0.5",
    "tick_size": "0.1",
    "status": "online",
}
TICKER = {
    "a": ["68342.40000", "1", "1.000"],
    "b": ["68342.30000", "6", "6.000"],
    "c": ["68365.10000", "0.00200001"],
    "v": ["415.11258159", "2774.14406991"],
    "p": ["68275.62937", "68045.14894"],
    "t": [23209, 75935],
    "l": ["67745.20000", "65196.20000"],
    "h": ["68855.40000", "70000.00000"],
    "o": "67978.60000",
}
BAR = [1688671200, "30306.1", "30306.2", "30305.7", "30305.7", "30306.1", "3.39243896", 23]


def read(result: object, endpoint: str, names: Names, *params: tuple[str, str]) -> tuple[Happening, ...]:
    body = json.dumps({"error": [], "result": result}).encode()
    return decode(Call(endpoint, params), 200, body, account="", names=names, asked_ns=7).events


def recorded(name: str, endpoint: str, names: Names) -> tuple[Happening, ...]:
    ((_, body),) = frames(samples("rest", name))
    reply = decode(Call(endpoint), 200, body, account="", names=names, asked_ns=7)
    assert reply.broken is None
    return reply.events


def joined(*events: Happening) -> Names:
    names = Names()
    for event in events:
        assert isinstance(event, InstrumentsSeen)
        names = names.with_assets(event.assets).with_pairs(event.pairs)
    return names


KNOWN = joined(*read({"XBTUSDT": PAIR}, "AssetPairs", Names()))


@pytest.mark.parametrize("spelling", ["XBTUSDT", "BTC/USDT"])
def test_a_pair_is_found_under_each_of_its_names(spelling: str) -> None:
    assert KNOWN.pair(spelling) == "BTC/USDT"


@pytest.mark.parametrize(
    ("rest_id", "altname", "symbol"),
    [("XXBTZUSD", "XBTUSD", "BTC/USD"), ("XDGUSD", "XDGUSD", "DOGE/USD"), ("XETHXXBT", "ETHXBT", "ETH/BTC")],
)
def test_the_recorded_irregular_pairs_are_joined(rest_id: str, altname: str, symbol: str) -> None:
    names = joined(*recorded("asset-pairs.2026-09.five.json", "AssetPairs", Names()))
    assert (names.pair(rest_id), names.pair(altname)) == (symbol, symbol)


@pytest.mark.parametrize(
    ("rest_id", "asset"), [("XXBT", "BTC"), ("XXDG", "DOGE"), ("ZUSD", "USD"), ("SOL", "SOL")]
)
def test_the_recorded_assets_are_joined(rest_id: str, asset: str) -> None:
    names = joined(*recorded("assets.2026-09.five.json", "Assets", Names()))
    assert names.asset(rest_id) == asset


def test_the_full_list_of_2021_leaves_out_dark_pools_only() -> None:
    (event,) = recorded("asset-pairs.full-dump-2021-04.json", "AssetPairs", Names())
    assert isinstance(event, InstrumentsSeen)
    ((_, body),) = frames(samples("rest", "asset-pairs.full-dump-2021-04.json"))
    listed = json.loads(body)["result"]
    assert len(event.pairs) == len([one for one in listed if not one.endswith(".d")])
    assert len({pair.symbol for pair in event.pairs}) == len(event.pairs)


def test_a_pair_without_the_streams_name_is_named_by_its_assets() -> None:
    (event,) = read({"X": {**PAIR, "wsname": None}}, "AssetPairs", Names())
    assert isinstance(event, InstrumentsSeen)
    assert event.pairs[0].symbol == "XXBT/USDT"


def test_a_pair_that_makes_no_sense_is_lost_alone() -> None:
    event, trouble = read({"A": PAIR, "B": {**PAIR, "pair_decimals": None}}, "AssetPairs", Names())
    assert isinstance(event, InstrumentsSeen)
    assert len(event.pairs) == 1
    assert isinstance(trouble, Garbled)


def test_an_asset_with_lock_days_has_its_plain_name() -> None:
    row = {"altname": "DOT28.S", "decimals": 10, "display_decimals": 8}
    (event,) = read({"DOT28.S": row}, "Assets", Names())
    assert isinstance(event, InstrumentsSeen)
    assert event.assets[0].asset == "DOT.S"


def test_a_polled_ticker_has_its_stream_name_and_the_24_hours() -> None:
    (event,) = read({"XBTUSDT": TICKER}, "Ticker", KNOWN)
    assert isinstance(event, TickerSeen)
    found = event.ticker
    assert (event.source, found.symbol) == ("poll", "BTC/USDT")
    assert (found.bid, found.bid_qty) == (Decimal("68342.3"), Decimal(6))
    assert (found.volume, found.low, found.high) == (
        Decimal("2774.14406991"),
        Decimal("65196.2"),
        Decimal(70000),
    )


def test_a_polled_ticker_claims_no_change_of_24_hours() -> None:
    (event,) = read({"XBTUSDT": TICKER}, "Ticker", KNOWN)
    assert isinstance(event, TickerSeen)
    assert event.ticker.change_pct is None


def test_a_ticker_of_an_unknown_pair_is_named_not_shown() -> None:
    assert read({"NEWUSD": TICKER}, "Ticker", KNOWN) == (Unknown(where="Ticker", what="NEWUSD"),)


def test_a_ticker_with_a_bad_side_keeps_the_other() -> None:
    seen, trouble = read({"XBTUSDT": {**TICKER, "a": ["NaN", "1", "1"]}}, "Ticker", KNOWN)
    assert isinstance(seen, TickerSeen)
    assert (seen.ticker.ask, seen.ticker.bid) == (None, Decimal("68342.3"))
    assert isinstance(trouble, Garbled)


def test_candles_know_their_interval() -> None:
    (event,) = read({"XBTUSDT": [BAR], "last": 1}, "OHLC", KNOWN, ("interval", "60"))
    assert isinstance(event, CandlesSeen)
    assert (event.interval_min, event.snapshot, event.candles[0].trades) == (60, True, 23)
    assert event.candles[0].begin_ns == 1_688_671_200 * 10**9


def test_a_bad_candle_is_lost_alone() -> None:
    event, trouble = read({"XBTUSDT": [BAR, [1, 2]], "last": 1}, "OHLC", KNOWN)
    assert isinstance(event, CandlesSeen)
    assert len(event.candles) == 1
    assert isinstance(trouble, Garbled)


def test_every_recorded_candle_is_read() -> None:
    (event,) = recorded("ohlc.720-rows.json", "OHLC", KNOWN)
    assert isinstance(event, CandlesSeen)
    ((_, body),) = frames(samples("rest", "ohlc.720-rows.json"))
    assert len(event.candles) == len(json.loads(body)["result"]["XBTUSDT"])


def test_the_system_status_is_read() -> None:
    result = {"status": "post_only", "timestamp": "2026-05-11T08:30:00Z", "upcoming_maintenance": []}
    assert read(result, "SystemStatus", KNOWN) == (SystemSeen(system="post_only", maintenance=()),)
