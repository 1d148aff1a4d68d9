from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from krakentui.ui.bars import DOUBT, FREE, MARK, RESERVED, SURE, filled_bar, interval_bar, sparkline


def drawn(low: str, high: str, ceiling: int = 20, reserve: int = 0, width: int = 20) -> str:
    spans = interval_bar(Fraction(low), Fraction(high), Fraction(ceiling), Fraction(reserve), width, "sure")
    return "".join(span.text for span in spans)


@pytest.mark.parametrize(
    ("low", "high", "bar"),
    [
        ("0", "0", FREE * 20),
        ("10", "10", SURE * 10 + FREE * 10),
        ("10.5", "10.5", SURE * 10 + "▌" + FREE * 9),
        ("5", "10", SURE * 5 + DOUBT * 5 + FREE * 10),
        ("0", "20", DOUBT * 20),
        ("20", "20", SURE * 20),
        ("19.9", "20", SURE * 19 + DOUBT),
        ("0.01", "0.01", "▏" + FREE * 19),
        ("24", "30", SURE * 20),
    ],
)
def test_a_counter_is_drawn_as_its_interval(low: str, high: str, bar: str) -> None:
    assert drawn(low, high) == bar


def test_the_reserve_is_marked_where_it_begins() -> None:
    assert drawn("5", "5", reserve=3) == SURE * 5 + FREE * 12 + MARK + RESERVED * 2


def test_the_reserve_stays_marked_when_it_is_used() -> None:
    assert drawn("19", "20", reserve=3)[17] == MARK


@given(
    st.fractions(0, 30, max_denominator=300),
    st.fractions(0, 30, max_denominator=300),
    st.integers(1, 60),
    st.integers(0, 5),
)
def test_a_bar_has_its_width_and_never_claims_more_than_is_known(
    low: Fraction, more: Fraction, width: int, reserve: int
) -> None:
    high, ceiling = low + more, Fraction(20)
    spans = interval_bar(low, high, ceiling, Fraction(reserve), width, "sure")
    bar = "".join(span.text for span in spans)
    assert len(bar) == width
    if more and not reserve and low < ceiling:
        assert DOUBT in bar
        assert bar.count(SURE) * ceiling <= low * width
    if not reserve and high < ceiling:
        used = width - bar.count(FREE)
        assert used * ceiling >= high * width - Fraction(ceiling, 8)


def test_a_counter_without_a_ceiling_is_drawn_as_free() -> None:
    assert drawn("1", "1", ceiling=0, width=4) == FREE * 4


@pytest.mark.parametrize(
    ("share", "bar"), [("0", "····"), ("100", "████"), ("40", "█▌··"), ("0.001", "▏···"), ("120", "████")]
)
def test_the_filled_bar_shows_any_fill(share: str, bar: str) -> None:
    assert filled_bar(Decimal(share), 4) == bar


def test_an_unknown_fill_is_a_dash() -> None:
    assert filled_bar(None, 4) == "—   "


def test_a_sparkline_spans_its_own_range_and_keeps_the_latest() -> None:
    assert sparkline([Decimal(x) for x in (9, 1, 2, 3)], 3) == "▁▄▇"


def test_a_flat_market_has_a_flat_line_and_an_unknown_one_has_none() -> None:
    assert len(set(sparkline([Decimal(5)] * 4, 4))) == 1
    assert sparkline([], 4) == ""
