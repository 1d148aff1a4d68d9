"""Public REST: spellings, the envelope, refusals, the public limiter."""

import json
import re
from itertools import pairwise
from typing import Any

import pytest

from krakentui.simulator import public_rest
from krakentui.simulator.surface import HttpRequest
from krakentui.simulator.world import World
from tests.simulator.publicly import a_world, ask, pass_time


@pytest.fixture(scope="module")
def still() -> World:
    """A world that no test here moves; each test asks from an address of its own."""
    return a_world(moving=False)


def post(world: World, name: str, body: bytes, kind: str) -> dict[str, Any]:
    """Make a public call by POST."""
    headers = {"content-type": kind}
    request = HttpRequest("POST", f"/0/public/{name}", body=body, headers=headers, peer="post")
    envelope: dict[str, Any] = json.loads(public_rest.handle(world, request).body)
    return envelope


def test_time_tells_the_simulated_instant_twice(still: World) -> None:
    assert ask(still, "Time", peer="time")["result"] == {
        "unixtime": 1_804_669_200,
        "rfc1123": "Wed, 10 Mar 27 09:00:00 +0000",
    }


def test_system_status_follows_the_engine() -> None:
    world = a_world("BTC/USD", moving=False)
    world.set_system("cancel_only")
    found = ask(world, "SystemStatus")["result"]
    assert (found["status"], found["timestamp"]) == ("cancel_only", "2027-03-10T09:00:00Z")


@pytest.mark.parametrize(
    ("spelling", "key"),
    [
        ("XXBTZUSD", "XXBTZUSD"),
        ("XBTUSD", "XXBTZUSD"),
        ("XBT/USD", "XXBTZUSD"),
        ("BTCUSD", "XXBTZUSD"),
        ("BTC/USD", "BTC/USD"),
        ("BTC%2FUSD", "BTC/USD"),
        ("XDGUSD", "XDGUSD"),
        ("DOGE/USD", "DOGE/USD"),
        ("XBTUSDT", "XBTUSDT"),
        ("EURUSD", "ZEURZUSD"),
    ],
)
@pytest.mark.parametrize("name", ["Ticker", "Depth", "OHLC", "Trades", "AssetPairs"])
def test_a_pair_is_answered_under_its_id_or_the_stream_name_if_asked_by_it(
    still: World, name: str, spelling: str, key: str
) -> None:
    found = ask(still, name, f"pair={spelling}", peer=f"{name}/{spelling}")["result"]
    assert [name for name in found if name != "last"] == [key]


def test_asset_version_1_answers_under_stream_names(still: World) -> None:
    pairs = ask(still, "AssetPairs", "assetVersion=1", peer="version")["result"]
    assets = ask(still, "Assets", "assetVersion=1", peer="version")["result"]
    assert set(pairs) == set(still.pairs)
    assert set(assets) == set(still.assets)
    assert pairs["BTC/USD"]["base"] == "BTC"


def test_without_a_pair_every_pair_is_answered(still: World) -> None:
    ids = {pair.rest_id for pair in still.pairs.values()}
    assert set(ask(still, "AssetPairs", peer="all")["result"]) == ids
    assert set(ask(still, "Ticker", peer="all")["result"]) == ids


def test_pairs_name_their_assets_by_id(still: World) -> None:
    pairs = ask(still, "AssetPairs", peer="ids")["result"]
    assets = ask(still, "Assets", peer="ids")["result"]
    assert {row["base"] for row in pairs.values()} | {row["quote"] for row in pairs.values()} <= set(assets)


@pytest.mark.parametrize("query", ["aclass_base=tokenized_asset", "execution_venue=bitnomial_exchange"])
def test_other_markets_have_no_pairs(still: World, query: str) -> None:
    assert ask(still, "AssetPairs", query, peer=query)["result"] == {}


@pytest.mark.parametrize(
    ("info", "fields"),
    [
        ("leverage", {"leverage_buy", "leverage_sell"}),
        ("fees", {"fees", "fees_maker", "fee_volume_currency"}),
        ("margin", {"margin_call", "margin_stop"}),
    ],
)
def test_asset_pairs_can_be_asked_in_part(still: World, info: str, fields: set[str]) -> None:
    found = ask(still, "AssetPairs", f"pair=XBTUSD&info={info}", peer=info)["result"]
    assert set(found["XXBTZUSD"]) == fields


