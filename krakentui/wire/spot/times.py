"""Instants on the wire -> integer nanoseconds since the epoch, without a float.

The stream writes RFC 3339 with 0, 6 or 9 digits of fraction (websocket reference, 2); REST writes unix
seconds as a JSON number with up to 7 decimals (REST reference, 4).
"""

import re
from datetime import date
from decimal import Decimal
from functools import lru_cache

SECOND = 1_000_000_000
MOST_BYTES = 50
"""No instant is written longer."""
_EPOCH = date(1970, 1, 1).toordinal()
_HEAD = re.compile(r"(\d{4}-\d{2}-\d{2})[Tt ](\d{2}):(\d{2}):(\d{2})", re.ASCII)
_TAIL = re.compile(r"(?:\.(\d{1,12}))?([Zz]|[+-]\d{2}:\d{2})", re.ASCII)
_HEAD_LENGTH = 19


def rfc3339_ns(text: str) -> int:
    """Turn an RFC 3339 instant into nanoseconds since the epoch; finer digits are cut.

    Raises:
        ValueError: it is no such instant.
    """
    match = _TAIL.fullmatch(text, _HEAD_LENGTH)
    if match is None:
        raise ValueError(f"not an instant: {text!r:.40}")
    fraction, zone = match.groups()
    whole = _second(text[:_HEAD_LENGTH])
    if zone not in "Zz":
        whole -= _offset_s(zone)
    return whole * SECOND + (int(fraction[:9].ljust(9, "0")) if fraction else 0)


def instant(text: str | None) -> int | None:
    """Turn an RFC 3339 instant into nanoseconds; None for none, and for one that makes no sense."""
    if text is None:
        return None
    try:
        return rfc3339_ns(text)
    except ValueError:
        return None


def raw_instant(raw: bytes) -> int | None:
    """Turn a JSON text, as it stands in a frame, into nanoseconds; None where it is no instant."""
    found = raw.strip()
    return instant(found[1:-1].decode("ascii", "replace")) if len(found) < MOST_BYTES else None


def unix_ns(seconds: Decimal | None) -> int | None:
    """Turn unix seconds into nanoseconds; None for none and for 0, which REST writes for "unset"."""
    if seconds is None or not seconds.is_finite() or not 0 < seconds < 10**11:
        return None
    whole = int(seconds)
    return whole * SECOND + int((seconds - whole) * SECOND)


@lru_cache(maxsize=256)  # most frames of a second share its text
def _second(head: str) -> int:
    match = _HEAD.fullmatch(head)
    if match is None:
        raise ValueError(f"not an instant: {head!r:.40}")
    day, *clock = match.groups()
    hour, minute, second = map(int, clock)
    if hour > 23 or minute > 59 or second > 60:  # 60 is a leap second
        raise ValueError(f"not an instant: {head!r:.40}")
    days = date.fromisoformat(day).toordinal() - _EPOCH
    return days * 86_400 + hour * 3600 + minute * 60 + second


def _offset_s(zone: str) -> int:
    seconds = int(zone[1:3]) * 3600 + int(zone[4:6]) * 60
    return -seconds if zone[0] == "-" else seconds
