"""Which pair somebody means: every spelling of the exchange, and never a guess between two."""

from collections.abc import Callable, Iterator, Mapping

import pytest

from krakentui.model.symbol import Names, PairInfo
from krakentui.state.pairnames import has_all_spellings, meant_assets, meant_pairs
from tests.support.builders import ASSETS, PAIRS

BOTH = Names().with_assets(ASSETS).with_pairs(PAIRS)
STREAM = Names().with_pairs(
    PairInfo(
        symbol=pair.symbol, base=pair.base, quote=pair.quote, price_places=1, qty_places=8, cost_places=5
    )
    for pair in PAIRS
)
SPELLINGS = ["BTC/USD", "btc/usd", "XBT/USD", "xbt/usd", "XBTUSD", "xbtusd", "BTCUSD"]


@pytest.mark.parametrize("typed", [*SPELLINGS, "XXBTZUSD", "xxbtzusd", "XXBT/ZUSD"])
def test_every_spelling_of_the_exchange_means_the_pair(typed: str) -> None:
    assert meant_pairs(BOTH, typed) == ("BTC/USD",)


@pytest.mark.parametrize("typed", SPELLINGS)
def test_the_streams_list_alone_is_enough_for_what_people_write(typed: str) -> None:
    assert not has_all_spellings(STREAM)
    assert meant_pairs(STREAM, typed) == ("BTC/USD",)


@pytest.mark.parametrize(
    "typed", ["", "/", "BTC", "BTC/", "/USD", "USDBTC", "BTC/USDX", "XBTUSDUSD", "BTC//USD"]
)
def test_what_names_no_pair_means_none(typed: str) -> None:
    assert meant_pairs(BOTH, typed) == ()


def test_what_may_be_two_pairs_is_told_as_both() -> None:
    names = Names().with_pairs(
        PairInfo(symbol=one, base="", quote="", price_places=1, qty_places=8, cost_places=5)
        for one in ("AB/CUSD", "ABC/USD")
    )
    assert meant_pairs(names, "abcusd") == ("AB/CUSD", "ABC/USD")
    assert meant_pairs(names, "abc/usd") == ("ABC/USD",)


@pytest.mark.parametrize("typed", ["btc", "XBT", "xxbt"])
def test_every_spelling_of_an_asset_means_it(typed: str) -> None:
    assert meant_assets(BOTH, typed) == ("BTC",)


class Counted(Mapping[str, str]):
    """A mapping that counts how often it is gone through."""

    def __init__(self, known: Mapping[str, str]) -> None:
        self._known = known
        self.walks = 0

    def __getitem__(self, name: str) -> str:
        return self._known[name]

    def __len__(self) -> int:
        return len(self._known)

    def __iter__(self) -> Iterator[str]:
        self.walks += 1
        return iter(self._known)


@pytest.mark.parametrize("ask", [meant_pairs, meant_assets, lambda names, _: has_all_spellings(names)])
def test_the_lists_are_gone_through_once_however_often_it_is_asked(
    ask: Callable[[Names, str], object],
) -> None:
    assets, pairs = Counted(BOTH.assets), Counted(BOTH.pairs)
    names = Names(assets, pairs)
    first = ask(names, "btc/usd")
    walks = assets.walks, pairs.walks
    assert ask(names, "btc/usd") == first == ask(BOTH, "btc/usd")
    assert (assets.walks, pairs.walks) == walks
