"""Instants on the wire -> integer nanoseconds since the epoch, without a float.

The stream writes RFC 3339 with 0, 6 or 9 digits of fraction (websocket reference, 2); REST writes unix
seconds as a JSON number with up to 7 decimals (REST reference, 4).
"""

import re
from datetime import date
from decimal import Decimal
from functools import lru_cache

SECOND = 1_000_000_000
_EPOCH = date(1970, 1, 1).toordinal()
_RFC3339 = re.compile(
    r"(\d{4}-\d{2}-\d{2})[Tt ](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,12}))?([Zz]|[+-]\d{2}:\d{2})", re.ASCII
)


def rfc3339_ns(text: str) -> int:
    """Turn an RFC 3339 instant into nanoseconds since the epoch; finer digits are cut.

    Raises:
        ValueError: it is no such instant.
    """
    match = _RFC3339.fullmatch(text)
    if match is None:
        raise ValueError(f"not an instant: {text!r:.40}")
    day, hours, minutes, seconds, fraction, zone = match.groups()
    hour, minute, second = int(hours), int(minutes), int(seconds)
    if hour > 23 or minute > 59 or second > 60:  # 60 is a leap second
        raise ValueError(f"not an instant: {text!r:.40}")
    whole = _day_s(day) + hour * 3600 + minute * 60 + second - _offset_s(zone)
    return whole * SECOND + (int(fraction[:9].ljust(9, "0")) if fraction else 0)


def instant(text: str | None) -> int | None:
    """Turn an RFC 3339 instant into nanoseconds; None for none, and for one that makes no sense."""
    if text is None:
        return None
    try:
        return rfc3339_ns(text)
    except ValueError:
        return None


def unix_ns(seconds: Decimal | None) -> int | None:
    """Turn unix seconds into nanoseconds; None for none and for 0, which REST writes for "unset"."""
    if seconds is None or not seconds.is_finite() or not 0 < seconds < 10**11:
        return None
    whole = int(seconds)
    return whole * SECOND + int((seconds - whole) * SECOND)


@lru_cache(maxsize=64)
def _day_s(day: str) -> int:
    return (date.fromisoformat(day).toordinal() - _EPOCH) * 86_400


def _offset_s(zone: str) -> int:
    if zone in "Zz":
        return 0
    seconds = int(zone[1:3]) * 3600 + int(zone[4:6]) * 60
    return -seconds if zone[0] == "-" else seconds
