"""Wallets: what REST lists as an asset of its own (`ETH.F`, `DOT28.S`), the stream counts with the asset.

The stream's totals are over all wallets, each named beside it (balances reference, 2026-05); which
wallet a suffix stands for is our reading of the suffix table of the REST reference. What is on hold
(`USD.HOLD`) is no wallet and only REST tells it.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from krakentui.simulator.tables import Asset, Tables

KINDS = {"F": "flex", "M": "liquid", "B": "bonded", "S": "locked", "P": "locked"}
REST_ONLY = "HOLD"


@dataclass(frozen=True, slots=True)
class Wallet:
    """Where an amount lies besides the main wallet."""

    asset: str
    """The asset that it counts with, by the stream's name."""
    kind: str
    """`flex`, `liquid`, `bonded` or `locked`, all of the earn type."""


def wallet_of(asset: "Asset", tables: "Tables") -> Wallet | None:
    """Tell which wallet an asset with a suffix stands for; None for a plain one."""
    spelling, _, suffix = asset.altname.partition(".")
    if suffix not in KINDS:
        return None
    base = tables.find_asset(spelling) or tables.find_asset(spelling.rstrip("0123456789"))
    return None if base is None else Wallet(base.name, KINDS[suffix])


def is_rest_only(asset: "Asset") -> bool:
    """Tell whether the stream says nothing of an asset."""
    return asset.altname.endswith(f".{REST_ONLY}")