@pytest.mark.parametrize(
    ("name", "query", "error"),
    [
        ("Ticker", "pair=XBTUSD,NOPE", "EQuery:Unknown asset pair"),
        ("Ticker", "pair=", "EQuery:Unknown asset pair"),
        ("AssetPairs", "pair=NOPE", "EQuery:Unknown asset pair"),
        ("OHLC", "pair=NOPE", "EQuery:Unknown asset pair"),
        ("Depth", "pair=NOPE", "EQuery:Unknown asset pair"),
        ("Trades", "pair=NOPE", "EQuery:Unknown asset pair"),
        ("Assets", "asset=XBT,NOPE", "EQuery:Unknown asset"),
        ("OHLC", "", "EGeneral:Invalid arguments"),
        ("Depth", "", "EGeneral:Invalid arguments"),
        ("Trades", "", "EGeneral:Invalid arguments"),
        ("OHLC", "pair=XBTUSD&interval=7", "EGeneral:Invalid arguments"),
        ("OHLC", "pair=XBTUSD&interval=x", "EGeneral:Invalid arguments"),
        ("OHLC", "pair=XBTUSD&since=x", "EGeneral:Invalid arguments"),
        ("Depth", "pair=XBTUSD&count=0", "EGeneral:Invalid arguments"),
        ("Depth", "pair=XBTUSD&count=501", "EGeneral:Invalid arguments"),
        ("Trades", "pair=XBTUSD&count=1001", "EGeneral:Invalid arguments"),
        ("Trades", "pair=XBTUSD&since=abc", "EGeneral:Invalid arguments"),
        ("AssetPairs", "info=everything", "EGeneral:Invalid arguments"),
        ("Balance", "", "EGeneral:Unknown method"),
        ("ticker", "", "EGeneral:Unknown method"),
        ("", "", "EGeneral:Unknown method"),
    ],
)
def test_what_makes_no_sense_is_refused_without_a_result(
    still: World, name: str, query: str, error: str
) -> None:
    assert ask(still, name, query, peer=f"{name}?{query}") == {"error": [error]}


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"pair=XBTUSD", "application/x-www-form-urlencoded"),
        (b'{"pair":"XBTUSD"}', "application/json"),
        (b'{"pair":["XBTUSD"],"unknown":1}', "application/json; charset=utf-8"),
    ],
)
def test_public_calls_may_be_posted(still: World, body: bytes, kind: str) -> None:
    assert set(post(still, "Ticker", body, kind)["result"]) == {"XXBTZUSD"}


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"{", "application/json"),
        (b"[1]", "application/json"),
        (b"\xff\xfe", "application/json"),
        (b"\xff\xfe", "text/plain"),
        (b"[" * 100_000, "application/json"),
        (b"&".join(b"a%d=1" % n for n in range(500)), "application/x-www-form-urlencoded"),
    ],
)
def test_malformed_bodies_are_invalid_arguments(still: World, body: bytes, kind: str) -> None:
    assert post(still, "Ticker", body, kind) == {"error": ["EGeneral:Invalid arguments"]}


def test_prices_carry_five_decimals_or_the_pairs_own(still: World) -> None:
    found = ask(still, "Ticker", "pair=XBTUSD,SHIBUSD", peer="decimals")["result"]
    assert re.fullmatch(r"\d+\.\d{5}", found["XXBTZUSD"]["c"][0])
    assert re.fullmatch(r"0\.\d{9}", found["SHIBUSD"]["c"][0])
    row = ask(still, "OHLC", "pair=XBTUSD", peer="decimals")["result"]["XXBTZUSD"][0]
    assert re.fullmatch(r"\d+\.\d", row[1])


