from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from krakentui.model.number import BadNumber, bounded, counted, exact, places_of, plain, points_text

sane = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**15), max_value=10**15, places=10)


@given(sane)
def test_text_of_a_number_reads_back_to_the_same_number(number: Decimal) -> None:
    again = exact(plain(number))
    assert again == number
    assert plain(again) == plain(number)


def test_trailing_zeros_survive() -> None:
    assert plain(exact("0.10000000")) == "0.10000000"


def test_zero_is_written_without_an_exponent() -> None:
    assert plain(Decimal("0E-8")) == "0.00000000"


@pytest.mark.parametrize(
    "text", ["NaN", "Infinity", "-Infinity", "1e999999", "1e-999999", "", "1,5", "9" * 50]
)
def test_what_is_no_sane_number_is_refused(text: str) -> None:
    with pytest.raises(BadNumber):
        exact(text)


def test_a_boolean_is_no_number() -> None:
    with pytest.raises(BadNumber):
        exact(True)  # noqa: FBT003  # the very thing that must be refused


def test_an_infinite_decimal_is_refused() -> None:
    with pytest.raises(BadNumber):
        bounded(Decimal("Infinity"))


@pytest.mark.parametrize(
    ("count", "nouns", "text"),
    [
        (1, "entries", "1 entry"),
        (2, "", "2 entrys"),
        ("1", "entries", "1 entry"),
        (0, "entries", "0 entries"),
        ("no", "entries", "no entries"),
        ("0.5", "entries", "0.5 entries"),
        ("0–1", "entries", "0–1 entries"),
        (1200, "entries", "1,200 entries"),
    ],
)
def test_one_is_counted_in_the_singular(count: int | str, nouns: str, text: str) -> None:
    assert counted(count, "entry", nouns) == text


@pytest.mark.parametrize(
    ("step", "places"), [("0.01", 2), ("0.10", 1), ("1", 0), ("10", 0), ("0.00000001", 8)]
)
def test_places_of_an_increment(step: str, places: int) -> None:
    assert places_of(Decimal(step)) == places


@given(st.fractions(min_value=0, max_value=500))
def test_points_are_rounded_outward(points: Fraction) -> None:
    assert Fraction(points_text(points, up=False)) <= points <= Fraction(points_text(points, up=True))


@pytest.mark.parametrize(
    ("points", "text"),
    [(Fraction(15, 2), "7.5"), (Fraction(20), "20"), (Fraction(0), "0"), (Fraction(1, 3), "0.33")],
)
def test_points_are_written_short(points: Fraction, text: str) -> None:
    assert points_text(points, up=False) == text
