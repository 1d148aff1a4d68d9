"""What is traded: assets and pairs, with the exchange's three spellings and its precisions.

All integers are smallest units: prices count 10^-price_places, quantities 10^-qty_places, costs
10^-cost_places. Pair ids are irregular on purpose (`XXBTZUSD`, `XBTUSDT`, `XDGUSD`), as on the real
exchange; nothing may derive one spelling from another.
"""

import json
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from typing import Any

from krakentui.simulator.jsontext import units_of

FEES_TAKER = ("0.4", "0.35", "0.24", "0.22", "0.2", "0.18", "0.16", "0.14", "0.12")
FEES_MAKER = ("0.25", "0.2", "0.14", "0.12", "0.1", "0.08", "0.06", "0.04", "0.02")
FEE_VOLUMES = (0, 10_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000)
"""Percent by 30-day volume in USD: recorded AssetPairs reply of XBTUSDT, 2025."""


@dataclass(frozen=True)
class Asset:
    """Something one can hold."""

    id: str
    """REST's own spelling: `XXBT`, `ZUSD`."""
    altname: str
    """REST's other spelling: `XBT`, `USD`."""
    name: str
    """The stream's spelling: `BTC`, `USD`."""
    title: str
    places: int
    """Decimals of the ledger."""
    display_places: int
    collateral: str | None = None
    margin_rate: str | None = None


@dataclass(frozen=True)
class Pair:
    """A market: one asset priced in another."""

    rest_id: str
    symbol: str
    """The stream's spelling: `BTC/USD`."""
    base: Asset
    quote: Asset
    price_places: int
    qty_places: int
    cost_places: int
    tick: int
    """Smallest price step, in price units."""
    qty_min: int
    cost_min: int
    ordermin: str
    costmin: str
    """The two minima as REST writes them."""
    leverage: int
    """Highest leverage; 0 where margin is not offered."""
    long_limit: int
    short_limit: int
    volatility_pct: float
    """Typical move of a day, in percent."""
    turnover_musd: float
    """Typical turnover of a day, in million USD."""
    events_per_s: float
    """Public book and trade events a second, on average."""
    opening: str | None
    """Price at the start, where the data names one; crosses open at the ratio of their legs."""
    change_pct: str | None
    """Change over the 24 h before the start."""
    status: str = "online"
    is_listing: bool = False
    """Made for `--pairs`: without a past, asleep until somebody watches it."""

    @cached_property
    def altname(self) -> str:
        """REST's other spelling: `XBTUSD`."""
        return self.base.altname + self.quote.altname

    @cached_property
    def wsname(self) -> str:
        """The name REST gives for the old stream: `XBT/USD`."""
        return f"{self.base.altname}/{self.quote.altname}"

    @cached_property
    def price_unit(self) -> int:
        """Price units in one quote unit."""
        return int(10**self.price_places)

    @cached_property
    def qty_unit(self) -> int:
        """Quantity units in one whole of the base asset."""
        return int(10**self.qty_places)


@dataclass(frozen=True)
class Tables:
    """Every asset and pair, and how to find one by any spelling."""

    assets: dict[str, Asset]
    """By stream name."""
    pairs: dict[str, Pair]
    """By symbol."""

    @cached_property
    def _pair_spellings(self) -> dict[str, Pair]:
        found: dict[str, Pair] = {}
        for pair in self.pairs.values():
            plain = pair.symbol.replace("/", "")
            for name in (plain, pair.symbol, pair.wsname, pair.altname, pair.rest_id):
                found[name] = pair
        return found

    @cached_property
    def _asset_spellings(self) -> dict[str, Asset]:
        found: dict[str, Asset] = {}
        for asset in self.assets.values():
            for name in (asset.name, asset.altname, asset.id):
                found[name] = asset
        return found

    def find_pair(self, spelling: str) -> Pair | None:
        """Find a pair by id, altname, wsname or symbol; `XBTUSD` and `BTCUSD` are the same."""
        return self._pair_spellings.get(spelling)

    def find_asset(self, spelling: str) -> Asset | None:
        """Find an asset by id, altname or stream name."""
        return self._asset_spellings.get(spelling)


def load() -> Tables:
    """Read the tables that ship with the simulator."""
    text = resources.files("krakentui.simulator").joinpath("market.json").read_text("utf-8")
    document = json.loads(text)
    assets = {row["name"]: _asset(row) for row in document["assets"]}
    return Tables(assets, {row["symbol"]: _pair(row, assets) for row in document["pairs"]})


def _asset(row: dict[str, Any]) -> Asset:
    return Asset(
        id=row["id"],
        altname=row["altname"],
        name=row["name"],
        title=row["title"],
        places=row["decimals"],
        display_places=row["display_decimals"],
        collateral=row.get("collateral_value"),
        margin_rate=row.get("margin_rate"),
    )


def _pair(row: dict[str, Any], assets: dict[str, Asset]) -> Pair:
    base, _, quote = row["symbol"].partition("/")
    return Pair(
        rest_id=row["id"],
        symbol=row["symbol"],
        base=assets[base],
        quote=assets[quote],
        price_places=row["price_places"],
        qty_places=row["qty_places"],
        cost_places=row["cost_places"],
        tick=1,
        qty_min=units_of(row["ordermin"], row["qty_places"]),
        cost_min=units_of(row["costmin"], row["cost_places"]),
        ordermin=row["ordermin"],
        costmin=row["costmin"],
        leverage=row["leverage"],
        long_limit=row["long_limit"],
        short_limit=row["short_limit"],
        volatility_pct=float(row["volatility_pct"]),
        turnover_musd=float(row["turnover_musd"]),
        events_per_s=float(row["events_per_s"]),
        opening=row.get("price"),
        change_pct=row.get("change_24h_pct"),
    )
