from hypothesis import given
from hypothesis import strategies as st

from krakentui.ui.line import Span, span_width
from krakentui.ui.table import Column, arrange, compose, grown, natural_widths, steady_order

COLUMNS = (Column("A", 9, right=False), Column("BB", 5), Column("C", 7))
KEYS = st.lists(st.sampled_from("abcdefgh"), unique=True)


def test_columns_are_as_wide_as_their_widest_cell() -> None:
    assert natural_widths(COLUMNS, [[Span("xyz"), Span("1"), Span("")]]) == (3, 2, 1)


def test_widths_only_grow() -> None:
    assert grown((3, 5), (4, 2)) == (4, 5)


def test_gaps_shrink_before_columns_go() -> None:
    assert arrange(COLUMNS, (3, 3, 3), 13).gap == 2
    assert arrange(COLUMNS, (3, 3, 3), 11) == arrange(COLUMNS, (3, 3, 3), 12)
    assert arrange(COLUMNS, (3, 3, 3), 11).shown == (0, 1, 2)


def test_the_least_important_column_goes_first_and_the_first_never() -> None:
    assert arrange(COLUMNS, (3, 3, 3), 8).shown == (0, 2)
    assert arrange(COLUMNS, (3, 3, 3), 1).shown == (0,)


def test_numbers_stand_at_the_right_of_their_column() -> None:
    layout = arrange(COLUMNS, (3, 4, 3), 20)
    line = compose(COLUMNS, layout, [Span("a"), Span("1"), Span("2")])
    assert "".join(span.text for span in line.spans) == "a" + " " * 8 + "1" + " " * 5 + "2"


@given(st.lists(st.integers(1, 20), min_size=3, max_size=3), st.integers(1, 80))
def test_a_row_never_exceeds_the_line_unless_one_column_is_left(widths: list[int], width: int) -> None:
    layout = arrange(COLUMNS, tuple(widths), width)
    line = compose(COLUMNS, layout, [Span("x"), Span("y"), Span("z")])
    assert span_width(line.spans) <= width or len(layout.shown) == 1


@given(KEYS, KEYS)
def test_what_was_shown_keeps_its_order(before: list[str], now: list[str]) -> None:
    order = steady_order(before, now)
    assert sorted(order) == sorted(now)
    assert [key for key in order if key in before] == [key for key in before if key in now]


def test_a_new_row_stands_behind_the_row_it_follows() -> None:
    assert steady_order(["b", "a"], ["a", "x", "b"]) == ["b", "a", "x"]
    assert steady_order(["a"], ["x", "a"]) == ["x", "a"]
