"""Assets and pairs, and where the markets open."""

import json

import pytest

from krakentui.simulator.jsontext import units_of
from krakentui.simulator.tables import load
from tests.simulator.publicly import Listener, a_world
from tests.support.samples import samples

TABLES = load()


@pytest.mark.parametrize(
    ("symbol", "rest_id", "altname", "wsname"),
    [
        ("BTC/USD", "XXBTZUSD", "XBTUSD", "XBT/USD"),
        ("BTC/USDT", "XBTUSDT", "XBTUSDT", "XBT/USDT"),
        ("BTC/EUR", "XXBTZEUR", "XBTEUR", "XBT/EUR"),
        ("DOGE/USD", "XDGUSD", "XDGUSD", "XDG/USD"),
        ("DOGE/BTC", "XXDGXXBT", "XDGXBT", "XDG/XBT"),
        ("USDT/USD", "USDTZUSD", "USDTUSD", "USDT/USD"),
        ("USDC/USD", "USDCUSD", "USDCUSD", "USDC/USD"),
        ("EUR/USD", "ZEURZUSD", "EURUSD", "EUR/USD"),
        ("ETH/BTC", "XETHXXBT", "ETHXBT", "ETH/XBT"),
        ("XRP/BTC", "XXRPXXBT", "XRPXBT", "XRP/XBT"),
        ("SOL/BTC", "SOLXBT", "SOLXBT", "SOL/XBT"),
    ],
)
def test_names_are_irregular_as_on_the_exchange(symbol: str, rest_id: str, altname: str, wsname: str) -> None:
    pair = TABLES.pairs[symbol]
    assert (pair.rest_id, pair.altname, pair.wsname) == (rest_id, altname, wsname)


def test_every_spelling_finds_its_pair_and_no_two_pairs_share_one() -> None:
    owner: dict[str, str] = {}
    for pair in TABLES.pairs.values():
        for spelling in {pair.rest_id, pair.altname, pair.wsname, pair.symbol}:
            assert owner.setdefault(spelling, pair.symbol) == pair.symbol
            assert TABLES.find_pair(spelling) is pair


def test_unknown_spellings_find_nothing() -> None:
    assert [TABLES.find_pair(name) for name in ("", "btcusd", "XBT", "BTC/XXX")] == [None] * 4


@pytest.mark.parametrize(
    ("symbol", "price_places", "qty_places"),
    [("BTC/USD", 1, 8), ("ETH/USD", 2, 8), ("SHIB/USD", 9, 5), ("PEPE/USD", 9, 5), ("DOGE/USD", 7, 8)],
)
def test_precisions_differ_by_pair(symbol: str, price_places: int, qty_places: int) -> None:
    pair = TABLES.pairs[symbol]
    assert (pair.price_places, pair.qty_places) == (price_places, qty_places)


def _opening_figures() -> dict[str, tuple[str, str]]:
    path = samples("..", "market-start.json")
    assets = json.loads(path.read_text("utf-8"))["assets"]
    return {row["asset"]: (row["price"], row["change_24h_pct"]) for row in assets}


def test_all_thirty_assets_open_at_their_price_rounded_to_the_tick() -> None:
    figures = _opening_figures()
    world = a_world(moving=False)
    assert len(figures) == 30
    for name, (price, _) in figures.items():
        pair = world.pairs[f"{name}/USD"]
        assert world.markets[pair.symbol].last == units_of(price, pair.price_places), name


def test_the_stream_opens_with_the_day_change_of_the_figures() -> None:
    figures = _opening_figures()
    listener = Listener(a_world(moving=False))
    listener.subscribe("ticker", *[f"{name}/USD" for name in figures])
    shown = {row["data"][0]["symbol"]: row["data"][0]["change_pct"] for row in listener.data("ticker")}
    assert shown == {f"{name}/USD": change for name, (_, change) in figures.items()}


def test_crosses_open_at_the_ratio_of_their_legs() -> None:
    world = a_world(moving=False)
    for pair in world.pairs.values():
        if pair.quote.name == "USD":
            continue
        base, quote = (world.markets[f"{leg.name}/USD"] for leg in (pair.base, pair.quote))
        ratio = (base.last / base.pair.price_unit) / (quote.last / quote.pair.price_unit)
        assert world.markets[pair.symbol].last == pytest.approx(ratio * pair.price_unit, abs=1)


def test_about_forty_pairs_trade() -> None:
    assert len(TABLES.pairs) >= 36
    assert {pair.quote.name for pair in TABLES.pairs.values()} == {"USD", "EUR", "BTC", "USDT"}
