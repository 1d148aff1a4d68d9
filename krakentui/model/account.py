"""What an account holds and what a key may do."""

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Literal

from msgspec import Struct


class Holding(Struct, frozen=True, kw_only=True):
    """What one asset shows in one reply. None = not told."""

    asset: str
    """Display name, suffix kept (`BTC`, `DOT.S`)."""
    total: Decimal
    held: Decimal | None = None
    """Locked behind open orders, where the source says so."""
    credit: Decimal | None = None
    credit_used: Decimal | None = None


class KeyInfo(Struct, frozen=True, kw_only=True):
    """What the exchange says of a key (`GetApiKeyInfo`); of the IIBAN only a mark is left.

    None = not told, or not so that it is understood.
    """

    name: str
    permissions: frozenset[str]
    nonce: int | None = None
    nonce_window: int | None = None
    valid_until_s: int | None = None
    """Unix seconds; 0 = never expires."""
    created_s: int | None = None
    last_used_s: int | None = None
    """None = never used, too."""
    ip_allowlist: tuple[str, ...] | None = None
    """Addresses and networks; without any it works from everywhere."""
    query_from_s: int | None = None
    """Before this second the key sees no history; 0 = it sees all."""
    query_to_s: int | None = None
    """After this second the key sees no history; 0 = it sees all."""
    account_mark: str = ""
    """The same for two keys of one account, another for others; empty = the exchange does not tell."""

    @property
    def may_cancel(self) -> bool:
        """Tell whether it may cancel: either trading permission does (spot REST reference, 5.1)."""
        return bool(self.permissions & {"close-trades", "modify-trades"})

    @property
    def may_watch_orders(self) -> bool:
        """Tell whether it may list open orders."""
        return "query-open-trades" in self.permissions

    @property
    def may_watch_funds(self) -> bool:
        """Tell whether it may read balances."""
        return "query-funds" in self.permissions

    @property
    def may_stream(self) -> bool:
        """Tell whether it may fetch a websocket token."""
        return "create-ws-token" in self.permissions


class KeyInUse(Struct, frozen=True, kw_only=True):
    """One key of a session, as it is named to the user."""

    key: str
    """Fingerprint."""
    name: str
    refused: str | None
    """Why it is not used, as a sentence; None = it is, as far as known."""


Level = Literal["red", "missing", "amber", "note", "fine"]
"""How much a finding matters: dangerous, in the way of the key's purpose, unwise, worth knowing, as it
should be."""

LEVEL_WORDS: Mapping[Level, str] = MappingProxyType(
    {"red": "DANGER", "missing": "MISSING", "amber": "careful", "note": "note", "fine": "ok"}
)
"""What stands before a finding."""


class Finding(Struct, frozen=True):
    """One thing that a check of a key has found."""

    level: Level
    text: str
    """A sentence that says what is so."""
    advice: str = ""
    """A sentence that says what to do about it; empty where nothing has to be done."""
    urgent: bool = False
    """Worth a line in a running monitor."""
    permission: str = ""
    """The permission it is about, where it is about one."""
