"""Instants: exact to the nanosecond, whatever the number of digits."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from krakentui.wire.spot.times import instant, rfc3339_ns, unix_ns

SECOND = 1_000_000_000


@pytest.mark.parametrize(
    ("text", "ns"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("2023-09-21T15:49:29Z", 1_695_311_369 * SECOND),
        ("2024-05-19T16:45:24.204654Z", 1_716_137_124_204_654_000),
        ("2024-05-17T11:21:16.318303322Z", 1_715_944_876_318_303_322),
        ("2024-05-17T13:21:16.318303322+02:00", 1_715_944_876_318_303_322),
        ("2024-05-17T08:51:16.318303322-02:30", 1_715_944_876_318_303_322),
        ("2024-07-21T09:53:59.050Z", 1_721_555_639_050_000_000),
        ("2024-02-29T00:00:00z", 1_709_164_800 * SECOND),
        ("2016-12-31T23:59:60Z", 1_483_228_800 * SECOND),
    ],
)
def test_instants_are_read_exactly(text: str, ns: int) -> None:
    assert rfc3339_ns(text) == ns


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2024-05-17",
        "2024-05-17T11:21:16",
        "2024-13-17T11:21:16Z",
        "2023-02-29T11:21:16Z",
        "2024-05-17T24:00:00Z",
        "2024-05-17T11:60:00Z",
        "2024-05-17T11:21:61Z",
        "2024-05-17T11:21:16.Z",
        "2024-05-17T11:21:16.3183033221234Z",
        "\u0662024-05-17T11:21:16Z",
        "2024-05-17T11:21:16Z ",
        "1715944876",
    ],
)
def test_what_is_no_instant_is_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"instant|month|day"):
        rfc3339_ns(text)
    assert instant(text) is None


@given(st.integers(min_value=0, max_value=4_000_000_000), st.integers(min_value=0, max_value=999_999_999))
def test_nine_digits_survive(seconds: int, nanos: int) -> None:
    text = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S") + f".{nanos:09d}Z"
    assert rfc3339_ns(text) == seconds * SECOND + nanos


@given(st.integers(min_value=1, max_value=4_000_000_000), st.integers(min_value=0, max_value=9_999_999))
def test_unix_seconds_with_seven_digits_survive(seconds: int, fraction: int) -> None:
    assert unix_ns(Decimal(f"{seconds}.{fraction:07d}")) == seconds * SECOND + fraction * 100


@pytest.mark.parametrize("number", ["0", "0.0", "-1", "NaN", "Infinity", "1E+400"])
def test_unset_and_absurd_seconds_are_none(number: str) -> None:
    assert unix_ns(Decimal(number)) is None


@given(st.text())
def test_no_text_is_too_strange(text: str) -> None:
    assert instant(text) is None or isinstance(instant(text), int)
