"""All settings of one run, in one frozen value: defaults, TOML, environment, command line."""

from decimal import Decimal
from pathlib import Path

from msgspec import Struct

from krakentui.model.limit import Tier
from krakentui.model.secret import Credentials
from krakentui.model.venue import Venue

LIVE_REST = "https://api.kraken.com"
LIVE_WS_PUBLIC = "wss://ws.kraken.com/v2"
LIVE_WS_PRIVATE = "wss://ws-auth.kraken.com/v2"


class Endpoints(Struct, frozen=True):
    """Where the exchange is."""

    rest: str = LIVE_REST
    ws_public: str = LIVE_WS_PUBLIC
    ws_private: str = LIVE_WS_PRIVATE


class Settings(Struct, frozen=True, kw_only=True):
    """What this run was told."""

    venue: Venue = "live"
    endpoints: Endpoints = Endpoints()
    credentials: Credentials | None = None
    account: str = "main"
    """Name of the account shown to the user; the key's profile or the simulator's account."""
    read_only: bool = False
    assume_tier: Tier | None = None
    speed: float = 1.0
    start_ns: int | None = None
    """Wall time at which a demo's clock starts; None = now."""
    markets: tuple[str, ...] = (
        "BTC/USD",
        "ETH/USD",
        "SOL/USD",
        "XRP/USD",
        "ADA/USD",
        "DOGE/USD",
        "LTC/USD",
        "LINK/USD",
    )
    currency: str = "USD"
    rest_reserve: Decimal = Decimal(3)
    """Points of the REST counter that background calls never touch."""
    history_cost: int = 4
    """Points of one history call: 4 (support article, 2026-08) or 2 (new site, mid-2026)."""
    mouse: bool = True
    record: Path | None = None
    log_file: Path | None = None
    state_dir: Path | None = None
    """Folder for the nonce mark and the log; None = keep nothing."""
    warnings: tuple[str, ...] = ()
    """Sentences to show at the start (unknown config keys, a folder that cannot be written)."""
