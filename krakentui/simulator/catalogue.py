"""The list of assets and pairs as each surface writes it: instrument, Assets, AssetPairs."""

from typing import TYPE_CHECKING

from krakentui.simulator.jsontext import Raw, digits, dumps, fixed, units_of
from krakentui.simulator.tables import FEE_VOLUMES, FEES_MAKER, FEES_TAKER, Asset, Pair

if TYPE_CHECKING:
    from krakentui.simulator.world import World

QTY_TEXT_PLACES = 8
"""Decimals of quantities in `instrument`, whatever the pair's own."""


def instrument_snapshot(world: "World") -> str:
    """Write the instrument channel's snapshot: every asset, every pair."""
    data = {
        "assets": [_instrument_asset(asset) for asset in world.assets.values()],
        "pairs": [_instrument_pair(pair, world.halts.status(pair)) for pair in world.pairs.values()],
    }
    return dumps({"channel": "instrument", "type": "snapshot", "data": data})


def instrument_update(pair: Pair, status: str) -> str:
    """Write that one pair has changed; the other list of an update is empty."""
    data = {"assets": [], "pairs": [_instrument_pair(pair, status)]}
    return dumps({"channel": "instrument", "type": "update", "data": data})


def _instrument_asset(asset: Asset) -> dict[str, object]:
    row: dict[str, object] = {
        "id": asset.name,
        "status": "enabled",
        "precision": asset.places,
        "precision_display": asset.display_places,
        "borrowable": asset.margin_rate is not None,
    }
    if asset.collateral is not None and asset.margin_rate is not None:
        row["collateral_value"] = Raw(asset.collateral)
        row["margin_rate"] = Raw(digits(units_of(asset.margin_rate, 6), 6))
    return row


def _instrument_pair(pair: Pair, status: str) -> dict[str, object]:
    increment = fixed(pair.tick, pair.price_places)
    row: dict[str, object] = {
        "symbol": pair.symbol,
        "base": pair.base.name,
        "quote": pair.quote.name,
        "status": status,
        "qty_precision": pair.qty_places,
        "qty_increment": fixed(1, pair.qty_places),
        "price_precision": pair.price_places,
        "cost_precision": pair.cost_places,
        "marginable": pair.leverage > 0,
        "has_index": True,
        "cost_min": fixed(units_of(pair.costmin, pair.quote.display_places), pair.quote.display_places),
    }
    if pair.leverage:
        row["margin_initial"] = fixed(100 // pair.leverage, 2)
        row["position_limit_long"] = pair.long_limit
        row["position_limit_short"] = pair.short_limit
    row["tick_size"] = increment
    row["price_increment"] = increment
    row["qty_min"] = fixed(units_of(pair.ordermin, QTY_TEXT_PLACES), QTY_TEXT_PLACES)
    return row


def asset_row(asset: Asset) -> dict[str, object]:
    """Write one entry of REST Assets (recorded 2026-09)."""
    row: dict[str, object] = {
        "aclass": "currency",
        "altname": asset.altname,
        "decimals": asset.places,
        "display_decimals": asset.display_places,
    }
    if asset.collateral is not None:
        row["collateral_value"] = _short(asset.collateral)
    row["status"] = "enabled"
    if asset.margin_rate is not None:
        row["margin_rate"] = asset.margin_rate
    return row


def pair_row(pair: Pair, status: str, *, v2_names: bool) -> dict[str, object]:
    """Write one entry of REST AssetPairs (keys as recorded 2026-09, fees as recorded 2025)."""
    leverage = list(range(2, pair.leverage + 1))
    row: dict[str, object] = {
        "altname": pair.altname,
        "wsname": pair.wsname,
        "aclass_base": "currency",
        "base": pair.base.name if v2_names else pair.base.id,
        "aclass_quote": "currency",
        "quote": pair.quote.name if v2_names else pair.quote.id,
        "lot": "unit" if pair.qty_places == 8 else f"unit{pair.qty_places}",
        "cost_decimals": pair.cost_places,
        "pair_decimals": pair.price_places,
        "lot_decimals": pair.qty_places,
        "lot_multiplier": 1,
        "leverage_buy": leverage,
        "leverage_sell": leverage,
        "fees": _fees(FEES_TAKER),
        "fees_maker": _fees(FEES_MAKER),
        "fee_volume_currency": "ZUSD",
        "margin_call": 80,
        "margin_stop": 40,
        "ordermin": pair.ordermin,
        "costmin": pair.costmin,
        "tick_size": digits(pair.tick, pair.price_places),
        "status": status,
        "execution_venue": "international",
    }
    if pair.leverage:
        row["long_position_limit"] = pair.long_limit
        row["short_position_limit"] = pair.short_limit
    return row


INFO_FIELDS = {
    "info": None,
    "leverage": ("leverage_buy", "leverage_sell"),
    "fees": ("fees", "fees_maker", "fee_volume_currency"),
    "margin": ("margin_call", "margin_stop"),
}


def _fees(percents: tuple[str, ...]) -> list[list[object]]:
    return [[volume, Raw(percent)] for volume, percent in zip(FEE_VOLUMES, percents, strict=True)]


def _short(text: str) -> Raw:
    """Drop trailing zeros but one decimal, as the recorded Assets reply does."""
    whole, _, part = text.partition(".")
    return Raw(f"{whole}.{part.rstrip('0') or '0'}")