def test_ticker_and_depth_agree() -> None:
    world = a_world("BTC/USD")
    pass_time(world, 30)
    top = ask(world, "Ticker", "pair=XBTUSD")["result"]["XXBTZUSD"]
    book = ask(world, "Depth", "pair=XBTUSD&count=500")["result"]["XXBTZUSD"]
    assert (top["a"][0], top["b"][0]) == (book["asks"][0][0], book["bids"][0][0])
    assert (len(book["asks"]), len(book["bids"])) == (500, 500)
    assert all(row[2] <= world.clock.now_us() // 1_000_000 for row in book["asks"])


def test_ohlc_gives_720_rows_and_says_which_is_committed(still: World) -> None:
    found = ask(still, "OHLC", "pair=XBTUSD&interval=15", peer="rows")["result"]
    rows = found["XXBTZUSD"]
    assert len(rows) == 720
    assert found["last"] == rows[-2][0]
    later = ask(still, "OHLC", f"pair=XBTUSD&interval=15&since={rows[-3][0]}", peer="since")["result"]
    assert later["XXBTZUSD"] == rows[-2:]


def test_the_limiter_lets_thirty_through_and_then_one_a_second() -> None:
    world = a_world("BTC/USD", moving=False)
    verdicts = [ask(world, "Time")["error"] for _ in range(32)]
    assert verdicts == [[]] * 30 + [["EGeneral:Too many requests"]] * 2
    pass_time(world, 0.9)
    assert ask(world, "Time")["error"]
    pass_time(world, 0.1)
    assert not ask(world, "Time")["error"]
    assert ask(world, "Time")["error"]


def test_trades_and_ohlc_count_by_pair_and_apart_from_the_rest() -> None:
    world = a_world("BTC/USD", "ETH/USD", moving=False)
    for _ in range(30):
        assert not ask(world, "OHLC", "pair=XBTUSD")["error"]
    assert ask(world, "OHLC", "pair=BTC/USD")["error"] == ["EGeneral:Too many requests"]
    assert not ask(world, "OHLC", "pair=ETHUSD")["error"]
    assert not ask(world, "Time")["error"]


def test_each_address_has_its_own_bucket() -> None:
    world = a_world("BTC/USD", moving=False)
    for _ in range(31):
        ask(world, "Time", peer="127.0.0.2")
    assert ask(world, "Time", peer="127.0.0.2")["error"]
    assert not ask(world, "Time", peer="127.0.0.3")["error"]


def test_strict_rules_have_no_burst() -> None:
    world = a_world("BTC/USD", rules="strict", moving=False)
    assert [bool(ask(world, "Time")["error"]) for _ in range(2)] == [False, True]


def test_every_call_is_in_the_log_with_its_verdict() -> None:
    world = a_world("BTC/USD", moving=False)
    ask(world, "Time")
    ask(world, "Nope")
    rows = [entry.row() for entry in world.requests]
    assert [(row["what"], row["cost"], row["verdict"]) for row in rows] == [
        ("/0/public/Time", "1", "ok"),
        ("/0/public/Nope", "1", "EGeneral:Unknown method"),
    ]
    assert rows[0]["at"] == "2027-03-10T09:00:00.000000Z"


def test_spread_tells_how_the_best_prices_moved() -> None:
    world = a_world("BTC/USD")
    before = ask(world, "Spread", "pair=XBTUSD")["result"]["XXBTZUSD"]
    assert len(before) == 1
    pass_time(world, 60)
    found = ask(world, "Spread", "pair=XBTUSD&since=9999999999")["result"]
    rows, market = found["XXBTZUSD"], world.markets["BTC/USD"]
    assert rows[0] == before[0]
    assert rows[-1][1:] == [f"{market.best_bid / 10:.5f}", f"{market.best_ask / 10:.5f}"]
    assert found["last"] == rows[-1][0]
    assert all(type(row[0]) is int and float(row[1]) < float(row[2]) for row in rows)
    assert all(old[1:] != new[1:] for old, new in pairwise(rows))


def test_spread_keeps_250_rows() -> None:
    world = a_world("BTC/USD", moving=False)
    market = world.markets["BTC/USD"]
    for step in range(700):
        market.quotes.note(step * 1_000_000, 1 + step, 2 + step)
    rows = ask(world, "Spread", "pair=XBTUSD")["result"]["XXBTZUSD"]
    assert len(rows) == 250
    assert rows[-2][0] == 699


def test_maintenance_is_listed_a_week_ahead() -> None:
    world = a_world("BTC/USD", moving=False)
    assert ask(world, "MaintenanceSchedule")["result"] == {"events": []}
    now_us = world.clock.now_us()
    world.bulletin.announce("Website", now_us + 5 * 86_400_000_000, now_us + 6 * 86_400_000_000)
    assert ask(world, "SystemStatus")["result"]["upcoming_maintenance"] == []
    (event,) = ask(world, "MaintenanceSchedule")["result"]["events"]
    assert event["title"] == "Website"
