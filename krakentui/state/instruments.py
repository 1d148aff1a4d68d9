"""What the exchange trades: the join of what REST and the stream say of assets and pairs."""

from collections.abc import Sequence
from typing import TypeVar

from msgspec import Struct, structs

from krakentui.model.account import Holding
from krakentui.model.order import OrderPatch
from krakentui.model.symbol import AssetInfo, Names, PairInfo

_Info = TypeVar("_Info", bound=Struct)


class Instruments:
    """Assets and pairs, and every name they go by."""

    def __init__(self) -> None:
        self.names = Names()
        self.pairs: dict[str, PairInfo] = {}
        """By stream symbol."""
        self.assets: dict[str, AssetInfo] = {}
        """By display name."""

    def join(self, assets: Sequence[AssetInfo], pairs: Sequence[PairInfo]) -> None:
        """Add a list; what it does not tell stays as another list told it."""
        for asset in assets:
            self.assets[asset.asset] = _joined(self.assets.get(asset.asset), asset)
        for pair in pairs:
            self.pairs[pair.symbol] = _joined(self.pairs.get(pair.symbol), pair)
        self.names = self.names.with_assets(assets).with_pairs(pairs)

    def named(self, patch: OrderPatch) -> OrderPatch:
        """Give a patch that names its pair in REST's way the stream's name, where it is known."""
        if patch.pair is not None or patch.raw_pair is None:
            return patch
        pair = self.names.pair(patch.raw_pair)
        return patch if pair is None else structs.replace(patch, pair=pair)

    def shown(self, holding: Holding) -> Holding:
        """Give a holding the name it is shown under, whoever named it: `XBT.M` is `BTC.M`."""
        asset = self.names.asset(holding.asset)
        return holding if asset == holding.asset else structs.replace(holding, asset=asset)


def _joined(known: _Info | None, told: _Info) -> _Info:
    if known is None:
        return told
    fields = {name: value for name, value in structs.asdict(told).items() if value is not None}
    return structs.replace(known, **fields)
