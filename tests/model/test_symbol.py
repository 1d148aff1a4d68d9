import pytest

from krakentui.model.symbol import AssetInfo, Names, PairInfo, wsname_symbol

NAMES = (
    Names()
    .with_assets(
        [
            AssetInfo("BTC", 10, 5, rest_id="XXBT", altname="XBT"),
            AssetInfo("DOGE", 8, 2, rest_id="XXDG", altname="XDG"),
            AssetInfo("USD", 4, 2, rest_id="ZUSD", altname="USD"),
            AssetInfo("ZRX", 10, 5, rest_id="ZRX", altname="ZRX"),
            AssetInfo("DOT", 10, 8, rest_id="DOT", altname="DOT"),
        ]
    )
    .with_pairs(
        [
            PairInfo(symbol="BTC/USD", base="BTC", quote="USD", price_places=1, qty_places=8, cost_places=5),
            PairInfo(
                symbol="BTC/USD", base="BTC", quote="USD", price_places=1, qty_places=8, cost_places=5,
                rest_id="XXBTZUSD", altname="XBTUSD",
            ),
        ]
    )
)  # fmt: skip


@pytest.mark.parametrize(
    ("spelling", "shown"),
    [
        ("XXBT", "BTC"),
        ("XBT", "BTC"),
        ("BTC", "BTC"),
        ("ZRX", "ZRX"),
        ("XXDG", "DOGE"),
        ("XBT.M", "BTC.M"),
        ("XBT.F", "BTC.F"),
        ("DOT28.S", "DOT.S"),
        ("ETH2.S", "ETH2.S"),
        ("USD.HOLD", "USD.HOLD"),
        ("NEVERHEARD", "NEVERHEARD"),
    ],
)
def test_every_spelling_of_an_asset_has_one_display_name(spelling: str, shown: str) -> None:
    assert NAMES.asset(spelling) == shown


@pytest.mark.parametrize("spelling", ["BTC/USD", "XXBTZUSD", "XBTUSD"])
def test_every_spelling_of_a_pair_is_one_symbol(spelling: str) -> None:
    assert NAMES.pair(spelling) == "BTC/USD"


def test_a_pair_that_nobody_named_is_not_guessed() -> None:
    assert NAMES.pair("XETHZUSD") is None


def test_the_old_name_of_bitcoin_becomes_the_stream_s() -> None:
    assert wsname_symbol("XBT/USD") == "BTC/USD"
