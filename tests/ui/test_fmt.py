from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from krakentui.model.clock import SECOND
from krakentui.ui import fmt
from krakentui.ui.fmt import HIDDEN
from tests.ui.views import FREE, a_cost


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [
        ("64000.1", 1, "64,000.1"),
        ("0", 2, "0.00"),
        ("-0.45", 2, "−0.45"),
        ("0.00000001", 2, "<0.01"),
        ("-0.00000001", 2, "−<0.01"),
        ("1234567", 0, "1,234,567"),
        ("0.4", 0, "<1"),
    ],
)
def test_numbers_have_fixed_places_and_a_real_minus(value: str, places: int, text: str) -> None:
    assert fmt.number(Decimal(value), places) == text


def test_unknown_is_a_dash_and_never_zero() -> None:
    assert fmt.number(None, 2) == fmt.signed(None) == fmt.percent(None) == fmt.age(None) == "—"
    assert fmt.amount(None, 8) == fmt.cancel_cost(None) == fmt.wait(None) == "—"


@given(st.decimals(min_value="-1e12", max_value="1e12", allow_nan=False, places=8), st.integers(0, 8))
def test_what_is_not_zero_never_reads_as_zero(value: Decimal, places: int) -> None:
    text = fmt.number(value, places)
    assert (value != 0) == any(char in "123456789" for char in text)


def test_a_change_carries_its_sign() -> None:
    assert [fmt.signed(Decimal(x)) for x in ("1.2", "-1.2", "0")] == ["+1.20", "−1.20", "0.00"]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0s"),
        (59, "59s"),
        (60, "1m"),
        (3599, "59m"),
        (3600, "1h"),
        (86399, "23h"),
        (86400, "1d"),
        (1036800, "12d"),
    ],
)
def test_ages_are_short(seconds: int, text: str) -> None:
    assert fmt.age(seconds * SECOND) == text


def test_an_age_is_never_negative() -> None:
    assert fmt.age(-5 * SECOND) == "0s"


def test_a_wait_is_rounded_up_to_the_unit_shown() -> None:
    assert fmt.wait(SECOND + 1) == "2s"
    assert [fmt.wait(seconds * SECOND) for seconds in (0, 59, 60, 61, 168)] == ["0s", "59s", "1m", "2m", "3m"]
    assert [fmt.wait(minutes * 60 * SECOND) for minutes in (60, 61, 24 * 60 + 1)] == ["1h", "2h", "2d"]


def test_what_frees_a_limit_is_told_to_the_second() -> None:
    assert [fmt.until(seconds * SECOND) for seconds in (0, 59, 60, 168, 3599, 3600)] == [
        "0s",
        "59s",
        "1:00",
        "2:48",
        "59:59",
        "1h",
    ]
    assert fmt.countdown(844 * SECOND + 1) == "14:05"


def test_points_are_rounded_outward() -> None:
    assert fmt.interval(Fraction(1, 3), Fraction(2, 3)) == "0.3–0.7"
    assert fmt.interval(Fraction(1, 3), Fraction(1, 3)) == "0.4"
    assert fmt.interval(Fraction(15, 2), Fraction(15, 2)) == "7.5"


def test_a_cancel_cost_names_its_next_step() -> None:
    assert fmt.cancel_cost(a_cost(4)) == "4→2 in 9s"
    assert fmt.cancel_cost(a_cost(6, 8)) == "6–8→4 in 9s"
    assert fmt.cancel_cost(a_cost(4, next=None)) == "4"
    assert fmt.cancel_cost(FREE) == "free"


def test_quantities_at_a_glance_give_up_places_before_they_break_the_table() -> None:
    assert fmt.amount(Decimal("1.25"), 5) == "1.25000"
    assert fmt.amount(Decimal(12000), 8) == "12,000.00"
    assert fmt.amount(Decimal(1200000), 5) == "1,200,000"
    assert fmt.amount(Decimal("0.5"), 8, Decimal(120000)) == "0.5"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("0.5", "0.500000"),
        ("12000", "12,000.00"),
        ("12000.12345678", "12,000.12345678"),
        ("0.00000001", "0.00000001"),
    ],
)
def test_a_quantity_that_is_acted_on_loses_no_digit(value: str, text: str) -> None:
    assert fmt.whole_amount(Decimal(value), 8) == text


def test_instants_are_utc() -> None:
    assert fmt.time_of_day(1_804_669_200 * SECOND) == "09:00:00"
    assert fmt.day_and_time(1_804_669_200 * SECOND) == "10 Mar 09:00"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (
            "Cancelled: sell 0.03 BTC/EUR at 98,296.1, 12,000.5 filled.",
            f"Cancelled: sell {HIDDEN} BTC/EUR at 98,296.1, {HIDDEN} filled.",
        ),
        (
            "sell 0.25 BTC/USD at market, trigger 97,680.4",
            f"sell {HIDDEN} BTC/USD at market, trigger 97,680.4",
        ),
        ("filled 0.2 @ 64,000.1", f"filled {HIDDEN} @ 64,000.1"),
        ("sell 5 SOL/USD at +9.0000%", f"sell {HIDDEN} SOL/USD at +9.0000%"),
        ("buy 12000 1INCH/USD at 0.5.", f"buy {HIDDEN} 1INCH/USD at 0.5."),
        ("order OABCDE-FGHIJ-KLMNOP is gone", f"order {HIDDEN} is gone"),
        ("order O77777: gone", f"order {HIDDEN}: gone"),
        ("key 3f2a9c01be77 (main)", f"key {HIDDEN} (main)"),
        ("that 5 of 30 are left, 0–112/125", f"that {HIDDEN} of {HIDDEN} are left, {HIDDEN}–{HIDDEN}"),
        ("sold ² of ٣", f"sold {HIDDEN} of {HIDDEN}"),
        ("at O12345 whatever", f"at {HIDDEN} whatever"),
        ("It is not-yet over.", "It is not-yet over."),
    ],
)
def test_privacy_masks_amounts_and_ids_whole_and_leaves_prices(text: str, shown: str) -> None:
    assert fmt.without_figures(text) == shown


@pytest.mark.parametrize("figure", ["1", "0.5", "12.3456", "1234567.89", "12,000.50"])
def test_a_masked_amount_does_not_tell_how_large_it_is(figure: str) -> None:
    assert fmt.without_figures(f"sell {figure} BTC/USD") == f"sell {HIDDEN} BTC/USD"
