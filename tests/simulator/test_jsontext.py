"""Number text and JSON."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from krakentui.simulator.jsontext import Raw, digits, dumps, fixed, units_of


@given(st.integers(-(10**18), 10**18), st.integers(0, 12))
def test_digits_are_exact_and_keep_every_decimal(units: int, places: int) -> None:
    text = digits(units, places)
    assert Decimal(text) == Decimal(units).scaleb(-places)
    assert len(text.partition(".")[2]) == places


@given(st.integers(-(10**18), 10**18), st.integers(0, 12))
def test_units_come_back_from_their_digits(units: int, places: int) -> None:
    assert units_of(digits(units, places), places) == units


@pytest.mark.parametrize(
    ("text", "places", "units"),
    [("106754.6083", 1, 1_067_546), ("0.15", 1, 2), ("0.14", 1, 1), ("5", 3, 5_000), ("-0.05", 1, -1)],
)
def test_surplus_decimals_are_rounded_half_up(text: str, places: int, units: int) -> None:
    assert units_of(text, places) == units


def test_fixed_numbers_go_out_as_written() -> None:
    frame = {"qty": fixed(10_000_000, 8), "price": fixed(667_880, 1), "n": 3, "ok": True, "no": None}
    assert dumps(frame) == '{"qty":0.10000000,"price":66788.0,"n":3,"ok":true,"no":null}'


def test_key_order_is_kept() -> None:
    assert dumps({"b": 1, "a": [Raw("1.0"), "x"]}) == '{"b":1,"a":[1.0,"x"]}'


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
        max_leaves=20,
    )
)
def test_what_is_written_reads_back_equal(value: object) -> None:
    assert json.loads(dumps(value)) == value


def test_a_float_is_not_for_the_wire() -> None:
    with pytest.raises(TypeError):
        dumps({"price": 0.1})
