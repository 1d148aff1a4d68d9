"""Limits: their names, their scopes, how a point is counted."""

from fractions import Fraction
from functools import lru_cache
from hashlib import sha256
from typing import Literal

from msgspec import Struct

POINT = 300_000_000_000
"""Units of one limit point: 0.33, 1/3, 0.5, 1, 2.34 and 3.75 points/s are whole units a nanosecond."""

LimitName = Literal[
    "rest", "engine", "open_orders", "scheduled_orders", "public_rest", "connections", "messages"
]
Tier = Literal["starter", "intermediate", "pro"]


class KeyScope(Struct, frozen=True, tag="key", order=True):
    """One API key, by the fingerprint of its public part."""

    key: str


class AccountScope(Struct, frozen=True, tag="account", order=True):
    """One account."""

    account: str


class PairScope(Struct, frozen=True, tag="pair", order=True):
    """One pair of one account."""

    account: str
    pair: str


class IpScope(Struct, frozen=True, tag="ip", order=True):
    """Everything that leaves from one address."""

    ip: str = "this machine"
    pair: str = ""
    """Set for the public calls that are limited per pair (Trades, OHLC)."""


class ConnectionScope(Struct, frozen=True, tag="connection", order=True):
    """One open socket."""

    connection: int


Scope = KeyScope | AccountScope | PairScope | IpScope | ConnectionScope


def fingerprint(public_key: str) -> str:
    """Tell a key's fingerprint: the first 12 hex digits of the SHA-256 of its public part."""
    return sha256(public_key.encode()).hexdigest()[:12]


@lru_cache(maxsize=4096)  # a list of a thousand orders has few different costs, and a Fraction is dear
def points(units: int) -> Fraction:
    """Turn scaled units into points."""
    return Fraction(units, POINT)


def units(value: Fraction | int | str) -> int:
    """Turn points into scaled units.

    Raises:
        ValueError: the figure is finer than one unit.
    """
    scaled = Fraction(value) * POINT
    if scaled.denominator != 1:
        raise ValueError(f"{value} points are finer than one unit")
    return scaled.numerator
