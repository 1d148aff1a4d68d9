"""The band of a counter's next minutes."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from krakentui.ui.bands import EIGHTHS, LITTLE, TOPS, band, columns, marks, minutes, over
from krakentui.ui.bars import DOUBT, RESERVED, SURE

FIGURES = st.fractions(min_value=0, max_value=40, max_denominator=16)
CEILING = Fraction(20)


def text(spans: tuple[tuple[str, str], ...]) -> str:
    return "".join(span[0] for span in spans)


def drawn(low: str, high: str, height: int = 5, reserve: int = 0) -> str:
    """Draw one column and read it from the bottom."""
    rows = band([(Fraction(low), Fraction(high))], CEILING, Fraction(reserve), height, "sure")
    return "".join(text(row) for row in reversed(rows))


def test_what_is_surely_used_stands_below_what_may_be() -> None:
    assert drawn("8", "16") == SURE * 2 + DOUBT * 2 + " "


def test_the_sure_part_is_rounded_down_and_the_band_up() -> None:
    assert drawn("11", "15") == SURE * 2 + DOUBT * 2 + " "


def test_a_figure_that_is_known_ends_in_eighths() -> None:
    assert drawn("9", "9") == SURE * 2 + TOPS[2] + "  "


def test_the_upper_end_of_a_band_is_lighter_where_less_than_half_a_cell_may_be_used() -> None:
    assert drawn("0", "1") == LITTLE + "    "
    assert drawn("0", "2") == DOUBT + "    "
    assert drawn("4", "9") == SURE + DOUBT + LITTLE + "  "


def test_no_doubt_is_drawn_as_what_is_sure() -> None:
    assert drawn("1", "4") == DOUBT + "    "


def test_nothing_stands_where_nothing_may_be_used() -> None:
    assert drawn("0", "0") == "     "


def test_the_reserve_is_drawn_only_where_nothing_stands() -> None:
    assert drawn("0", "2", reserve=3) == f"{DOUBT}   {RESERVED}"
    assert drawn("20", "20", reserve=3) == SURE * 5


@given(FIGURES, FIGURES, st.integers(1, 12))
def test_a_column_never_shows_less_than_may_be_used_nor_doubt_as_sure(
    one: Fraction, other: Fraction, height: int
) -> None:
    low, high = min(one, other, CEILING), min(max(one, other), CEILING)
    cells = drawn(str(low), str(high), height).rstrip()
    sure = sum(cell == SURE for cell in cells)
    doubt = sum(cell in (DOUBT, LITTLE) for cell in cells)
    tops = sum(TOPS.index(cell) for cell in cells if cell in TOPS[:EIGHTHS])
    shown = (sure + doubt + Fraction(tops, EIGHTHS)) * CEILING / height
    assert shown >= high
    if low < high:
        assert doubt
        assert sure * CEILING / height <= low
    else:
        assert not doubt
        assert shown - high < CEILING / height / EIGHTHS


def test_a_column_tells_the_lowest_and_the_highest_of_its_time() -> None:
    low = [Fraction(n) for n in (5, 4, 3, 6, 5)]
    high = [Fraction(n) for n in (6, 5, 4, 9, 8)]
    assert [*map(list, columns(low, high, 2))] == [[3, 6], [3, 9]]
    assert [*map(list, columns(low, high, 4))] == [[4, 6], [3, 5], [3, 9], [5, 9]]
    assert len(columns(low, high, 50)) == 50


def test_a_band_above_the_ceiling_goes_on_over_it() -> None:
    ends = [(Fraction(0), Fraction(20)), (Fraction(0), Fraction(21)), (Fraction(21), Fraction(22))]
    assert text(over(ends, CEILING)) == f"─{DOUBT}{SURE}"


def test_polls_are_marked_where_they_come() -> None:
    assert text(marks([Fraction(0), Fraction(1, 2), Fraction(1), Fraction(3, 2)], 11)) == "┃────┃────┃"


def test_minutes_stand_where_they_begin() -> None:
    line = minutes(5, 60)
    words = ("now", "1 min", "2 min", "3 min", "4 min", "5 min")
    assert [line.index(word) for word in words] == [0, 12, 24, 36, 48, 55]
    assert len(line) == 60
    assert len(minutes(5, 12)) == 12
