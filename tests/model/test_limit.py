from fractions import Fraction

import pytest

from krakentui.model.clock import SECOND
from krakentui.model.limit import POINT, fingerprint, points, units


@pytest.mark.parametrize("rate", ["33/100", "1/3", "1/2", "1", "117/50", "15/4"])
def test_every_decay_of_the_exchange_is_whole_units_a_nanosecond(rate: str) -> None:
    assert (Fraction(rate) * POINT / SECOND).denominator == 1


def test_units_and_points_are_each_other_s_inverse() -> None:
    assert points(units(Fraction(15, 2))) == Fraction(15, 2)


def test_a_figure_finer_than_a_unit_is_refused() -> None:
    with pytest.raises(ValueError, match="finer"):
        units(Fraction(1, 7))


def test_a_fingerprint_is_twelve_hex_digits_and_not_the_key() -> None:
    print_of = fingerprint("4/SDrDBcOOPnm3nPlNfEMMJDeRcIVqPz")
    assert len(print_of) == 12
    assert int(print_of, 16) >= 0
